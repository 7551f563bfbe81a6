"""From sound to sound with real parts: espeak-ng, libvosk, PortAudio on a virtual sound server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from virtual_sound import SoundServer

from assistant.hearing.recogniser import hear_file
from assistant.hearing.spool import leftovers
from assistant.reflecting.wording import prompts
from assistant.trouble import ExitCode

Speak = Callable[..., Path]
VERBONDEN = [sys.executable, "-m", "assistant.cli"]
ACCOUNT = " ".join(prompts().wordings("demo/demo/account"))


def test_demo(tmp_path: Path) -> None:
    done = subprocess.run(
        [*VERBONDEN, "demo", "--silent", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ruzie" in done.stderr  # the words, as they were recognised
    assert "kring" in done.stdout  # the pattern, as it is told
    assert (tmp_path / "antwoord.wav").stat().st_size > 500_000


def test_the_answer_can_be_understood(bundled_model, tmp_path: Path, say: Speak) -> None:  # type: ignore[no-untyped-def]
    answer = tmp_path / "antwoord.wav"
    done = subprocess.run(
        [*VERBONDEN, "reflect", "--audio", str(say(ACCOUNT)), "--save-speech", str(answer), "--json"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["reading"]["pattern"] == "attack-defend-withdraw"
    assert said["reading"]["teller"] == "attack"
    assert said["heard"]["sure"]
    heard = hear_file(answer, bundled_model).text.split()
    spoken = " ".join(said["reflection"]["lines"]).lower().replace(",", "").replace(".", "").replace(":", "").split()
    assert len(set(heard) & set(spoken)) >= 0.7 * len(set(spoken))


def test_spoken_into_a_microphone_answered_through_a_loudspeaker(
    sound_server: SoundServer, say: Speak, tmp_path: Path, bundled_model: object
) -> None:
    """Real time: an account into the virtual microphone, its answer out of the virtual loudspeaker."""
    account = say(
        "gisteren hadden we ruzie over de afwas, ik zei dat hij nooit iets doet en ik werd steeds harder, "
        "toen zei hij niets meer en hij liep naar boven, ik ben klaar"
    )
    with sound_server.recording(tmp_path / "answer.wav") as recorded:
        listener = subprocess.Popen(
            [*VERBONDEN, "reflect", "--once", "--patience", "2.5"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            time.sleep(2.0)
            sound_server.play(account).wait(timeout=60)
            shown, told = listener.communicate(timeout=150)
        finally:
            listener.kill()
    assert listener.returncode == 0, told
    assert "verstaat alleen een computerstem" in " ".join(told.split())
    assert "Ik luister" in told
    assert "Wat ik hoor" in shown
    heard = hear_file(recorded, bundled_model).text
    assert "wat ik hoor" in heard
    assert leftovers() == []


def test_ctrl_c_ends_the_turn_and_what_was_said_counts(sound_server: SoundServer, say: Speak) -> None:
    listener = subprocess.Popen(
        [*VERBONDEN, "reflect", "--once", "--silent", "--patience", "30"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        time.sleep(2.0)
        sound_server.play(
            say("ik schreeuwde dat hij nooit iets doet in huis en toen liep hij boos weg en zei niets meer")
        ).wait(timeout=60)
        time.sleep(0.5)
        listener.send_signal(signal.SIGINT)
        shown, told = listener.communicate(timeout=60)
    finally:
        listener.kill()
    assert listener.returncode == 0, told
    assert shown.strip()


def test_ctrl_c_before_a_word_keeps_nothing_as_it_says(sound_server: SoundServer) -> None:
    listener = subprocess.Popen(
        [*VERBONDEN, "reflect", "--silent"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        time.sleep(3.0)
        listener.send_signal(signal.SIGINT)
        _, told = listener.communicate(timeout=60)
    finally:
        listener.kill()
    assert listener.returncode == ExitCode.INTERRUPTED, told
    assert "Er is niets bewaard" in told
    assert leftovers() == []


def test_what_was_said_and_not_answered_is_kept(sound_server: SoundServer, say: Speak) -> None:
    """The program is killed in mid-sentence: the next start says where the recording is."""
    listener = subprocess.Popen(
        [*VERBONDEN, "reflect", "--silent"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    playing = None
    try:
        time.sleep(2.0)
        playing = sound_server.play(say(ACCOUNT))
        time.sleep(4.0)
        listener.kill()
        listener.communicate(timeout=20)
        kept = leftovers()
        assert len(kept) == 1
        assert kept[0].stat().st_size > 100_000
        assert kept[0].stat().st_mode & 0o077 == 0
    finally:
        listener.kill()
        if playing:
            playing.kill()
            playing.wait(timeout=10)
        for file in leftovers():
            file.unlink()


@pytest.mark.parametrize("quiet", ["--json", "--silent"])
def test_unsure_words_get_no_reflection(quiet: str, tmp_path: Path, say: Speak) -> None:
    """English through the Dutch model: it says that it did not understand, and reflects on nothing."""
    english = say(
        "yesterday evening the children were playing in the garden while the thunder rolled over the distant hills",
        voice="en-us",
    )
    done = subprocess.run(
        [*VERBONDEN, "reflect", "--audio", str(english), quiet],
        capture_output=True, text=True, timeout=120, check=False, env=os.environ.copy(),
    )  # fmt: skip
    assert done.returncode in (ExitCode.UNSURE, ExitCode.NOT_DUTCH), done.stdout
    assert "Wat ik hoor" not in done.stdout
    if done.returncode == ExitCode.UNSURE:
        assert "Neem het nog eens op" in " ".join(done.stdout.split())  # a file cannot be told again
