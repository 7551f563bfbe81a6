"""Conversations without sound, disk or clock: generators that ask to say and to listen.

A script yields `Say`, `Listen`, `Unsure` or `Adjust` and is sent what was heard: after `Listen` a `Heard`, or None
when there is nothing more to come; after `Say` None, or a `Heard` with what was said meanwhile. Voice, keyboard,
file and test drive the same script (`drive.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from assistant.hearing.transcript import Transcript
from assistant.reflecting.reflection import Reflection, reflect
from assistant.understanding import Evidence, Reading, understand

MOST_QUESTIONS = 2
MOST_RETRIES = 2


@dataclass(frozen=True, slots=True)
class Listen:
    """Ask for a turn of the teller; `again` after a question or after something not understood.

    `kind`: "account" (it may be long), "answer" (one answer to a question), "wait" (only a command is waited for).
    """

    again: bool = False
    kind: str = "account"


@dataclass(frozen=True, slots=True)
class Say:
    """Something to show and to speak: a reflection with the reading it rests on, or a prompt by its key."""

    reflection: Reflection
    reading: Reading | None = None
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """The words came out unsure: say so, and ask to tell it again or to type it."""


@dataclass(frozen=True, slots=True)
class Adjust:
    """Change how the assistant sounds from now on: "langzamer", "sneller", "zachter", "harder"."""

    how: str


@dataclass(frozen=True, slots=True)
class Heard:
    """One turn: the words as text, pauses as full stops; with sound also each word; `sure` as measured.

    `silent`: nothing was said for as long as it was waited for. `command`: the value of a `Command` that was
    said apart, at the end of the turn or while the assistant spoke; then `text` is what came before it.
    """

    text: str
    transcript: Transcript = field(default_factory=Transcript)
    sure: bool = True
    silent: bool = False
    command: str | None = None


Step = Listen | Say | Unsure | Adjust
Script = Generator[Step, "Heard | None", Any]

# A word is given back only where it was heard at least this surely.
_TRUSTED_WORD = 0.8


def once(turn: int = 0) -> Script:
    """The single answer: an account in, a reflection out; at most two questions where too little was told.

    `turn` chooses among wordings, so that not every evening sounds the same.
    """
    heard = yield Listen()
    told: list[Heard] = []
    retries = 0
    while heard is not None and not heard.silent:
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
        reflection = reflect(reading, turn=turn, trusted=trusting(told))
        yield Say(reflection, reading)
        if reflection.kind not in ("question", "outside") or len(told) > MOST_QUESTIONS:
            return
        heard = yield Listen(again=True)


def trusting(told: list[Heard]) -> Callable[[Evidence], bool]:
    """Return what says of a piece of evidence whether all its words were heard surely enough to be given back."""
    doubtful = {word.text for each in told for word in each.transcript.words if word.confidence < _TRUSTED_WORD}
    return lambda evidence: not any(word.strip(".") in doubtful for word in evidence.words.lower().split())
