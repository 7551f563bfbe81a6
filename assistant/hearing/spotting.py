"""While the assistant speaks the microphone listens for a few words alone, with a grammar of them.

What is heard besides is "[unk]" and never written down or kept. A word counts when it has stood for a moment and
when the echo guard says that somebody said it.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.hearing.echo import EchoGuard
from assistant.hearing.microphone import Microphone
from assistant.hearing.recogniser import LOWEST_RATE, UNKNOWN_WORD
from assistant.hearing.sound import Block
from assistant.trouble import Trouble

BEFORE_SECONDS, AFTER_SECONDS = 0.2, 0.4
"""So much sound before and after a voice is heard with it: words begin and end softly."""
STEADY_SECONDS = 0.15
"""So long a word must stand in what is recognised before it counts."""
WORD_SECONDS = 0.9
"""So far back a word of a few syllables lies by then."""
ALWAYS = frozenset({"stop"})
_WORD = re.compile(r"[^\W\d_]+")
LONGEST_PHRASE = 2
"""Longer phrases are left to the turns of the teller: their little words would be found in any speech."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """A phrase that was heard; not `sure` where there was other speech around it, or an echo of the assistant's own."""

    phrase: str
    sure: bool


class Spotter:
    """Hears one stream of sound for phrases alone. A pure machine: blocks in, a phrase out."""

    def __init__(
        self, model: Any, rate: int, phrases: Iterable[str], guard: EchoGuard, own: Sequence[str] = ()
    ) -> None:
        """Prepare; phrases with a word that the model does not know are left out.

        `own`: the sentences that the assistant says meanwhile. What it says itself does not count where there is an
        echo, but for `ALWAYS`: somebody speaking at the same time opens the guard for both.
        """
        import vosk

        short = (phrase for phrase in phrases if len(phrase.split()) <= LONGEST_PHRASE)
        self._phrases = frozenset(phrase for phrase in short if _known(model, phrase))
        self._rate = rate
        self._guard = guard
        spoken = " " + " ".join(" ".join(_WORD.findall(sentence.lower())) for sentence in own) + " "
        self._own = frozenset(phrase for phrase in self._phrases - ALWAYS if f" {phrase} " in spoken)
        grammar = json.dumps([*sorted(self._phrases), UNKNOWN_WORD], ensure_ascii=False)
        self._vosk = vosk.KaldiRecognizer(model, float(max(rate, LOWEST_RATE)), grammar)
        self._standing: dict[tuple[int, str], tuple[float, bool]] = {}
        self._now = 0.0
        self._late: deque[tuple[float, bytes]] = deque()
        self._last_voice = -AFTER_SECONDS - 1

    def accept(self, block: Block) -> Spotted | None:
        """Hear one block; return the phrase that somebody has said now, if any."""
        self._guard.heard(block)
        self._now += block.seconds
        if self._rate < LOWEST_RATE:
            return None
        if self._vosk.AcceptWaveform(self._only_somebody(block)):
            words = json.loads(self._vosk.Result()).get("text", "").split()
            found = self._judged(words, steady=0.0)
            self._standing.clear()
            return found
        return self._judged(json.loads(self._vosk.PartialResult()).get("partial", "").split(), STEADY_SECONDS)

    def _only_somebody(self, block: Block) -> bytes:
        """Return the sound of a moment ago if somebody speaks around it, else as much silence.

        So the recogniser never hears the assistant's own voice, and somebody's word stands free in silence.
        """
        if self._guard.somebody(block.seconds / 2, 1):
            self._last_voice = self._now
        self._late.append((self._now, block.pcm))
        at, pcm = self._late[0]
        if self._now - at < BEFORE_SECONDS:
            return bytes(len(pcm))
        self._late.popleft()
        return pcm if self._last_voice >= at - AFTER_SECONDS else bytes(len(pcm))

    def _judged(self, words: list[str], steady: float) -> Spotted | None:
        """Return the phrase among what is recognised that has just come, stands, and was said by somebody."""
        here = tuple(place for place in self._places(words) if place[1] not in self._own or not self._guard.echoes())
        somebody = bool(here) and self._guard.somebody(WORD_SECONDS)
        standing = {}
        for place in here:
            since, said = self._standing.get(place, (self._now, False))
            fresh = self._now - since <= WORD_SECONDS / 2  # later it would be somebody's next words
            standing[place] = since, said or (somebody and fresh)
        self._standing = standing
        for (_, phrase), (since, said) in standing.items():
            if said and self._now - since >= steady:
                # two voices at once are easily taken for another word: with an echo all but "stop" is asked about
                alone = len(words) == len(phrase.split())
                return Spotted(phrase, sure=alone and (phrase in ALWAYS or not self._guard.echoes()))
        return None

    def _places(self, words: list[str]) -> Iterator[tuple[int, str]]:
        """Yield each phrase with the number of the word at which it begins, the longest where several do."""
        for start in range(len(words)):
            for size in range(LONGEST_PHRASE, 0, -1):
                phrase = " ".join(words[start : start + size])
                if phrase in self._phrases:
                    yield start, phrase
                    break


def _known(model: Any, phrase: str) -> bool:
    return all(model.vosk_model_find_word(word) >= 0 for word in phrase.split())


@contextlib.contextmanager
def spotting(
    device: str | int | None,
    model: Any,
    phrases: Iterable[str],
    guard: EchoGuard,
    stop: threading.Event,
    own: Sequence[str] = (),
) -> Iterator[list[Spotted]]:
    """Listen for phrases while the block runs; the first one is put on the list, and `stop` is set.

    A microphone that does not work is no trouble here: then nothing is heard.
    """
    found: list[Spotted] = []
    over = threading.Event()
    try:
        microphone = Microphone(device, proven=True)
        microphone.__enter__()
        guard.begin()
    except Trouble:
        yield found
        return

    def listen() -> None:
        spotter = Spotter(model, microphone.rate, phrases, guard, own)
        with contextlib.suppress(Trouble):
            for block in microphone.blocks():
                spotted = spotter.accept(block)
                if over.is_set():
                    return
                if spotted:
                    found.append(spotted)
                    stop.set()
                    return

    thread = threading.Thread(target=listen, name="spotting", daemon=True)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        microphone.stop()
        thread.join()
