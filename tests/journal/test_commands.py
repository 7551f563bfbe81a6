"""The journal as a user meets it: processes of their own, real files."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sample import PASSPHRASE, many, quick_journal

from assistant.journal import Outcome, keep, ring
from assistant.journal.keys import Opener
from assistant.journal.store import CACHE, WORTH_CACHING, Store
from assistant.trouble import ExitCode, Trouble

ROW = (
    "Gisteren hadden we ruzie over de afwas. Ik zei dat hij nooit iets doet, ik werd steeds harder. "
    "Hij zei ja maar ik wilde net beginnen, en toen zei hij niets meer en liep hij naar boven."
)
DANGER = "Hij heeft mij geslagen, in mijn gezicht, en ik ben bang voor hem."


def verbonden(
    home: Path, *words: str | Path, text: str = "", code: ExitCode = ExitCode.OK
) -> subprocess.CompletedProcess[str]:
    """Run the command in a home of its own; check its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", *map(str, words)],
        input=text, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stderr
    return done


def journal(home: Path, *words: str | Path, more: str = "", code: ExitCode = ExitCode.OK) -> tuple[str, str]:
    """Run a command of the journal with its passphrase; return both streams, each in one line."""
    done = verbonden(home, "journal", *words, text=f"{PASSPHRASE}\n{more}", code=code)
    return done.stdout, " ".join(done.stderr.split())


@pytest.fixture
def on(tmp_path: Path) -> Path:
    quick_journal(tmp_path / "verbonden" / "store")
    return tmp_path


def test_a_real_passphrase_from_beginning_to_end(tmp_path: Path) -> None:
    _, told = journal(tmp_path, "on", more=f"{PASSPHRASE}\n")
    assert "nooit meer bij" in told  # that a lost passphrase is final was said, and before it was set
    assert told.index("nooit meer bij") < told.index("Je dagboek staat aan")
    name = keep_one(tmp_path)
    assert journal(tmp_path, "list")[0].startswith(name[:8])
    verbonden(tmp_path, "journal", "list", text="een andere zin\n", code=ExitCode.JOURNAL_LOCKED)


def test_off_by_default_and_nothing_is_made(tmp_path: Path) -> None:
    assert "geen dagboek" in verbonden(tmp_path, "journal").stdout
    verbonden(tmp_path, "--text", "-", "--silent", text=ROW)
    assert list(tmp_path.iterdir()) == []
    for words in (("list",), ("show", "a"), ("trends",), ("export", tmp_path / "x.md"), ("passphrase",)):
        assert "journal on" in journal(tmp_path, *words, code=ExitCode.JOURNAL_OFF)[1]
    done = verbonden(tmp_path, "--text", "-", "--keep-words", text=ROW, code=ExitCode.JOURNAL_OFF)
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_from_on_to_forgotten(on: Path, tmp_path: Path) -> None:
    done = verbonden(on, "--text", "-", "--silent", text=ROW)
    assert "Dit gesprek staat in je dagboek" in " ".join(done.stderr.split())
    verbonden(on, "--text", "-", "--silent", "--keep-words", text=ROW)
    verbonden(on, "--text", "-", "--silent", "--no-journal", text=ROW)
    listed = journal(on, "list")[0].splitlines()
    assert len(listed) == 2
    assert all("aandringen en afstand, het huishouden" in line for line in listed)
    shown = [journal(on, "show", line.split()[0])[0] for line in listed]
    assert sorted("afwas" in " ".join(text.split()) for text in shown) == [False, True]
    assert "Een voorzet: " in shown[0]
    assert "twee gesprekken" in journal(on, "trends", "--silent")[0]
    assert json.loads(journal(on, "trends", "--json")[0])["entries"] == 2
    for name in ("uit.md", "uit.json", "uit.html"):
        file = tmp_path / name
        told = journal(on, *(("trends", "--html", file) if name.endswith("html") else ("export", file)))[1]
        assert "niet versleuteld" in told
        assert file.stat().st_mode & 0o077 == 0
    assert len(json.loads((tmp_path / "uit.json").read_text())) == 2
    assert "afwas" in (tmp_path / "uit.md").read_text()
    journal(on, "export", tmp_path / "uit.md", code=ExitCode.CANNOT_WRITE)
    journal(on, "export", tmp_path / "uit.doc", code=ExitCode.USAGE)

    first = listed[0].split()[0]
    assert "Er is niets weggehaald" in journal(on, "forget", first, more="nee\n")[1]
    told = journal(on, "forget", first, more="ja\n")[1]
    assert "reservekopie" in told
    assert "SSD" in told
    assert len(journal(on, "list")[0].splitlines()) == 1
    assert "niets weggehaald" in journal(on, "forget", "--since", "2999-01-01")[1]
    journal(on, "forget", "--since", "2020-01-01", "--yes")
    assert "niets in je dagboek" in journal(on, "list")[0]
    verbonden(on, "--text", "-", "--silent", text=ROW)
    verbonden(on, "journal", "forget", "--all", text="ja\n")  # a lost passphrase must not keep anybody from it
    assert not (on / "verbonden").exists()


