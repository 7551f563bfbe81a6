"""Proof that it keeps quiet: no connection to anywhere, and nothing of what was said is left in any file.

The program runs as a user runs it, in an empty home with its own temporary folder, under `strace`.
What a person says here are words that stand nowhere in the program, so that they can be searched for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from virtual_sound import SoundServer, need

from assistant import resources
from assistant.hearing.recogniser import hear_file

ROW = (
    "Gisteren hadden we ruzie over de kattenbak in Zierikzee. Ik zei dat hij nooit iets doet, ik werd steeds harder. "
    "Hij zei ja maar ik wilde net beginnen, en toen zei hij niets meer en liep hij naar boven."
)
LITTLE = "We hebben ruzie gehad over de kattenbak. Meer zeg ik niet."
TELLING = ("kattenbak", "Zierikzee", "steeds harder", "wilde net beginnen")
Speak = Callable[..., Path]
PASSPHRASE = "vier gewone woorden hier"
QUICK = Path(__file__).resolve().parents[1] / "journal" / "quick"
SPEAKS_TO = re.compile(r"(?:connect|sendto|sendmsg|bind)\(.*?sa_family=(AF_\w+)(.*)")
OWN_SOUND = re.compile(r'(?:/native|/pipewire-\d+|/jack_default_\d+_\d+)"')
"""PulseAudio, PipeWire, and JACK, which PortAudio also looks for: sockets of this machine."""


@dataclass(frozen=True)
class Place:
    """An empty home, with a temporary folder beside it."""

    home: Path
    temporary: Path

    @property
    def environment(self) -> dict[str, str]:
        """Only what a shell gives; none of the tests' own folders."""
        kept = {name: os.environ[name] for name in os.environ if name.startswith(("PULSE_", "ALSA_", "PATH", "LANG"))}
        return {**kept, "HOME": str(self.home), "TMPDIR": str(self.temporary)}

    def run(self, *words: str | Path, text: str = "", before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*before, sys.executable, "-m", "assistant.cli", *map(str, words)],
            input=text, capture_output=True, text=True, timeout=200, check=False, env=self.environment,
            cwd=self.temporary,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done

    def files(self) -> list[Path]:
        """Every file there is in the home and in the temporary folder."""
        return sorted(path for top in (self.home, self.temporary) for path in top.rglob("*") if not path.is_dir())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "home", tmp_path / "temporary")
    place.home.mkdir()
    place.temporary.mkdir()
    return place


def with_journal(place: Place) -> Path:
    """Switch the journal on, with the key for tests; return its folder."""
    store = place.home / ".local" / "share" / "verbonden" / "store"
    store.mkdir(mode=0o700, parents=True)
    for name in ("identity", "recipient"):
        shutil.copyfile(QUICK / name, store / name)
    return store


def traced(place: Place, log: Path, *words: str | Path, text: str = "") -> list[str]:
    """Run a command and all its children under strace; return every address that it spoke to."""
    tracer = (need("strace"), "-f", "-qq", "-s", "200", "-e", "trace=%network", "-o", str(log))
    place.run(*words, text=text, before=tracer)
    return [" ".join(match) for match in SPEAKS_TO.findall(log.read_text(errors="replace"))]


def commands(place: Place, spoken: Path) -> list[tuple[tuple[str | Path, ...], str]]:
    """Return all ways through the program, with what is typed; the journal is on."""
    return [
        (("reflect", "--text", "-", "--silent", "--save-speech", place.home / "uit.wav"), ROW),
        (("reflect", "--audio", spoken, "--silent"), ""),
        (("reflect", "--text", "-", "--json", "--keep-words"), ROW),
        (("reflect", "--keyboard", "--silent"), f"{ROW}\n\nik was bang dat hij wegging\nja\ndat hij blijft\nnee\n"),
        (("checkin", "--keyboard"), "een drie\nhij liep weg toen ik iets zei\nmorgen samen wandelen\n"),
        (("model", "list"), ""),
        (("hear", spoken), ""),
        (("say", "Goedenavond."), ""),
        (("journal", "list"), PASSPHRASE),
        (("journal", "trends", "--silent"), PASSPHRASE),
        (("journal", "trends", "--html", place.home / "bladzijde.html"), PASSPHRASE),
        (("journal", "export", place.home / "uit.md"), PASSPHRASE),
        (("journal", "forget", "--all", "--yes"), ""),
    ]


