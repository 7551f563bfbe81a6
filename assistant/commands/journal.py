"""`verbonden journal …`: each command reads its options, calls the store, and tells in Dutch what was done."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from assistant.dutch_help import DutchGroup
from assistant.trouble import ExitCode, Trouble


class JournalGroup(DutchGroup):
    """Without a command: tell where it is and whether it is on."""

    default = "where"


@click.group(cls=JournalGroup, name="journal")
def journal() -> None:
    """Keep a journal, encrypted."""


@journal.command()
def on() -> None:
    """Begin to keep entries."""
    from assistant.commands import journal_app

    journal_app.switch_on()


@journal.command()
def off() -> None:
    """Keep no entries from now on."""
    from assistant.commands import journal_app

    journal_app.switch_off()


@journal.command()
def where() -> None:
    """Say where it is and whether it is on."""
    from assistant.commands import journal_app

    journal_app.where()


@journal.command(name="list")
def list_() -> None:
    """List the entries."""
    from assistant.commands import journal_app

    sys.exit(journal_app.list_entries())


@journal.command()
@click.argument("entry", metavar="NUMMER")
def show(entry: str) -> None:
    """Show one entry."""
    from assistant.commands import journal_app

    sys.exit(journal_app.show(entry))


@journal.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="BESTAND")
def export(file: Path) -> None:
    """Write everything, readable."""
    from assistant.commands import journal_app

    sys.exit(journal_app.export(file))


@journal.command()
@click.argument("entry", required=False, metavar="[NUMMER]")
@click.option("--since", metavar="DATUM")
@click.option("--all", "everything", is_flag=True)
@click.option("--yes", "sure", is_flag=True)
def forget(entry: str | None, since: str | None, everything: bool, sure: bool) -> None:
    """Remove entries."""
    from assistant.commands import journal_app

    if [entry is not None, since is not None, everything].count(True) != 1:
        raise Trouble("journal_forget_what", ExitCode.USAGE)
    if everything:
        sys.exit(journal_app.forget_all(sure))
    sys.exit(journal_app.forget(entry, _date(since), sure))


@journal.command()
@click.option("--keyring/--no-keyring", "keyring", default=None)
def passphrase(keyring: bool | None) -> None:
    """Choose another passphrase, or let the system's keyring hold it."""
    from assistant.commands import journal_app

    if keyring is None:
        journal_app.change_passphrase()
    else:
        journal_app.use_keyring(keyring)


@journal.command()
@click.option("--html", type=click.Path(path_type=Path), metavar="BESTAND")
@click.option("--silent", is_flag=True)
@click.option("--json", "as_json", is_flag=True)
def trends(**options: Any) -> None:
    """Tell what changes over the weeks."""
    from assistant.commands import journal_app

    sys.exit(journal_app.trends(**options))


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Trouble("journal_bad_date", ExitCode.USAGE, date=text) from error
