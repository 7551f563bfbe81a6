import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
import virtual_sound
from virtual_sound import SoundServer

from assistant.hearing import devices, microphone
from assistant.hearing.devices import Device
from assistant.hearing.microphone import Microphone
from assistant.hearing.sound import Block, peak_dbfs
from assistant.hearing.spool import Spool
from assistant.trouble import ExitCode, Trouble

PACKAGE = Path(microphone.__file__).parent.parent.parent


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("toon") / "toon.wav"
    soundfile.write(path, 0.5 * np.sin(np.arange(22050) / 10), 22050)
    return path


def _record(opened: Microphone, seconds: float) -> list[Block]:
    threading.Timer(seconds, opened.stop).start()
    return list(opened.blocks())


def _loud_seconds(blocks: list[Block]) -> float:
    return sum(block.seconds for block in blocks if peak_dbfs(block.pcm) > -20)


def _trouble(act: Callable[[], object]) -> Trouble:
    with pytest.raises(Trouble) as caught:
        act()
    return caught.value


def test_what_is_played_into_the_microphone_is_recorded(sound_server: SoundServer, tone: Path) -> None:
    with Microphone() as opened:
        assert (opened.name, opened.rate) == ("default", 44100)
        with sound_server.play(tone):
            blocks = _record(opened, 1.8)
    assert {block.rate for block in blocks} == {44100}
    assert _loud_seconds(blocks) == pytest.approx(1.0, abs=0.2)
    assert sum(block.seconds for block in blocks) == pytest.approx(1.8, abs=0.4)
    assert opened.overflows == 0


def test_nothing_is_lost_while_nobody_takes_the_sound(sound_server: SoundServer, tone: Path) -> None:
    with Microphone() as opened, sound_server.play(tone):
        time.sleep(1.6)  # a model is loading
        opened.stop()
        assert _loud_seconds(list(opened.blocks())) == pytest.approx(1.0, abs=0.2)


def test_a_device_can_be_chosen(sound_server: SoundServer) -> None:
    for wanted in ("PULS", 0):
        with Microphone(wanted) as opened:
            assert opened.name == "pulse"


def test_a_device_that_does_not_exist(sound_server: SoundServer) -> None:
    trouble = _trouble(lambda: Microphone("trompet").__enter__())
    assert (trouble.key, trouble.code) == ("no_such_microphone", ExitCode.NO_MICROPHONE)
    assert trouble.values == {"device": "trompet"}


def test_all_that_is_recorded_is_also_in_the_spool_file(sound_server: SoundServer, tone: Path, tmp_path: Path) -> None:
    spool = Spool.start(tmp_path)
    with Microphone(spool=spool) as opened, sound_server.play(tone):
        blocks = _record(opened, 1.0)
    assert spool.keep() == spool.path
    samples, rate = soundfile.read(spool.path, dtype="int16")
    assert rate == 44100
    assert samples.tobytes() == b"".join(block.pcm for block in blocks)
    assert _loud_seconds(blocks) > 0.5


def test_a_full_disk_does_not_stop_the_recording(
    sound_server: SoundServer, tone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Spool, block: Block) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Spool, "write", full)
    spool = Spool.start(tmp_path)
    with Microphone(spool=spool) as opened, sound_server.play(tone):
        assert _loud_seconds(_record(opened, 1.0)) > 0.5
    assert opened.spool_failed
    spool.discard()


def test_nothing_but_zeros_means_no_permission(sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "DEAD_SECONDS", 0.5)
    with Microphone() as opened:
        trouble = _trouble(lambda: list(opened.blocks()))
    assert (trouble.key, trouble.code) == ("microphone_silent", ExitCode.NO_PERMISSION)
    assert trouble.values == {"device": "default"}


def test_zeros_after_the_first_sound_are_only_silence(
    sound_server: SoundServer, tone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone, "DEAD_SECONDS", 0.8)
    with Microphone() as opened, sound_server.play(tone):
        assert sum(block.seconds for block in _record(opened, 2.5)) > 2