def test_it_speaks_to_nothing_but_the_sound_server(
    place: Place, sound_server: SoundServer, say: Speak, tmp_path: Path
) -> None:
    spoken = say("gisteren hadden we ruzie over de afwas ik werd boos en hij liep weg naar boven en zei niets meer")
    with_journal(place)
    heard_sound = False
    for number, (words, text) in enumerate(commands(place, spoken)):
        for address in traced(place, tmp_path / f"{number}.strace", *words, text=text):
            assert address.startswith("AF_UNIX"), f"{words}: {address}"
            assert OWN_SOUND.search(address), f"{words}: {address}"
            heard_sound = heard_sound or "native" in address
    assert heard_sound  # it did speak through the loudspeaker, so strace saw what there is to see


def test_strace_would_have_seen_it(place: Place, tmp_path: Path) -> None:
    """The proof can fail: a program that does look outside is found out."""
    log = tmp_path / "strace"
    code = (
        "import socket; s=socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('127.0.0.1', 9)); s.send(b'x')"
    )
    subprocess.run(
        [need("strace"), "-f", "-qq", "-e", "trace=%network", "-o", log, sys.executable, "-c", code], check=True
    )
    assert any(match[0] == "AF_INET" for match in SPEAKS_TO.findall(log.read_text()))


def test_it_does_its_work_where_there_is_no_network_at_all(place: Place) -> None:
    """In a namespace of its own, without a single interface that is up."""
    with_journal(place)
    alone = (need("unshare"), *(() if os.geteuid() == 0 else ("--map-root-user",)), "--net", "--")
    done = place.run("reflect", "--text", "-", "--silent", text=ROW, before=alone)
    assert "Wat ik hoor" in done.stdout
    assert place.run("journal", "list", text=PASSPHRASE, before=alone).stdout.count("\n") == 1


def secrets(content: bytes) -> list[str]:
    """Return the telling words in a file, in any form that a program writes text in."""
    found = []
    for word in TELLING:
        forms = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")]
        forms += [form.lower() for form in forms]
        if any(form in content or form in content.lower() for form in forms):
            found.append(word)
    return found


def test_with_the_journal_off_no_file_is_left_at_all(place: Place, sound_server: SoundServer, say: Speak) -> None:
    spoken = say("gisteren hadden we ruzie over de afwas ik werd boos en hij liep weg naar boven en zei niets meer")
    place.run("reflect", "--text", "-", text=LITTLE)  # aloud: sound is made in files, played, removed
    place.run("reflect", "--text", "-", "--silent", text=ROW)
    place.run("reflect", "--audio", spoken, "--silent")
    place.run("reflect", "--text", "-", "--json", text=ROW)
    place.run("journal")
    listened = during_a_spoken_account(place, sound_server, spoken)
    assert any(path.suffix == ".wav" for path in listened)  # while it listens there is a recording, so this can fail
    # PulseAudio's own client library keeps a cookie; it is no file of Verbonden and holds nothing that was said
    left = [path for path in place.files() if "pulse" not in path.parts]
    assert left == []
    assert [path for path in place.files() if secrets(path.read_bytes())] == []


def during_a_spoken_account(place: Place, server: SoundServer, spoken: Path) -> list[Path]:
    """Tell an account into the microphone; return the files that there were meanwhile."""
    listener = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "--silent", "--patience", "1.5"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=place.environment, cwd=place.temporary,
    )  # fmt: skip
    try:
        time.sleep(2.0)
        playing = server.play(spoken)
        time.sleep(2.5)
        meanwhile = place.files()
        playing.wait(timeout=60)
        shown, told = listener.communicate(timeout=100)
    finally:
        listener.kill()
    assert listener.returncode == 0, told
    assert shown
    return meanwhile


