"""What the journal's commands do: unlock, read, tell. Everything here is at the rim."""

from __future__ import annotations

import contextlib
import dataclasses
import getpass
import json
import shlex
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from assistant.conversation.screen import Screen, line_of, wrapped
from assistant.journal import guard, is_on, keys, not_written, ring, telling
from assistant.journal.entries import plain
from assistant.journal.files import put
from assistant.journal.store import IDENTITY, Contents, Kept, Store
from assistant.journal.trends import trends as trends_of
from assistant.reflecting.wording import prompts, sentences
from assistant.trouble import ExitCode, Trouble

TRIES = 3
"""So often a passphrase may be mistyped at a terminal."""
LONGEST_PASSPHRASE = 1000


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    """Turn what goes wrong while writing into a Trouble."""
    try:
        yield
    except OSError as error:
        raise not_written(error) from error
    except keys.BadKeys as error:
        raise Trouble("journal_keys_bad", ExitCode.JOURNAL_BROKEN) from error


@contextlib.contextmanager
def _reading() -> Iterator[None]:
    """Turn what goes wrong while reading into a Trouble."""
    try:
        yield
    except OSError as error:
        raise Trouble("journal_unreadable", ExitCode.UNREADABLE, reason=error.strerror or error) from error
    except keys.BadKeys as error:
        raise Trouble("journal_keys_bad", ExitCode.JOURNAL_BROKEN) from error


def switch_on() -> None:
    """Switch the journal on; the first time a passphrase is chosen."""
    guard.protect()
    store = _store()
    with _reading():
        first, already = not store.exists, store.is_on
    if already:
        _note(telling.word("journal/on/already"))
        return
    new = None
    if first:
        for line in prompts().wordings("journal/on/explain"):
            _note(line)
        new = _new_passphrase("journal/ask/first")
    with _writing():
        store.switch_on(new)
    _note(telling.word("journal/on/done" if first else "journal/on/again"))


def switch_off() -> None:
    """Switch the journal off; what is in it stays."""
    store = _store()
    with _writing():
        if store.is_on:
            store.switch_off()
            _note(telling.word("journal/off/done"))
        else:
            _note(telling.word("journal/off/already" if store.exists else "journal/off/none"))


def where() -> None:
    """Tell whether it is on, where it is, and how it can be read without Verbonden."""
    store = _store()
    with _reading():
        if not store.exists:
            click.echo(wrapped(telling.word("journal/where/none")))
            return
        click.echo(wrapped(telling.word("journal/where/on" if store.is_on else "journal/where/off")))
        count = len(store.names())
    holds = ("holds_none", "holds_one")[count] if count < 2 else "holds_more"
    click.echo(wrapped(telling.word(f"journal/where/{holds}", count=telling.number(count))))
    click.echo(telling.word("journal/where/folder", folder=str(store.folder)))
    click.echo(wrapped(telling.word("journal/where/age")))
    click.echo(telling.word("journal/where/age_command", identity=shlex.quote(str(store.folder / IDENTITY))))
    if store.uses_keyring:
        click.echo(wrapped(telling.word("journal/where/keyring")))
    click.echo(wrapped(telling.word("journal/where/swap_locked" if guard.protect() else "journal/where/swap_free")))


def list_entries() -> ExitCode:
    """List all entries, oldest first."""
    contents = _open()
    lines = [telling.list_line(kept) for kept in contents.kept]
    click.echo("\n".join(lines) if lines else telling.word("journal/list/empty"))
    if lines and sys.stdout.isatty():
        _note(telling.word("journal/list/hint"))
    return _code(contents)


def show(wanted: str) -> ExitCode:
    """Show one entry in full."""
    contents = _open()
    entry = _one(contents, wanted).entry
    click.echo(telling.capital(telling.heading(entry)))
    for line in telling.entry_lines(entry):
        click.echo(wrapped(line))
    return _code(contents)


def export(file: Path) -> ExitCode:
    """Write all entries as Markdown or JSON, by the end of the name; never over a file that is there."""
    if file.suffix not in (".md", ".json"):
        raise Trouble("journal_export_kind", ExitCode.USAGE, file=file)
    if file.exists():
        raise Trouble("journal_export_exists", ExitCode.CANNOT_WRITE, file=file)
    contents = _open()
    if file.suffix == ".md":
        text = telling.markdown(contents.entries)
    else:
        rows = [{"id": kept.name, **plain(kept.entry)} for kept in contents.kept]
        text = json.dumps(rows, ensure_ascii=False, indent=1)
    _save(file, text)
    _note(telling.word("journal/export/done", file=str(file)))
    return _code(contents)


