"""Microphones and loudspeakers as PortAudio lists them, and which of them to use.

Debian's PortAudio knows only ALSA. There the raw hardware ("hw:0,0") belongs to the sound server
and refuses rates that it does not like, while the devices named `pipewire` and `pulse` lead to the
sound server and take anything (sounddevice #609): so after the default they are tried first.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.hearing.quiet import c_stderr_silenced, silence_c_stdio
from assistant.trouble import ExitCode, Trouble

SOUND_SERVERS = ("pipewire", "pulse", "default")
CLOSE_SECONDS = 2.0


class Direction(enum.Enum):
    """What a device is wanted for."""

    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Device:
    """One device: its number in PortAudio's list, name, channels and the rate it likes best."""

    index: int
    name: str
    channels: int
    rate: int


def sounddevice() -> Any:
    """Return the module sounddevice. Raises Trouble missing_library without PortAudio.

    PortAudio tries every device when it is loaded, and ALSA comments on each that does not answer.
    """
    silence_c_stdio()
    with c_stderr_silenced():
        try:
            import sounddevice as module
        except (ImportError, OSError):
            raise Trouble("missing_library", ExitCode.MISSING_LIBRARY, library="libportaudio2") from None
    return module


def candidates(wanted: str | int | None, direction: Direction) -> tuple[Device, ...]:
    """Return the devices worth trying, best first; none if there are none.

    `wanted` is a number or a part of a name and leaves only what fits it.
    """
    module = sounddevice()
    with c_stderr_silenced():
        listed = module.query_devices()
        default = module.default.device[0 if direction is Direction.INPUT else 1]
    return order(listed, default, wanted, direction)


def order(
    listed: Sequence[Mapping[str, Any]], default: int, wanted: str | int | None, direction: Direction
) -> tuple[Device, ...]:
    """Do the choosing of `candidates`, given PortAudio's list and the number of its default."""
    channels = f"max_{direction.value}_channels"
    devices = [
        Device(index, str(entry["name"]), int(entry[channels]), round(entry["default_samplerate"]))
        for index, entry in enumerate(listed)
        if entry[channels] > 0
    ]
    if wanted is not None and str(wanted).strip().isdecimal():
        return tuple(device for device in devices if device.index == int(wanted))
    if wanted is not None:
        part = str(wanted).strip().casefold()
        return tuple(device for device in devices if part in device.name.casefold())

    def rank(device: Device) -> tuple[int, int]:
        if device.index == default:
            return -1, device.index
        if device.name.casefold() in SOUND_SERVERS:
            return SOUND_SERVERS.index(device.name.casefold()), device.index
        return len(SOUND_SERVERS), device.index

    return tuple(sorted(devices, key=rank))


def close(stream: Any) -> None:
    """Let a PortAudio stream finish, and close it; not for long: a device that is gone may hang there."""
    _bounded(stream, stream.stop)


def cut(stream: Any) -> None:
    """Close a PortAudio stream at once: what it still holds is dropped."""
    _bounded(stream, stream.abort)


def look_again() -> bool:
    """Let PortAudio look anew which devices there are; no stream may be open. False where it hangs."""
    module = sounddevice()

    def act() -> None:
        with c_stderr_silenced():
            module._terminate()
            module._initialize()

    return _within_time(act)


def _bounded(stream: Any, end: Callable[..., None]) -> None:
    def act() -> None:
        end(ignore_errors=True)
        stream.close(ignore_errors=True)

    _within_time(act)


def _within_time(act: Callable[[], None]) -> bool:
    """Do something that may hang; False where it has not come to an end in time."""
    done = threading.Event()

    def run() -> None:
        try:
            act()
        finally:
            done.set()

    threading.Thread(target=run, name="close-sound", daemon=True).start()
    return done.wait(CLOSE_SECONDS)