RECORDER = """
import sys
from pathlib import Path
from assistant.hearing.microphone import Microphone
from assistant.hearing.spool import Spool
from assistant.trouble import Trouble
spool = Spool.start(Path(sys.argv[1]))
try:
    with Microphone(spool=spool) as opened:
        for number, block in enumerate(opened.blocks()):
            if number == 20:
                print("bezig", flush=True)
except Trouble as trouble:
    print(trouble.key, trouble.code.name, spool.keep() or "niets")
"""


NO_HARDWARE = """
</usr/share/alsa/alsa.conf>
pcm.!hw { type absent }
ctl.!hw { type absent }
pcm.!default { type absent }
"""  # PortAudio ends the process over a configuration without the usual parts


def _recorder(folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PACKAGE,
        env={**os.environ, **environment},
    )


def test_a_microphone_that_vanishes_leaves_what_was_recorded(tmp_path: Path, tone: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="vs-") as folder,
        virtual_sound.sound_server(Path(folder)) as server,
    ):
        recorder = _recorder(tmp_path, dict(server.environment))
        assert recorder.stdout
        with server.play(tone):
            assert recorder.stdout.readline() == "bezig\n"
        server.stop()
        said, noise = recorder.communicate(timeout=30)
    (left,) = tmp_path.glob("*.wav")
    assert said == f"microphone_lost MICROPHONE_LOST {left}\n"
    assert noise == ""  # ALSA has a lot to say about it
    assert soundfile.info(left).duration > 0.9


PATIENT = """
import sys
from assistant.hearing.microphone import Microphone
from assistant.hearing.sound import peak_dbfs
from assistant.trouble import Trouble
def lost(gone):
    print("weg" if gone else "terug", flush=True)
heard = 0.0
back = False
try:
    with Microphone(wait=float(sys.argv[1]), on_lost=lost) as opened:
        for number, block in enumerate(opened.blocks()):
            if number == 20:
                print("bezig", flush=True)
            if block.samples and peak_dbfs(block.pcm) > -20:
                heard += block.seconds
                if back:
                    break
            back = back or (number > 20 and not block.samples)
    print("verder", opened.lost, flush=True)
except Trouble as trouble:
    print(trouble.key, opened.lost, flush=True)
"""


def _patient(environment: dict[str, str], wait: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PATIENT, str(wait)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PACKAGE, env={**os.environ, **environment},
    )  # fmt: skip


def test_a_microphone_that_vanishes_and_comes_back_goes_on(tone: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="vs-") as folder,
        virtual_sound.sound_server(Path(folder)) as server,
    ):
        recorder = _patient(dict(server.environment), 60)
        assert recorder.stdout
        try:
            with server.play(tone):
                assert recorder.stdout.readline() == "bezig\n"
            server.stop()
            assert recorder.stdout.readline() == "weg\n"
            again = virtual_sound.start(Path(folder), server.environment)
            try:
                assert recorder.stdout.readline() == "terug\n"
                with again.play(tone):
                    said, noise = recorder.communicate(timeout=30)
            finally:
                again.stop()
        finally:
            recorder.kill()
    assert (said, noise) == ("verder False\n", "")


def test_a_microphone_that_does_not_come_back_is_not_waited_for_forever(tone: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="vs-") as folder,
        virtual_sound.sound_server(Path(folder)) as server,
    ):
        recorder = _patient(dict(server.environment), 1)
        with server.play(tone):
            assert recorder.stdout
            assert recorder.stdout.readline() == "bezig\n"
        server.stop()
        said, noise = recorder.communicate(timeout=30)
    assert (said, noise) == ("weg\nmicrophone_lost True\n", "")


def test_a_machine_without_a_microphone(tmp_path: Path) -> None:
    (tmp_path / "leeg.conf").write_text(NO_HARDWARE)
    nothing = {"ALSA_CONFIG_PATH": str(tmp_path / "leeg.conf"), "PULSE_SERVER": f"unix:{tmp_path}/geen"}
    recorder = _recorder(tmp_path, nothing)
    said, noise = recorder.communicate(timeout=30)
    assert said == "no_microphone NO_MICROPHONE niets\n"
    assert noise == ""


