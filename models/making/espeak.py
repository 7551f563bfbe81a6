"""Speech with exact labels: libespeak-ng through ctypes, with an event for every phone and every word."""

from __future__ import annotations

import ctypes
import ctypes.util
import re
from dataclasses import dataclass, field

import numpy as np

from .voices import Voice

SILENCE = "SIL"
# Mnemonics of espeak-ng 1.51 for "nl" that are joined with a near neighbour, most of them from English words.
_JOINED = {
    "!": "t", "@-": "@", "i:": "i", "e": "E", "I2": "I", "A@": "A", "3": "@", "3:": "8", "V": "8", "e@": "E",
    "oU": "o:", "D": "d",
}  # fmt: skip
_STOPS = ("_!", "_|")  # the short stop before a vowel stays with the phone before it
_SYNCHRONOUS, _PHONE_EVENTS, _DO_NOT_EXIT, _UTF8 = 2, 0x0001, 0x8000, 1
_EVENT_END_OF_LIST, _EVENT_PHONE = 0, 7
_RATE, _PITCH, _RANGE = 1, 3, 4


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class Phone:
    """A phone (or `SILENCE`), the sample at which it starts, and the index of its word in the sentence."""

    name: str
    start: int
    word: int


@dataclass
class Utterance:
    """What espeak-ng said: int16 samples at `rate`, and its phones in order."""

    samples: np.ndarray
    rate: int
    phones: list[Phone] = field(default_factory=list)


class Synthesiser:
    """The espeak-ng library, which keeps one state for the whole process."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1"
        self._library = ctypes.CDLL(name)
        self.rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONE_EVENTS | _DO_NOT_EXIT)
        if self.rate <= 0:
            raise RuntimeError("espeak-ng could not be started; is the package espeak-ng-data installed?")
        self._blocks: list[np.ndarray] = []
        self._events: list[tuple[str, int, int]] = []
        self._callback = _CALLBACK(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)
        self._voice: Voice | None = None

    def speak(self, text: str, voice: Voice) -> Utterance:
        """Speak `text`; words are what blanks divide."""
        self._set_voice(voice)
        self._blocks, self._events = [], []
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        samples = np.concatenate(self._blocks) if self._blocks else np.zeros(0, np.int16)
        return Utterance(samples, self.rate, _phones(text, self._events))

    def _set_voice(self, voice: Voice) -> None:
        if voice == self._voice:
            return
        if self._library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice.name}")
        for parameter, value in ((_RATE, voice.speed), (_PITCH, voice.pitch), (_RANGE, voice.range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._voice = voice

    def _receive(self, samples, count: int, events) -> int:
        if count > 0:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type != _EVENT_END_OF_LIST:
            event = events[index]
            if event.type == _EVENT_PHONE:
                name = bytes(event.id.string).decode()
                self._events.append((name, event.sample, event.text_position))
            index += 1
        return 0


def plain_phone(mnemonic: str) -> str:
    """The phone that a mnemonic stands for: no stress, `SILENCE` for pauses, "" for a switch of language."""
    if mnemonic.startswith("_"):
        return SILENCE
    if mnemonic.startswith("("):
        return ""
    name = re.sub(r"[',%=|]", "", mnemonic)
    return _JOINED.get(name, name)


def _phones(text: str, events: list[tuple[str, int, int]]) -> list[Phone]:
    """Events as phones; equal neighbours of silence are merged, switches of language dropped."""
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    phones: list[Phone] = []
    for mnemonic, sample, position in events:
        name = plain_phone(mnemonic)
        if not name or mnemonic in _STOPS:
            continue
        if name == SILENCE and phones and phones[-1].name == SILENCE:
            continue
        word = next((index for index, end in enumerate(ends) if position - 1 < end), len(ends) - 1)
        phones.append(Phone(name, sample, word))
    return phones
