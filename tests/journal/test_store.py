"""The store on a real disk, with the real age format."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sample import PASSPHRASE, START, entry, many, quick_journal

from assistant.journal import files, keys
from assistant.journal.entries import decode
from assistant.journal.store import CACHE, FORGETTING, IDENTITY, RECIPIENT, WORTH_CACHING, Store

YEARS = 1095
"""Entries of three years; `python -m benchmarks.journal` times ten."""
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A journal that is on, and its secret."""
    store = Store(quick_journal(tmp_path_factory.mktemp("made") / "store"))
    return store.folder, store.secret(PASSPHRASE)


@pytest.fixture
def store(made: tuple[Path, str], tmp_path: Path) -> Store:
    shutil.copytree(made[0], tmp_path / "data" / "store")
    return Store(tmp_path / "data" / "store")


@pytest.fixture
def secret(made: tuple[Path, str]) -> str:
    return made[1]


def everything(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_written_without_a_secret_and_read_with_it(store: Store, secret: str) -> None:
    entries = many(5)
    for each in reversed(entries):
        store.add(each)
    contents = store.read(secret)
    assert list(contents.entries) == entries  # by date, not by name or by order of writing
    assert contents.damaged == ()


def test_nobody_else_can_look_in_and_names_tell_nothing(store: Store) -> None:
    store.folder.chmod(0o755)  # as by an unpacked backup
    name = store.add(entry(words="afwas"))
    assert store.folder.stat().st_mode & 0o777 == 0o700
    for path in store.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert len(name) == 32
    assert b"afwas" not in (store.folder / name).read_bytes()
    sizes = {(store.folder / store.add(entry(topic=topic))).stat().st_size // 512 for topic in ("money", "household")}
    assert len(sizes) == 1


def test_a_wrong_passphrase_opens_nothing(store: Store) -> None:
    with pytest.raises(keys.WrongPassphrase):
        store.secret("iets anders dan dat")


def test_another_passphrase_the_same_entries(store: Store, secret: str) -> None:
    store.add(entry())
    store.change_passphrase(secret, "een heel nieuwe zin")
    with pytest.raises(keys.WrongPassphrase):
        store.secret(PASSPHRASE)
    assert len(store.read(store.secret("een heel nieuwe zin")).entries) == 1


def test_what_is_damaged_is_named_and_the_rest_is_read(store: Store, secret: str) -> None:
    names = [store.add(each) for each in many(6)]
    (store.folder / names[0]).write_bytes(b"")
    raw = (store.folder / names[1]).read_bytes()
    (store.folder / names[1]).write_bytes(raw[:-40])
    (store.folder / names[2]).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    (store.folder / names[3]).unlink()
    os.mkfifo(store.folder / names[3])  # would wait for ever
    (store.folder / names[4]).unlink()
    (store.folder / names[4]).symlink_to("/etc/passwd")
    other = keys.encrypt(b"{}", keys.public_half(secret))
    (store.folder / ("0" * 32)).write_bytes(other)  # well encrypted, no entry
    (store.folder / "notitie.txt").write_text("hoort hier niet")
    contents = store.read(secret)
    assert [kept.name for kept in contents.kept] == [names[5]]
    assert sorted(contents.damaged) == sorted([*names[:5], "0" * 32])


def test_a_swapped_key_is_seen(store: Store, secret: str) -> None:
    assert store.is_own(secret)
    (store.folder / RECIPIENT).write_text(keys.make("van een ander").recipient)
    assert not store.is_own(secret)
    name = store.add(entry())
    assert store.read(secret).damaged == (name,)


def test_broken_keys_are_said(store: Store) -> None:
    for name, content in ((RECIPIENT, b"age1onzin"), (RECIPIENT, b"\xff\xfe"), (RECIPIENT, b"")):
        (store.folder / name).write_bytes(content)
        with pytest.raises(keys.BadKeys):
            store.add(entry())
    (store.folder / IDENTITY).write_bytes(b"onzin")
    with pytest.raises(keys.BadKeys):
        store.secret(PASSPHRASE)


def test_off_keeps_what_is_there(store: Store, secret: str) -> None:
    store.add(entry())
    store.switch_off()
    assert (store.exists, store.is_on) == (True, False)
    store.switch_on(None)
    assert store.is_on
    assert len(store.read(secret).entries) == 1


def test_forgetting_one_and_all(store: Store, secret: str) -> None:
    names = [store.add(each) for each in many(WORTH_CACHING + 1)]
    store.read(secret)
    assert (store.folder / CACHE).exists()
    store.forget(names[:2])
    assert not (store.folder / CACHE).exists()  # it held them too
    assert set(store.names()) == set(names[2:])
    assert everything(store.folder / files.MOVING) == []
    store.forget_all()
    assert not store.folder.exists()
    assert not store.folder.parent.exists()
    assert not store.exists


def test_a_forgetting_that_was_broken_off_goes_on(store: Store, secret: str) -> None:
    names = [store.add(each) for each in many(3)]
    (store.folder / FORGETTING).touch()
    (store.folder / IDENTITY).unlink()
    assert not store.is_on
    store.finish_forgetting()
    assert not store.folder.exists()
    store.switch_on("helemaal opnieuw begonnen")
    assert store.names() == []
    assert names


def test_leftovers_of_a_dead_process_are_cleared_away(store: Store) -> None:
    for name in (".new-x", "a" * 32):
        (store.folder / files.MOVING / name).write_bytes(b"half")
    store.add(entry())
    assert everything(store.folder / files.MOVING) == []


def test_a_broken_cache_is_no_trouble_and_forgotten_entries_do_not_come_back(store: Store, secret: str) -> None:
    names = [store.add(each) for each in many(WORTH_CACHING)]
    (store.folder / CACHE).write_bytes(b"onzin")
    assert len(store.read(secret).kept) == WORTH_CACHING
    cache = (store.folder / CACHE).read_bytes()
    store.forget(names[:1])
    (store.folder / CACHE).write_bytes(cache)  # as by a reader that was slow
    assert len(store.read(secret).kept) == WORTH_CACHING - 1


def test_a_long_journal_is_decrypted_once(store: Store, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # a thousand times; tested elsewhere
    for each in many(YEARS):
        store.add(each)
    opened: list[int] = []
    real = keys.Opener.decrypt

    def counted(self: keys.Opener, data: bytes) -> bytes:
        opened.append(len(data))
        return real(self, data)

    monkeypatch.setattr(keys.Opener, "decrypt", counted)
    assert len(store.read(secret).kept) == YEARS
    assert len(opened) == YEARS
    opened.clear()
    store.add(entry())
    assert len(store.read(secret).kept) == YEARS + 1
    assert len(opened) == 2  # the cache, and the one that is new


def test_a_clock_that_jumped_back_loses_nothing(store: Store, secret: str) -> None:
    store.add(entry(moment=START))
    store.add(entry(moment=START - timedelta(days=4000)))
    assert [kept.entry.moment.year for kept in store.read(secret).kept] == [2015, 2026]


def test_many_processes_at_once(store: Store, secret: str) -> None:
    writers = [
        subprocess.Popen([sys.executable, HERE / "writing.py", store.folder, "25"], cwd=HERE.parents[1])
        for _ in range(4)
    ]
    assert [writer.wait(120) for writer in writers] == [0] * 4
    contents = store.read(secret)
    assert len(contents.kept) == 100
    assert contents.damaged == ()


def test_it_waits_for_another_and_not_for_ever(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.05)
    with files.locked(store.folder), pytest.raises(files.Busy):
        store.add(entry())
    store.add(entry())


def test_a_full_disk_and_a_disk_that_cannot_be_written() -> None:
    """On a small disk of its own, which only that process sees; no root is needed where the kernel lets users do so."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", *user, "--mount", "--", sys.executable, str(HERE / "full_disk.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["full:", "ok", "read-only:", "ok"]


def test_the_standard_program_reads_it(store: Store, secret: str, tmp_path: Path) -> None:
    """Nobody is locked in: `age --decrypt -i identity FILE` asks for the passphrase at the terminal."""
    name = store.add(entry(words="de afwas"))
    out = tmp_path / "out.json"
    program = shutil.which("age")
    assert program, "age is missing; on Debian: apt install age"
    command = [program, "--decrypt", "-i", str(store.folder / IDENTITY), "-o", str(out), str(store.folder / name)]
    process, terminal = pty.fork()
    if process == 0:
        os.execv(program, command)
    told = b""
    while b"passphrase" not in told:
        told += os.read(terminal, 1000)
    os.write(terminal, PASSPHRASE.encode() + b"\n")
    try:
        while os.read(terminal, 1000):
            pass
    except OSError:  # the end, as Linux tells it
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert decode(out.read_bytes()) == entry(words="de afwas")
