"""Everything that reads from outside, with 2,000 inputs each; `make fuzz` runs 100,000."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fuzzing.running import Hang, by_dice, dictionary, inputs, try_one
from fuzzing.targets import Target, targets

RUNS = 2000
TOP = Path(__file__).resolve().parents[2]

WATCHED = {
    "account": "assistant.understanding.clauses",
    "rules": "assistant.understanding.cues",
    "archive": "assistant.fetching.unpacking",
    "publishers-list": "assistant.fetching.publisher",
    "talk-script": "assistant.conversation.states",
}
"""Targets, and a module that each reads with and imports only then."""


@pytest.fixture(scope="module")
def running() -> Iterator[Mapping[str, subprocess.Popen[str]]]:
    """All targets side by side, each in a process of its own: a crash of a library in C ends only that one."""
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-m", "fuzzing", name, "--runs", str(RUNS)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=TOP,
        )
        for name in targets()
    }  # fmt: skip
    try:
        yield processes
    finally:
        for process in processes.values():
            process.kill()


@pytest.mark.parametrize("name", sorted(targets()))
def test_nothing_is_found(name: str, running: Mapping[str, subprocess.Popen[str]]) -> None:
    told, _ = running[name].communicate(timeout=280)
    assert running[name].returncode == 0, told[-3000:]
    assert f"{RUNS} inputs, 0 kinds of finds, 0 files left outside" in told


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


def test_what_a_target_reads_with_is_there_before_it_is_instrumented() -> None:
    """A module that is imported only while a target runs would not be watched by atheris."""
    code = (
        "import sys; from fuzzing.running import warm; from fuzzing.targets import targets\n"
        "target = targets()[sys.argv[1]](); warm(target); print(sys.argv[2] in sys.modules)"
    )
    for name, module in WATCHED.items():
        done = subprocess.run(
            [sys.executable, "-c", code, name, module], capture_output=True, text=True, check=False, cwd=TOP
        )
        assert done.stdout == "True\n", (name, module, done.stderr)


def test_pieces_are_written_as_libfuzzer_reads_them() -> None:
    assert dictionary((b'"\\a', b"\xff\n")) == '"\\x22\\x5c\\x61"\n"\\xff\\x0a"\n'
