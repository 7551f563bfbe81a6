"""A long recording cut at pauses, so that its pieces can be heard side by side.

Vosk works through a recording from front to back, on one core, and ends a sentence at every pause of
half a second anyway. So nothing is lost where a new recogniser begins in the middle of such a pause.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.hearing.sound import BYTES_PER_SAMPLE, Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHORTEST, LONGEST = 20.0, 60.0
"""Seconds: shorter pieces cost too much at their edges, longer ones too much memory."""
PAUSE = 0.6
"""Seconds of quiet that count as a pause; the cut is in its middle."""
FRAME = 0.02
LOOK_BACK = 10.0
"""Where nobody pauses for LONGEST: the quietest place of the last so many seconds."""
RANGE_DB = 10.0
"""Where loud and quiet differ by less there are no pauses to be told."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Mono 16-bit sound of `rate` samples a second, which begins at second `start` of the recording."""

    start: float
    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pcm) / BYTES_PER_SAMPLE / self.rate


def cut(blocks: Iterable[Block], shortest: float = SHORTEST, longest: float = LONGEST) -> Iterator[Piece]:
    """Yield the sound of `blocks`, all of the same rate, in pieces; nothing of it is left out."""
    piece = _Growing()
    start = 0.0
    for block in blocks:
        piece.add(block)
        if piece.seconds >= shortest and (at := piece.place(piece.seconds >= longest)):
            done = Piece(start, bytes(piece.pcm[:at]), piece.rate)
            piece.drop(at)
            start += done.seconds
            yield done
    if piece.pcm:
        yield Piece(start, bytes(piece.pcm), piece.rate)


class _Growing:
    """The piece that is being gathered, and how loud each fiftieth of a second of it is."""

    def __init__(self) -> None:
        self.pcm = bytearray()
        self.rate = 0
        self._levels: list[float] = []

    @property
    def seconds(self) -> float:
        return len(self.pcm) / BYTES_PER_SAMPLE / self.rate if self.rate else 0.0

    @property
    def _frame_bytes(self) -> int:
        return int(self.rate * FRAME) * BYTES_PER_SAMPLE

    def add(self, block: Block) -> None:
        self.rate = block.rate
        self.pcm += block.pcm
        self._measure()

    def _measure(self) -> None:
        """Add the levels of the whole frames that have not been measured, in dBFS."""
        import numpy as np

        size = self._frame_bytes
        first, last = len(self._levels), len(self.pcm) // size
        if last > first:
            raw = bytes(self.pcm[first * size : last * size])
            frames = np.frombuffer(raw, dtype="<i2").astype(np.float32).reshape(last - first, -1)
            power = np.mean(frames**2, axis=1) + 1.0
            self._levels += (10 * np.log10(power)).tolist()

    def place(self, must: bool) -> int | None:
        """Return at which byte to cut: in a pause at the very end; `must`: else at the quietest place."""
        import numpy as np

        levels = np.asarray(self._levels, dtype=np.float32)
        frames = math.ceil(PAUSE / FRAME)
        low, high = np.percentile(levels, (1, 90))
        quiet = low + 0.3 * (high - low)
        if high - low >= RANGE_DB and float(levels[-frames:].max()) <= quiet:
            return (len(levels) - frames // 2) * self._frame_bytes
        if not must:
            return None
        return self._quietest(levels) * self._frame_bytes

    def _quietest(self, levels: NDArray[np.float32]) -> int:
        """Return the frame in the middle of the quietest third of a second of the last seconds."""
        import numpy as np

        width = int(0.3 / FRAME)
        recent = levels[-int(LOOK_BACK / FRAME) :]
        smooth = np.convolve(recent, np.ones(width) / width, mode="valid")
        return len(levels) - len(recent) + int(smooth.argmin()) + width // 2

    def drop(self, at: int) -> None:
        """Leave out what has been handed over."""
        del self.pcm[:at]
        del self._levels[: at // self._frame_bytes]
