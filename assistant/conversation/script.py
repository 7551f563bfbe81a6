"""Conversations without sound, disk or clock: generators that ask to say and to listen.

A script yields `Say` or `Listen` and is sent what was heard (a `Heard`, or None when there is nothing
more to come). Voice, keyboard, file and test drive the same script (`drive.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from assistant.hearing.transcript import Transcript
from assistant.reflecting.reflection import Reflection, reflect
from assistant.understanding import Evidence, Reading, understand

MOST_QUESTIONS = 2
MOST_RETRIES = 2


@dataclass(frozen=True, slots=True)
class Listen:
    """Ask for a turn of the teller; `again` after a question or after something not understood."""

    again: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Something to show and to speak: a reflection with the reading it rests on, or a prompt by its key."""

    reflection: Reflection
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """The words came out unsure: say so, and ask to tell it again or to type it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One turn: the words as text, pauses as full stops; with sound also each word; `sure` as measured."""

    text: str
    transcript: Transcript = field(default_factory=Transcript)
    sure: bool = True


Step = Listen | Say | Unsure
Script = Generator[Step, "Heard | None", None]

# A word is given back only where it was heard at least this surely.
_TRUSTED_WORD = 0.8


def once(turn: int = 0) -> Script:
    """The single answer: an account in, a reflection out; at most two questions where too little was told.

    `turn` chooses among wordings, so that not every evening sounds the same.
    """
    heard = yield Listen()
    told: list[Heard] = []
    retries = 0
    while heard is not None:
        if not heard.sure:
            retries += 1
            yield Unsure()
            heard = (yield Listen(again=True)) if retries <= MOST_RETRIES else None
            continue
        told.append(heard)
        text = "\n".join(each.text for each in told)
        reading = understand(text)
        if reading.question and len(told) > 1:
            # what was told first may have been a refusal to tell ("meer zeg ik niet"): does the answer stand alone?
            alone = understand(heard.text)
            reading = alone if alone.question is None else reading
        reflection = reflect(reading, turn=turn, trusted=_trusting(told))
        yield Say(reflection, reading)
        if reflection.kind not in ("question", "outside") or len(told) > MOST_QUESTIONS:
            return
        heard = yield Listen(again=True)


def _trusting(told: list[Heard]) -> Callable[[Evidence], bool]:
    """Return what says of a piece of evidence whether all its words were heard surely enough to be given back."""
    doubtful = {word.text for each in told for word in each.transcript.words if word.confidence < _TRUSTED_WORD}
    return lambda evidence: not any(word.strip(".") in doubtful for word in evidence.words.lower().split())
