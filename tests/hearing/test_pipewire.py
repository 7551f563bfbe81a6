"""The microphone and the loudspeaker of a machine whose sound is PipeWire's, through ALSA."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pipewire import PipeWire, pipewire

from assistant.hearing import model
from assistant.hearing.recogniser import hear_file

Speak = Callable[..., Path]
STORY = "we hadden gisteren ruzie over de afwas"
LISTEN = """
from assistant.hearing import model, turn
from assistant.hearing.microphone import Microphone
from assistant.hearing.recogniser import Recogniser
loaded = model.load(model.choose(None, {}, None))
with Microphone() as microphone:
    print("listening", flush=True)
    heard = turn.listen(microphone, lambda rate: Recogniser(loaded, rate), patience=2.0)
print(heard.transcript.text, heard.ended_by.value, sep="|")
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PipeWire]:
    with tempfile.TemporaryDirectory(prefix="pw-") as folder, pipewire(Path(folder)) as running:
        yield running


def test_a_turn_is_heard(server: PipeWire, say: Speak) -> None:
    listening = subprocess.Popen(
        [sys.executable, "-c", LISTEN], env={**os.environ, **server.environment}, stdout=subprocess.PIPE, text=True
    )
    assert listening.stdout
    assert listening.stdout.readline() == "listening\n"
    assert server.play(say(STORY)).wait(30) == 0
    assert listening.communicate(timeout=60)[0].strip() == f"{STORY}|silence"


def test_an_answer_is_spoken(server: PipeWire, tmp_path: Path) -> None:
    with server.recording(tmp_path / "said.wav") as recorded:
        said = subprocess.run(
            [sys.executable, "-m", "assistant.cli", "say", "We hadden gisteren ruzie over de afwas."],
            env={**os.environ, **server.environment}, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (said.returncode, said.stderr) == (0, "")
    heard = hear_file(recorded, model.load(model.choose(None, {}, None))).text
    assert heard.endswith("over de afwas"), heard  # to the very end: what is cut off is cut off there
