import stat
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from virtual_sound import SoundServer

from assistant.hearing import devices
from assistant.hearing.devices import Device
from assistant.speaking import playing
from assistant.speaking.playing import play, save
from assistant.speaking.rendering import SpokenSentence
from assistant.trouble import ExitCode, Trouble

RATE = 22050


def _tone(seconds: float, pause: float = 0.0, hertz: float = 440, rate: int = RATE) -> SpokenSentence:
    samples = 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)
    return SpokenSentence("toon", (samples * 32767).astype("<i2").tobytes(), rate, pause)


def _loud(file: Path) -> list[tuple[float, float]]:
    """Return from when to when there is sound in a recording, in seconds, from its first sound on."""
    samples, rate = soundfile.read(file, dtype="float32")
    step = rate // 100
    loud = [np.abs(samples[start : start + step]).max() > 0.05 for start in range(0, len(samples), step)]
    edges = np.flatnonzero(np.diff([False, *loud, False])) / 100
    spans: list[tuple[float, float]] = []
    for start, end in (edges - edges[0]).reshape(-1, 2):
        if spans and start - spans[-1][1] < 0.1:  # the recorder missed some of it: the machine is busy
            spans[-1] = spans[-1][0], float(end)
        else:
            spans.append((float(start), float(end)))
    return spans


def test_all_of_it_is_heard_with_its_pauses(sound_server: SoundServer, tmp_path: Path) -> None:
    with sound_server.recording(tmp_path / "gehoord.wav") as heard:
        assert play(iter([_tone(0.5, 0.7), _tone(0.3, 0.4), _tone(0.6)]))
    expected = [(0.0, 0.5), (1.2, 1.5), (1.9, 2.5)]
    np.testing.assert_allclose(_loud(heard), expected, atol=0.06)


def test_the_next_sentence_is_asked_for_while_one_plays(sound_server: SoundServer) -> None:
    asked: list[float] = []

    def sentences() -> Iterator[SpokenSentence]:
        for _ in range(3):
            asked.append(time.monotonic())
            yield _tone(0.8, 0.7)

    start = time.monotonic()
    assert play(sentences())
    assert asked[1] - start < 1.5 - 0.5
    assert time.monotonic() - start > 4.3


def test_it_stops_within_a_tenth_of_a_second(sound_server: SoundServer, tmp_path: Path) -> None:
    stop = threading.Event()
    stopped_at: list[float] = []
    with sound_server.recording(tmp_path / "gehoord.wav") as heard:

        def press() -> None:
            stop.set()
            stopped_at.append(time.monotonic())

        start = time.monotonic()
        threading.Timer(0.8, press).start()
        assert not play(iter([_tone(5.0), _tone(5.0)]), stop=stop)
        assert time.monotonic() - stopped_at[0] < 0.1
    ((_, end),) = _loud(heard)
    assert end < stopped_at[0] - start + 0.1


def test_a_stop_before_the_first_sentence(sound_server: SoundServer) -> None:
    stop = threading.Event()
    stop.set()
    assert not play(iter([_tone(5.0)]), stop=stop)
    assert not play(iter([]), stop=stop)


def test_nothing_to_play_is_played(sound_server: SoundServer) -> None:
    assert play(iter([]))


def test_a_device_can_be_chosen_by_name_and_by_number(sound_server: SoundServer, tmp_path: Path) -> None:
    with sound_server.recording(tmp_path / "gehoord.wav") as heard:
        assert play(iter([_tone(0.2)]), device="puls")
        assert play(iter([_tone(0.2)]), device=0)
    assert len(_loud(heard)) == 2


def test_a_device_that_does_not_exist(sound_server: SoundServer) -> None:
    with pytest.raises(Trouble) as caught:
        play(iter([_tone(0.2)]), device="trompet")
    assert (caught.value.key, caught.value.code) == ("no_such_speaker", ExitCode.NO_SOUND_OUT)
    assert caught.value.values == {"device": "trompet"}


def test_no_loudspeaker_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "candidates", lambda wanted, direction: ())
    with pytest.raises(Trouble) as caught:
        play(iter([_tone(0.2)]))
    assert (caught.value.key, caught.value.code) == ("no_sound_out", ExitCode.NO_SOUND_OUT)


