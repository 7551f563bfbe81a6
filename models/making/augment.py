"""What rooms, microphones and telephones do to speech. All signals are float32, full scale 1, at 16 kHz."""

from __future__ import annotations

import io

import numpy as np
import soundfile
import soxr
from scipy.signal import fftconvolve, lfilter

from .features import RATE


def disturb(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One random recording of `speech`, of the same length; a quarter only gets another level."""
    if rng.random() > 0.25:
        if rng.random() < 0.4:
            speech = reverberate(speech, rng)
        if rng.random() < 0.4:
            speech = equalise(speech, rng)
        if rng.random() < 0.6:
            speech = add_noise(speech, noise(len(speech), rng), rng.uniform(3, 35))
        if rng.random() < 0.2:
            speech = narrow_band(speech)
        elif rng.random() < 0.15:
            speech = compressed(speech, rng)
        if rng.random() < 0.1:
            speech = np.clip(speech * rng.uniform(1.5, 4), -1, 1)
    return level(speech, rng.uniform(-36, -1))


def level(speech: np.ndarray, peak_db: float) -> np.ndarray:
    """`speech` with its peak at `peak_db` below full scale."""
    return speech * np.float32(10 ** (peak_db / 20) / max(np.abs(speech).max(initial=0), 1e-6))


def reverberate(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A room as decaying noise after the direct sound: 0.1 to 0.7 s until -60 dB."""
    seconds = rng.uniform(0.1, 0.7)
    length = int(seconds * RATE)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail *= 10 ** (-rng.uniform(0, 15) / 20) / np.sqrt((tail**2).sum())
    tail[: int(rng.uniform(0.001, 0.01) * RATE)] = 0
    tail[0] = 1
    return fftconvolve(speech, tail)[: len(speech)].astype(np.float32)


def equalise(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A smooth random change of the spectrum, up to some 10 dB: another microphone."""
    spectrum = np.fft.rfft(speech)
    knots = rng.normal(0, 4, 8)
    place = np.linspace(0, len(knots) - 1, len(spectrum)) ** 0.5 * (len(knots) - 1) ** 0.5
    gain = 10 ** (np.interp(place, np.arange(len(knots)), knots) / 20)
    return np.fft.irfft(spectrum * gain, len(speech)).astype(np.float32)


def noise(length: int, rng: np.random.Generator) -> np.ndarray:
    """Noise between white and brown, half of it with a slowly changing level, sometimes with hum."""
    sound = rng.standard_normal(length)
    sound = lfilter([1], [1, -rng.uniform(0, 0.98)], sound)
    if rng.random() < 0.5:
        knots = rng.uniform(0.2, 1, max(2, length // 4000))
        sound = sound * np.interp(np.linspace(0, len(knots) - 1, length), np.arange(len(knots)), knots)
    if rng.random() < 0.2:
        hum = np.sin(2 * np.pi * rng.choice([50, 100, 120]) * np.arange(length) / RATE)
        sound = sound + hum * sound.std() * rng.uniform(0.3, 3)
    return sound.astype(np.float32)


def add_noise(speech: np.ndarray, sound: np.ndarray, ratio_db: float) -> np.ndarray:
    """`speech` with `sound` so much weaker, as mean power over the whole."""
    power = np.mean(speech**2) / max(np.mean(sound**2), 1e-12)
    return speech + sound * np.float32(np.sqrt(power) * 10 ** (-ratio_db / 20))


def compressed(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a lossy coder leaves: Ogg Vorbis or MP3, at a low rate of bits."""
    form = "OGG" if rng.random() < 0.5 else "MP3"
    file = io.BytesIO()
    peak = max(float(np.abs(speech).max(initial=0)), 1e-6)
    with soundfile.SoundFile(file, "w", RATE, 1, format=form, compression_level=rng.uniform(0.7, 0.95)) as out:
        out.write(speech / peak * 0.9)
    file.seek(0)
    heard, _ = soundfile.read(file, dtype="float32")
    heard = _in_step(heard, speech / peak * 0.9)
    return heard * np.float32(peak / 0.9)


def _in_step(heard: np.ndarray, speech: np.ndarray) -> np.ndarray:
    """`heard`, delayed by a coder, moved to where `speech` is (at most 0.15 s), and as long."""
    reach = min(int(0.15 * RATE), len(speech))
    size = 1 << (len(speech) + len(heard)).bit_length()
    together = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(speech, size)), size)
    delay = int(np.argmax(together[:reach]))
    return np.pad(heard[delay:], (0, len(speech)))[: len(speech)].astype(np.float32)


def narrow_band(speech: np.ndarray) -> np.ndarray:
    """A telephone: 8 kHz and the 8-bit law of telephony."""
    narrow = np.clip(soxr.resample(speech, RATE, RATE // 2), -1, 1)
    code = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    code = np.round(code * 127) / 127
    narrow = np.sign(code) * (256 ** np.abs(code) - 1) / 255
    wide = soxr.resample(narrow.astype(np.float32), RATE // 2, RATE)
    return np.pad(wide, (0, max(0, len(speech) - len(wide))))[: len(speech)].astype(np.float32)
