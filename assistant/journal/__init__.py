"""The journal: remembers, encrypted, if the user wants it. At the rim; a conversation calls `keep` and no more.

entry = entry_of(reading, now, made=(Made("ask", "Ik zou graag willen dat …"),), day=4)
outcome = keep(entry)                  # KEPT, OFF, or ASK_FIRST where there is a safety finding
outcome = keep(entry, agreed=True)     # once the user, in this very session, said that it may be kept
"""

from __future__ import annotations

from enum import Enum

from assistant.journal.entries import Entry, Made, entry_of
from assistant.trouble import ExitCode, Trouble

__all__ = ["Entry", "Made", "Outcome", "entry_of", "is_on", "keep"]


class Outcome(Enum):
    """What became of an entry."""

    KEPT = "kept"
    OFF = "off"
    ASK_FIRST = "ask first"


def is_on() -> bool:
    """Whether entries are kept at all; False where that cannot be seen."""
    from assistant.journal.store import Store

    try:
        return Store().is_on
    except OSError:
        return False


def keep(entry: Entry, *, agreed: bool = False) -> Outcome:
    """Keep an entry if the journal is on; one with a safety finding only if its owner has just `agreed`.

    Needs no secret. Raises Trouble journal_not_written, journal_keys_bad: the answer has been given by then, so
    the caller shows the line and goes on.
    """
    from assistant.journal import keys
    from assistant.journal.store import Store

    try:
        store = Store()
        if not store.is_on:
            return Outcome.OFF
        if entry.safety != "none" and not agreed:
            return Outcome.ASK_FIRST
        store.add(entry)
    except OSError as error:
        raise not_written(error) from error
    except keys.BadKeys as error:
        raise Trouble("journal_keys_bad", ExitCode.JOURNAL_BROKEN) from error
    return Outcome.KEPT


def not_written(error: OSError) -> Trouble:
    """Return what the user is told where the journal could not be written."""
    return Trouble("journal_not_written", ExitCode.CANNOT_WRITE, reason=error.strerror or str(error))
