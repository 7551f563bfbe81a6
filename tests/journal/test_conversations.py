"""Conversations and check-ins as entries of the journal: processes of their own, real files."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample import PASSPHRASE
from test_commands import DANGER, ROW, on, verbonden

from assistant.journal.entries import Entry
from assistant.journal.store import Store
from assistant.trouble import ExitCode

__all__ = ["on"]  # a fixture


def kept(home: Path) -> list[Entry]:
    store = Store(home / "verbonden" / "store")
    return list(store.read(store.secret(PASSPHRASE)).entries)


def test_a_conversation_keeps_the_sentences_that_were_made(on: Path) -> None:
    answers = "ik was bang dat hij weggaat\nja\ndat hij even bij me komt zitten\nnee\n"
    verbonden(on, "--keyboard", "--silent", text=f"{ROW}\n\n{answers}")
    (entry,) = kept(on)
    assert (entry.kind, entry.pattern, entry.words) == ("reflection", "attack-defend-withdraw", None)
    assert [(made.kind, made.text) for made in entry.made if made.kind != "offered"] == [
        ("name", "Ik ben bang dat je weggaat."),
        ("ask", "Ik zou graag willen dat je even bij me komt zitten."),
    ]


def test_a_checkin_keeps_the_number_of_the_day_and_what_is_meant_for_tomorrow(on: Path) -> None:
    verbonden(on, "checkin", "--keyboard", "--silent", text="een vier\nhij had thee gezet\nmorgen samen wandelen\n")
    (entry,) = kept(on)
    assert (entry.kind, entry.day, entry.last("intention")) == ("checkin", 4, "morgen samen wandelen")


@pytest.mark.parametrize("text", [f"{DANGER}\n\n", f"{ROW}\n\nhij heeft me geslagen\n"])
def test_danger_is_not_kept_where_nobody_can_be_asked(on: Path, text: str) -> None:
    done = verbonden(on, "--keyboard", "--silent", text=text)
    assert "112" in done.stdout
    assert kept(on) == []


def test_where_nothing_was_told_nothing_is_kept(on: Path) -> None:
    verbonden(on, "--keyboard", "--silent", text="stop\n")
    verbonden(on, "--keyboard", "--silent", code=ExitCode.EMPTY)
    assert kept(on) == []
