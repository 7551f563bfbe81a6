"""Mel-frequency cepstra as Kaldi computes them with the settings of conf/mfcc.conf, in numpy."""

from __future__ import annotations

from functools import cache

import numpy as np

RATE = 16_000  # Hz
SHIFT, LENGTH, FFT = 160, 400, 512  # samples: 10 ms, 25 ms, and the next power of two
CEPSTRA = BANDS = 40
LOW_HZ, HIGH_HZ = 20.0, RATE / 2 - 400.0
PREEMPHASIS, LIFTER = 0.97, 22.0
_KNEE_HZ = 6800.0  # where warped frequencies begin to bend back
CONFIG = """--use-energy=false
--sample-frequency=16000
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=-400
--dither=0
"""


def cepstra(samples: np.ndarray, warp: float = 1.0) -> np.ndarray:
    """Cepstra, float32 [frames, 40], of samples in the range of int16 at 16 kHz.

    With a `warp` above 1 the speaker seems to have a shorter vocal tract: what was at 1000 Hz counts as 1000 x `warp`.
    """
    count = 1 + (len(samples) - LENGTH) // SHIFT
    if count < 1:
        return np.zeros((0, CEPSTRA), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32), LENGTH)[::SHIFT][:count]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    frames = (frames - PREEMPHASIS * before) * _window()
    power = np.abs(np.fft.rfft(frames, FFT)).astype(np.float32) ** 2
    bands = np.log(np.maximum(power[:, : FFT // 2] @ _filters(round(warp, 2)), np.finfo(np.float32).eps))
    return (bands @ cepstrum_matrix()).astype(np.float32)


@cache
def _window() -> np.ndarray:
    """Kaldi's "povey" window [LENGTH]."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(LENGTH) / (LENGTH - 1))
    return (hann**0.85).astype(np.float32)


def _mel(hertz: np.ndarray | float) -> np.ndarray:
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)


@cache
def _filters(warp: float) -> np.ndarray:
    """Triangles on the mel scale, [FFT / 2, BANDS]; frequencies are warped linearly up to a knee near the top."""
    hertz = np.arange(FFT // 2) * RATE / FFT
    knee = _KNEE_HZ / max(warp, 1.0)
    hertz = np.interp(hertz, [0, knee, RATE / 2], [0, knee * warp, RATE / 2])
    mel = _mel(hertz)[:, None]
    edges = np.linspace(_mel(LOW_HZ), _mel(HIGH_HZ), BANDS + 2)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (mel - left) / (centre - left), (right - mel) / (right - centre)
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


@cache
def band_matrix() -> np.ndarray:
    """From cepstra back to the logarithms of the bands, float32 [CEPSTRA, BANDS]."""
    return np.linalg.inv(cepstrum_matrix().astype(np.float64)).astype(np.float32)


@cache
def band_warp(warp: float) -> np.ndarray:
    """What moves the spectrum up by the factor `warp`, for logarithms of bands: float32 [BANDS, BANDS]."""
    centres = np.linspace(_mel(LOW_HZ), _mel(HIGH_HZ), BANDS + 2)[1:-1]
    hertz = 700.0 * np.expm1(centres / 1127.0)
    places = np.interp(_mel(hertz / warp), centres, np.arange(BANDS))
    lower = np.minimum(places.astype(int), BANDS - 2)
    matrix = np.zeros((BANDS, BANDS), np.float32)
    matrix[np.arange(BANDS), lower] = 1 - (places - lower)
    matrix[np.arange(BANDS), lower + 1] = places - lower
    return matrix


@cache
def cepstrum_matrix() -> np.ndarray:
    """From the logarithms of the bands to cepstra: the liftered cosine transform, float32 [BANDS, CEPSTRA]."""
    band, order = np.arange(BANDS)[:, None], np.arange(CEPSTRA)
    matrix = np.sqrt(2.0 / BANDS) * np.cos(np.pi / BANDS * (band + 0.5) * order)
    matrix[:, 0] = np.sqrt(1.0 / BANDS)
    return (matrix * (1 + 0.5 * LIFTER * np.sin(np.pi * order / LIFTER))).astype(np.float32)