class _Fake:
    """PortAudio with devices that refuse."""

    class PortAudioError(Exception):
        pass

    def __init__(self, takes: set[tuple[int, int]], overflows: int = 0) -> None:
        self.takes, self.overflows = takes, overflows
        self.tried: list[tuple[int, int]] = []

    def RawInputStream(self, *, device: int, channels: int, blocksize: int, callback: Any, **_: Any) -> Any:
        self.tried.append((device, channels))
        if (device, channels) not in self.takes:
            raise self.PortAudioError("Invalid number of channels")
        self.channels, self.frames, self.callback = channels, blocksize, callback
        return self

    def start(self) -> None:
        frames = np.zeros((self.frames, self.channels), dtype="<i2")
        frames[:, -1] = 1000
        for number in range(20):
            status = SimpleNamespace(input_overflow=number < self.overflows)
            self.callback(frames.tobytes(), self.frames, None, status)

    def stop(self, **_: Any) -> None:
        pass

    abort = close = stop


def _listed(monkeypatch: pytest.MonkeyPatch, fake: _Fake) -> None:
    found = (Device(4, "default", 2, 16000), Device(2, "pulse", 32, 16000), Device(0, "hw:0,0", 4, 16000))
    monkeypatch.setattr(devices, "sounddevice", lambda: fake)
    monkeypatch.setattr(devices, "candidates", lambda wanted, direction: found)


def _taken(opened: Microphone) -> Iterator[int]:
    opened.stop()
    for block in opened.blocks():
        yield from np.frombuffer(block.pcm, dtype="<i2")


def test_where_the_default_refuses_the_sound_server_is_next(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = _Fake({(2, 1)})
    _listed(monkeypatch, fake)
    with Microphone() as opened:
        assert opened.name == "pulse"
        assert set(_taken(opened)) == {1000}
    assert list(dict.fromkeys(fake.tried)) == [(4, 1), (4, 2), (2, 1)]


def test_a_device_that_insists_on_its_channels_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = _Fake({(0, 4)}, overflows=3)
    _listed(monkeypatch, fake)
    with Microphone() as opened:
        assert opened.name == "hw:0,0"
        samples = list(_taken(opened))
        assert (len(samples), set(samples)) == (16000, {1000})
        assert opened.overflows == 3


def test_another_rate_after_it_came_back_is_brought_to_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second microphone has 48 kHz, the recording began with 16: that it comes back is forced here."""
    fake = _Fake({(4, 1), (7, 1)})
    _listed(monkeypatch, fake)
    monkeypatch.setattr(devices, "look_again", lambda: True)
    said: list[bool] = []
    with Microphone(wait=5, on_lost=said.append) as opened:
        blocks = opened.blocks(timeout=0.1)
        first = [next(blocks) for _ in range(20)]
        monkeypatch.setattr(devices, "candidates", lambda wanted, direction: (Device(7, "usb", 1, 48000),))
        second = [next(blocks) for _ in range(21)]
        assert (opened.name, opened.rate, said) == ("usb", 16000, [True, False])
    assert {block.rate for block in first + second} == {16000}
    assert sum(block.seconds for block in first) == pytest.approx(1)
    assert sum(block.seconds for block in second) == pytest.approx(1, abs=0.01)


def test_a_key_ends_the_waiting_for_a_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    _listed(monkeypatch, _Fake({(4, 1)}))
    monkeypatch.setattr(devices, "look_again", lambda: True)
    with Microphone(wait=60) as opened:
        blocks = opened.blocks(timeout=0.1)
        for _ in range(20):
            next(blocks)
        monkeypatch.setattr(devices, "candidates", lambda wanted, direction: ())
        assert next(blocks).samples == 0
        opened.stop()
        assert list(blocks) == []
        assert opened.lost


def test_where_all_refuse_the_first_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _listed(monkeypatch, _Fake(set()))
    trouble = _trouble(lambda: Microphone().__enter__())
    assert (trouble.key, trouble.code) == ("microphone_refused", ExitCode.NO_MICROPHONE)
    assert trouble.values == {"device": "default"}


def test_where_nothing_comes_at_all_it_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = _Fake({(4, 1)})
    fake.start = lambda: None  # type: ignore[method-assign]
    _listed(monkeypatch, fake)
    monkeypatch.setattr(microphone, "START_SECONDS", 0.1)
    with Microphone() as opened:
        assert _trouble(lambda: list(opened.blocks(timeout=0.1))).key == "microphone_lost"
