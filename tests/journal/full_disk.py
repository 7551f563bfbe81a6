"""A journal on a disk of 64 KiB, then on one that cannot be written: in a mount namespace of its own."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sample import PASSPHRASE, many, quick_journal

from assistant.journal import files
from assistant.journal.store import Store
from assistant.trouble import ExitCode

ROW = (
    "Gisteren hadden we ruzie over de afwas. Ik zei dat hij nooit iets doet, ik werd steeds harder. "
    "Hij zei ja maar ik wilde net beginnen, en toen zei hij niets meer en liep hij naar boven."
)


def fill(store: Store) -> int:
    for number, each in enumerate(many(200)):
        try:
            store.add(each)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return number
    return 200


def full(store: Store, secret: str) -> None:
    """A full disk spoils nothing that is there, and keeps nobody from forgetting."""
    written = fill(store)
    assert 5 < written < 100, written
    contents = store.read(secret)
    assert (len(contents.kept), contents.damaged) == (written, ())
    identity = (store.folder / "identity").read_bytes()
    try:
        store.change_passphrase(secret, "past er niet meer bij")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        assert (store.folder / "identity").read_bytes() == identity
    assert os.listdir(store.folder / files.MOVING) == []
    reflect(store, ExitCode.CANNOT_WRITE)
    store.forget(store.names()[:2])
    assert len(store.read(secret).kept) == written - 2


def reflect(store: Store, code: ExitCode) -> None:
    """The answer is given, and one line says that it could not be kept."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "--silent", "--text", "-"], input=ROW, capture_output=True, text=True,
        check=False, env={**os.environ, "XDG_DATA_HOME": str(store.folder.parents[1])},
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "Wat ik hoor" in done.stdout, done.stdout
    assert "kon niet worden geschreven" in " ".join(done.stderr.split()), done.stderr
    assert "Traceback" not in done.stderr


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        disk = Path(place)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "none", disk], check=True)
        try:
            store = Store(quick_journal(disk / "verbonden" / "store"))
            secret = store.secret(PASSPHRASE)
            full(store, secret)
            print("full: ok")
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            before = store.read(secret)
            assert before.kept
            reflect(store, ExitCode.CANNOT_WRITE)
            assert store.read(secret) == before
            print("read-only: ok")
        finally:
            subprocess.run(["umount", "-l", disk], check=True)


if __name__ == "__main__":
    main()
