"""While the assistant speaks the microphone listens for a few words alone, with a grammar of them.

What is heard besides is "[unk]" and never written down or kept. A word counts when it has stood for a moment and
when the echo guard says that somebody said it.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assistant.hearing.echo import EchoGuard
from assistant.hearing.microphone import Microphone
from assistant.hearing.recogniser import LOWEST_RATE, UNKNOWN_WORD
from assistant.hearing.sound import Block
from assistant.trouble import Trouble

STEADY_SECONDS = 0.2
"""So long a word must stand in what is recognised before it counts."""
WORD_SECONDS = 0.7
"""So far back a word of a few syllables lies by then."""
LONGEST_PHRASE = 5


@dataclass(frozen=True, slots=True)
class Spotted:
    """A phrase that was heard; not `sure` where there were other words around it."""

    phrase: str
    sure: bool


class Spotter:
    """Hears one stream of sound for phrases alone. A pure machine: blocks in, a phrase out."""

    def __init__(self, model: Any, rate: int, phrases: Iterable[str], guard: EchoGuard) -> None:
        """Prepare; phrases with a word that the model does not know are left out."""
        import vosk

        self._phrases = frozenset(phrase for phrase in phrases if _known(model, phrase))
        self._rate = rate
        self._guard = guard
        grammar = json.dumps([*sorted(self._phrases), UNKNOWN_WORD], ensure_ascii=False)
        self._vosk = vosk.KaldiRecognizer(model, float(max(rate, LOWEST_RATE)), grammar)
        self._standing, self._since = "", 0.0
        self._now = 0.0

    def accept(self, block: Block) -> Spotted | None:
        """Hear one block; return the phrase that somebody has said now, if any."""
        self._guard.heard(block)
        self._now += block.seconds
        if self._rate < LOWEST_RATE:
            return None
        if self._vosk.AcceptWaveform(block.pcm):
            text = str(json.loads(self._vosk.Result()).get("text", ""))
            self._standing = ""
            return self._checked(text)
        text = str(json.loads(self._vosk.PartialResult()).get("partial", ""))
        if text != self._standing:
            self._standing, self._since = text, self._now
            return None
        if not text or self._now - self._since < STEADY_SECONDS:
            return None
        return self._checked(text)

    def _checked(self, text: str) -> Spotted | None:
        """Return the phrase at the end of what was recognised, if somebody said it just now."""
        words = text.split()
        while words and words[-1] == UNKNOWN_WORD:
            words.pop()
        tails = (" ".join(words[-size:]) for size in range(min(LONGEST_PHRASE, len(words)), 0, -1))
        tail = next((phrase for phrase in tails if phrase in self._phrases), "")
        if not tail or not self._guard.somebody(WORD_SECONDS):
            return None
        return Spotted(tail, sure=len(words) == len(tail.split()))


def _known(model: Any, phrase: str) -> bool:
    return all(model.vosk_model_find_word(word) >= 0 for word in phrase.split())


@contextlib.contextmanager
def spotting(
    device: str | int | None, model: Any, phrases: Iterable[str], guard: EchoGuard, stop: threading.Event
) -> Iterator[list[Spotted]]:
    """Listen for phrases while the block runs; the first one is put on the list, and `stop` is set.

    A microphone that does not work is no trouble here: then nothing is heard.
    """
    found: list[Spotted] = []
    over = threading.Event()
    try:
        microphone = Microphone(device, proven=True)
        microphone.__enter__()
    except Trouble:
        yield found
        return

    def listen() -> None:
        spotter = Spotter(model, microphone.rate, phrases, guard)
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
