"""How long a journal of ten years takes: `python -m benchmarks.journal [ENTRIES]`, 3,650 where nothing is named.

Times what a user waits for after the passphrase: a whole process for `list` and for `trends`, less the time that
opening the key takes, which is meant to be slow. Once without the cache, as after a restored backup, then with it.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "journal"))

from sample import PASSPHRASE, many, quick_journal

from assistant.journal.store import CACHE, Store

SIZES = (1, 4)


def timed(home: Path, *words: str) -> float:
    """Return the seconds of one command, with a key that opens at once."""
    environment = {**os.environ, "XDG_DATA_HOME": str(home)}
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "assistant.cli", "journal", *words],
        input=PASSPHRASE.encode(), stdout=subprocess.DEVNULL, check=True, env=environment,
    )  # fmt: skip
    return time.perf_counter() - begun


def main(most: int) -> None:
    """Print a table of sizes and times."""
    print(f"{'entries':>8}{'list, no cache':>18}{'list':>10}{'trends':>10}{'page':>10}   seconds")
    for count in sorted({most // size for size in SIZES}):
        with tempfile.TemporaryDirectory() as place:
            store = Store(quick_journal(Path(place) / "verbonden" / "store"))
            for entry in many(count):
                store.add(entry)
            (store.folder / CACHE).unlink(missing_ok=True)
            home = Path(place)
            row = [timed(home, "list")]
            row.append(min(timed(home, "list") for _ in range(3)))
            row.append(min(timed(home, "trends", "--silent") for _ in range(3)))
            row.append(min(timed(home, "trends", "--html", str(home / "page.html")) for _ in range(3)))
        print(f"{count:8}{row[0]:18.2f}{row[1]:10.2f}{row[2]:10.2f}{row[3]:10.2f}")
    print(f"largest memory of a command: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3650)
