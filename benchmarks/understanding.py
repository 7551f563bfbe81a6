"""What understanding costs: loading, an account of 150 words, and how the time grows with the length.

    python -m benchmarks.understanding [--repeat N]

Loading is measured in fresh processes, from the first import of the package to the first account understood, less
the time that a bare Python with numpy takes. The accounts are those of accounts/measure, put together and cut to
length. Times are processor time, the median of the repeats.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LENGTHS = (150, 600, 2_500, 10_000, 20_000)
LOADING = """
import time
import numpy
began = time.process_time()
from assistant.understanding import understand
understand("Ik zei dat hij nooit luistert en toen liep hij weg.")
print(time.process_time() - began)
"""


def main() -> int:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    loads = [
        float(subprocess.run([sys.executable, "-c", LOADING], capture_output=True, check=True, cwd=PROJECT).stdout)
        for _ in range(options.repeat)
    ]
    print(f"loading and the first account: {statistics.median(loads) * 1000:.0f} ms (at most 300)")
    from assistant.understanding import understand

    files = sorted((PROJECT / "accounts" / "measure").glob("*.jsonl"))
    texts = [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    words = " ".join(text for text in texts if "\n" not in text).split()
    understand(" ".join(words))
    for length in LENGTHS:
        pieces = [" ".join(words[at : at + length]) for at in range(0, len(words) - length, length)][:40]
        pieces = pieces or [" ".join((words * (1 + length // len(words)))[:length])]
        times = []
        for _ in range(options.repeat):
            began = time.process_time()
            for piece in pieces:
                understand(piece)
            times.append((time.process_time() - began) / len(pieces))
        cost = statistics.median(times) * 1000
        print(f"{length:6} words: {cost:8.1f} ms, {cost / length * 150:5.1f} ms for 150 words (at most 10)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
