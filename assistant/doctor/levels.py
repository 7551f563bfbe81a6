"""What three seconds of a microphone say about it: pure arithmetic on blocks of sound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.doctor.finding import Finding, Grade
from assistant.hearing.sound import FULL_SCALE, Block, peak_dbfs, rms_dbfs
from assistant.trouble import ExitCode

CLIPPED_SAMPLE = FULL_SCALE - 16
CLIPPED_SHARE = 0.001
"""More than one sample in a thousand at the very top: it is audible, and recognition suffers."""
SOFT_DBFS = -45.0
"""Speech at a hand's breadth from an ordinary microphone lies between -35 and -15 dBFS."""
NOISY_DBFS = -40.0
LOUD, QUIET = 0.95, 0.10
"""The level of speech and of what is there between the words: these quantiles of the levels of the blocks."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Peak, speech and noise floor in dBFS (-inf: nothing but zeros), the share of clipped samples, seconds."""

    peak: float
    speech: float
    floor: float
    clipped: float
    seconds: float


def measure(blocks: Sequence[Block]) -> Levels:
    """Return the levels of some blocks; they need not be of the same length."""
    import numpy as np

    pcm = b"".join(block.pcm for block in blocks)
    each = sorted(rms_dbfs(block.pcm) for block in blocks if block.samples)
    samples = np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int32))
    clipped = float(np.mean(samples >= CLIPPED_SAMPLE)) if len(samples) else 0.0
    seconds = sum(block.seconds for block in blocks)
    return Levels(peak_dbfs(pcm), _quantile(each, LOUD), _quantile(each, QUIET), clipped, seconds)


def _quantile(levels: Sequence[float], share: float) -> float:
    return levels[min(len(levels) - 1, int(share * len(levels)))] if levels else -math.inf


def judge(levels: Levels, name: str, bluetooth: bool = False) -> Finding:
    """Say how a microphone is; `bluetooth`: sound comes out of a headset whose microphone is not there."""
    measured = {
        "device": name,
        "peak_dbfs": _number(levels.peak),
        "speech_dbfs": _number(levels.speech),
        "noise_floor_dbfs": _number(levels.floor),
        "clipped": round(levels.clipped, 4),
        "seconds": round(levels.seconds, 2),
        "bluetooth_without_microphone": bluetooth,
    }
    values = {"device": name, "level": _shown(levels.speech), "floor": _shown(levels.floor)}
    if levels.peak == -math.inf:
        silent = "bluetooth_silent" if bluetooth else "silent"
        return Finding("microphone", Grade.BAD, silent, values, measured, ExitCode.NO_PERMISSION)
    advice = _advice(levels, bluetooth)
    return Finding("microphone", Grade.NOTE if advice else Grade.GOOD, advice or "good", values, measured)


def _advice(levels: Levels, bluetooth: bool) -> str | None:
    if bluetooth:
        return "bluetooth"
    if levels.clipped > CLIPPED_SHARE:
        return "clipping"
    if levels.speech < SOFT_DBFS:
        return "soft"
    if levels.floor > NOISY_DBFS:
        return "noisy"
    return None


def _number(level: float) -> float | None:
    return round(level, 1) if math.isfinite(level) else None


def _shown(level: float) -> str:
    return str(round(level)) if math.isfinite(level) else "-∞"
