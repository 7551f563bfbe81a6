"""The microphone: sound into a queue from the moment it is opened, whatever else is going on.

PortAudio calls back on a thread of its own, which only puts bytes on a queue: a late return loses
sound. A second thread makes blocks of them and writes them to the spool file. The model may load
meanwhile; the blocks wait, and no first word is lost.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from assistant.hearing import devices
from assistant.hearing.devices import Device, Direction
from assistant.hearing.quiet import c_stderr_silenced
from assistant.hearing.resampling import Resampler
from assistant.hearing.sound import FULL_SCALE, Block, downmix, to_pcm, to_samples
from assistant.hearing.spool import Spool
from assistant.trouble import ExitCode, Trouble

BLOCK_SECONDS = 0.05
USUAL_RATES = (48000, 44100, 16000)
"""What is tried where a device refuses the rate that PortAudio says it likes best (sounddevice #572)."""
START_SECONDS = 6.0
"""How long the first sound may take: a Bluetooth headset changes its profile before it sends any."""
LOOK_SECONDS = 0.3
"""How often it is looked whether a microphone that vanished is there again."""
DEAD_SECONDS = 5.0
"""So much digital silence from the start means no permission (macOS), or a switch that is off.

Not sooner: a microphone with a noise gate also sends zeros, until somebody speaks.
"""


class Microphone:
    """Records from entering the `with` to leaving it or to `stop`.

    `device` is a number or a part of a name, None is the default; `spool` gets all sound as well;
    `proven` says that it has given sound before, so that mere silence is no reason to doubt it.
    `spool_failed` is what kept the sound from the file, from then on; `overflows` counts how often sound was lost.
    """

    def __init__(
        self,
        device: str | int | None = None,
        spool: Spool | None = None,
        proven: bool = False,
        *,
        wait: float = 0.0,
        on_lost: Callable[[bool], None] = lambda lost: None,
    ) -> None:
        """Remember what to open; nothing is opened yet.

        `wait`: for so many seconds a microphone that vanishes while it records is waited for;
        `on_lost` is called with True when it vanishes and with False when there is one again.
        """
        self.spool = spool
        self.overflows = 0
        self.rate = 0
        self.name = ""
        self.spool_failed: OSError | None = None
        self._wanted = device
        self._proven = proven
        self.lost = False
        self._wait = wait
        self._on_lost = on_lost
        self._stopped = False
        self._raw: queue.SimpleQueue[tuple[bytes, int, int] | None] = queue.SimpleQueue()
        self._blocks: queue.SimpleQueue[Block | None] = queue.SimpleQueue()
        self._stream: Any = None
        self._pump = threading.Thread(target=self._make_blocks, name="microphone", daemon=True)

    def __enter__(self) -> Microphone:
        """Start recording. Raises Trouble no_microphone, no_such_microphone, microphone_refused."""
        found = devices.candidates(self._wanted, Direction.INPUT)
        if not found and self._wanted is None:
            raise Trouble("no_microphone", ExitCode.NO_MICROPHONE)
        if not found:
            raise Trouble("no_such_microphone", ExitCode.NO_MICROPHONE, device=self._wanted)
        if not any(self._open(device) for device in found):
            raise Trouble("microphone_refused", ExitCode.NO_MICROPHONE, device=found[0].name)
        self._pump.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop recording."""
        self.stop()

    def _open(self, device: Device) -> bool:
        """Try to start a device: at its own rate, with one channel or as many as it insists on."""
        counts = sorted({1, min(2, device.channels), device.channels})
        for rate in dict.fromkeys((device.rate, *USUAL_RATES)):
            for channels in counts:
                stream = self._started(device, rate, channels)
                if stream is not None:
                    self._stream, self.name = stream, device.name
                    return True
        return False

    def _started(self, device: Device, rate: int, channels: int) -> Any:
        """Return a running stream, None where the device refuses."""
        module = devices.sounddevice()
        with c_stderr_silenced():
            try:
                stream = module.RawInputStream(
                    samplerate=rate,
                    blocksize=int(rate * BLOCK_SECONDS),
                    device=device.index,
                    channels=channels,
                    dtype="int16",
                    callback=self._callback(channels, rate),
                )
                stream.start()
            except (module.PortAudioError, ValueError):
                return None
        return stream

    def _callback(self, channels: int, rate: int) -> Callable[[Any, int, Any, Any], None]:
        """Return what PortAudio calls with sound. The rate of the whole recording is that of its first device."""
        self.rate = self.rate if self.lost else rate

        def called_back(data: Any, frames: int, clock: Any, status: Any) -> None:
            if status.input_overflow:
                self.overflows += 1
            self._raw.put((bytes(data), channels, rate))

        return called_back

    def _make_blocks(self) -> None:
        resampler: tuple[int, Resampler] | None = None
        while (raw := self._raw.get()) is not None:
            pcm, channels, rate = raw
            pcm = _mono(pcm, channels)
            if rate != self.rate:  # another microphone has taken over
                if resampler is None or resampler[0] != rate:
                    resampler = rate, Resampler(rate, self.rate)
                pcm = to_pcm(resampler[1].push(to_samples(pcm)))
            block = Block(pcm, self.rate)
            if self.spool and not self.spool_failed:
                try:
                    self.spool.write(block)
                except OSError as error:  # a full disk is no reason to stop listening
                    self.spool_failed = error
            self._blocks.put(block)
        self._blocks.put(None)

    def stop(self) -> None:
        """Stop recording; what was recorded until now can still be had from `blocks`."""
        self._close()
        if self._pump.is_alive() and not self._stopped:
            self._stopped = True
            self._raw.put(None)
            self._pump.join()

    def _close(self) -> None:
        if self._stream is not None:
            stream, self._stream = self._stream, None
            devices.close(stream)

    def blocks(self, timeout: float = 2.0) -> Iterator[Block]:
        """Yield what is recorded, as it comes, until `stop`.

        Raises Trouble microphone_lost where nothing comes for `timeout` seconds (at the very start:
        START_SECONDS), and microphone_silent where all samples are 0 for DEAD_SECONDS from the start.

        While a microphone that vanished is waited for, empty blocks come, so that whoever takes them can stop.
        """
        patience = max(timeout, START_SECONDS)
        zeros: float | None = None if self._proven else 0.0
        begun = False
        while True:
            try:
                block = self._blocks.get(timeout=patience)
            except queue.Empty:
                yield from self._until_it_is_back(begun)
                patience = max(timeout, START_SECONDS)
                continue
            if block is None:
                return
            if zeros is not None:
                zeros = zeros + block.seconds if block.pcm.count(0) == len(block.pcm) else None
            if zeros is not None and zeros >= DEAD_SECONDS:
                raise Trouble("microphone_silent", ExitCode.NO_PERMISSION, device=self.name)
            patience, begun = timeout, True
            yield block

    def _until_it_is_back(self, begun: bool) -> Iterator[Block]:
        """Yield empty blocks until there is a microphone again or `stop`; raises Trouble microphone_lost."""
        gone = Trouble("microphone_lost", ExitCode.MICROPHONE_LOST, device=self.name)
        if not self._wait or not begun:
            raise gone
        self._close()
        self.lost = True
        self._on_lost(True)
        end = time.monotonic() + self._wait
        while time.monotonic() < end:
            yield Block(b"", self.rate)
            if self._stopped:
                return
            if not devices.look_again():
                raise gone
            if any(self._open(device) for device in devices.candidates(self._wanted, Direction.INPUT)):
                self.lost = False
                self._on_lost(False)
                return
            time.sleep(LOOK_SECONDS)
        raise gone


def _mono(raw: bytes, channels: int) -> bytes:
    """Return interleaved 16-bit samples of several channels as one channel."""
    if channels == 1:
        return raw
    import numpy as np

    frames = np.frombuffer(raw, dtype="<i2").reshape(-1, channels).astype(np.float32)
    return to_pcm(downmix(frames / np.float32(FULL_SCALE)))
