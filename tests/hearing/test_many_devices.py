"""Microphones of every rate and number of channels, by part of a name and by number, on a sound server of their own.

ALSA's door to a sound server says of every device that it likes 44,100 Hz best. So that a device likes
another rate is put into PortAudio's list by hand; opening it at that rate, and its sound, are real.
"""

from __future__ import annotations

import dataclasses
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import virtual_sound
from virtual_sound import SoundServer

from assistant.hearing import devices
from assistant.hearing.devices import Direction
from assistant.hearing.microphone import Microphone
from assistant.hearing.recogniser import Recogniser
from assistant.hearing.sound import Block, to_samples
from assistant.hearing.turn import listen

Speak = Callable[..., Path]
RATES = {8000: 1, 16000: 2, 22050: 8, 44100: 8, 48000: 2, 96000: 1}
"""Each rate with a number of channels."""
TONE = 440.0
STORY = "we hadden gisteren ruzie over de afwas"


@pytest.fixture(scope="module")
def rooms() -> Iterator[SoundServer]:
    """A server with a microphone for each rate: `kamer8000` and so on."""
    with (
        tempfile.TemporaryDirectory(prefix="vs-") as folder,
        virtual_sound.sound_server(Path(folder)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        with (Path(folder) / "asound.conf").open("a") as alsa:
            for rate, channels in RATES.items():
                sink = f"sink_name=room{rate}"
                shape = (f"rate={rate}", f"channels={channels}", "norewinds=1")
                server.control("load-module", "module-null-sink", sink, *shape)
                alsa.write(f'pcm.kamer{rate} {{ type pulse device "room{rate}.monitor" }}\n')
        for name, value in server.environment.items():
            patch.setenv(name, value)
        virtual_sound.restart_portaudio()
        yield server
    virtual_sound.restart_portaudio()


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("toon") / "toon.wav"
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * TONE * np.arange(3 * 44100) / 44100), 44100)
    return path


def _as_it_likes(monkeypatch: pytest.MonkeyPatch, channels: int | None = None) -> None:
    """Let each device of this file like the rate in its name best, and say how many channels it has."""
    real = devices.candidates

    def candidates(wanted: str | int | None, direction: Direction) -> tuple[devices.Device, ...]:
        found = []
        for device in real(wanted, direction):
            rate = int(device.name.removeprefix("kamer"))
            found.append(dataclasses.replace(device, rate=rate, channels=channels or RATES[rate]))
        return tuple(found)

    monkeypatch.setattr(devices, "candidates", candidates)


def _recorded(opened: Microphone, seconds: float = 1.5) -> list[Block]:
    threading.Timer(seconds, opened.stop).start()
    return list(opened.blocks())


def _pitch(blocks: list[Block]) -> float:
    samples = to_samples(b"".join(block.pcm for block in blocks))
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * blocks[0].rate / len(samples))


def _index(name: str) -> int:
    (device,) = devices.candidates(name, Direction.INPUT)
    return device.index


@pytest.mark.parametrize("rate", RATES)
def test_every_rate_by_name_and_by_number(
    rate: int, rooms: SoundServer, tone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _as_it_likes(monkeypatch)
    for wanted in (f"MER{rate}", _index(f"kamer{rate}")):
        with Microphone(wanted) as opened, rooms.play(tone, f"room{rate}") as player:
            assert (opened.name, opened.rate) == (f"kamer{rate}", rate)
            blocks = _recorded(opened)
            player.kill()
        assert {block.rate for block in blocks} == {rate}
        assert sum(block.seconds for block in blocks) == pytest.approx(1.5, abs=0.4)
        assert _pitch(blocks) == pytest.approx(TONE, abs=3)  # neither faster nor slower than life
        assert opened.overflows == 0


@pytest.mark.parametrize("rate", [8000, 96000])
def test_what_is_said_into_the_lowest_and_the_highest_rate_is_heard(
    rate: int, rooms: SoundServer, say: Speak, bundled_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _as_it_likes(monkeypatch)
    with Microphone(f"kamer{rate}") as opened, rooms.play(say(STORY), f"room{rate}"):
        heard = listen(opened, lambda rate: Recogniser(bundled_model, rate), patience=1.5)
    assert "ruzie" in heard.transcript.text
    assert rate == 8000 or heard.transcript.text == STORY  # a telephone band costs a word


@pytest.mark.parametrize("channels", [2, 8])
def test_a_device_that_gives_only_all_its_channels(
    channels: int, rooms: SoundServer, tone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sound server mixes by itself; that it refuses to is forced, the channels are real."""
    module = devices.sounddevice()
    real = module.RawInputStream
    asked: list[int] = []

    def insisting(**options: Any) -> Any:
        asked.append(options["channels"])
        if options["channels"] < channels:
            raise module.PortAudioError("Invalid number of channels", -9998)
        return real(**{**options, "channels": channels})

    _as_it_likes(monkeypatch, channels)
    monkeypatch.setattr(module, "RawInputStream", insisting)
    with Microphone("kamer44100") as opened, rooms.play(tone, "room44100") as player:
        blocks = _recorded(opened)
        player.kill()
    assert asked[-1] == channels
    assert sum(block.seconds for block in blocks) == pytest.approx(1.5, abs=0.4)
    assert _pitch(blocks) == pytest.approx(TONE, abs=3)


def test_a_device_that_refuses_its_own_rate_is_opened_at_another(
    rooms: SoundServer, tone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PortAudio sometimes names a default that the hardware refuses; the refusal is forced, the rest is real."""
    module = devices.sounddevice()
    real = module.RawInputStream

    def refusing(**options: Any) -> Any:
        if options["samplerate"] == 96000:
            raise module.PortAudioError("Invalid sample rate", -9997)
        return real(**options)

    _as_it_likes(monkeypatch)
    monkeypatch.setattr(module, "RawInputStream", refusing)
    with Microphone("kamer96000") as opened, rooms.play(tone, "room96000") as player:
        blocks = _recorded(opened)
        player.kill()
    assert opened.rate == 48000
    assert _pitch(blocks) == pytest.approx(TONE, abs=3)
