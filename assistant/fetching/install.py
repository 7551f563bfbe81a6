"""A model from the publisher, or from an archive at hand, into the user's own folder.

Whole or not at all: an archive is checked, unpacked into a folder of its own, tried, and only then
moved to its place, which takes no time at all. A download that breaks off is kept to go on with.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.fetching import publisher, unpacking
from assistant.fetching.catalogue import Entry, catalogue
from assistant.fetching.publisher import Progress, Published
from assistant.hearing import model, store
from assistant.hearing.spool import lock
from assistant.hearing.store import Installed
from assistant.trouble import ExitCode, Trouble

PIECE = 1 << 20
Step = Callable[[str], None]
"""Called with "checking" and "unpacking", which take a while with a large model."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What identifies an archive."""

    size: int
    md5: str
    sha256: str


def install(
    name: str,
    progress: Progress = lambda there, whole: None,
    step: Step = lambda what: None,
    stop: threading.Event | None = None,
    directory: Path | None = None,
) -> Installed:
    """Fetch a published model, check it, unpack it and use it from now on.

    Raises Trouble as `publisher.published`, `publisher.download` and `place` do, and wrong_sum, no_room,
    already_fetching, already_installed.
    """
    directory = directory or store.folder()
    _free(name, directory)
    with _part(name, directory) as part:
        found = publisher.published(name)
        _room_for(found, part)
        resumed = publisher.download(found, part, progress, stop)
        step("checking")
        sums = sums_of(part)
        if not _right(sums, found) and resumed:  # the archive has changed since the first part came
            part.unlink()
            publisher.download(found, part, progress, stop)
            sums = sums_of(part)
        if not _right(sums, found):
            part.unlink()
            raise Trouble("wrong_sum", ExitCode.WRONG_DOWNLOAD, url=found.url)
        step("unpacking")
        try:
            placed = place(part, name, directory, sums, found.url)
        finally:
            part.unlink(missing_ok=True)
    store.use(name, directory)
    return placed


def import_archive(archive: Path, step: Step = lambda what: None, directory: Path | None = None) -> Installed:
    """Take a model from an archive at hand, and use it from now on. Uses no network.

    Raises Trouble as `place` does, and no_such_file, file_unreadable, wrong_sum, already_installed.
    """
    directory = directory or store.folder()
    step("checking")
    try:
        sums = sums_of(archive)
    except FileNotFoundError:
        raise Trouble("no_such_file", ExitCode.NO_SUCH_FILE, file=archive) from None
    except OSError:
        raise Trouble("file_unreadable", ExitCode.UNREADABLE, file=archive) from None
    name = archive.name[: -len(".zip")] if archive.name.lower().endswith(".zip") else archive.name
    if not store.NAME.fullmatch(name):
        raise Trouble("model_name", ExitCode.BAD_INPUT, file=archive)
    _free(name, directory)
    recorded = catalogue().find(name)
    if recorded and recorded.sha256 not in (None, sums.sha256):
        raise Trouble("wrong_sum", ExitCode.WRONG_DOWNLOAD, url=archive)
    step("unpacking")
    placed = place(archive, name, directory, sums, str(archive.resolve()))
    store.use(name, directory)
    return placed


def _free(name: str, directory: Path) -> None:
    if name == store.bundled_name() or store.find(name, directory):
        raise Trouble("already_installed", ExitCode.BAD_INPUT, name=name)


def _right(sums: Sums, found: Published) -> bool:
    recorded = catalogue().find(found.name)
    sha256 = recorded.sha256 if recorded else None
    return (sums.size, sums.md5) == (found.size, found.md5) and sha256 in (None, sums.sha256)


def sums_of(file: Path) -> Sums:
    """Return size and sums of a file, read once. Raises OSError."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with file.open("rb") as handle:
        while piece := handle.read(PIECE):
            md5.update(piece)
            sha256.update(piece)
            size += len(piece)
    return Sums(size, md5.hexdigest(), sha256.hexdigest())


@contextlib.contextmanager
def _part(name: str, directory: Path) -> Iterator[Path]:
    """Give the file into which a model is fetched; only one process at a time. Raises Trouble."""
    folder = directory / store.DOWNLOADS
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        guard = (folder / f"{name}.lock").open("ab")
    except OSError:
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=folder) from None
    with guard:
        if not lock(guard):
            raise Trouble("already_fetching", ExitCode.BAD_INPUT, name=name)
        yield folder / f"{name}.zip.part"


def _room_for(found: Published, part: Path) -> None:
    """Look for room for the archive, and for about as much again as it unpacks to, before anything is fetched."""
    have = part.stat().st_size if part.exists() else 0
    unpacking.room_for(3 * found.size - have, part.parent)


def place(archive: Path, name: str, directory: Path, sums: Sums, origin: str) -> Installed:
    """Unpack a checked archive, try the model in it, and move it into place.

    Raises Trouble as `unpacking.unpack` and `model.check` do, and no_model_inside, broken_model.
    """
    target = directory / name
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _clear_up(directory)
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=directory))
    except OSError:
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=directory) from None
    try:
        unpacking.unpack(archive, work)
        found = model.inner(work)
        if not (found / "am").is_dir() and not (found / "final.mdl").is_file():
            raise Trouble("no_model_inside", ExitCode.BROKEN_MODEL, file=archive)
        _tried(found, archive)
        note = _note(name, origin, sums, catalogue().find(name))
        (found / store.NOTE).write_text(json.dumps(note, indent=1, ensure_ascii=False) + "\n", "utf-8")
        os.replace(found, target)
    except OSError:
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=target) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Installed(name, target, note)


def _tried(found: Path, archive: Path) -> None:
    """Look at a model and let it hear something; what is wrong is said of the archive, for the folder will go."""
    try:
        model.check(found)
    except Trouble as trouble:
        values = {**trouble.values, "model": str(archive)}
        raise Trouble(trouble.key, trouble.code, **values) from None
    if not model.loads(found):
        raise Trouble("broken_model", ExitCode.BROKEN_MODEL, model=archive)


def _note(name: str, origin: str, sums: Sums, entry: Entry | None) -> dict[str, Any]:
    return {
        "name": name,
        "origin": origin,
        "bytes": sums.size,
        "md5": sums.md5,
        "sha256": sums.sha256,
        "licence": entry.licence if entry else None,
        "installed": time.strftime("%Y-%m-%d"),
    }


def _clear_up(directory: Path) -> None:
    """Delete what an earlier run left half done when it was killed; a run in progress is younger than an hour."""
    for left in (*directory.glob(".new-*"), *directory.glob(".old-*")):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > 3600:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
