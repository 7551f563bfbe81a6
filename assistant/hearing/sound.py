"""Sound as it travels through the program: small blocks of mono 16-bit samples with their rate.

Levels are in decibels relative to full scale (dBFS): 0 is as loud as 16 bits go, digital
silence is minus infinity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

FULL_SCALE = 32768
BYTES_PER_SAMPLE = 2


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of mono sound: signed 16-bit little-endian samples, `rate` of them a second."""

    pcm: bytes
    rate: int

    @property
    def samples(self) -> int:
        """The number of samples."""
        return len(self.pcm) // BYTES_PER_SAMPLE

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.samples / self.rate


def to_samples(pcm: bytes) -> Samples:
    """Return 16-bit samples as floats from -1 to 1, shape (samples,)."""
    import numpy as np

    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(FULL_SCALE)


def to_pcm(samples: Samples) -> bytes:
    """Return floats as 16-bit samples; what lies outside -1 to 1 is clipped, NaN becomes silence."""
    import numpy as np

    whole = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0) * FULL_SCALE
    return np.clip(np.rint(whole), -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes()


def peak_dbfs(pcm: bytes) -> float:
    """Return the level of the largest sample in dBFS; -inf for silence or no samples."""
    import numpy as np

    samples = to_samples(pcm)
    return _dbfs(float(np.abs(samples).max())) if len(samples) else -math.inf


def rms_dbfs(pcm: bytes) -> float:
    """Return the mean level (root of the mean square) in dBFS; -inf for silence or no samples."""
    import numpy as np

    samples = to_samples(pcm)
    return _dbfs(math.sqrt(float(np.dot(samples, samples)) / len(samples))) if len(samples) else -math.inf


def _dbfs(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf


def downmix(frames: Samples) -> Samples:
    """Return many channels, shape (frames, channels), as one, shape (frames,).

    The mean of the channels that carry sound: of eight channels only one may have been plugged in,
    and dividing by eight would bury it. Where the mean is nearly nothing because two channels are
    each other's opposite, the loudest channel alone.
    """
    import numpy as np

    if not len(frames) or frames.shape[1] == 1:
        return frames.reshape(-1)
    levels = np.sqrt(np.mean(frames**2, axis=0, dtype=np.float64))
    loudest = float(levels.max())
    mixed = frames[:, levels >= 0.1 * loudest].mean(axis=1, dtype=np.float64).astype(np.float32)
    if np.sqrt(np.mean(mixed**2, dtype=np.float64)) < 0.2 * loudest:
        return np.asarray(frames[:, int(levels.argmax())])
    return np.asarray(mixed)