def test_after_forgetting_the_rest_is_still_read_in_one_go(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    store = Store(on / "verbonden" / "store")
    names = [store.add(each) for each in many(WORTH_CACHING + 2)]
    verbonden(on, "journal", "list", text=f"{PASSPHRASE}\n")
    verbonden(on, "journal", "forget", names[0], "--yes", text=f"{PASSPHRASE}\n")
    cached = json.loads(Opener(store.secret(PASSPHRASE)).decrypt((store.folder / CACHE).read_bytes()))
    assert set(cached) == set(names[1:])
    verbonden(on, "journal", "forget", "--since", "2026-01-05", "--yes", text=f"{PASSPHRASE}\n")
    assert not (store.folder / CACHE).exists()  # so few need none


def test_wrong_words_say_what_to_do(on: Path) -> None:
    keep_one(on)
    done = verbonden(on, "journal", "list", text="een andere zin\n", code=ExitCode.JOURNAL_LOCKED)
    assert "past niet" in done.stderr
    verbonden(on, "journal", "list", text="", code=ExitCode.JOURNAL_LOCKED)
    verbonden(on, "journal", "list", text="\udcff\n".encode("utf-8", "surrogateescape").decode("latin-1"),
              code=ExitCode.JOURNAL_LOCKED)  # fmt: skip
    journal(on, "show", "zzz", code=ExitCode.NO_SUCH_ENTRY)
    journal(on, "show", "", code=ExitCode.NO_SUCH_ENTRY)
    for words in (("forget",), ("forget", "a", "--all"), ("forget", "--since", "gisteren"), ("onzin",)):
        journal(on, *words, code=ExitCode.USAGE)


def keep_one(home: Path) -> str:
    return Store(home / "verbonden" / "store").add(many(1)[0])


def test_another_passphrase(on: Path) -> None:
    keep_one(on)
    new = "heel iets anders nu"
    verbonden(on, "journal", "passphrase", text=f"{PASSPHRASE}\nkort\nkort\n", code=ExitCode.JOURNAL_LOCKED)
    verbonden(on, "journal", "passphrase", text=f"{PASSPHRASE}\n{new}\nniet gelijk\n", code=ExitCode.JOURNAL_LOCKED)
    journal(on, "list")
    verbonden(on, "journal", "passphrase", text=f"{PASSPHRASE}\n{new}\n{new}\n")
    journal(on, "list", code=ExitCode.JOURNAL_LOCKED)
    assert verbonden(on, "journal", "list", text=f"{new}\n").stdout.count("\n") == 1


def test_switched_off_nothing_is_added(on: Path) -> None:
    verbonden(on, "journal", "off")
    done = verbonden(on, "--text", "-", "--silent", text=ROW)
    assert "dagboek" not in done.stderr
    assert "staat uit" in verbonden(on, "journal").stdout
    assert Store(on / "verbonden" / "store").names() == []


def test_danger_is_not_kept_unless_its_owner_says_so(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verbonden(on, "--text", "-", "--silent", text=DANGER)
    store = Store(on / "verbonden" / "store")
    assert store.names() == []
    monkeypatch.setenv("XDG_DATA_HOME", str(on))
    entry = many(1)[0]
    danger = type(entry)(entry.moment, safety="violence")
    assert keep(danger) is Outcome.ASK_FIRST
    assert store.names() == []
    assert keep(danger, agreed=True) is Outcome.KEPT
    assert len(store.names()) == 1


def test_danger_is_asked_about_at_the_keyboard(on: Path, tmp_path: Path) -> None:
    """At a real terminal: "nee" keeps nothing, "ja" keeps it."""
    import pty

    story = tmp_path / "verhaal.txt"
    story.write_text(DANGER)
    for answer, count in (("nee", 0), ("ja", 1)):
        process, terminal = pty.fork()
        if process == 0:
            os.environ["XDG_DATA_HOME"] = str(on)
            os.execv(sys.executable, [sys.executable, "-m", "assistant.cli", "--silent", "--text", str(story)])
        told = b""
        while b"Typ ja om het" not in b" ".join(told.split()):
            told += os.read(terminal, 1000)
        time.sleep(0.2)
        os.write(terminal, answer.encode() + b"\n")
        try:
            while os.read(terminal, 1000):
                pass
        except OSError:
            pass
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
        assert len(Store(on / "verbonden" / "store").names()) == count


def test_a_damaged_entry_is_named_and_the_rest_is_shown(on: Path) -> None:
    name = keep_one(on)
    (on / "verbonden" / "store" / keep_one(on)).write_bytes(b"rommel")
    shown, told = journal(on, "list", code=ExitCode.JOURNAL_BROKEN)
    assert shown.startswith(name[:8])
    assert "beschadigd" in told


def test_a_swapped_key_is_told(on: Path) -> None:
    from assistant.journal.keys import make

    (on / "verbonden" / "store" / "recipient").write_text(make("van een ander").recipient)
    assert "iemand heeft de sleutel verwisseld" in journal(on, "list")[1]


def test_a_journal_that_cannot_be_written_costs_nobody_the_answer(on: Path) -> None:
    (on / "verbonden" / "store" / "recipient").write_text("onzin")
    done = verbonden(on, "--text", "-", "--silent", text=ROW, code=ExitCode.JOURNAL_BROKEN)
    assert "Wat ik hoor" in done.stdout
    assert "sleutel van je dagboek" in " ".join(done.stderr.split())


def test_where_tells_how_to_read_it_without_us(on: Path) -> None:
    told = verbonden(on, "journal", "where").stdout
    assert f"age --decrypt -i {on / 'verbonden' / 'store' / 'identity'}" in told
    assert re.search(r"geheugen", told)


def test_every_command_explains_itself(tmp_path: Path) -> None:
    for name in ("on", "off", "list", "show", "export", "forget", "passphrase", "where", "trends"):
        assert "Gebruik: " in verbonden(tmp_path, "journal", name, "--help").stdout
        assert name in verbonden(tmp_path, "journal", "--help").stdout


def test_without_a_keyring_it_says_so(on: Path) -> None:
    with pytest.raises(ring.NoRing):
        ring.get()
    assert "geen sleutelbos" in journal(on, "passphrase", "--keyring", code=ExitCode.JOURNAL_LOCKED)[1]


RING = """
import json, os
from keyring.backends import fail

FILE = os.environ["XDG_DATA_HOME"] + "/ring.json"
class Ring:
    def _all(self): return json.load(open(FILE)) if os.path.exists(FILE) else {}
    def get_password(self, service, user): return self._all().get(service + user)
    def set_password(self, service, user, word): json.dump({service + user: word}, open(FILE, "w"))
    def delete_password(self, service, user): os.unlink(FILE)
def get_keyring(): return Ring()
"""


def test_the_keyring_only_if_chosen(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring_for_tests(on, RING, monkeypatch)
    keep_one(on)
    verbonden(on, "journal", "list", text="", code=ExitCode.JOURNAL_LOCKED)
    journal(on, "passphrase", "--keyring")
    assert verbonden(on, "journal", "list").stdout.count("\n") == 1
    verbonden(on, "journal", "passphrase", "--no-keyring")
    verbonden(on, "journal", "list", text="", code=ExitCode.JOURNAL_LOCKED)
    assert not (on / "ring.json").exists()


def ring_for_tests(home: Path, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stand-in for the library `keyring` where the commands find it: a machine for tests has no keyring."""
    package = home / "lib" / "keyring"
    (package / "backends").mkdir(parents=True)
    (package / "__init__.py").write_text(code)
    (package / "backends" / "__init__.py").write_text("")
    for name in ("fail", "null"):
        (package / "backends" / f"{name}.py").write_text("class Keyring: pass\n")
    monkeypatch.setenv("PYTHONPATH", str(home / "lib"))


def test_no_keyring_where_there_is_no_journal_and_no_keyring(tmp_path: Path) -> None:
    _, told = journal(tmp_path, "passphrase", "--no-keyring")
    assert "Er is niets veranderd" in told
    assert "niet meer" not in told  # it never was
    assert list(tmp_path.iterdir()) == []


def test_no_keyring_where_the_journal_is_gone_takes_out_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring_for_tests(tmp_path, RING, monkeypatch)
    assert "geen wachtwoordzin van Verbonden" in journal(tmp_path, "passphrase", "--no-keyring")[1]
    (tmp_path / "ring.json").write_text(json.dumps({ring.SERVICE + ring.USER: PASSPHRASE}))
    assert "niet meer in de sleutelbos" in journal(tmp_path, "passphrase", "--no-keyring")[1]
    assert not (tmp_path / "ring.json").exists()
    assert not (tmp_path / "verbonden").exists()


def test_a_keyring_that_stays_shut_is_said(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal uses it no longer, but nobody is told that the passphrase is out of it."""
    ring_for_tests(on, RING.replace("return self._all().get", "raise OSError; return self._all().get"), monkeypatch)
    store = Store(on / "verbonden" / "store")
    store.choose_keyring(True)
    _, told = journal(on, "passphrase", "--no-keyring", code=ExitCode.JOURNAL_LOCKED)
    assert "kan er nog in staan" in told
    assert not store.uses_keyring
    store.choose_keyring(True)
    _, told = journal(on, "forget", "--all", "--yes")
    assert "kan er nog in staan" in told
    assert not (on / "verbonden").exists()


def test_what_was_already_so_is_said_as_such(tmp_path: Path) -> None:
    assert "Je hebt geen dagboek" in journal(tmp_path, "off")[1]
    told = journal(tmp_path, "forget", "--all", code=ExitCode.JOURNAL_OFF)[1]
    assert "niets weg te halen" in told
    assert "journal on" not in told
    quick_journal(tmp_path / "verbonden" / "store")
    assert "stond al aan" in journal(tmp_path, "on")[1]
    assert "Er staat nog niets in" in journal(tmp_path, "where")[0]
    keep_one(tmp_path)
    assert "één aantekening in," in journal(tmp_path, "where")[0]
    assert "één aantekening weg" in journal(tmp_path, "forget", "--since", "2020-01-01", more="nee\n")[1]
    assert "één aantekening, en de sleutel" in journal(tmp_path, "forget", "--all", more="nee\n")[1]
    assert "stond al uit" in [journal(tmp_path, "off")[1] for _ in range(2)][1]


def test_the_command_for_age_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    home = tmp_path / "Application Support"
    quick_journal(home / "verbonden" / "store")
    words = shlex.split(journal(home, "where")[0].splitlines()[-2])
    assert words == ["age", "--decrypt", "-i", str(home / "verbonden" / "store" / "identity"), "BESTAND"]


def test_a_wrong_call_names_the_help_of_its_own_command(tmp_path: Path) -> None:
    assert "verbonden journal show --help" in journal(tmp_path, "show", code=ExitCode.USAGE)[1]
    assert "verbonden journal --help" in journal(tmp_path, "lijst", code=ExitCode.USAGE)[1]
    assert "verbonden journal trends --help" in journal(tmp_path, "trends", "--pdf", code=ExitCode.USAGE)[1]


def test_a_mistyped_new_passphrase_may_be_typed_again_at_a_terminal(tmp_path: Path) -> None:
    import pty

    process, terminal = pty.fork()
    if process == 0:
        os.environ["XDG_DATA_HOME"] = str(tmp_path)
        os.execv(sys.executable, [sys.executable, "-m", "assistant.cli", "journal", "on"])
    told = b""
    for line in ("kort", PASSPHRASE, "iets heel anders", PASSPHRASE, PASSPHRASE):
        begun = len(told)
        while not re.search(rb"(niet|zin)\)?: $", told[begun:]):
            told += os.read(terminal, 1000)
        os.write(terminal, line.encode() + b"\n")
    try:
        while more := os.read(terminal, 1000):
            told += more
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    text = " ".join(told.decode().split())
    assert "te kort" in text
    assert "niet gelijk" in text
    assert text.endswith("geluid bewaar ik nooit.")
    assert Store(tmp_path / "verbonden" / "store").secret(PASSPHRASE)


def test_no_trouble_is_raised_for_a_missing_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that cannot be: the answer comes, the journal says why not."""
    monkeypatch.setenv("XDG_DATA_HOME", "/proc/nowhere")
    from assistant.commands import journal_app

    with pytest.raises(Trouble) as raised, journal_app._writing():
        Store().switch_on(PASSPHRASE)
    assert raised.value.code is ExitCode.CANNOT_WRITE