class _Fussy:
    """PortAudio with a device that takes stereo at 48 kHz and nothing else, and may fall asleep."""

    class PortAudioError(Exception):
        pass

    def __init__(self, asleep: bool = False) -> None:
        self.asleep = asleep
        self.heard = b""
        self.over = threading.Event()

    def RawOutputStream(self, *, samplerate: int, channels: int, blocksize: int, callback: Any, **_: Any) -> Any:
        if (samplerate, channels) != (48000, 2):
            raise self.PortAudioError("Invalid sample rate")
        self.block, self.callback = bytearray(blocksize * 4), callback
        return self

    def start(self) -> None:
        if not self.asleep:
            threading.Thread(target=self._fetch, daemon=True).start()

    def _fetch(self) -> None:
        while not self.over.wait(0.001):
            self.callback(self.block, len(self.block) // 4, None, None)
            self.heard += bytes(self.block)

    def stop(self, **_: Any) -> None:
        self.over.set()

    abort = stop

    def close(self, **_: Any) -> None:
        pass


@pytest.fixture
def fussy(monkeypatch: pytest.MonkeyPatch) -> _Fussy:
    fake = _Fussy()
    monkeypatch.setattr(devices, "sounddevice", lambda: fake)
    only = (Device(0, "hw:0,0", 2, 48000),)
    monkeypatch.setattr(devices, "candidates", lambda wanted, direction: only)
    return fake


def test_hardware_gets_the_rate_and_the_channels_that_it_insists_on(fussy: _Fussy) -> None:
    assert play(iter([_tone(0.5)]))
    frames = np.frombuffer(fussy.heard, dtype="<i2").reshape(-1, 2)
    assert (frames[:, 0] == frames[:, 1]).all()
    loud = np.flatnonzero(np.abs(frames[:, 0].astype(int)) > 1000)
    assert len(frames[loud[0] : loud[-1]]) == pytest.approx(24000, abs=100)
    spectrum = np.abs(np.fft.rfft(frames[loud[0] : loud[0] + 19200, 0]))
    assert np.argmax(spectrum) * 48000 / 19200 == pytest.approx(440, abs=3)


def test_a_loudspeaker_that_falls_asleep_is_given_up(fussy: _Fussy, monkeypatch: pytest.MonkeyPatch) -> None:
    fussy.asleep = True
    monkeypatch.setattr(playing, "STALL_SECONDS", 0.2)
    with pytest.raises(Trouble) as caught:
        play(iter([_tone(2.0)]))
    assert caught.value.key == "no_sound_out"


def test_what_goes_wrong_with_the_sentences_is_passed_on_and_it_falls_silent(fussy: _Fussy) -> None:
    def sentences() -> Iterator[SpokenSentence]:
        yield _tone(0.1)
        raise Trouble("speech_timeout", ExitCode.NO_VOICE)

    with pytest.raises(Trouble) as caught:
        play(sentences())
    assert caught.value.key == "speech_timeout"
    assert fussy.over.is_set()


def test_a_saved_file_is_private_and_complete(tmp_path: Path) -> None:
    path = tmp_path / "gesproken.wav"
    save(path, [_tone(0.5, 0.7), _tone(0.3)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE)
        assert sound.getnframes() == pytest.approx(1.5 * RATE, abs=2)
    np.testing.assert_allclose(_loud(path), [(0.0, 0.5), (1.2, 1.5)], atol=0.02)
    assert list(tmp_path.iterdir()) == [path]


def test_an_older_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "gesproken.wav"
    path.write_bytes(b"oud")
    save(path, [_tone(0.1)])
    assert soundfile.info(path).frames == RATE // 10


def _cannot_write(path: Path) -> None:
    with pytest.raises(Trouble) as caught:
        save(path, [_tone(0.1)])
    assert (caught.value.key, caught.value.code) == ("cannot_write", ExitCode.CANNOT_WRITE)
    assert caught.value.values == {"file": str(path)}


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    _cannot_write(tmp_path)
    _cannot_write(tmp_path / "geen map" / "gesproken.wav")
    _cannot_write(Path("/dev/null"))
    _cannot_write(Path("/proc/gesproken.wav"))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "gesproken.wav"
    path.write_bytes(b"oud")

    def full(self: wave.Wave_write, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wave.Wave_write, "writeframesraw", full)
    _cannot_write(path)
    assert path.read_bytes() == b"oud"
    assert list(tmp_path.iterdir()) == [path]
