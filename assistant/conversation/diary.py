"""What a check-in may remember from one time to the next. Without a journal: nothing at all."""

from __future__ import annotations

from typing import Protocol

from assistant.conversation.guide import Outcome


class Diary(Protocol):
    """A journal as a conversation sees it: already open to it, or not there."""

    def last_intention(self) -> str | None:
        """Return what the teller meant to do, in their own words of last time, or None."""

    def remember(self, outcome: Outcome) -> None:
        """Keep what a conversation found, if the user wants that."""


class NoDiary:
    """Remembers nothing: what there is until the user turns a journal on."""

    def last_intention(self) -> str | None:
        """Return None."""
        return None

    def remember(self, outcome: Outcome) -> None:
        """Keep nothing."""
