"""A model's archive to a folder, as if whoever made it wished us ill.

Nothing is written outside the folder, no links, no devices, no more than a model can need, and
nothing at all before every name in the archive has been looked at.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from assistant.trouble import ExitCode, Trouble

MOST_FILES = 2000
MOST_BYTES = 8_000_000_000
MOST_TIMES = 40
"""How many times its own size an archive may unpack to. The published models unpack to about twice theirs."""
FREE_BYTES = 50_000_000
"""So much may always come out: a tiny archive of text may well be packed tightly."""
PIECE = 1 << 20
_ODD = re.compile(r'[\\:*?"<>|\x00-\x1f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def unpack(archive: Path, to: Path) -> None:
    """Unpack `archive` into the folder `to`, which is there and empty.

    Raises Trouble bad_archive (no zip, or damaged), unsafe_archive, no_room, cannot_write.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _checked(opened, archive)
            room_for(sum(member.file_size for member in members), to)
            for member in members:
                _write(opened, member, to, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError, ValueError):
        raise Trouble("bad_archive", ExitCode.WRONG_DOWNLOAD, file=archive) from None
    except OSError:
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=to) from None


def _checked(opened: zipfile.ZipFile, archive: Path) -> list[zipfile.ZipInfo]:
    """Return what is in an archive if all of it can be trusted; raises Trouble unsafe_archive."""
    members = opened.infolist()
    names = [member.filename.rstrip("/").casefold() for member in members]
    most = min(MOST_BYTES, max(FREE_BYTES, MOST_TIMES * archive.stat().st_size))
    good = (
        len(members) <= MOST_FILES
        and len(set(names)) == len(names)
        and sum(member.file_size for member in members) <= most
        and all(_is_plain(member) for member in members)
    )
    if not good:
        raise Trouble("unsafe_archive", ExitCode.UNSAFE_ARCHIVE, file=archive)
    return members


def _is_plain(member: zipfile.ZipInfo) -> bool:
    """Whether a member is an ordinary file or folder with a name that leads nowhere else."""
    name = member.orig_filename
    kind = stat.S_IFMT(member.external_attr >> 16)
    parts = name.rstrip("/").split("/")
    return (
        name == member.filename
        and not name.startswith("/")
        and not _ODD.search(name)
        and all(_is_plain_name(part) for part in parts)
        and kind in (0, stat.S_IFREG, stat.S_IFDIR)
        and not member.flag_bits & 0x1
    )


def _is_plain_name(part: str) -> bool:
    return part not in ("", ".", "..") and part == part.strip() and part[-1] != "." and not _DEVICES.fullmatch(part)


def room_for(size: int, folder: Path) -> None:
    """Raise Trouble no_room where a disk has too little room left."""
    free = shutil.disk_usage(folder).free
    if free < size:
        need, there = megabytes(size), megabytes(free)
        raise Trouble("no_room", ExitCode.CANNOT_WRITE, file=folder, need=need, free=there)


def megabytes(size: int) -> str:
    """Return a number of bytes as people read it."""
    if size >= 10_000_000_000:
        return f"{round(size / 1e9)} GB"
    return f"{max(1, round(size / 1e6))} MB"


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path, archive: Path) -> None:
    """Write one member; what holds more than it says is a bomb."""
    target = to.joinpath(*PurePosixPath(member.filename).parts)
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with opened.open(member) as source, target.open("xb") as file:
        while piece := source.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise Trouble("unsafe_archive", ExitCode.UNSAFE_ARCHIVE, file=archive)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
