"""A microphone and a loudspeaker without hardware: a PulseAudio of the tests' own.

Two sinks that lead nowhere: what is played into `mic` is what the default microphone records, and
what the program plays can be recorded from the monitor of `speaker`. The server talks to nobody
but the tests, whatever sound the machine has: own runtime folder, own socket, own ALSA configuration.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 20.0
RECORD_RATE = 16000

ALSA = """
pcm.!default { type pulse }
ctl.!default { type pulse }
pcm.pulse { type pulse }
ctl.pulse { type pulse }
"""


def need(program: str) -> str:
    """Return the path of a program; a test that cannot run is a failure, never a skip."""
    path = shutil.which(program)
    if path is None:
        raise RuntimeError(f"{program} is missing; on Debian: apt install pulseaudio pulseaudio-utils espeak-ng")
    return path


@dataclass(frozen=True)
class SoundServer:
    """A running server. `environment` is what a process needs to use it."""

    process: subprocess.Popen[bytes]
    environment: Mapping[str, str]

    def play(self, sound: Path, sink: str = "mic") -> subprocess.Popen[bytes]:
        """Start to play a file into a sink, in real time; by default into the microphone."""
        return subprocess.Popen([need("paplay"), f"--device={sink}", "--latency-msec=50", str(sound)], env=self._env())

    @contextlib.contextmanager
    def recording(self, to: Path, source: str = "speaker.monitor") -> Iterator[Path]:
        """Record what comes out of a sink while the block runs, into a WAV file of 16 kHz."""
        command = [need("parecord"), f"--device={source}", f"--rate={RECORD_RATE}", "--channels=1"]
        command += ["--format=s16le", "--file-format=wav", "--latency-msec=20", str(to)]
        recorder = subprocess.Popen(command, env=self._env())
        try:
            time.sleep(0.4)
            yield to
            time.sleep(0.4)
        finally:
            recorder.send_signal(signal.SIGINT)  # so that it completes the header
            recorder.wait(10)

    def control(self, *words: str) -> str:
        """Run pactl and return what it prints."""
        done = subprocess.run(
            [need("pactl"), *words], env=self._env(), check=True, capture_output=True, text=True, timeout=10
        )
        return done.stdout

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def stop(self) -> None:
        """End the server, as when a device is pulled out."""
        self.process.kill()
        self.process.wait(10)


@contextlib.contextmanager
def sound_server(folder: Path) -> Iterator[SoundServer]:
    """Run a server of one's own in an empty folder; its path must be short, as sockets' paths are."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    (folder / "asound.conf").write_text(ALSA)
    socket = runtime / "native"
    environment = {
        "XDG_RUNTIME_DIR": str(runtime),
        "PULSE_RUNTIME_PATH": str(runtime),
        "PULSE_STATE_PATH": str(runtime),
        "PULSE_SERVER": f"unix:{socket}",
        "PULSE_COOKIE": str(runtime / "cookie"),
        "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
    }
    server = start(folder, environment)
    try:
        yield server
    finally:
        server.stop()


def start(folder: Path, environment: Mapping[str, str]) -> SoundServer:
    """Start a server in a folder that `sound_server` made; also again, after the first one was stopped."""
    socket = folder / "run" / "native"
    socket.unlink(missing_ok=True)
    options = ["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"]
    options += ["--realtime=no", "--high-priority=no", "--disable-shm=yes"]
    # Without rewinds a sink works in steps of 50 ms; with them its monitor may come 2 s late.
    modules = [f"module-native-protocol-unix auth-anonymous=1 socket={socket}"]
    modules += [f"module-null-sink sink_name={name} norewinds=1" for name in ("mic", "speaker")]
    with (folder / "pulseaudio.log").open("wb") as log:
        process = subprocess.Popen(
            [need("pulseaudio"), *options, *(word for module in modules for word in ("-L", module))],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
    server = SoundServer(process, environment)
    try:
        _wait(server, folder / "pulseaudio.log")
        server.control("set-default-source", "mic.monitor")
        server.control("set-default-sink", "speaker")
    except BaseException:
        server.stop()
        raise
    return server


def _wait(server: SoundServer, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(subprocess.SubprocessError):
            if "speaker" in server.control("list", "short", "sinks"):
                return
        time.sleep(0.05)
    raise RuntimeError(f"pulseaudio does not run:\n{log.read_text(errors='replace')}")


def restart_portaudio() -> None:
    """Let PortAudio look for devices again, if this process has already loaded it."""
    if "sounddevice" in sys.modules:
        module = sys.modules["sounddevice"]
        module._terminate()
        module._initialize()
