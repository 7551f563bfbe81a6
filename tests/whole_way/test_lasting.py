"""Nothing that was said is lost: killed in mid-sentence, and a microphone that is pulled out. In real time."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import virtual_sound
from terminal import Terminal, terminal
from virtual_sound import SoundServer

from assistant.conversation.lasting import joined
from assistant.conversation.script import Heard
from assistant.hearing.spool import leftovers
from assistant.hearing.transcript import Transcript, Word

Speak = Callable[..., Path]
FIRST = "gisteren hadden we ruzie over de afwas, ik zei dat hij nooit iets doet en ik werd steeds harder"
REST = "toen zei hij niets meer en hij liep naar boven, ik ben klaar"


@pytest.fixture
def no_leftovers() -> Iterator[None]:
    for file in leftovers():
        file.unlink()
    yield
    for file in leftovers():
        file.unlink()


def killed_in_mid_sentence(server: SoundServer, sound: Path) -> Path:
    listener = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "reflect", "--once", "--silent"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert listener.stderr
        while "Ik luister" not in (line := listener.stderr.readline()):
            assert line
        server.play(sound).wait(timeout=30)
        time.sleep(1.2)
    finally:
        listener.kill()
        listener.communicate(timeout=20)
    (left,) = leftovers()
    return left


def speaking(screen: Terminal, server: SoundServer, sound: Path) -> None:
    screen.until("Vertel maar verder")
    screen.until("Ik luister", 30)
    time.sleep(0.5)
    with server.play(sound):
        screen.until("Wat ik hoor", 90)


@pytest.mark.usefixtures("no_leftovers")
def test_the_next_start_goes_on_with_what_was_killed(sound_server: SoundServer, say: Speak) -> None:
    left = killed_in_mid_sentence(sound_server, say(FIRST))
    with terminal("reflect", "--once", "--silent", "--patience", "3") as screen:
        screen.until("(ja, later, of weg)")
        assert "waar nog geen antwoord op kwam" in screen.text()
        screen.type("ja\n")
        speaking(screen, sound_server, say(REST))
        assert screen.end() == 0
        assert "steeds harder" in screen.text()
        assert "naar boven" in screen.text()
    assert not left.exists()
    assert leftovers() == []


@pytest.mark.usefixtures("no_leftovers")
def test_later_keeps_it_weg_deletes_it_and_audio_answers_it(sound_server: SoundServer, say: Speak) -> None:
    left = killed_in_mid_sentence(sound_server, say(FIRST + " " + REST.removesuffix(", ik ben klaar")))
    for answer, there in (("later\n", True), ("\n", True)):
        with terminal("reflect", "--once", "--silent") as screen:
            screen.until("(ja, later, of weg)")
            screen.type(answer)
            screen.until("ik bewaar het")
        assert left.exists() is there
    kept = left.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "--audio", str(left), "--once", "--silent"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not left.exists()  # it got its answer
    left.write_bytes(kept)
    with terminal("reflect", "--once", "--silent") as screen:
        screen.until("(ja, later, of weg)")
        screen.type("weg\n")
        screen.until("Het is weg.")
    assert not left.exists()


@pytest.mark.usefixtures("no_leftovers")
def test_a_microphone_that_is_pulled_out_and_the_rest_is_typed(say: Speak) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="vs-") as folder,
        virtual_sound.sound_server(Path(folder)) as server,
        terminal("reflect", "--once", "--silent", "--patience", "20", **server.environment) as screen,
    ):
        begin(screen)
        server.play(say(FIRST)).wait(timeout=30)
        screen.until("steeds harder", 30)
        server.stop()
        screen.until("of druk op Enter en typ de rest", 30)
        screen.type("\n")
        screen.until("Typ maar")
        screen.type("toen zei hij niets meer en hij liep naar boven\n\n")
        screen.until("Wat ik hoor")
        assert screen.end() == 0
    assert leftovers() == []


@pytest.mark.usefixtures("no_leftovers")
def test_a_microphone_that_is_put_back_is_listened_to_again(say: Speak) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="vs-") as folder,
        virtual_sound.sound_server(Path(folder)) as server,
        terminal("reflect", "--once", "--silent", "--patience", "20", **server.environment) as screen,
    ):
        begin(screen)
        server.play(say(FIRST)).wait(timeout=30)
        screen.until("steeds harder", 30)
        server.stop()
        screen.until("De microfoon is weggevallen", 30)
        again = virtual_sound.start(Path(folder), server.environment)
        try:
            screen.until("Ik hoor je weer", 30)
            with again.play(say(REST)):
                screen.until("Wat ik hoor", 60)
        finally:
            again.stop()
        assert screen.end() == 0
        assert "naar boven" in screen.text()


@pytest.mark.usefixtures("no_leftovers")
def test_a_microphone_that_is_pulled_out_before_a_word(say: Speak) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="vs-") as folder,
        virtual_sound.sound_server(Path(folder)) as server,
        terminal("reflect", "--once", "--silent", **server.environment) as screen,
    ):
        begin(screen)
        time.sleep(1.0)
        server.stop()
        screen.until("of druk op Enter en typ de rest", 30)
        screen.type("\n")
        screen.until("Typ maar")
        screen.type("hij zei dat ik nooit iets doe, ik werd boos, toen liep ik weg en zei niets meer\n\n")
        screen.until("Wat ik hoor")
        assert screen.end() == 0


def begin(screen: Terminal) -> None:
    """Get past the remark about the bundled model, to where it listens."""
    answered: set[str] = set()
    end = time.monotonic() + 60
    while "Ik luister" not in screen.text():
        assert time.monotonic() < end, screen.text()
        screen.look()
        for question, reply in (("(ja/nee)", "nee\n"), ("typen (t)", "p\n")):
            if question in screen.text() and question not in answered:
                answered.add(question)
                screen.type(reply)


def test_two_pieces_of_an_account_become_one() -> None:
    one = Heard("we hadden ruzie", Transcript((Word("ruzie", 0.5, 1.0, 1.0),)))
    two = Heard("over de afwas", Transcript((Word("afwas", 0.2, 0.8, 0.9),)), sure=False)
    both = joined(one, two)
    assert both
    assert both.text == "we hadden ruzie\nover de afwas"
    assert [(word.text, word.start) for word in both.transcript.words] == [("ruzie", 0.5), ("afwas", 3.2)]
    assert not both.sure
    assert (joined(None, two), joined(one, None), joined(None, None)) == (two, one, None)
