"""Sound that PortAudio lost, and a disk that fills up: said, and the turn goes on. Only PortAudio is replaced."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from file_microphone import FileMicrophone

from assistant.conversation.ears import MicrophoneEars
from assistant.conversation.screen import Screen
from assistant.conversation.script import Heard, Listen
from assistant.hearing import model, spool
from assistant.hearing.sound import Block
from assistant.hearing.turn import NoSpeech

STORY = "we hadden gisteren ruzie over de afwas"
Speak = Callable[..., Path]
Listened = Callable[..., "Heard | None"]


@pytest.fixture
def listened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listened]:
    """Return what is heard of a file that is spoken into the microphone."""
    ears = MicrophoneEars(model.choose(None, {}, None), Screen(), None, 1.0)

    def listen(path: Path, lost: tuple[int, ...] = (), request: Listen | None = None) -> Heard | None:
        FileMicrophone(path, lost).plug_in(monkeypatch.setattr)
        return ears.listen(request or Listen())

    yield listen
    ears.recordings.answered()


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_lost_sound_is_counted_and_said_and_the_words_go_on(
    listened: Listened, say: Speak, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = listened(say(STORY), lost=(5, 20, 21))
    assert heard
    assert heard.transcript.text == STORY
    line = "Het geluid haperde 3 keer; misschien heb ik daardoor een paar woorden gemist."
    assert told(capsys).count(line) == 1


def test_where_no_sound_was_lost_nothing_is_said(
    listened: Listened, say: Speak, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listened(say(STORY))
    assert "haperde" not in told(capsys)


@pytest.mark.parametrize("again", [False, True])
def test_it_is_said_too_where_no_word_was_left(
    again: bool, listened: Listened, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silence = tmp_path / "stil.wav"
    with wave.open(str(silence), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"\1\0\2\0" * 16000)
    if again:
        heard = listened(silence, lost=(3,), request=Listen(again=True, kind="answer"))
        assert heard
        assert heard.silent
    else:
        with pytest.raises(NoSpeech):
            listened(silence, lost=(3,))
    assert "Het geluid haperde 1 keer" in told(capsys)


def test_after_a_failure_nothing_waits_for_the_disk(
    listened: Listened, say: Speak, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The disk is not asked again, so no sound gathers in memory; twice in a conversation it is said once."""
    asked: list[Block] = []

    def broken(self: spool.Spool, block: Block) -> None:
        asked.append(block)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(spool.Spool, "write", broken)
    for _ in range(2):
        heard = listened(say(STORY))
        assert heard
        assert heard.transcript.text == STORY
    assert len(asked) == 2
    assert told(capsys).count("niet veilig bewaren, maar ik luister wel") == 1


FULL = """
import subprocess, sys
from pathlib import Path
state, path, size, project = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", state], check=True)
sys.path[:0] = [project, f"{project}/tests"]
from file_microphone import FileMicrophone
FileMicrophone(Path(path)).plug_in()
from assistant.cli import main
sys.argv[1:] = ["reflect", "--once", "--silent", "--no-journal"]
try:
    main()
finally:
    print("OVER:", *(file.name for file in Path(state).rglob("*") if file.is_file()))
"""
BEGINNING = "gisteren hadden we ruzie over de afwas"
REST = "ik zei dat hij nooit iets doet en ik werd steeds harder, toen zei hij niets meer en hij liep naar boven"


def with_pause(first: Path, second: Path, to: Path) -> int:
    """Write one file of two with a pause of 1.5 seconds between; return how many bytes come before the second."""
    with wave.open(str(first)) as one, wave.open(str(second)) as two, wave.open(str(to), "wb") as out:
        out.setparams(one.getparams())
        out.writeframes(one.readframes(one.getnframes()) + b"\1\0\2\0" * int(0.75 * one.getframerate()))
        before = 2 * out.getnframes()
        out.writeframes(two.readframes(two.getnframes()))
        return before


@pytest.mark.parametrize("at", ["start", "rest"])
def test_a_full_disk_is_said_at_once_and_the_account_is_answered(at: str, say: Speak, tmp_path: Path) -> None:
    """On a small disk of its own, which only that process sees."""
    state, path = tmp_path / "state", tmp_path / "verhaal.wav"
    state.mkdir()
    first = with_pause(say(BEGINNING), say(REST), path)
    size = 4096 if at == "start" else first + 3 * 44100  # what is recorded is up to two seconds ahead
    project = Path(__file__).resolve().parents[2]
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run(
        ["unshare", *user, "--mount", "--", sys.executable, "-c", FULL, state, path, str(size), project],
        capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "XDG_STATE_HOME": str(state)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stderr.split())
    line = "De schijf is vol, dus ik kan de opname niet verder bewaren. Vertel gerust door: ik luister gewoon."
    assert said.count(line) == 1, said
    assert said.index(line) < said.index("liep naar boven") < said.index("Ik denk even na")
    assert at == "start" or said.index("over de afwas") < said.index(line), said
    assert "Wat ik hoor" in done.stdout
    assert done.stdout.splitlines()[-1].split() == ["OVER:"]
