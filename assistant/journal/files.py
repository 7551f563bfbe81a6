"""Files that are whole or not there: private, written beside, forced to disk, moved into place; and really removed."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MOVING = "moving"
"""A folder for files on their way in and out; what a dead process left there is cleared away by the next."""
LOCK = "lock"
LOCK_SECONDS = 10.0
LARGEST = 64 * 2**20
"""Bytes of the largest file that is read."""


class Busy(OSError):
    """Another process is writing, and did not end within `LOCK_SECONDS`."""


def private_folder(folder: Path) -> None:
    """Make the folder, 0700, where it is missing; close it to others where it is open. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32" and stat.S_IMODE(folder.stat().st_mode) != 0o700:
        folder.chmod(0o700)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only one to change this folder while the block runs; raises Busy, OSError.

    The lock goes by itself when a process ends, however it ends; what it left half-way is cleared away here.
    """
    with _lock_file(folder) as file:
        try:
            moving = folder / MOVING
            moving.mkdir(mode=0o700, exist_ok=True)
            for leftover in list(moving.iterdir()):
                shred(leftover)
            yield
        finally:
            _release(file)


def _lock_file(folder: Path) -> BinaryIO:
    """Return the open and locked file, which is the one that others will find too."""
    end = time.monotonic() + LOCK_SECONDS
    while True:
        file = os.fdopen(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        if _try_lock(file) and _is_there(file, folder / LOCK):
            return file
        file.close()
        if time.monotonic() > end:
            raise Busy("busy")
        time.sleep(0.02)


def _is_there(file: BinaryIO, path: Path) -> bool:
    """Whether this open file still has its name: the last who forgot everything took the lock away with it."""
    with contextlib.suppress(FileNotFoundError):
        return sys.platform == "win32" or os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


def _try_lock(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _release(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)


def put(path: Path, data: bytes, via: Path | None = None) -> None:
    """Write a file (0600) so that it is there in full, on disk, or not at all; made in `via`. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=via or path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """Force the names in a folder to disk, where the system can."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:  # some file systems cannot
        pass
    finally:
        os.close(descriptor)


def get(path: Path | str) -> bytes:
    """Return what is in an ordinary file of at most `LARGEST` bytes; raises OSError, ValueError for anything else.

    Never follows a link, never waits for a pipe that somebody put in its place.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST:
            raise ValueError("no ordinary file")
        return _read(descriptor, state.st_size)
    finally:
        os.close(descriptor)


def _read(descriptor: int, size: int) -> bytes:
    """Return the first `size` bytes, fewer where the file ends before them."""
    data = os.read(descriptor, size)
    while len(data) < size:
        more = os.read(descriptor, size - len(data))
        if not more:
            break
        data += more
    return data


def shred(path: Path) -> None:
    """Overwrite a file once and remove it; raises OSError where it cannot be removed.

    On SSDs, on file systems that copy what is written, and in backups old blocks may live on.
    """
    with contextlib.suppress(OSError):
        if stat.S_ISREG(path.lstat().st_mode):
            with path.open("r+b") as file:
                file.write(os.urandom(min(os.fstat(file.fileno()).st_size, LARGEST)))
                file.flush()
                os.fsync(file.fileno())
    path.unlink(missing_ok=True)
