"""Are these the words that were said? Whoever reflects on words that nobody said does harm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.hearing.recogniser import UNKNOWN_WORD
from assistant.hearing.transcript import Transcript, Word

THRESHOLD = 0.75
SURE_WORD = 0.9
"""From this confidence on a word counts as sure (VOICEMODEL: below it about 60 % are right)."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """Whether to believe a transcript; mean confidence, share of sure words (0 to 1), number of words."""

    sure: bool
    mean_confidence: float
    share_sure: float
    words: int


def sure_enough(transcript: Transcript, threshold: float = THRESHOLD) -> Certainty:
    """Judge a transcript."""
    words = transcript.words
    if not words:
        return Certainty(False, 0.0, 0.0, 0)
    confidences = [_confidence(word) for word in words]
    mean = sum(confidences) / len(words)
    return Certainty(mean >= threshold, mean, _share(c >= SURE_WORD for c in confidences), len(words))


def _confidence(word: Word) -> float:
    return 0.0 if word.text == UNKNOWN_WORD else word.confidence


def _share(flags: Iterable[bool]) -> float:
    flags = list(flags)
    return sum(flags) / len(flags)
