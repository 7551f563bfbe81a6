"""Keep libraries written in C from writing to the user's screen.

Kaldi, ALSA and PortAudio write notes to the process's standard error that mean nothing to somebody
who came to talk. While they are called, file descriptor 2 leads nowhere; what Python itself writes
to `sys.stderr` in the meantime, from another thread or from the display, still arrives.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import io
import os
import sys
import threading
from collections.abc import Iterator

STDERR = 2
_lock = threading.RLock()


@contextlib.contextmanager
def c_stderr_silenced() -> Iterator[None]:
    """Send what C code writes to standard error to nowhere, for the whole process, for a short time."""
    with _lock, contextlib.ExitStack() as undo:
        try:
            kept = os.dup(STDERR)
        except OSError:  # the process was started without a standard error
            yield
            return
        undo.callback(os.close, kept)
        undo.enter_context(_python_stderr_on(kept))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, STDERR)
        os.close(nowhere)
        undo.callback(os.dup2, kept, STDERR)
        yield


@contextlib.contextmanager
def _python_stderr_on(descriptor: int) -> Iterator[None]:
    """Let `sys.stderr` write to `descriptor`, where it would have written to descriptor 2."""
    before = sys.stderr
    try:
        leads_to_stderr = before is not None and before.fileno() == STDERR
    except (OSError, ValueError, io.UnsupportedOperation):
        leads_to_stderr = False
    if not leads_to_stderr:
        yield
        return
    before.flush()
    with open(descriptor, "w", encoding=before.encoding, errors="backslashreplace", buffering=1,
              closefd=False) as instead:  # fmt: skip
        sys.stderr = instead
        try:
            yield
        finally:
            if sys.stderr is instead:
                sys.stderr = before


@functools.cache
def silence_c_stdio() -> None:
    """Send what C code prints to its `stderr` to nowhere, until the process ends. Linux only.

    For threads that libraries keep running: PortAudio's prints three lines when a microphone is
    pulled out, whenever that is. File descriptor 2 itself, and so Python's output, is left alone.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, ValueError, AttributeError):  # a C library that has no such variable
        libc = ctypes.CDLL(None)
        libc.fopen.restype = ctypes.c_void_p
        nowhere = libc.fopen(os.devnull.encode(), b"w")
        if nowhere:
            ctypes.c_void_p.in_dll(libc, "stderr").value = nowhere
