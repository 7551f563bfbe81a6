"""Where entries are kept: a private folder with an encrypted file for each, under a name that tells nothing.

recipient      the public half of the key: enough to write
identity       the secret half, protected by the passphrase
off            is there where the user switched the journal off
keyring        is there where the user chose that the system's keyring holds the passphrase
cache          all entries once more in one encrypted file, for speed; can be missed, removed at every forgetting
forgetting     is there while everything is being removed; whoever finds it goes on with that
3f0c…          an entry (32 hexadecimal digits)
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.journal import files, keys
from assistant.journal.entries import Entry, NoEntry, decode, encode, from_plain, plain

RECIPIENT, IDENTITY, OFF, CACHE, FORGETTING = "recipient", "identity", "off", "cache", "forgetting"
KEYRING = "keyring"
_NAME = re.compile(r"[0-9a-f]{32}")
WORTH_CACHING = 50
"""So many entries that are not yet in the cache make it worth writing anew."""


def default_folder() -> Path:
    """Return the user's own folder for the journal."""
    from platformdirs import user_data_path

    return user_data_path("verbonden", appauthor=False) / "store"


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry with the name of its file, which is also what the user calls it by (its first digits are enough)."""

    name: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Contents:
    """All that can be read, oldest first, and the names of what cannot."""

    kept: tuple[Kept, ...]
    damaged: tuple[str, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries without their names."""
        return tuple(each.entry for each in self.kept)


