"""`verbonden doctor` on a virtual microphone and loudspeaker, and where parts are missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from virtual_sound import SoundServer

from assistant.reflecting.wording import prompts
from assistant.trouble import ExitCode

Speak = Callable[..., Path]
PARTS = ["microphone", "model", "voice", "loudspeaker", "disk", "versions"]


def doctor(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "doctor", *words],
        capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def findings(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    told = json.loads(done.stdout)
    assert told["code"] == done.returncode
    assert told["main_job"] == (done.returncode == 0)
    return {each["part"]: each for each in told["findings"]}


@contextmanager
def playing(server: SoundServer, sound: Path) -> Iterator[None]:
    """Play a sound into the microphone again and again."""
    samples, rate = soundfile.read(sound)
    long = sound.with_name(f"{sound.stem}-lang.wav")
    soundfile.write(long, np.tile(samples, 1 + int(40 * rate / len(samples)))[: 40 * rate], rate)
    player = server.play(long)
    try:
        yield
    finally:
        player.kill()
        player.wait(10)


@contextmanager
def in_one_room(server: SoundServer) -> Iterator[None]:
    """Let the microphone hear the loudspeaker."""
    module = server.control("load-module", "module-loopback", "source=speaker.monitor", "sink=mic", "latency_msec=50")
    try:
        yield
    finally:
        server.control("unload-module", module.strip())


def test_all_is_well(sound_server: SoundServer, say: Speak) -> None:
    with playing(sound_server, say("ik zei dat hij nooit iets doet in huis, en toen liep hij boos weg")):
        done = doctor()
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.strip().splitlines()
    assert len(lines) == len(PARTS) + 2  # one each, and the outcome
    assert "goed   Microfoon: default werkt" in lines[0]
    assert "verbonden model install" in lines[1]  # the bundled model works, for a computer's voice
    assert "start met verbonden" in lines[-1]


def test_the_figures_as_json(sound_server: SoundServer, say: Speak) -> None:
    with playing(sound_server, say("ik zei dat hij nooit iets doet in huis, en toen liep hij boos weg")):
        done = doctor("--json", "--silent")
    assert done.stderr == ""
    found = findings(done)
    assert list(found) == PARTS
    assert {each["grade"] for part, each in found.items() if part != "model"} == {"good"}
    microphone = found["microphone"]["measured"]
    assert -45 < microphone["speech_dbfs"] < -5
    assert microphone["noise_floor_dbfs"] is None or microphone["noise_floor_dbfs"] < microphone["speech_dbfs"]
    assert microphone["seconds"] == pytest.approx(3, abs=0.1)
    assert microphone["rate"] == 44100
    assert found["model"]["measured"]["name"] == "verbonden-nl"
    assert found["disk"]["measured"]["free_bytes"] > 0
    assert found["versions"]["measured"]["vosk"]


def test_a_silent_microphone(sound_server: SoundServer) -> None:
    found = findings(done := doctor("--json", "--silent"))
    assert done.returncode == ExitCode.NO_PERMISSION
    assert found["microphone"]["key"] == "silent"
    assert "Zet hem aan" in found["microphone"]["line"]


def test_it_hears_itself_in_a_room(sound_server: SoundServer, say: Speak) -> None:
    hum = say("ja")
    with in_one_room(sound_server), playing_softly(sound_server, hum):
        found = findings(done := doctor("--json", "--loop"))
    assert done.returncode == 0, done.stdout
    assert found["loop"]["measured"]["share"] >= 0.6
    assert "ruzie" in found["loop"]["line"]


def test_it_says_that_it_did_not_hear_itself(sound_server: SoundServer, say: Speak) -> None:
    with playing_softly(sound_server, say("ja")):
        found = findings(done := doctor("--json", "--loop"))
    assert done.returncode == ExitCode.NO_SPEECH, done.stdout
    assert found["loop"]["key"] == "nothing"
    assert "koptelefoon" in found["loop"]["line"]


@contextmanager
def playing_softly(server: SoundServer, beside: Path) -> Iterator[None]:
    """Let the microphone hear a room: noise at -60 dBFS, so that it is not taken for one that is switched off."""
    room = beside.with_name("kamer.wav")
    soundfile.write(room, np.random.default_rng(1).normal(0, 1e-3, 44100), 44100)
    with playing(server, room):
        yield


def test_a_headset_without_its_microphone(sound_server: SoundServer, tmp_path: Path) -> None:
    """What `pactl` says of a Bluetooth headset is forced: no test machine has one."""
    fake = tmp_path / "pactl"
    fake.write_text(
        '#!/bin/sh\ncase "$1" in get-default-sink) echo bluez_output.0.1;; *) echo "0\tx.monitor\ty";; esac\n'
    )
    fake.chmod(0o755)
    found = findings(done := doctor("--json", "--silent", PATH=f"{tmp_path}:{os.environ['PATH']}"))
    assert done.returncode == ExitCode.NO_PERMISSION
    assert found["microphone"]["key"] == "bluetooth_silent"
    assert found["microphone"]["measured"]["bluetooth_without_microphone"] is True


def test_nothing_to_hear_or_speak_with(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ALSA_CONFIG_PATH"}
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "doctor", "--json", "--silent", "--model", str(tmp_path / "geen")],
        capture_output=True, text=True, timeout=60, check=False,
        env={**environment, "PULSE_SERVER": f"unix:{tmp_path}/geen", "ALSA_CONFIG_PATH": ""},
    )  # fmt: skip
    found = findings(done)
    assert done.returncode == ExitCode.NO_MICROPHONE
    assert [found[part]["grade"] for part in ("microphone", "model", "loudspeaker")] == ["bad"] * 3
    assert found["voice"]["grade"] == "good"


def test_a_microphone_that_does_not_exist(sound_server: SoundServer) -> None:
    done = doctor("--device", "trompet", "--silent")
    assert done.returncode == ExitCode.NO_MICROPHONE
    assert "mis    Microfoon: Er is geen microfoon trompet." in done.stdout


def test_a_place_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "bestand").touch()
    from assistant.doctor import parts

    found = parts.disk(tmp_path / "bestand" / "opnames")
    assert (found.key, found.code) == ("no_place", ExitCode.CANNOT_WRITE)
    assert parts.disk(tmp_path / "opnames").key == "good"


@pytest.mark.parametrize(("free", "key"), [(300_000_000, "low"), (1000, "full")])
def test_a_disk_that_is_nearly_full(free: int, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from assistant.doctor import parts

    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free))
    found = parts.disk(tmp_path)
    assert found.key == key
    assert (found.code is ExitCode.CANNOT_WRITE) == (key == "full")


def test_every_line_has_its_words() -> None:
    """Each key that a part can come to has a line, and it can be filled."""
    tables = prompts().tables["doctor"]
    wanted = {
        "microphone": {"good", "silent", "bluetooth_silent", "bluetooth", "clipping", "soft", "noisy"},
        "model": {"good", "bundled"},
        "loudspeaker": {"good", "silent", "no_sound_out"},
        "disk": {"good", "low", "full", "no_place"},
        "loop": {"good", "partly", "nothing"},
    }
    for part, keys in wanted.items():
        assert set(tables[part]) == keys
        for wording in tables[part].values():
            wording.format(
                **dict.fromkeys(("device", "level", "floor", "name", "free", "folder", "heard", "share"), "x")
            )
