import sys
import threading
import time
from typing import Any

import pytest

from assistant.hearing import devices
from assistant.hearing.devices import Direction, order
from assistant.trouble import ExitCode, Trouble

LISTED = [
    {"name": name, "max_input_channels": inputs, "max_output_channels": outputs, "default_samplerate": 44100.0}
    for name, inputs, outputs in [
        ("HDA Intel: ALC257 (hw:0,0)", 2, 2),
        ("HDMI (hw:0,3)", 0, 8),
        ("USB Microphone (hw:1,0)", 1, 0),
        ("pulse", 32, 32),
        ("pipewire", 64, 64),
        ("default", 32, 32),
    ]
]


def _names(wanted: str | int | None, default: int = 5, direction: Direction = Direction.INPUT) -> list[str]:
    return [device.name for device in order(LISTED, default, wanted, direction)]


def test_the_default_comes_first_and_the_sound_server_before_the_hardware() -> None:
    assert _names(None)[:3] == ["default", "pipewire", "pulse"]
    assert _names(None, default=2)[:3] == ["USB Microphone (hw:1,0)", "pipewire", "pulse"]
    assert _names(None, default=-1)[:3] == ["pipewire", "pulse", "default"]


def test_only_devices_for_the_right_direction() -> None:
    assert "HDMI (hw:0,3)" not in _names(None)
    assert "USB Microphone (hw:1,0)" not in _names(None, direction=Direction.OUTPUT)


@pytest.mark.parametrize("wanted", [2, "2", " 2 ", "usb", "USB Micro", "microphone"])
def test_a_number_or_a_part_of_a_name(wanted: str | int) -> None:
    assert _names(wanted) == ["USB Microphone (hw:1,0)"]


@pytest.mark.parametrize("wanted", [1, 99, "-1", "bluetooth"])
def test_what_does_not_exist_or_cannot_record(wanted: str | int) -> None:
    assert _names(wanted) == []


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(Trouble) as caught:
        devices.sounddevice()
    assert (caught.value.key, caught.value.code) == ("missing_library", ExitCode.MISSING_LIBRARY)


def test_a_stream_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def __init__(self) -> None:
            self.asked: list[str] = []

        def abort(self, **options: Any) -> None:
            self.asked.append("abort")
            release.wait(30)

        stop = close = abort

    monkeypatch.setattr(devices, "CLOSE_SECONDS", 0.1)
    release, gone = threading.Event(), Gone()
    start = time.monotonic()
    devices.cut(gone)
    assert time.monotonic() - start < 5
    assert gone.asked == ["abort"]
    release.set()
