"""Sound from a file: read in small blocks, so that memory does not grow with its length.

Whatever libsndfile reads (WAV, FLAC, OGG, Opus, MP3, AIFF ...), of any bit depth, any number of
channels and any rate from 8 kHz. The format is found from the content, never from the name.

What is wrong with a file is said as soon as it can be known: a path, a format or a rate before
the first block; a broken end or silence all through when the end is reached, after every block
that there was has been handed over.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from assistant.hearing.quiet import c_stderr_silenced
from assistant.hearing.sound import Block, downmix, to_pcm
from assistant.trouble import ExitCode, Trouble

if TYPE_CHECKING:
    from assistant.hearing.sound import Samples

LOWEST_RATE = 8000
"""Telephones; below that speech is no longer understood."""
SILENT_PEAK = 4 / 32768
"""A file that never gets above this (-78 dBFS) holds at most the noise of a converter."""
OGG_TAIL = 65536
"""An Ogg page, header and all, is at most 65,307 bytes (RFC 3533)."""
UNKNOWN_SIZE = 0x7FF00000
"""Programs that write into a pipe leave 0 in a WAV header where the size belongs, or a size from here up."""


def blocks(path: Path, seconds: float = 0.1) -> Iterator[Block]:
    """Yield the sound of a file, mono, in blocks of about `seconds`.

    Raises Trouble: no_such_file, file_is_folder, file_unreadable, file_empty, not_sound,
    rate_too_low, file_truncated, file_silent.
    """
    with _open(path) as handle:
        truncated = _ends_early(handle)
        handle.seek(0)
        yield from _blocks(handle, path, seconds, truncated)


def _blocks(handle: BinaryIO, path: Path, seconds: float, truncated: bool) -> Iterator[Block]:
    with _sound(handle, path) as sound:
        rate = int(sound.samplerate)
        if rate < LOWEST_RATE:
            raise Trouble("rate_too_low", ExitCode.NOT_SOUND, file=path, rate=rate)
        frames, peak = 0, 0.0
        for piece in _read(sound, max(1, int(rate * seconds)), path):
            frames += len(piece)
            mono = downmix(piece)
            peak = max(peak, float(abs(mono).max()))
            yield Block(to_pcm(mono), rate)
        if truncated or frames < sound.frames:
            raise Trouble("file_truncated", ExitCode.NOT_SOUND, file=path)
        if not frames:
            raise Trouble("file_empty", ExitCode.EMPTY, file=path)
        if peak < SILENT_PEAK:
            raise Trouble("file_silent", ExitCode.SILENT, file=path)


def _open(path: Path) -> BinaryIO:
    """Open a file for reading; everything the system says against it is a Trouble."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise Trouble("file_is_folder", ExitCode.NOT_SOUND, file=path)
        if not stat.S_ISREG(status.st_mode):
            raise Trouble("not_sound", ExitCode.NOT_SOUND, file=path)
        if status.st_size == 0:
            raise Trouble("file_empty", ExitCode.EMPTY, file=path)
        return path.open("rb")
    except FileNotFoundError:
        raise Trouble("no_such_file", ExitCode.NO_SUCH_FILE, file=path) from None
    except (OSError, ValueError):
        raise Trouble("file_unreadable", ExitCode.UNREADABLE, file=path) from None


def _sound(handle: BinaryIO, path: Path) -> Any:
    """Return an open soundfile.SoundFile."""
    try:
        import soundfile
    except (ImportError, OSError):
        raise Trouble("missing_library", ExitCode.MISSING_LIBRARY, library="libsndfile") from None
    try:
        with c_stderr_silenced():  # libmpg123 writes what it thinks of a broken file to standard error
            return soundfile.SoundFile(handle)
    except (soundfile.LibsndfileError, ValueError, TypeError):
        raise Trouble("not_sound", ExitCode.NOT_SOUND, file=path) from None


def _read(sound: Any, frames: int, path: Path) -> Iterator[Samples]:
    """Yield pieces of shape (frames, channels), floats from -1 to 1."""
    import soundfile

    noisy = sound.format == "MP3"
    while True:
        try:
            with c_stderr_silenced() if noisy else nullcontext():
                piece = sound.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            raise Trouble("file_truncated", ExitCode.NOT_SOUND, file=path) from None
        if not len(piece):
            return
        yield piece


def _ends_early(handle: BinaryIO) -> bool:
    """Whether the file itself says that there should have been more of it.

    FLAC and MP3 show it in the number of frames; a WAV or an Ogg file that was cut short reads
    without an error, so their own structure is looked at.
    """
    size = os.fstat(handle.fileno()).st_size
    head = handle.read(12)
    if head[:4] == b"RIFF" and head[8:] == b"WAVE":
        return _wav_ends_early(handle, size)
    if head[:4] == b"OggS":
        handle.seek(max(0, size - OGG_TAIL))
        return _ogg_ends_early(handle.read())
    return False


def _wav_ends_early(handle: BinaryIO, size: int) -> bool:
    """Walk the chunks of a WAV file, from byte 12, to the one with the samples."""
    while len(header := handle.read(8)) == 8:
        length = int.from_bytes(header[4:], "little")
        if header[:4] == b"data":
            return length < UNKNOWN_SIZE and handle.tell() + length > size
        handle.seek(length + length % 2, os.SEEK_CUR)
    return True


def _ogg_ends_early(tail: bytes) -> bool:
    """Whether the last page of an Ogg file is incomplete or does not say that it is the last."""
    start = tail.rfind(b"OggS")
    header = tail[start : start + 27]
    if len(header) < 27:
        return True
    lacing = tail[start + 27 : start + 27 + header[26]]
    complete = start + 27 + header[26] + sum(lacing) <= len(tail)
    is_last = bool(header[5] & 0x04)
    return not (complete and is_last)
