"""How long a journal of ten years takes: `python -m benchmarks.journal [ENTRIES]`, 3,650 where nothing is named.

Times what a user waits for: each command runs in a pseudo-terminal, and the clock begins when the passphrase has been
asked for and is typed. The key opens at once, for opening a real one is meant to be slow. Beside it the processor time
of the whole process, its start included. Once without the cache, as after a restored backup without it, then with it.
"""

from __future__ import annotations

import contextlib
import os
import pty
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "journal"))

from sample import PASSPHRASE, many, quick_journal

from assistant.journal.store import CACHE, Store

TOP = Path(__file__).resolve().parents[1]
SIZES = (1, 4)
RUNS = 3
NOT_A_USERS = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
"""What a shell for development may set and a user's does not: it would time compiling and small writes."""


def timed(home: Path, *words: str) -> tuple[float, float]:
    """Return seconds from the passphrase to the end of one command, and processor seconds of all of it."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(TOP)
        os.environ["XDG_DATA_HOME"] = str(home)
        for name in NOT_A_USERS:
            os.environ.pop(name, None)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(sys.executable, [sys.executable, "-m", "assistant.cli", "journal", *words])
    told = b""
    while b"wachtwoordzin: " not in told:
        told += os.read(terminal, 1000)
    begun = time.perf_counter()
    os.write(terminal, PASSPHRASE.encode() + b"\n")
    with contextlib.suppress(OSError):  # the end, as Linux tells it
        while os.read(terminal, 1000):
            pass
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"journal {' '.join(words)}: {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime


def best(home: Path, *words: str, without: Path | None = None) -> str:
    """Return the best of some runs as a cell of the table; `without` is a file that is removed before each."""
    runs = []
    for _ in range(RUNS):
        if without is not None:
            without.unlink(missing_ok=True)
        runs.append(timed(home, *words))
    return f"{min(wall for wall, _ in runs):8.2f} {min(cpu for _, cpu in runs):5.2f}"


def main(most: int) -> None:
    """Print a table of sizes and times."""
    print("seconds after the passphrase, and of processor time; the best of", RUNS)
    heads = ("list, no cache", "trends, no cache", "list", "trends", "page")
    print(f"{'entries':>8}" + "".join(f"{head:>17}" for head in heads))
    for count in sorted({most // size for size in SIZES}):
        with tempfile.TemporaryDirectory() as place:
            home = Path(place)
            store = Store(quick_journal(home / "verbonden" / "store"))
            for entry in many(count):
                store.add(entry)
            timed(home, "list")  # byte code and disk are warm, as at any but the first command
            cells = [best(home, *words, without=store.folder / CACHE) for words in (("list",), ("trends", "--silent"))]
            page = ("trends", "--html", str(home / "page.html"))
            cells += [best(home, *words) for words in (("list",), ("trends", "--silent"), page)]
        print(f"{count:8}" + "".join(f"{cell:>17}" for cell in cells))
    print(f"largest memory of a command: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3650)
