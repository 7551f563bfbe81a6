"""Another sampling rate for a stream of sound, block by block.

Vosk brings down whatever lies above 16 kHz by itself, but aborts the process on anything lower;
the voice activity detector takes 16 kHz only. So two places need a resampler, and it is small
enough to stand here: windowed-sinc interpolation (Julius O. Smith, "Digital Audio Resampling"),
with one row of filter taps for each of the phases that the ratio of the two rates can have.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.hearing.sound import Samples

ZERO_CROSSINGS = 16
"""On either side of a tap's centre: about 80 dB between pass band and what is kept out."""
ROLL_OFF = 0.94
"""Where the pass band ends, as a share of the lower of the two Nyquist frequencies."""
KAISER_BETA = 8.0


class Resampler:
    """Turn a stream at `rate_in` into one at `rate_out`; the first samples of both coincide."""

    def __init__(self, rate_in: int, rate_out: int) -> None:
        """Prepare the filter; memory and time do not depend on the length of the stream."""
        import numpy as np

        common = math.gcd(rate_in, rate_out)
        self._up, self._down = rate_out // common, rate_in // common
        cutoff = ROLL_OFF * min(1.0, rate_out / rate_in)
        self._half = math.ceil(ZERO_CROSSINGS / cutoff)
        self._taps = _taps(self._up, self._half, cutoff)
        self._kept = np.zeros(self._half, dtype=np.float32)
        self._kept_from = -self._half
        self._next = 0

    def push(self, samples: Samples) -> Samples:
        """Take the next input samples, shape (n,), and return the output that is ready, shape (m,)."""
        import numpy as np

        kept = np.concatenate((self._kept, samples.astype(np.float32, copy=False)))
        end = self._kept_from + len(kept)
        last = -(-(end - self._half) * self._up // self._down)
        number = np.arange(self._next, max(self._next, last), dtype=np.int64)
        base, phase = np.divmod(number * self._down, self._up)
        window = (base - self._half + 1 - self._kept_from)[:, None] + np.arange(2 * self._half)
        one_phase = self._up == 1  # the same taps everywhere
        out = kept[window] @ self._taps[0] if one_phase else np.einsum("nt,nt->n", kept[window], self._taps[phase])
        self._next += len(number)
        drop = self._next * self._down // self._up - self._half + 1 - self._kept_from
        drop = min(max(drop, 0), len(kept))
        self._kept, self._kept_from = kept[drop:], self._kept_from + drop
        return np.asarray(out, dtype=np.float32)

    def finish(self) -> Samples:
        """Return what the filter still holds back; the stream is over."""
        import numpy as np

        return self.push(np.zeros(self._half, dtype=np.float32))


def _taps(phases: int, half: int, cutoff: float) -> Samples:
    """Return the filter for each phase, shape (phases, 2 * half), each summing to 1."""
    import numpy as np

    offset = np.arange(-half + 1, half + 1)[None, :] - (np.arange(phases) / phases)[:, None]
    inside = np.clip(1 - (offset / half) ** 2, 0, None)
    taps = np.sinc(cutoff * offset) * np.i0(KAISER_BETA * np.sqrt(inside)) / np.i0(KAISER_BETA)
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float32)
