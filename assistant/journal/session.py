"""What one conversation brings to the journal: listens along with it, then makes its entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.journal import Made, Outcome, entry_of, is_on, keep
from assistant.reflecting.reflection import ANSWERS

if TYPE_CHECKING:
    from assistant.conversation.drive import Mouth
    from assistant.conversation.script import Heard, Say
    from assistant.understanding import Reading

STEPS = tuple(f"reflection/{step}/" for step in ("find", "name", "ask", "keep"))


@dataclass(frozen=True, slots=True)
class Found:
    """What a conversation of several turns found: sentences made, and of a check-in the number of the day (1 to 5)."""

    kind: str = "reflection"
    reading: Reading | None = None
    made: tuple[Made, ...] = ()
    day: int | None = None
    said: bool | None = None


class Session:
    """A mouth that passes on all that is said, and remembers what an entry needs, in memory only."""

    def __init__(self, mouth: Mouth, keep_words: bool) -> None:
        self._mouth = mouth
        self._keep_words = keep_words
        self._told: list[str] = []
        self._answer: Say | None = None
        self._danger = False

    def say(self, said: Say, heard: Heard) -> Heard | None:
        """Pass it on."""
        if heard.text and self._told[-1:] != [heard.text]:
            self._told.append(heard.text)
        if said.reflection.kind in ANSWERS and (said.reading is not None or self._answer is None):
            self._answer = said
        self._danger |= said.reflection.kind == "safety"
        return self._mouth.say(said, heard)

    def adjust(self, how: str) -> None:
        """Pass it on."""
        self._mouth.adjust(how)

    def unsure(self, heard: Heard, more: bool) -> None:
        """Pass it on."""
        self._mouth.unsure(heard, more)

    def keep(self, now: datetime, may_keep_danger: Callable[[], bool], found: Found | None = None) -> Outcome:
        """Keep the entry of this conversation, if there was an answer; raises Trouble as `journal.keep` does.

        `may_keep_danger` asks the user, and is called only where danger was spoken of and the journal is on.
        """
        found = found or Found()
        if self._answer is None and found.kind == "reflection":
            return Outcome.OFF
        words = "\n".join(self._told) if self._keep_words else None
        entry = entry_of(
            found.reading or (self._answer.reading if self._answer else None), now,
            kind=found.kind, made=(*self._offered(), *found.made), day=found.day, said=found.said, words=words,
        )  # fmt: skip
        if self._danger and is_on() and not may_keep_danger():
            return Outcome.ASK_FIRST
        outcome = keep(entry, agreed=self._danger)
        if outcome is Outcome.ASK_FIRST and may_keep_danger():
            outcome = keep(entry, agreed=True)
        return outcome

    def _offered(self) -> list[Made]:
        """Return the next steps that were offered with the answer."""
        if self._answer is None:
            return []
        reflection = self._answer.reflection
        lines = zip(reflection.lines, reflection.keys, strict=False)
        return [Made("offered", line) for line, key in lines if key.startswith(STEPS) and not key.endswith("/intro")]
