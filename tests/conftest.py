"""What all tests share: the user's own folders out of reach, a voice, a microphone and a loudspeaker."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import virtual_sound
from virtual_sound import SoundServer

from assistant import resources
from assistant.hearing import model

FOLDERS = ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
Speak = Callable[..., Path]


@pytest.fixture(autouse=True, scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep every test, and every process it starts, away from the user's own settings and recordings."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        for name in FOLDERS:
            patch.setenv(name, str(folder / name.lower()))
        patch.delenv(model.VARIABLE, raising=False)
        yield folder


@pytest.fixture(scope="session")
def sound_server() -> Iterator[SoundServer]:
    """A microphone and a loudspeaker, which are also the defaults of PortAudio in this process."""
    with (
        tempfile.TemporaryDirectory(prefix="vs-") as folder,
        virtual_sound.sound_server(Path(folder)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in server.environment.items():
            patch.setenv(name, value)
        virtual_sound.restart_portaudio()
        yield server


@pytest.fixture(scope="session")
def bundled_model() -> Any:
    """The model that comes along, loaded once."""
    return model.load(model.choose(None, {}, None))


@pytest.fixture(scope="session")
def bundled_model_path() -> Path:
    return resources.bundled_model()


@pytest.fixture(scope="session")
def say(tmp_path_factory: pytest.TempPathFactory) -> Speak:
    """`say(text, voice="nl", speed=140)` returns a WAV file of 22,050 Hz, spoken by espeak-ng."""
    folder = tmp_path_factory.mktemp("said")
    program = virtual_sound.need("espeak-ng")
    said: dict[tuple[str, str, int], Path] = {}

    def speak(text: str, voice: str = "nl", speed: int = 140) -> Path:
        key = text, voice, speed
        if key not in said:
            file = folder / f"{len(said)}.wav"
            subprocess.run([program, "-v", voice, "-s", str(speed), "-w", str(file), text], check=True, timeout=30)
            said[key] = file
        return said[key]

    return speak
