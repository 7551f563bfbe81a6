"""Everything that reads from outside, with 2,000 inputs each; `make fuzz` runs 100,000."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fuzzing.running import Hang, by_dice, inputs, try_one
from fuzzing.targets import Target, targets

RUNS = 2000
TOP = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(targets()))
def test_nothing_is_found(name: str) -> None:
    """In a process of its own: a crash of a library in C would take the tests with it."""
    done = subprocess.run(
        [sys.executable, "-m", "fuzzing", name, "--runs", str(RUNS)],
        capture_output=True, text=True, timeout=280, check=False, cwd=TOP,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert f"{RUNS} inputs, 0 kinds of finds, 0 files left outside" in done.stdout


def test_seeds_are_good_input_and_the_dice_is_always_the_same() -> None:
    for name, make in targets().items():
        target = make()
        assert all(try_one(target, seed) is None for seed in target.seeds), name
        assert list(inputs(target, 50)) == list(inputs(target, 50))
        assert len(set(inputs(target, 200))) > 150, name


def test_it_finds_what_there_is_to_find() -> None:
    """An exception, a hang and a panic are finds."""

    def careless(data: bytes) -> None:
        if b"ee" in data:
            raise KeyError
        while b"zz" in data:
            pass

    finds = by_dice(Target(careless, (b"een twee drie",), (b"zz",)), 30)
    assert {kind.split()[0] for kind in finds} == {"KeyError", "Hang"}
    assert isinstance(finds[next(kind for kind in finds if kind.startswith("Hang"))][1], Hang)
