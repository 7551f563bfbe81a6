"""Rendered sentences to the loudspeaker, or to a file that the user asked for.

PortAudio fetches the sound itself, fifty times a second, on a thread of its own; this side only
keeps some ready for it. So it can be stopped at any moment, and a device that no longer answers
is noticed instead of waited for.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
import wave
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.hearing import devices
from assistant.hearing.devices import Device, Direction
from assistant.hearing.quiet import c_stderr_silenced
from assistant.hearing.resampling import Resampler
from assistant.hearing.sound import BYTES_PER_SAMPLE, to_pcm, to_samples
from assistant.speaking.rendering import SpokenSentence
from assistant.trouble import ExitCode, Trouble

BLOCK_SECONDS = 0.02
READY_SECONDS = 1.0
"""The next sentence is asked for when this much is left to play, most of it the pause."""
LATENCY_SECONDS = 0.08
"""How much PortAudio keeps ready itself: on a busy machine less makes the voice stutter."""
LAST_SECONDS = 0.2
"""Silence behind the last sentence: some drivers cut off the end of what they are given."""
STALL_SECONDS = 3.0
LOOK_SECONDS = 0.02


def play(
    sentences: Iterator[SpokenSentence],
    device: str | int | None = None,
    stop: threading.Event | None = None,
    played: Callable[[bytes], None] | None = None,
) -> bool:
    """Play sentences as they come; returns False where `stop` was set before the end.

    `device` is a number or a part of a name; `played` is told each piece of sound as it goes out, on PortAudio's
    thread, so it must be quick. Raises Trouble no_sound_out (no loudspeaker, or it
    refuses, or it stopped answering), no_such_speaker, and what `sentences` raises.
    """
    stop = stop or threading.Event()
    output: _Output | None = None
    try:
        for sentence in sentences:
            output = output or _Output(device, sentence.rate, played)
            output.put(sentence)
            if not output.wait(READY_SECONDS, stop):
                return False
        if output is None or not output.finish(stop):
            return not stop.is_set()
        return True
    finally:
        if output:
            output.close()


class _Output:
    """An open loudspeaker with sound waiting for it."""

    def __init__(self, wanted: str | int | None, rate: int, played: Callable[[bytes], None] | None = None) -> None:
        self._played = played
        self._waiting: deque[bytes] = deque()
        self._open_piece = b""
        self._put = self._taken = 0
        self._calls = 0
        self._stream: Any = None
        found = devices.candidates(wanted, Direction.OUTPUT)
        if not found and wanted is not None:
            raise Trouble("no_such_speaker", ExitCode.NO_SOUND_OUT, device=wanted)
        if not any(self._start(device, rate) for device in found):
            raise Trouble("no_sound_out", ExitCode.NO_SOUND_OUT)

    def _start(self, device: Device, rate: int) -> bool:
        """Try a device at the sound's own rate or, where it refuses, at its own; with one channel or two."""
        module = devices.sounddevice()
        for own_rate in sorted({rate, device.rate}, key=lambda one: one != rate):
            for channels in range(1, min(2, device.channels) + 1):
                with c_stderr_silenced():
                    try:
                        stream = module.RawOutputStream(
                            samplerate=own_rate,
                            blocksize=int(own_rate * BLOCK_SECONDS),
                            device=device.index,
                            channels=channels,
                            dtype="int16",
                            latency=LATENCY_SECONDS,
                            callback=self._called_back,
                        )
                        stream.start()
                    except (module.PortAudioError, ValueError):
                        continue
                self._stream, self._rate, self._channels = stream, own_rate, channels
                return True
        return False

    def _called_back(self, wanted: Any, frames: int, clock: Any, status: Any) -> None:
        self._calls += 1
        while len(self._open_piece) < len(wanted) and self._waiting:
            self._open_piece += self._waiting.popleft()
        piece, self._open_piece = self._open_piece[: len(wanted)], self._open_piece[len(wanted) :]
        wanted[: len(piece)] = piece
        wanted[len(piece) :] = bytes(len(wanted) - len(piece))
        self._taken += len(piece)
        if self._played:
            self._played(bytes(piece))

    def put(self, sentence: SpokenSentence) -> None:
        """Add a sentence and the pause after it to what waits."""
        pcm = sentence.pcm
        if sentence.rate != self._rate:
            resampler = Resampler(sentence.rate, self._rate)
            pcm = b"".join(to_pcm(part) for part in (resampler.push(to_samples(pcm)), resampler.finish()))
        self._add(pcm + self._silence(sentence.pause))

    def _silence(self, seconds: float) -> bytes:
        return bytes(round(seconds * self._rate) * BYTES_PER_SAMPLE)

    def _add(self, pcm: bytes) -> None:
        if self._channels > 1:
            import numpy as np

            pcm = np.repeat(np.frombuffer(pcm, dtype="<i2"), self._channels).tobytes()
        size = round(self._rate * BLOCK_SECONDS) * BYTES_PER_SAMPLE * self._channels
        self._put += len(pcm)
        self._waiting.extend(pcm[start : start + size] for start in range(0, len(pcm), size))

    def wait(self, left: float, stop: threading.Event) -> bool:
        """Wait until only `left` seconds wait to be played; False where `stop` is set before."""
        enough = left * self._rate * BYTES_PER_SAMPLE * self._channels
        calls, since = self._calls, time.monotonic()
        while self._put - self._taken > enough:
            if stop.wait(LOOK_SECONDS):
                return False
            if calls != self._calls:
                calls, since = self._calls, time.monotonic()
            elif time.monotonic() - since > STALL_SECONDS:
                raise Trouble("no_sound_out", ExitCode.NO_SOUND_OUT)
        return not stop.is_set()

    def finish(self, stop: threading.Event) -> bool:
        """Play all that waits; False where `stop` is set before."""
        self._add(self._silence(LAST_SECONDS))
        if not self.wait(0, stop):
            return False
        stream, self._stream = self._stream, None
        devices.close(stream)
        return True

    def close(self) -> None:
        """Be silent at once."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            devices.cut(stream)


def save(path: Path, sentences: Sequence[SpokenSentence]) -> None:
    """Write sentences with their pauses to a WAV file that only its owner may read (0600).

    The file is complete or not there at all. Raises Trouble cannot_write.
    """
    try:
        if path.exists() and not path.is_file():
            raise OSError("something else has that name")
        _write(path, sentences)
    except (OSError, ValueError):
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=path) from None


def _write(path: Path, sentences: Sequence[SpokenSentence]) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".verbonden-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file, wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(BYTES_PER_SAMPLE)
            sound.setframerate(sentences[0].rate if sentences else 22050)
            for sentence in sentences:
                sound.writeframesraw(sentence.pcm)
                sound.writeframesraw(bytes(round(sentence.pause * sentence.rate) * BYTES_PER_SAMPLE))
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


Player = Callable[[Iterator[SpokenSentence]], bool]
"""`play`, with its device and its stop already given."""
