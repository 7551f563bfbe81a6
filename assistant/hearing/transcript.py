"""What was heard: words with their times and confidences."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word: lower-case text, start and end in seconds, confidence from 0 to 1."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words of one recording or one turn, in the order in which they were said."""

    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """The words as one line."""
        return " ".join(word.text for word in self.words)

    def punctuated(self, pause: float = 0.6, unknown: str = "[unk]") -> str:
        """Return the words as one line with a full stop where nobody spoke for `pause` seconds; unknown words left out.

        A pause is the only punctuation that a recogniser has.
        """
        stops = frozenset(self.pauses(pause))
        pieces: list[str] = []
        for index, word in enumerate(self.words):
            if index in stops and pieces:
                pieces[-1] = pieces[-1].rstrip(".") + "."
            if word.text != unknown:
                pieces.append(word.text)
        return " ".join(pieces)

    def __add__(self, other: Transcript) -> Transcript:
        """Return the words of both, one after the other."""
        return Transcript(self.words + other.words)

    def later(self, seconds: float) -> Transcript:
        """Return the same words, so many seconds later."""
        if not seconds:
            return self
        return Transcript(tuple(Word(w.text, w.start + seconds, w.end + seconds, w.confidence) for w in self.words))

    def pauses(self, at_least: float = 0.5) -> tuple[int, ...]:
        """Return the indices of the words before which nobody spoke for `at_least` seconds."""
        return tuple(
            index
            for index, (before, after) in enumerate(pairwise(self.words), 1)
            if after.start - before.end >= at_least
        )