class Store:
    """The journal of one folder. Whatever is on disk is whole: files are added and removed, never changed."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_folder()

    @property
    def exists(self) -> bool:
        """Whether there is a key pair; raises OSError where that cannot be seen."""
        return (self.folder / RECIPIENT).exists() and not self._forgetting

    @property
    def is_on(self) -> bool:
        """Whether entries are written."""
        return self.exists and not (self.folder / OFF).exists()

    @property
    def _forgetting(self) -> bool:
        return (self.folder / FORGETTING).exists()

    def switch_on(self, passphrase: str | None) -> None:
        """Begin to keep entries; `passphrase` makes the key pair where there is none. Raises OSError, ValueError."""
        files.private_folder(self.folder)
        with files.locked(self.folder):
            if self._forgetting:
                self._remove_all()
            if not (self.folder / RECIPIENT).exists():
                if passphrase is None:
                    raise ValueError("no passphrase")
                pair = keys.make(passphrase)
                self._put(IDENTITY, pair.identity)
                self._put(RECIPIENT, pair.recipient.encode() + b"\n")
            (self.folder / OFF).unlink(missing_ok=True)

    def switch_off(self) -> None:
        """Write no entries from now on; those that are there stay. Raises OSError."""
        with files.locked(self.folder):
            self._put(OFF, b"")

    def add(self, entry: Entry) -> str:
        """Keep an entry: on disk in full, or not at all. Returns its name. Raises OSError, keys.BadKeys."""
        files.private_folder(self.folder)
        data = keys.encrypt(encode(entry), self._text(RECIPIENT))
        with files.locked(self.folder):
            name = secrets.token_hex(16)
            self._put(name, data)
        return name

    def names(self) -> list[str]:
        """Return the names of all entries, in no order that means anything."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(name for name in os.listdir(self.folder) if _NAME.fullmatch(name))
        return []

    def secret(self, passphrase: str) -> str:
        """Return the secret half of the key; raises OSError, keys.WrongPassphrase, keys.BadKeys."""
        return keys.unlock(self._get(IDENTITY), passphrase)

    def change_passphrase(self, secret: str, passphrase: str) -> None:
        """Protect the secret half with another passphrase. Raises OSError."""
        data = keys.protect(secret, passphrase)
        with files.locked(self.folder):
            self._put(IDENTITY, data)

    @property
    def uses_keyring(self) -> bool:
        """Whether the user chose that the system's keyring holds the passphrase."""
        return (self.folder / KEYRING).exists()

    def choose_keyring(self, wanted: bool) -> None:
        """Remember that choice. Raises OSError."""
        with files.locked(self.folder):
            if wanted:
                self._put(KEYRING, b"")
            else:
                (self.folder / KEYRING).unlink(missing_ok=True)

    def is_own(self, secret: str) -> bool:
        """Whether entries are written to this very key, or somebody has put another public half in its place."""
        return self._text(RECIPIENT) == keys.public_half(secret)

    def read(self, secret: str) -> Contents:
        """Return all entries; what is damaged is named and skipped. Raises OSError, keys.BadKeys."""
        opener = keys.Opener(secret)
        cached = self._cached(opener)
        kept: dict[str, Entry] = {}
        damaged: list[str] = []
        fresh = 0
        for name in self.names():
            if name in cached:
                kept[name] = cached[name]
                continue
            try:
                kept[name] = decode(opener.decrypt(files.get(os.path.join(self.folder, name))))
                fresh += 1
            except FileNotFoundError:  # forgotten by another process meanwhile
                continue
            except (OSError, ValueError):
                damaged.append(name)
        if fresh >= WORTH_CACHING:
            self._cache(kept, keys.public_half(secret))
        ordered = sorted(kept.items(), key=lambda item: (item[1].moment.timestamp(), item[0]))
        return Contents(tuple(Kept(name, entry) for name, entry in ordered), tuple(damaged))

    def _cached(self, opener: keys.Opener) -> dict[str, Entry]:
        try:
            table = json.loads(opener.decrypt(files.get(self.folder / CACHE)))
            return {str(name): from_plain(values) for name, values in table.items()}
        except (OSError, ValueError, AttributeError, RecursionError, NoEntry):
            return {}

    def _cache(self, kept: dict[str, Entry], recipient: str) -> None:
        """Write all entries into one file; names that were forgotten meanwhile do not come back with it."""
        with contextlib.suppress(OSError), files.locked(self.folder):
            if self._forgetting:
                return
            there = set(self.names())
            table = {name: plain(entry) for name, entry in kept.items() if name in there}
            data = keys.encrypt(json.dumps(table).encode(), recipient)
            if len(data) <= files.LARGEST:
                self._put(CACHE, data)

    def keep_in_cache(self, kept: Iterable[Kept], secret: str) -> None:
        """Have the next reader decrypt these entries in one go, where they are many; a failure costs time only."""
        table = {each.name: each.entry for each in kept}
        if len(table) >= WORTH_CACHING:
            self._cache(table, keys.public_half(secret))

    def forget(self, names: Iterable[str]) -> None:
        """Remove these entries for good; an interruption leaves each whole or gone. Raises OSError."""
        with files.locked(self.folder):
            files.shred(self.folder / CACHE)
            for name in names:
                gone = self.folder / files.MOVING / name
                with contextlib.suppress(FileNotFoundError):
                    os.replace(self.folder / name, gone)
                    files.sync(self.folder)
                    files.shred(gone)
            files.sync(self.folder)

    def forget_all(self) -> None:
        """Remove everything, the key first; after an interruption the next call of anything goes on. Raises OSError."""
        with files.locked(self.folder):
            with contextlib.suppress(OSError):  # a disk without room for a name must not keep anybody from it
                self._put(FORGETTING, b"")
            self._remove_all()
            (self.folder / files.MOVING).rmdir()
            self._unlock_for_good()
        self._unlock_for_good()  # Windows removes no file that is open
        with contextlib.suppress(OSError):
            self.folder.rmdir()
            self.folder.parent.rmdir()

    def _unlock_for_good(self) -> None:
        with contextlib.suppress(OSError):
            (self.folder / files.LOCK).unlink()

    def finish_forgetting(self) -> None:
        """Go on with a removal that was interrupted; raises OSError."""
        if self._forgetting:
            self.forget_all()

    def _remove_all(self) -> None:
        for name in (IDENTITY, RECIPIENT, CACHE, *self.names(), OFF, KEYRING):
            files.shred(self.folder / name)
        files.sync(self.folder)
        files.shred(self.folder / FORGETTING)

    def _put(self, name: str, data: bytes) -> None:
        files.put(self.folder / name, data, self.folder / files.MOVING)

    def _get(self, name: str) -> bytes:
        try:
            return files.get(self.folder / name)
        except ValueError as error:
            raise keys.BadKeys from error

    def _text(self, name: str) -> str:
        try:
            return self._get(name).decode("ascii").strip()
        except UnicodeDecodeError as error:
            raise keys.BadKeys from error
