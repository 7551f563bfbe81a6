"""Conversations through the command itself: typed, from a file, from a pipe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import refused, verbonden

from assistant.trouble import ExitCode

ACCOUNT = (
    "Ik zei er wat van dat de was er nog lag. Hij zei niks. Ik zei het nog een keer, harder. "
    "Hij deed zijn koptelefoon op."
)
TYPED = f"{ACCOUNT}\n\nik was bang dat hij wegging\nja\ndat hij bij me komt zitten\nnee\n"


def told(text: str) -> str:
    return " ".join(text.split())


def test_the_conversation_is_the_default() -> None:
    for words in (("--keyboard", "--silent"), ("reflect", "--keyboard", "--silent")):
        done = verbonden(*words, text=TYPED)
        assert done.returncode == 0, done.stderr
        shown = told(done.stdout)
        assert "Wat ik hoor" in shown
        assert "“Ik was bang dat je wegging.”" in shown
        assert "“Ik zou graag willen dat je bij me komt zitten.”" in shown
        assert shown.endswith("Dank je wel dat je dit met me deelde.")


def test_klaar_ends_the_account() -> None:
    done = verbonden("--keyboard", "--silent", text=f"{ACCOUNT}\nKlaar.\nstop\n")
    assert "boos werd?" in told(done.stdout)
    assert told(done.stdout).endswith("Dank je wel dat je er was.")


def test_once_gives_the_single_answer() -> None:
    done = verbonden("--keyboard", "--once", "--silent", text=TYPED)
    assert done.returncode == 0
    assert "Past die zin" not in told(done.stdout)
    assert (
        "Bijvoorbeeld" in told(done.stdout) or "Vraag je af" in told(done.stdout) or "vraag je af" in told(done.stdout)
    )


def test_a_conversation_as_json() -> None:
    done = verbonden("--keyboard", "--json", text=TYPED)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["reflection"]["kind"] for each in said] == [
        "reflection", "question", "question", "question", "talk", "question", "end",
    ]  # fmt: skip
    assert said[0]["reading"]["pattern"] == "attack-defend-withdraw"
    assert done.stderr == ""


def test_the_whole_conversation_as_sound(tmp_path: Path) -> None:
    file = tmp_path / "gesprek.wav"
    done = verbonden("--keyboard", "--silent", "--save-speech", file, text=f"{ACCOUNT}\n\nstop\n")
    assert done.returncode == 0, done.stderr
    assert file.stat().st_size > 22050 * 2 * 15  # the reflection, the question and the goodbye


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", ExitCode.EMPTY, "geen verhaal"),
        ("\n\n", ExitCode.EMPTY, "geen verhaal"),
        (
            "we had a terrible row last night and he just left me there all alone\n\n",
            ExitCode.NOT_DUTCH,
            "Nederlands",
        ),
        ("abc\x00def\n\n", ExitCode.BAD_INPUT, "geen tekst"),
    ],
)
def test_bad_input(text: str, code: ExitCode, words: str) -> None:
    done = verbonden("--keyboard", "--silent", text=text)
    assert done.returncode == code, done.stderr
    assert words in told(done.stderr)


def test_keyboard_excludes_other_input() -> None:
    refused(verbonden("--keyboard", "--text", "-"), ExitCode.USAGE, "niet allebei")


def test_the_end_of_input_ends_it_kindly() -> None:
    done = verbonden("--keyboard", "--silent", text=f"{ACCOUNT}\n\n")
    assert done.returncode == 0
    assert told(done.stdout).endswith("Dank je wel dat je er was.")


def test_checkin_by_keyboard() -> None:
    done = verbonden("checkin", "--keyboard", "--silent", text="een vier\nhij maakte koffie\nsamen wandelen\n")
    assert done.returncode == 0, done.stderr
    assert told(done.stdout).startswith("Goede")
    assert "dat jou goed deed?" in told(done.stdout)
    assert "Klein is groot genoeg." in told(done.stdout)


def test_a_checkin_that_comes_by_itself_asks_again_once(tmp_path: Path) -> None:
    def by_itself() -> tuple[int, str]:
        done = verbonden(
            "checkin", "--scheduled", "--keyboard", "--silent", text="later\n",
            XDG_STATE_HOME=str(tmp_path), PULSE_SERVER="unix:/nonexistent",
        )  # fmt: skip
        assert done.stderr == ""
        return done.returncode, told(done.stdout)

    code, shown = by_itself()
    assert code == ExitCode.LATER
    assert "Is dit een goed moment?" in shown
    assert by_itself()[0] == ExitCode.OK  # the second time it leaves it at that
    assert by_itself() == (ExitCode.OK, "")  # and after that it does not even ask


def test_schedule_options(tmp_path: Path) -> None:
    refused(verbonden("checkin", "--every-day", "later"), ExitCode.USAGE, "geen tijd die ik begrijp")
    refused(verbonden("checkin", "--every-day", "21:00", "--days", "x"), ExitCode.USAGE, "dagen")
    refused(verbonden("checkin", "--off", "--status"), ExitCode.USAGE, "Kies één")
    refused(verbonden("checkin", "--days", "ma"), ExitCode.USAGE, "Kies één")
    done = verbonden("checkin", "--status", XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0
    assert "Er staat geen gesprekje" in told(done.stdout)
