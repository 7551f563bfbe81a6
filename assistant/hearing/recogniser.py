"""Words from sound, by Vosk.

Vosk ends a "result" at every short pause in the speech. Here that is a `Segment` and nothing
more: whether somebody has finished speaking is decided elsewhere (`turn.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.hearing import audio_file
from assistant.hearing.resampling import Resampler
from assistant.hearing.sound import Block, to_pcm, to_samples
from assistant.hearing.transcript import Transcript, Word
from assistant.trouble import ExitCode, Trouble

LOWEST_RATE = 16000
"""The rate that models are made for. Vosk brings higher rates down itself; on a lower one it aborts."""
UNKNOWN_WORD = "[unk]"
"""What a model says where it heard a word that it does not know. It stays in the transcript."""


@dataclass(frozen=True, slots=True)
class Partial:
    """What the segment now being spoken looks like so far; it may still change or vanish ("")."""

    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of speech up to a pause, as it will stand; times count from the start of the sound."""

    transcript: Transcript


class Recogniser:
    """Hears one stream of sound at one rate. Several may share a model, each in its own thread."""

    def __init__(self, model: Any, rate: int) -> None:
        """Prepare for blocks of `rate` samples a second. Raises Trouble model_unusable."""
        import vosk

        self._rate = rate
        self._upsampler = Resampler(rate, LOWEST_RATE) if rate < LOWEST_RATE else None
        try:
            self._vosk = vosk.KaldiRecognizer(model, float(max(rate, LOWEST_RATE)))
        except Exception:  # the wheel raises nothing more precise
            raise Trouble("model_unusable", ExitCode.BROKEN_MODEL) from None
        self._vosk.SetWords(True)
        self._shown = ""

    def accept(self, block: Block) -> Partial | Segment | None:
        """Hear one block; None means that nothing is new."""
        if block.rate != self._rate:
            raise ValueError(f"a block of {block.rate} Hz in a stream of {self._rate} Hz")
        pcm = block.pcm
        if self._upsampler:
            pcm = to_pcm(self._upsampler.push(to_samples(pcm)))
        return self._accept(pcm) if pcm else None

    def finish(self) -> Segment:
        """Return what was still being spoken when the sound ended; perhaps no words at all."""
        if self._upsampler:
            held_back = self._accept(to_pcm(self._upsampler.finish()))
            if isinstance(held_back, Segment):
                rest = _transcript(self._vosk.FinalResult())
                return Segment(held_back.transcript + rest)
        return Segment(_transcript(self._vosk.FinalResult()))

    def _accept(self, pcm: bytes) -> Partial | Segment | None:
        if self._vosk.AcceptWaveform(pcm):
            self._shown = ""
            transcript = _transcript(self._vosk.Result())
            return Segment(transcript) if transcript.words else None
        text = str(json.loads(self._vosk.PartialResult()).get("partial", ""))
        if text == self._shown:
            return None
        self._shown = text
        return Partial(text)


def _transcript(result: str) -> Transcript:
    """Read one result of Vosk: {"result": [{"word", "start", "end", "conf"}, ...], "text"}."""
    return Transcript(
        tuple(
            Word(str(word["word"]), float(word["start"]), float(word["end"]), _confidence(word.get("conf")))
            for word in json.loads(result).get("result", ())
        )
    )


def _confidence(value: object) -> float:
    """Return a number from 0 to 1; Vosk's may lie a rounding error outside, or not be a number."""
    number = float(value) if isinstance(value, int | float) else 0.0
    return 0.0 if math.isnan(number) else min(1.0, max(0.0, number))


def hear_file(path: Path, model: Any, on_event: Callable[[Partial | Segment], None] = lambda event: None) -> Transcript:
    """Return the words in a sound file; `on_event` is called with each Partial and Segment as it comes.

    Raises Trouble as `audio_file.blocks` does, and no_speech_in_file where there is not one word.
    """
    recogniser: Recogniser | None = None
    heard = Transcript()
    for block in audio_file.blocks(path):
        recogniser = recogniser or Recogniser(model, block.rate)
        event = recogniser.accept(block)
        if isinstance(event, Segment):
            heard += event.transcript
        if event:
            on_event(event)
    if recogniser:
        last = recogniser.finish()
        heard += last.transcript
        if last.transcript.words:
            on_event(last)
    if not heard.words:
        raise Trouble("no_speech_in_file", ExitCode.NO_SPEECH, file=path)
    return heard
