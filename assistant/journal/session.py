"""What one conversation brings to the journal: listens along with it, then makes its entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.journal import Made, Outcome, entry_of, keep

if TYPE_CHECKING:
    from assistant.conversation.drive import Mouth
    from assistant.conversation.script import Heard, Say

ANSWERS = ("reflection", "safety")
"""Kinds of reflection that are an answer; a question, or an account that was not understood, is no entry."""
STEPS = tuple(f"reflection/{step}/" for step in ("find", "name", "ask", "keep"))


class Session:
    """A mouth that passes on all that is said, and remembers what an entry needs, in memory only."""

    def __init__(self, mouth: Mouth, keep_words: bool) -> None:
        self._mouth = mouth
        self._keep_words = keep_words
        self._told: list[str] = []
        self._answer: Say | None = None

    def say(self, said: Say, heard: Heard) -> None:
        """Pass it on."""
        self._told.append(heard.text)
        if said.reflection.kind in ANSWERS:
            self._answer = said
        self._mouth.say(said, heard)

    def unsure(self, heard: Heard, more: bool) -> None:
        """Pass it on."""
        self._mouth.unsure(heard, more)

    def keep(self, now: datetime, may_keep_danger: Callable[[], bool]) -> Outcome:
        """Keep the entry of this conversation, if there was an answer; raises Trouble as `journal.keep` does.

        `may_keep_danger` asks the user, and is called only where there is a safety finding and the journal is on.
        """
        if self._answer is None:
            return Outcome.OFF
        reflection = self._answer.reflection
        lines = zip(reflection.lines, reflection.keys, strict=False)
        offered = [Made("offered", line) for line, key in lines if key.startswith(STEPS) and not key.endswith("/intro")]
        words = "\n".join(self._told) if self._keep_words else None
        entry = entry_of(self._answer.reading, now, made=offered, words=words)
        outcome = keep(entry)
        if outcome is Outcome.ASK_FIRST and may_keep_danger():
            outcome = keep(entry, agreed=True)
        return outcome
