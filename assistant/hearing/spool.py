"""What is being recorded, kept in a file until it has been understood.

A story that somebody found the courage to tell must not be lost to a crash; and it must not stay
on disk either. So the sound is written to a file that only its owner can read, handed to the
system and by it to the disk every second (a battery may die), and deleted by the caller as soon as the answer
was given. A file that is still there at the next start is a leftover of a crash, and an ordinary WAV file.
"""

from __future__ import annotations

import contextlib
import math
import os
import struct
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from assistant.hearing.sound import BYTES_PER_SAMPLE, Block

FLUSH_SECONDS = 1.0
HEADER_BYTES = 44
SUFFIX = ".wav"


def folder() -> Path:
    """Return where recordings are kept: the user's state folder, which outlives a restart."""
    from platformdirs import user_state_path

    return user_state_path("verbonden", appauthor=False) / "opnames"


@dataclass
class Spool:
    """One recording in the making, at `path`."""

    path: Path
    _file: BinaryIO = field(repr=False)
    _rate: int = 0
    _bytes: int = 0
    _flushed: float = -math.inf

    @classmethod
    def start(cls, directory: Path | None = None) -> Spool:
        """Begin a recording in `directory`, normally `folder()`.

        Raises OSError, which is no reason not to listen: then a crash would lose what is said.
        """
        directory = directory or folder()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes the file 0600 and never follows a link that somebody put in its place
        descriptor, name = tempfile.mkstemp(SUFFIX, time.strftime("opname-%Y%m%d-%H%M%S-"), directory)
        file = os.fdopen(descriptor, "wb")
        lock(file)
        return cls(Path(name), file)

    def write(self, block: Block) -> None:
        """Append a block; all blocks have the same rate. Raises OSError, for instance on a full disk."""
        if not self._bytes:
            self._rate = block.rate
            self._file.write(_header(self._rate, 0))
        self._file.write(block.pcm)
        self._bytes += len(block.pcm)
        if time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self._flush()

    def _flush(self) -> None:
        """Make the file a complete WAV file of what there is so far."""
        self._flushed = time.monotonic()
        self._file.seek(0)
        self._file.write(_header(self._rate, self._bytes))
        self._file.seek(0, os.SEEK_END)
        self._file.flush()
        os.fsync(self._file.fileno())

    def keep(self) -> Path | None:
        """Stop writing and leave the file; returns its path, or None where there was no sound."""
        if not self._bytes:
            self.discard()
            return None
        if not self._file.closed:
            with contextlib.suppress(OSError):  # a full disk: what was written before is a complete file
                self._flush()
            self._close()
        return self.path

    def discard(self) -> None:
        """Delete the recording: its words are known, or its owner does not want it."""
        self._close()
        self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        """Close the file, also where what it still holds cannot be written."""
        with contextlib.suppress(OSError):
            self._file.close()


def leftovers(directory: Path | None = None) -> list[Path]:
    """Return the recordings with sound in them that no running process is making, oldest first."""
    found = sorted((directory or folder()).glob(f"opname-*{SUFFIX}"))
    return [path for path in found if _size(path) > HEADER_BYTES and not _in_use(path)]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # another process has just deleted it
        return 0


def mend(path: Path) -> float:
    """Make the header of a leftover fit what is there, up to the last sample, and return its seconds.

    A process that was killed wrote on for up to a second after the last header, and a machine without
    power may have kept less than the header says. What is no recording of ours is left alone: 0 seconds.
    Raises OSError.
    """
    with path.open("r+b") as file:
        head = file.read(HEADER_BYTES)
        if len(head) < HEADER_BYTES or head[:4] != b"RIFF" or head[36:40] != b"data":
            return 0.0
        rate = int.from_bytes(head[24:28], "little")
        length = (path.stat().st_size - HEADER_BYTES) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
        file.seek(0)
        file.write(_header(rate, length))
    return length / BYTES_PER_SAMPLE / rate if rate else 0.0


def made_at(path: Path) -> time.struct_time | None:
    """Return when a recording was begun, which is in its name."""
    try:
        return time.strptime(path.name[: len("opname-20260101-120000")], "opname-%Y%m%d-%H%M%S")
    except ValueError:
        return None


def answered(path: Path) -> None:
    """Delete a recording of ours that has got its answer; any other file is left alone."""
    if path.resolve().parent == folder().resolve() and path.name.startswith("opname-") and not _in_use(path):
        with contextlib.suppress(OSError):
            path.unlink()


def _header(rate: int, length: int) -> bytes:
    """Return the header of a WAV file: mono, 16 bits, `length` bytes of samples."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", length + HEADER_BYTES - 8, b"WAVE"),
        *(b"fmt ", 16, 1, 1, rate, rate * BYTES_PER_SAMPLE, BYTES_PER_SAMPLE, 8 * BYTES_PER_SAMPLE),
        *(b"data", length),
    )


def lock(file: BinaryIO) -> bool:
    """Take the mark of the process that records; it goes by itself when the process ends, however it ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0x7FFF0000)  # a byte far behind the samples: on Windows a lock also keeps readers out
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            file.seek(0)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _in_use(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            return not lock(file)
    except OSError:
        return True
