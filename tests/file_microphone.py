"""PortAudio with one microphone, into which a sound file is spoken as fast as somebody listens.

Everything behind it is real: `Microphone`, its threads, its queues and the spool. For what takes too long in real time
(an hour of speech), and for faults that no virtual device has (sound that PortAudio lost).
"""

from __future__ import annotations

import threading
import time
import wave
from collections.abc import Callable, Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from assistant.hearing import devices, microphone
from assistant.hearing.devices import Device

AHEAD = 40
"""So many blocks (two seconds) wait at most, as in life."""


class FileMicrophone:
    """The file is spoken once, however often the microphone is opened; after it nobody speaks.

    `lost`: the numbers of the blocks at which PortAudio says that some sound before them was lost.
    """

    PortAudioError = OSError

    def __init__(self, path: Path, lost: Collection[int] = ()) -> None:
        self.sound = wave.open(str(path))  # noqa: SIM115
        self.rate = self.sound.getframerate()
        self.lost = lost
        self.ahead: Callable[[], int] = lambda: 0
        self._number = 0

    def plug_in(self, put: Callable[[Any, str, Any], None] = setattr) -> None:
        """Be the only microphone of this process; `put` is setattr, or a monkeypatch's."""

        def callback(opened: microphone.Microphone, channels: int, rate: int) -> Any:
            self.ahead = lambda: opened._raw.qsize() + opened._blocks.qsize()
            return original(opened, channels, rate)

        original = microphone.Microphone._callback
        put(microphone.Microphone, "_callback", callback)
        put(devices, "sounddevice", lambda: self)
        put(devices, "candidates", lambda wanted, direction: (Device(0, "bestand", 1, self.rate),))

    def RawInputStream(self, *, blocksize: int, callback: Any, **_: Any) -> _Stream:
        return _Stream(self, blocksize, callback)

    def next(self, frames: int) -> tuple[bytes, Any]:
        """Return the next block, and what PortAudio says about it."""
        status = SimpleNamespace(input_overflow=self._number in self.lost)
        self._number += 1
        return self.sound.readframes(frames) or b"\1\0\0\0" * (frames // 2), status


class _Stream:
    def __init__(self, source: FileMicrophone, frames: int, callback: Any) -> None:
        self._source, self._frames, self._callback = source, frames, callback
        self._over = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._feed, daemon=True).start()

    def _feed(self) -> None:
        while not self._over.is_set():
            if self._source.ahead() > AHEAD:
                time.sleep(0.002)
                continue
            data, status = self._source.next(self._frames)
            self._callback(data, self._frames, None, status)

    def stop(self, **_: Any) -> None:
        self._over.set()

    abort = close = stop
