"""`python -m fuzzing TARGET… | all [--runs 100000] [--coverage]`: exit code 1 where something was found."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzzing.running import by_coverage, by_dice
from fuzzing.targets import targets

CORPORA = Path("out/fuzzing")
"""Where atheris keeps the inputs that led it on, and what it found."""


def main() -> int:
    """Fuzz; show the first input for each kind of find."""
    known = targets()
    parser = argparse.ArgumentParser(prog="python -m fuzzing", description=__doc__)
    parser.add_argument("target", nargs="+", choices=[*known, "all"])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--coverage", action="store_true", help="led by coverage, with atheris")
    chosen = parser.parse_args()
    names = list(known) if "all" in chosen.target else chosen.target
    if len(names) > 1:
        return max(_in_process(name, chosen) for name in names)
    with tempfile.TemporaryDirectory() as home:
        for variable in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            os.environ[variable] = home
        target = known[names[0]]()
        if chosen.coverage:
            by_coverage(target, chosen.runs, str(CORPORA / names[0]))
            return 0
        finds = by_dice(target, chosen.runs, chosen.seed, report=True)
        left = [path for path in Path(home).rglob("*") if path.is_file()]
    for kind, (data, error) in finds.items():
        print(f"{names[0]}: {kind}: {error!r:.200}\n    {data!r:.600}")
    for path in left:
        print(f"{names[0]}: left {path}")
    print(f"{names[0]}: {chosen.runs} inputs, {len(finds)} kinds of finds, {len(left)} files left outside")
    return 1 if finds or left else 0


def _in_process(name: str, chosen: argparse.Namespace) -> int:
    """Run one target in a process of its own, so that a crash of a library ends only that."""
    command = [sys.executable, "-m", "fuzzing", name, "--runs", str(chosen.runs), "--seed", str(chosen.seed)]
    return abs(subprocess.run([*command, *(["--coverage"] if chosen.coverage else [])], check=False).returncode)


if __name__ == "__main__":
    sys.exit(main())
