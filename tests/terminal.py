"""The command at a terminal of its own (a pseudo-terminal), as somebody sits in front of it. Not on Windows."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

COLUMNS = "80"


@dataclass
class Terminal:
    """A running command: what it showed so far, and a keyboard."""

    process: subprocess.Popen[bytes]
    master: int
    shown: bytes = field(default=b"")

    def text(self) -> str:
        """Return all that was shown, with single spaces."""
        return " ".join(self.shown.decode("utf-8", "replace").split())

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return True
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.shown += piece
        return bool(piece)

    def until(self, words: str, seconds: float = 60.0) -> None:
        """Wait until these words have been shown."""
        end = time.monotonic() + seconds
        going = True
        while words not in self.text():
            if not going or time.monotonic() > end:
                raise AssertionError(f"{words!r} was not shown:\n{self.text()}")
            going = self._read(0.1)

    def look(self, seconds: float = 0.1) -> None:
        """Take in what is shown within so many seconds."""
        self._read(seconds)

    def type(self, words: str) -> None:
        """Type words; a newline is Enter."""
        os.write(self.master, words.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def end(self, seconds: float = 60.0) -> int:
        """Wait for the end and return the exit code."""
        end = time.monotonic() + seconds
        while self._read(0.1) and self.process.poll() is None:
            assert time.monotonic() < end, self.text()
        code = self.process.wait(seconds)
        while select.select([self.master], [], [], 0)[0] and self._read(0):
            pass
        assert "Traceback" not in self.text(), self.text()
        return code


@contextlib.contextmanager
def terminal(*words: str, **environment: str) -> Iterator[Terminal]:
    """Run `verbonden` with these words at a terminal."""
    with at_a_terminal([sys.executable, "-m", "assistant.cli", *words], **environment) as screen:
        yield screen


@contextlib.contextmanager
def at_a_terminal(command: Sequence[str], **environment: str) -> Iterator[Terminal]:
    """Run a command at a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command,
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env={**os.environ, "COLUMNS": COLUMNS, "TERM": "xterm", **environment},
    )  # fmt: skip
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        process.kill()
        process.wait(10)
        os.close(master)
