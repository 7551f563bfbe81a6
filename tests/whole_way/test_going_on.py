"""Going on with an account that broke off, at a terminal, faster than real time: only PortAudio is replaced."""

from __future__ import annotations

import contextlib
import shutil
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from terminal import Terminal, at_a_terminal

from assistant.trouble import ExitCode

Speak = Callable[..., Path]
FIRST = "gisteren hadden we ruzie over de afwas, ik zei dat hij nooit iets doet en ik werd steeds harder"
REST = "toen zei hij niets meer en hij liep naar boven, ik ben klaar"
PROJECT = Path(__file__).resolve().parents[2]
SPOKEN = """
import sys
from pathlib import Path
from file_microphone import FileMicrophone
FileMicrophone(Path(sys.argv.pop(1))).plug_in()
from assistant.cli import main
main()
"""


@pytest.fixture
def old(say: Speak, tmp_path: Path) -> Path:
    """A recording that got no answer, the only one in its folder."""
    file = tmp_path / "verbonden" / "opnames" / "opname-20261201-210500-abc.wav"
    file.parent.mkdir(parents=True)
    shutil.copyfile(say(FIRST), file)
    return file


@contextlib.contextmanager
def spoken_to(sound: Path, old: Path, *options: str) -> Iterator[Terminal]:
    """Run `verbonden --once --silent` at a terminal, with a file that is spoken into its microphone."""
    environment = {"XDG_STATE_HOME": str(old.parents[2]), "PYTHONPATH": f"{PROJECT}:{PROJECT}/tests", "COLUMNS": "80"}
    command = [sys.executable, "-c", SPOKEN, str(sound), "reflect", "--once", "--silent", *options]
    with at_a_terminal(command, **environment) as screen:
        yield screen


def test_both_pieces_are_answered_and_neither_stays(old: Path, say: Speak) -> None:
    with spoken_to(say(REST), old) as screen:
        screen.until("(ja, later, of weg)")
        screen.type("ja\n")
        screen.until("Wat ik hoor", 120)
        assert screen.end() == 0
        assert "steeds harder" in screen.text()
        assert "naar boven" in screen.text()
    assert list(old.parent.iterdir()) == []


def test_ctrl_c_before_a_word_of_the_rest_leaves_the_first_piece(old: Path, tmp_path: Path) -> None:
    silence = tmp_path / "stil.wav"
    with wave.open(str(silence), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"\1\0\2\0" * 8000)
    with spoken_to(silence, old, "--patience", "60") as screen:
        screen.until("(ja, later, of weg)")
        screen.type("ja\n")
        screen.until("Ik luister. Vertel maar", 120)
        screen.until("●")  # from here Ctrl-C ends the turn
        screen.interrupt()
        assert screen.end() == ExitCode.INTERRUPTED
        assert "Van nu is niets bewaard. Wat je eerder vertelde, staat nog in" in screen.text()
    assert list(old.parent.iterdir()) == [old]
