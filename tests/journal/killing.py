"""Kills a process at random moments and looks at what is left: `python killing.py writing|forgetting|recording TIMES`.

A process of its own, so that it can fork cheaply. The child reports on a pipe what it has been promised to be on
disk; whatever it reported must be there after the kill, and nothing may be half there.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import soundfile
from sample import PASSPHRASE, many, quick_journal

from assistant.hearing import spool as spool_module
from assistant.hearing.sound import Block
from assistant.hearing.spool import Spool
from assistant.journal.store import Store

FLUSH = 0.003
"""Seconds between the flushes of a recording, instead of one second: so that a kill falls among them."""


def killed(work: Callable[[Callable[[str], None]], None], seconds: float) -> list[str]:
    """Run `work` in a child, kill it so many seconds after its first word; return what it reported."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(lambda word: tell(writing, word))
        finally:
            os._exit(0)
    os.close(writing)
    first = os.read(reading, 1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    reported = first
    while block := os.read(reading, 65536):
        reported += block
    os.close(reading)
    return reported.decode().split("\n")[:-1]


def tell(pipe: int, word: str) -> None:
    os.write(pipe, word.encode() + b"\n")


def writing(times: int, folder: Path) -> None:
    store = Store(quick_journal(folder / "store"))
    secret = store.secret(PASSPHRASE)
    entries = many(500)
    promised: set[str] = set()

    def work(report: Callable[[str], None]) -> None:
        report("start")
        for each in entries:
            report(store.add(each))

    dice = random.Random(times)
    for _ in range(times):
        promised |= set(killed(work, dice.uniform(0, 0.05))) - {"start"}
        assert promised <= set(store.names())
    store.add(entries[0])  # goes on, and clears away what was left
    contents = store.read(secret)
    assert contents.damaged == (), contents.damaged
    assert {kept.name for kept in contents.kept} >= promised
    assert len(promised) > times / 4
    assert os.listdir(store.folder / "moving") == []
    print(len(promised))


def forgetting(times: int, folder: Path) -> None:
    store = Store(quick_journal(folder / "store"))
    secret = store.secret(PASSPHRASE)
    entries = many(5)
    dice = random.Random(times)
    gone = 0
    for _ in range(times):
        stays = [store.add(each) for each in entries[:2]]
        goes = [store.add(each) for each in entries[2:]]

        def work(report: Callable[[str], None], goes: list[str] = goes) -> None:
            report("start")
            for name in goes:
                store.forget([name])
                report(name)

        forgotten = set(killed(work, dice.uniform(0, 0.04))) - {"start"}
        gone += len(forgotten)
        there = set(store.names())
        assert not forgotten & there
        assert set(stays) <= there
    store.add(entries[0])
    contents = store.read(secret)
    assert contents.damaged == (), contents.damaged
    assert os.listdir(store.folder / "moving") == []
    assert gone > times / 4
    for moment in range(20):  # and of everything at once: whoever comes next goes on with it

        def all_of_it(report: Callable[[str], None], store: Store = store) -> None:
            report("start")
            store.forget_all()

        before = store.names()
        killed(all_of_it, moment * 0.002)
        begun = not store.exists
        store.finish_forgetting()
        if begun:
            assert store.names() == []
            assert not store.exists
            quick_journal(folder / str(moment))
            store = Store(folder / str(moment))
        else:  # killed before it had begun: all is as it was
            assert store.names() == before
            assert store.secret(PASSPHRASE) == secret
        store.add(entries[0])
    print(gone)


def recording(times: int, folder: Path) -> None:
    spool_module.FLUSH_SECONDS = FLUSH
    block = Block(b"\x01\x02" * 160, 16000)
    dice = random.Random(times)
    flushed = 0
    for _ in range(times):

        def work(report: Callable[[str], None]) -> None:
            spool = Spool.start(folder)
            report("start")
            before = spool._flushed
            for _ in range(2000):
                spool.write(block)
                if spool._flushed != before:
                    before = spool._flushed
                    report(str(spool._bytes))
                time.sleep(0.0003)

        reported = [int(word) for word in killed(work, dice.uniform(0, 0.03)) if word != "start"]
        (file,) = folder.glob("opname-*.wav")
        if reported:
            samples, rate = soundfile.read(file, dtype="int16")
            assert rate == 16000
            assert len(samples) * 2 >= reported[-1]
            assert set(samples.tolist()) == {0x0201}
            flushed += 1
        file.unlink()
    assert flushed > times / 4
    print(flushed)


if __name__ == "__main__":
    job = {"writing": writing, "forgetting": forgetting, "recording": recording}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as place:
        job(int(sys.argv[2]), Path(place))
