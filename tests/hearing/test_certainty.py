import pytest

from assistant.hearing.certainty import THRESHOLD, Certainty, sure_enough
from assistant.hearing.transcript import Transcript, Word


def _words(*confidences: float, text: str = "woord") -> Transcript:
    return Transcript(tuple(Word(text, number, number + 0.4, value) for number, value in enumerate(confidences)))
