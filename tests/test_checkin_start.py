"""A check-in asks nothing before it begins: what one should know is one line. At a terminal without a microphone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from terminal import terminal
from test_cli import verbonden

from assistant.hearing import spool
from assistant.hearing.sound import Block

NO_HARDWARE = """
</usr/share/alsa/alsa.conf>
pcm.!hw { type absent }
ctl.!hw { type absent }
pcm.!default { type absent }
"""
MODEL = "verbonden model install vosk-model-small-nl-0.22"
OLD = "waar nog geen antwoord op kwam"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "leeg.conf").write_text(NO_HARDWARE)
    nothing = {"ALSA_CONFIG_PATH": str(tmp_path / "leeg.conf"), "PULSE_SERVER": f"unix:{tmp_path}/geen"}
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_DATA_HOME": str(tmp_path / "data"), **nothing}


def broken_off(environment: dict[str, str]) -> Path:
    """Leave a recording of half a second that got no answer."""
    recording = spool.Spool.start(Path(environment["XDG_STATE_HOME"]) / "verbonden" / "opnames")
    recording.write(Block(b"\x10\x10" * 8000, 16000))
    path = recording.keep()
    assert path
    return path


def checked_in(environment: dict[str, str]) -> str:
    """Have a whole check-in at a terminal, typing the answers; return all that was shown."""
    with terminal("checkin", "--silent", **environment) as screen:
        for question, answer in (("één tot vijf", "een vier"), ("goed deed?", "hij maakte thee"), ("kleins", "niets")):
            screen.until(question)
            screen.until(">")
            time.sleep(0.3)
            screen.type(f"{answer}\n")
        assert screen.end() == 0, screen.text()
        return screen.text()


def test_nothing_is_asked_and_the_model_is_named_once(environment: dict[str, str]) -> None:
    first = checked_in(environment)
    assert first.index(MODEL) < first.index("Hoe was het")
    for shown in (first, second := checked_in(environment)):
        assert OLD not in shown
        assert "typen (t)" not in shown
        assert "(ja/nee)" not in shown
    assert MODEL not in second


def test_a_recording_without_an_answer_is_mentioned_and_stays(environment: dict[str, str]) -> None:
    path = broken_off(environment)
    shown = checked_in(environment)
    assert shown.index(OLD) < shown.index("Hoe was het")
    assert "Ga ermee verder, of haal het weg, met: verbonden " in shown
    assert "(ja, later, of weg)" not in shown
    assert path.exists()
    broken_off(environment)
    shown = checked_in(environment)
    assert "Er liggen nog 2 opnames waar geen antwoord op kwam" in shown
    with terminal("--once", "--silent", **environment) as screen:  # the command that it names does go on with them
        screen.until("(ja, later, of weg)")


def test_where_the_real_model_was_offered_before_the_checkin_is_quiet_about_it(environment: dict[str, str]) -> None:
    with terminal("--once", "--silent", **environment) as screen:
        screen.until("(ja/nee)")
        screen.type("nee\n")
        screen.until("typen (t)")
        screen.type("s\n")
        assert screen.end() == 0
    assert MODEL not in checked_in(environment)


def test_a_checkin_that_comes_by_itself_says_nothing_of_all_this(environment: dict[str, str]) -> None:
    """Its lines may end in a log, and what is not shown has not been said either."""
    path = broken_off(environment)
    done = verbonden("checkin", "--scheduled", "--silent", **environment)
    assert "opname" not in done.stdout + done.stderr
    assert MODEL not in done.stdout + done.stderr
    assert path.exists()
    assert MODEL in checked_in(environment)
