"""A microphone and a loudspeaker by PipeWire, through its own plugin for ALSA: for the tests only, like PulseAudio's.

PipeWire, its session manager and a message bus run in a folder of their own. The plugin comes out of Debian's package,
which `tools/setup.sh test` unpacks without installing it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from virtual_sound import need

SETUP = Path(__file__).resolve().parent.parent / ".setup" / "pipewire-alsa"
START_SECONDS = 20.0
NODES = {"mic": "Audio/Duplex", "speaker": "Audio/Sink"}

BUS = """<busconfig><type>session</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>
"""
ALSA = """
pcm_type.pipewire {{ lib "{plugin}" }}
pcm.!default {{ type pipewire }}
"""


@dataclass(frozen=True)
class PipeWire:
    """A running PipeWire. `environment` is what a process needs to use it."""

    environment: Mapping[str, str]

    def play(self, sound: Path) -> subprocess.Popen[bytes]:
        """Start to play a file into the microphone, in real time."""
        return subprocess.Popen([need("pw-play"), "--target=mic", str(sound)], env=self._env())

    @contextlib.contextmanager
    def recording(self, to: Path) -> Iterator[Path]:
        """Record what the loudspeaker gets while the block runs, into a WAV file."""
        command = [
            need("pw-record"),
            "--target=speaker",
            "--rate=16000",
            "--channels=1",
            "-P",
            "stream.capture.sink=true",
        ]
        recorder = subprocess.Popen([*command, str(to)], env=self._env())
        try:
            time.sleep(0.5)
            yield to
            time.sleep(0.5)
        finally:
            recorder.send_signal(signal.SIGINT)
            recorder.wait(10)

    def control(self, *words: str) -> str:
        """Run one of PipeWire's programs and return what it prints."""
        return subprocess.run(words, env=self._env(), check=True, capture_output=True, text=True, timeout=10).stdout

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


@contextlib.contextmanager
def pipewire(folder: Path) -> Iterator[PipeWire]:
    """Run a PipeWire of one's own in an empty folder; its path must be short, as sockets' paths are."""
    plugin = next(SETUP.rglob("libasound_module_pcm_pipewire.so"), None)
    if plugin is None:
        raise RuntimeError("PipeWire's plugin for ALSA is missing; run tools/setup.sh test")
    (folder / "asound.conf").write_text(ALSA.format(plugin=plugin))
    (folder / "bus.conf").write_text(BUS.format(folder=folder))
    environment = {name: str(folder) for name in ("XDG_RUNTIME_DIR", "PIPEWIRE_RUNTIME_DIR", "XDG_STATE_HOME")}
    environment |= {"XDG_CONFIG_HOME": str(folder / "config"), "ALSA_CONFIG_PATH": str(folder / "asound.conf")}
    environment |= {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/bus"}
    server = PipeWire(environment)
    with contextlib.ExitStack() as running:
        bus = f"--config-file={folder}/bus.conf"
        running.enter_context(_running(folder, environment, "dbus-daemon", bus, "--nofork"))
        _wait_for((folder / "bus").exists, folder)
        running.enter_context(_running(folder, environment, "pipewire"))
        _wait_for((folder / "pipewire-0").exists, folder)
        running.enter_context(_running(folder, environment, "wireplumber"))
        _wait_for(lambda: "WirePlumber" in server.control(need("wpctl"), "status"), folder)
        _make_nodes(server, folder)
        yield server


def _make_nodes(server: PipeWire, folder: Path) -> None:
    for name, kind in NODES.items():
        properties = f"factory.name=support.null-audio-sink node.name={name} media.class={kind} object.linger=true"
        server.control(need("pw-cli"), "create-node", "adapter", f"{{ {properties} audio.position=[MONO] }}")
        _wait_for(partial(_has_node, server, name), folder)
    for key, name in (("default.audio.source", "mic"), ("default.audio.sink", "speaker")):
        server.control(need("pw-metadata"), "0", key, f'{{ "name": "{name}" }}')


def _has_node(server: PipeWire, name: str) -> bool:
    return f'"{name}"' in server.control(need("pw-cli"), "ls", "Node")


@contextlib.contextmanager
def _running(folder: Path, environment: Mapping[str, str], program: str, *options: str) -> Iterator[None]:
    with (folder / f"{program}.log").open("wb") as log:
        process = subprocess.Popen([need(program), *options], env={**os.environ, **environment}, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(is_so: Callable[[], bool], folder: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.SubprocessError):
            if is_so():
                return
        time.sleep(0.05)
    logs = "\n".join(log.read_text(errors="replace") for log in sorted(folder.glob("*.log")))
    raise RuntimeError(f"PipeWire does not run:\n{logs}")