def forget(wanted: str | None, since: date | None, sure: bool) -> ExitCode:
    """Remove one entry, or all since a day."""
    store, secret, contents = _opened()
    if wanted is not None:
        going = [_one(contents, wanted)]
        question = telling.word("journal/forget/one", date=telling.long_date(going[0].entry.moment))
    else:
        going = [kept for kept in contents.kept if since is None or kept.entry.moment.date() >= since]
        day = telling.short_date(since) if since else ""
        question = telling.word("journal/forget/some", count=telling.amount(len(going)), date=day)
    if not going:
        _note(telling.word("journal/forget/nothing"))
        return ExitCode.OK
    if not _agreed(question, sure):
        return ExitCode.OK
    names = {kept.name for kept in going}
    with _writing():
        store.forget(names)
        store.keep_in_cache((kept for kept in contents.kept if kept.name not in names), secret)
    _note(telling.word("journal/forget/done"))
    return ExitCode.OK


def forget_all(sure: bool) -> ExitCode:
    """Remove the whole journal; needs no passphrase, for it may be lost."""
    store = _store()
    with _reading():
        if not store.exists and not store.names():
            raise Trouble("journal_none_to_forget", ExitCode.JOURNAL_OFF)
        count = telling.amount(len(store.names()))
    if not _agreed(telling.word("journal/forget/all", count=count), sure):
        return ExitCode.OK
    shut = store.uses_keyring and _out_of_keyring(store) is None
    with _writing():
        store.forget_all()
    if shut:
        _note(line_of(Trouble("journal_keyring_shut", ExitCode.JOURNAL_LOCKED)))
    _note(telling.word("journal/forget/done"))
    return ExitCode.OK


def change_passphrase() -> None:
    """Ask for the passphrase of now and for another; a copy in the keyring changes along."""
    store, secret, _ = _unlocked("journal/ask/current")
    new = _new_passphrase("journal/ask/new")
    with _writing():
        store.change_passphrase(secret, new)
    if store.uses_keyring:
        with contextlib.suppress(ring.NoRing):
            ring.put(new)
    _note(telling.word("journal/passphrase/done"))


def use_keyring(wanted: bool) -> None:
    """Let the system's keyring hold the passphrase, or no longer."""
    if not wanted:
        _leave_keyring()
        return
    store, _, given = _unlocked("journal/ask/passphrase")
    try:
        ring.put(given)
    except ring.NoRing as error:
        raise Trouble("journal_no_keyring", ExitCode.JOURNAL_LOCKED) from error
    with _writing():
        store.choose_keyring(True)
    _note(telling.word("journal/passphrase/keyring_on"))


def _leave_keyring() -> None:
    """Take the passphrase out of the keyring, also where the journal itself is gone; say what was done."""
    store = _store()
    with _reading():
        chosen = store.uses_keyring
    removed = _out_of_keyring(store)
    if removed is None and chosen:
        raise Trouble("journal_keyring_shut", ExitCode.JOURNAL_LOCKED)
    done = "keyring_off" if removed or chosen else "keyring_absent" if removed is None else "keyring_unused"
    _note(telling.word(f"journal/passphrase/{done}"))


def _out_of_keyring(store: Store) -> bool | None:
    """Use the keyring no longer; returns whether the passphrase was in there, None where nobody can look."""
    if store.uses_keyring:
        with _writing():
            store.choose_keyring(False)
    with contextlib.suppress(ring.NoRing):
        return ring.remove()
    return None


def trends(html: Path | None, silent: bool, as_json: bool) -> ExitCode:
    """Tell what changes over the weeks: on screen and aloud, as JSON, or as a page."""
    from assistant.settings import load

    settings = load()
    contents = _open()
    seen = trends_of(contents.entries)
    if html is not None:
        from assistant.journal.page import page

        _save(html, page(seen))
        _note(telling.word("journal/trends/saved", file=str(html)))
        return _code(contents)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(seen), ensure_ascii=False, default=lambda value: value.isoformat()))
        return _code(contents)
    lines = telling.trend_lines(seen)
    click.echo("\n".join(wrapped(line) for line in lines))
    if not (silent or settings.silent):
        from assistant.conversation.mouth import Voice

        guard.protect(sound=True)
        voice = Voice(Screen(), aloud=True, save_to=None, words_a_minute=settings.words_a_minute)
        voice.speak(tuple(sentence for line in lines for sentence in sentences(line)))
    return _code(contents)


def last_meant() -> str | None:
    """Return what was last meant to be done, asked or said, where the journal is open; no passphrase is asked for.

    Open it is where it is on and the system's keyring holds the passphrase, because its owner chose that.
    """
    if not is_on():
        return None
    with contextlib.suppress(Trouble, OSError, keys.WrongPassphrase, keys.BadKeys):
        store = Store()
        known = _from_keyring(store)
        entries = store.read(store.secret(known)).entries if known else ()
        return entries[-1].last("intention", "ask", "name") if entries else None
    return None


def may_keep_danger() -> bool:
    """Ask whether an entry with a safety finding may be kept; without a keyboard the answer is no."""
    if not sys.stdin or not sys.stdin.isatty():
        return False
    return _yes(telling.word("journal/kept/may_danger"))


