"""Runs a target on many inputs: astray from the seeds by dice, or led by coverage where `atheris` is installed."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from types import FrameType

from fuzzing.targets import Target

LONGEST_INPUT = 8000
MOST_SECONDS = 2.0
"""An input that takes longer is a find, like an exception."""


class Hang(BaseException):
    """An input took more than `MOST_SECONDS` of processor time."""


def inputs(target: Target, count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield inputs: the seeds themselves, then changed ones, always the same for the same dice."""
    dice = random.Random(seed)
    pool = list(target.seeds)
    yield from pool[:count]
    for _ in range(count - len(pool)):
        data = bytearray(dice.choice(pool))
        for _ in range(dice.randint(1, 6)):
            _change(data, target, dice)
        yield bytes(data[:LONGEST_INPUT])


def _change(data: bytearray, target: Target, dice: random.Random) -> None:
    at = dice.randint(0, len(data))
    kind = dice.randrange(6)
    if kind == 0 and data:
        data[at % len(data)] = dice.randrange(256)
    elif kind == 1:
        del data[at : at + dice.randint(1, 40)]
    elif kind == 2:
        data[at:at] = dice.randbytes(dice.randint(1, 12))
    elif kind == 3 and target.words:
        data[at:at] = dice.choice(target.words)
    elif kind == 4 and data:
        start = dice.randrange(len(data))
        data[at:at] = data[start : start + dice.randint(1, 60)] * dice.randint(1, 4)
    else:
        other = dice.choice(target.seeds)
        data[at:] = other[dice.randint(0, len(other)) :]


def try_one(target: Target, data: bytes) -> BaseException | None:
    """Run one input; return what it raised that it must not, Hang included."""

    def too_long(number: int, frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)  # processor time: a busy machine is no hang
    try:
        target.run(data)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a panic of a Rust library is no Exception
        return error
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return None


def by_dice(target: Target, count: int, seed: int = 1, report: bool = False) -> dict[str, tuple[bytes, BaseException]]:
    """Run so many inputs; return the first input for each kind of find."""
    finds: dict[str, tuple[bytes, BaseException]] = {}
    begun = time.monotonic()
    for number, data in enumerate(inputs(target, count, seed), 1):
        error = try_one(target, data)
        if error is not None:
            finds.setdefault(_kind(error), (data, error))
        if report and number % 5000 == 0:
            print(f"{number} inputs, {time.monotonic() - begun:.0f} s, {len(finds)} kinds of finds", file=sys.stderr)
    return finds


def _kind(error: BaseException) -> str:
    """Return the type of a find and the line where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
    return f"{type(error).__name__} {place}"


def warm(target: Target) -> None:
    """Run the seeds once: all that a target imports on its way is there afterwards, and can be instrumented."""
    for seed in target.seeds:
        try_one(target, seed)


def dictionary(words: Sequence[bytes]) -> str:
    """Return the pieces that input is made of, as libFuzzer reads them: a quoted line of hexadecimal bytes for each."""
    return "".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words)


def by_coverage(target: Target, count: int, corpus: str) -> None:
    """Hand the target to atheris (libFuzzer), which ends the process; raises ImportError where it is missing."""
    import atheris

    def one(data: bytes) -> None:
        error = try_one(target, data)
        if error is not None:
            raise error

    warm(target)
    atheris.instrument_all()
    os.makedirs(corpus, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        with open(os.path.join(corpus, f"seed-{number}"), "wb") as file:
            file.write(seed)
    words = f"{corpus}.words"
    with open(words, "w", encoding="ascii") as pieces:
        pieces.write(dictionary(target.words))
    options = [f"-runs={count}", f"-max_len={LONGEST_INPUT}", f"-dict={words}", "-rss_limit_mb=4096"]
    options += ["-print_final_stats=1", f"-artifact_prefix={corpus}/"]
    atheris.Setup([sys.argv[0], *options, corpus], one)
    atheris.Fuzz()
