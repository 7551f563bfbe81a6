"""The command as a user calls it: a process of its own, its exit code, its two streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.trouble import ExitCode

ROW = (
    "Gisteren hadden we ruzie over de afwas. Ik zei dat hij nooit iets doet, ik werd steeds harder. "
    "Hij zei ja maar ik wilde net beginnen, en toen zei hij niets meer en liep hij naar boven."
)


def verbonden(*words: str | Path, text: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command; what it says, without a traceback, is what a user sees."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", *map(str, words)],
        input=text if text is not None else "",
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def refused(done: subprocess.CompletedProcess[str], code: ExitCode, words: str) -> None:
    """Check that it was refused with this code and one line with these words."""
    assert done.returncode == code, done.stderr
    assert words in " ".join(done.stderr.split())
    assert done.stdout == ""


def wav(path: Path, samples: np.ndarray, rate: int = 16000) -> Path:
    soundfile.write(path, samples, rate)
    return path


def test_help_is_dutch_and_loads_nothing_heavy() -> None:
    done = verbonden("--help")
    assert done.returncode == 0
    assert "Gebruik: " in done.stdout
    for command in ("reflect", "hear", "understand", "explain", "say", "demo", "checkin"):
        assert command in done.stdout
        assert verbonden(command, "--help").returncode == 0
    code = (
        "import sys, assistant.cli; print([m for m in ('vosk', 'numpy', 'sounddevice', 'pyttsx3') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_version() -> None:
    assert verbonden("--version").stdout.startswith("verbonden, version 0")


def test_reflect_on_text(tmp_path: Path) -> None:
    file = tmp_path / "ruzie.txt"
    file.write_text(ROW, encoding="utf-8")
    for done in (verbonden("reflect", "--text", file, "--silent"), verbonden("--text", "-", "--silent", text=ROW)):
        assert done.returncode == 0
        assert "Wat ik hoor" in done.stdout


def test_reflect_as_json() -> None:
    done = verbonden("reflect", "--text", "-", "--json", text=ROW)
    answer = json.loads(done.stdout)
    assert answer["reading"]["pattern"] == "attack-defend-withdraw"
    assert answer["reflection"]["kind"] == "reflection"
    assert answer["heard"]["text"] == ROW


def test_understand_lines_and_bad_lines() -> None:
    lines = [
        json.dumps({"id": 1, "text": ROW}),
        "{",
        json.dumps({"id": 2}),
        "[]",
        "",
        json.dumps({"id": "x", "text": ""}),
    ]
    done = verbonden("understand", "-", text="\n".join(lines))
    read = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["id"] for each in read] == [1, "x"]
    wanted = {
        "id",
        "pattern",
        "teller",
        "partner",
        "topic",
        "fears",
        "step",
        "safety",
        "evidence",
        "confidence",
        "question",
    }
    assert set(read[0]) == wanted
    assert done.returncode == ExitCode.BAD_INPUT
    assert len(done.stderr.splitlines()) == 3
    assert "Regel 2" in done.stderr


def test_explain() -> None:
    done = verbonden("explain", ROW)
    assert done.returncode == 0
    assert "attack-defend-withdraw" in done.stdout
    assert "liep hij naar boven" in done.stdout


def test_say_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "zin.wav"
    done = verbonden("say", "Bel dan 112.", "--silent", "--save-speech", file)
    assert done.returncode == 0, done.stderr
    with wave.open(str(file)) as sound:
        assert 1.0 < sound.getnframes() / sound.getframerate() < 6.0
    assert file.stat().st_mode & 0o077 == 0


def test_hear_a_spoken_sentence(say) -> None:  # type: ignore[no-untyped-def]
    file = say("we hadden gisteren ruzie over de afwas")
    done = verbonden("hear", "--json", file)
    heard = json.loads(done.stdout)
    assert heard["text"] == "we hadden gisteren ruzie over de afwas"
    assert heard["file"] == str(file)
    assert [set(word) for word in heard["words"]] == [{"text", "start", "end", "confidence"}] * 7


def test_hear_goes_on_after_a_bad_file(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    done = verbonden("hear", tmp_path / "niets.wav", say("we hadden gisteren ruzie over de afwas"))
    assert done.returncode == ExitCode.NO_SUCH_FILE
    assert done.stdout == "we hadden gisteren ruzie over de afwas\n"


def test_bad_sound(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0, 0.05, 16000 * 3)
    (tmp_path / "tekst.wav").write_text("dit is geen geluid")
    (tmp_path / "leeg.wav").write_bytes(b"")
    for file, code, words in (
        (tmp_path / "niets.wav", ExitCode.NO_SUCH_FILE, "Er is geen bestand"),
        (tmp_path / "tekst.wav", ExitCode.NOT_SOUND, "geen geluid"),
        (tmp_path / "leeg.wav", ExitCode.EMPTY, "leeg"),
        (wav(tmp_path / "stil.wav", np.zeros(16000 * 2)), ExitCode.SILENT, "stil"),
        (wav(tmp_path / "laag.wav", noise[:4000], 4000), ExitCode.NOT_SOUND, "4000"),
    ):
        refused(verbonden("reflect", "--audio", file), code, words)
    ruis = verbonden("reflect", "--silent", "--audio", wav(tmp_path / "ruis.wav", noise))
    assert ruis.returncode in (ExitCode.NO_SPEECH, ExitCode.UNSURE)


def test_telephone_sound_of_8_khz_is_heard(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    samples, rate = soundfile.read(say("we hadden gisteren ruzie over de afwas"))
    file = tmp_path / "telefoon.wav"
    step = np.arange(0, len(samples), rate / 8000)
    soundfile.write(file, np.interp(step, np.arange(len(samples)), samples), 8000)
    done = verbonden("hear", file)
    assert done.returncode == 0
    assert "ruzie" in done.stdout


@pytest.mark.parametrize(
    ("words", "text", "code", "line"),
    [
        (("--text", "/geen/verhaal.txt"), None, ExitCode.NO_SUCH_FILE, "Er is geen bestand"),
        (("--text", "/"), None, ExitCode.NOT_SOUND, "map"),
        (("--text", "-"), " \n", ExitCode.EMPTY, "geen verhaal"),
        (("--text", "-"), "\x00\x01\x02", ExitCode.BAD_INPUT, "geen tekst"),
        (
            ("--text", "-"),
            "we had a terrible row last night and he just left me there",
            ExitCode.NOT_DUTCH,
            "Nederlands",
        ),
        (("--audio", "x.wav", "--model", "/geen/model"), None, ExitCode.NO_MODEL, "geen spraakmodel"),
        (("--audio", "x.wav", "--text", "-"), None, ExitCode.USAGE, "niet allebei"),
        (("--onzin",), None, ExitCode.USAGE, "--onzin"),
        (("onzin",), None, ExitCode.USAGE, "onzin"),
        (("--patience", "nu"), None, ExitCode.USAGE, "--patience"),
    ],
)
def test_bad_calls(words: tuple[str, ...], text: str | None, code: ExitCode, line: str) -> None:
    refused(verbonden(*words, text=text), code, line)


def test_a_broken_model_folder_is_said(tmp_path: Path) -> None:
    refused(verbonden("hear", "x.wav", "--model", tmp_path), ExitCode.BROKEN_MODEL, "spraakmodel")


@pytest.mark.parametrize(
    ("content", "words"),
    [("patiense = 3", "patiense"), ("patience = 'lang'", "patience"), ("patience = ", "settings.toml")],
)
def test_settings_are_checked(tmp_path: Path, content: str, words: str) -> None:
    folder = tmp_path / "verbonden"
    folder.mkdir()
    (folder / "settings.toml").write_text(content)
    done = verbonden("--text", "-", "--silent", text=ROW, XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode in (ExitCode.BAD_INPUT, ExitCode.UNREADABLE)
    assert words in " ".join(done.stderr.split())


def test_the_exit_codes_are_documented() -> None:
    text = (Path(__file__).resolve().parents[1] / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    for code in ExitCode:
        assert f"| {code.value} | `{code.name}` |" in text


def test_no_microphone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALSA_CONFIG_PATH", raising=False)
    monkeypatch.setenv("PULSE_SERVER", "unix:/nonexistent")
    done = verbonden("reflect")
    assert done.returncode == ExitCode.NO_MICROPHONE
    assert "geen microfoon" in " ".join(done.stderr.split())