def _store() -> Store:
    """Return the journal of this user; what was half removed is gone first."""
    store = Store()
    with _writing():
        store.finish_forgetting()
    return store


def _open() -> Contents:
    """Ask for the passphrase and read everything; what is damaged is said."""
    return _opened()[2]


def _opened() -> tuple[Store, str, Contents]:
    """The same, with the journal and the secret half of its key."""
    store, secret, _ = _unlocked("journal/ask/passphrase")
    with _reading():
        if not store.is_own(secret):
            _note(line_of(Trouble("journal_key_swapped", ExitCode.JOURNAL_BROKEN)))
        contents = store.read(secret)
    for name in contents.damaged:
        _note(telling.word("journal/trouble/damaged", id=name[: telling.SHOWN_DIGITS]))
    return store, secret, contents


def _unlocked(question: str) -> tuple[Store, str, str]:
    """Return the journal, the secret half of its key, and the passphrase; raises Trouble."""
    guard.protect()
    store = _store()
    with _reading():
        if not store.exists:
            raise Trouble("journal_none", ExitCode.JOURNAL_OFF)
    known = _from_keyring(store)
    if known is not None:
        with _reading(), contextlib.suppress(keys.WrongPassphrase):
            return store, store.secret(known), known
    for left in reversed(range(_tries())):
        given = _asked(question)
        try:
            with _reading():
                return store, store.secret(given), given
        except keys.WrongPassphrase:
            if left:
                _note(telling.word("journal/ask/wrong"))
    raise Trouble("journal_wrong_passphrase", ExitCode.JOURNAL_LOCKED)


def _from_keyring(store: Store) -> str | None:
    if not store.uses_keyring:
        return None
    with contextlib.suppress(ring.NoRing):
        return ring.get()
    return None


def _asked(question: str) -> str:
    """Return a passphrase, typed unseen or as a line of standard input; raises Trouble."""
    try:
        if sys.stdin.isatty():
            given = getpass.getpass(f"{telling.word(question)}: ")
        else:
            given = sys.stdin.buffer.readline(4 * LONGEST_PASSPHRASE).decode("utf-8").rstrip("\r\n")
    except (EOFError, UnicodeDecodeError) as error:
        raise Trouble("journal_no_passphrase", ExitCode.JOURNAL_LOCKED) from error
    if not given:
        raise Trouble("journal_no_passphrase", ExitCode.JOURNAL_LOCKED)
    return unicodedata.normalize("NFC", given)


def _tries() -> int:
    return TRIES if sys.stdin.isatty() else 1


def _new_passphrase(question: str) -> str:
    """Ask for a passphrase twice; at a terminal again, where it was too short or mistyped. Raises Trouble."""
    for left in reversed(range(_tries())):
        try:
            return _chosen_passphrase(question)
        except Trouble as trouble:
            if not left or trouble.key not in ("journal_short_passphrase", "journal_not_the_same"):
                raise
            _note(line_of(trouble))
    raise AssertionError("there is at least one try")


def _chosen_passphrase(question: str) -> str:
    given = _asked(question)
    if not len(given) >= keys.SHORTEST:
        raise Trouble("journal_short_passphrase", ExitCode.JOURNAL_LOCKED, shortest=keys.SHORTEST)
    if _asked("journal/ask/repeat") != given:
        raise Trouble("journal_not_the_same", ExitCode.JOURNAL_LOCKED)
    return given


def _one(contents: Contents, wanted: str) -> Kept:
    """Return the entry whose name begins with `wanted`; raises Trouble."""
    found = [kept for kept in contents.kept if kept.name.startswith(wanted.lower())] if wanted else []
    if not found:
        raise Trouble("journal_no_entry", ExitCode.NO_SUCH_ENTRY, id=wanted)
    if len(found) > 1:
        raise Trouble("journal_which_entry", ExitCode.NO_SUCH_ENTRY, id=wanted)
    return found[0]


def _agreed(question: str, sure: bool) -> bool:
    """Say what is going to be removed, and ask once."""
    _note(question)
    if sure or _yes(telling.word("journal/ask/forget")):
        return True
    _note(telling.word("journal/forget/kept"))
    return False


def _yes(question: str) -> bool:
    try:
        answer = click.prompt(question, default="", show_default=False, err=True)
    except click.Abort:
        return False
    return str(answer).strip().lower() == telling.word("journal/ask/yes")


def _save(file: Path, text: str) -> None:
    try:
        put(file, text.encode("utf-8", "replace"))
    except OSError as error:
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=file) from error


def _note(line: str) -> None:
    click.echo(wrapped(line), err=True)


def _code(contents: Contents) -> ExitCode:
    return ExitCode.JOURNAL_BROKEN if contents.damaged else ExitCode.OK