def test_with_the_journal_on_only_what_is_encrypted_is_left(place: Place) -> None:
    store = with_journal(place)
    place.run("reflect", "--text", "-", "--silent", "--keep-words", text=ROW)
    place.run("journal", "list", text=PASSPHRASE)
    left = place.files()
    assert {path.parent for path in left} == {store}
    assert sorted(path.name for path in left if len(path.name) != 32) == ["identity", "lock", "recipient"]
    assert len(left) == 4
    assert [path for path in left if secrets(path.read_bytes())] == []
    shown = place.run("journal", "show", next(path.name for path in left if len(path.name) == 32), text=PASSPHRASE)
    assert secrets(shown.stdout.encode())  # it is there, for its owner
    place.run("journal", "forget", "--all", "--yes")
    assert place.files() == []


def test_no_word_shows_in_the_process_list_or_in_what_children_get(place: Place, tmp_path: Path) -> None:
    """Every program that is started, with its arguments and its environment, as strace sees them."""
    log = tmp_path / "strace"
    tracer = (need("strace"), "-f", "-qq", "-v", "-s", "4000", "-e", "trace=execve", "-o", str(log))
    place.run("reflect", "--text", "-", "--save-speech", place.home / "uit.wav", "--silent", text=ROW, before=tracer)
    started = log.read_bytes()
    assert started.count(b"execve(") >= 2  # itself, and the child that renders speech
    assert secrets(started) == []
    assert b"kring" not in started  # nor of what is answered


def test_the_shell_keeps_nothing(place: Place) -> None:
    """What is typed at the program is no line of the shell; its history holds the command and no more."""
    story, history = place.temporary / "v.txt", place.home / ".bash_history"
    story.write_text(ROW)
    lines = (
        f"HISTFILE={history}",
        f"{sys.executable} -m assistant.cli --silent --text {story}",
        f"{sys.executable} -m assistant.cli --silent --text - < {story}",
        "history -w",
    )
    typed = subprocess.run(
        ["bash", "--norc", "-i"], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=100,
        check=False, env=place.environment,
    )  # fmt: skip
    assert typed.stdout.count("Wat ik hoor") == 2
    assert "--text -" in history.read_text()
    assert secrets(history.read_bytes()) == []


def test_the_telling_words_stand_nowhere_in_the_program() -> None:
    """Else their absence would prove nothing."""
    for path in [*resources.PACKAGE.rglob("*.toml"), *resources.folder("prompts/nl").rglob("*.toml")]:
        assert "kattenbak in Zierikzee" not in path.read_text(encoding="utf-8")


def test_there_is_no_core_dump_and_no_reading_along() -> None:
    """`guard.protect` in a process of its own: dumps are off, and other programs of the user cannot look in."""
    code = (
        "import resource, ctypes; from assistant.journal import guard; guard.protect(sound=True);"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)); locked = guard.protect();"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), int(locked));"
        "print([line for line in open('/proc/self/status') if line.startswith('VmLck')][0].split()[1])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    with_sound, core, dumpable, locked, kilobytes = done.stdout.split()
    assert with_sound == "1"
    assert (core, dumpable) == ("0", "0")
    assert (int(kilobytes) > 1000) == bool(int(locked))


def test_without_a_home_it_still_answers_and_makes_none(place: Place) -> None:
    gone = Place(place.home / "nowhere", place.temporary)
    assert "Wat ik hoor" in gone.run("reflect", "--text", "-", "--silent", text=ROW).stdout
    assert not gone.home.exists()


def test_the_trends_are_spoken(place: Place, sound_server: SoundServer, tmp_path: Path, bundled_model: object) -> None:
    """What the journal shows is heard through the loudspeaker, and understood."""
    with_journal(place)
    with sound_server.recording(tmp_path / "heard.wav") as recorded:
        shown = place.run("journal", "trends", text=PASSPHRASE).stdout
    assert "Er staat nog niets in je dagboek" in shown
    heard = hear_file(recorded, bundled_model).text
    assert "er staat nog niets" in heard
