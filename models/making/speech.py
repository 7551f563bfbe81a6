"""Training examples: sentences spoken by many voices, disturbed, as cepstra with one phone a 30 ms frame."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr

from . import parallel
from .augment import disturb, level, noise
from .espeak import SILENCE, Synthesiser, Utterance
from .features import CEPSTRA, LENGTH, RATE, SHIFT, cepstra
from .voices import draw_training_voice

SUBSAMPLING = 3  # cepstra for one output of the network: 30 ms
FRAME = SUBSAMPLING * SHIFT  # samples
_CENTRE = LENGTH // 2  # of the first cepstrum, samples
_PART = 2000  # sentences done by one call of a worker


@dataclass(frozen=True)
class Change:
    """How a voice is changed: for a `share` of utterances, length (and with it pitch) and vocal tract are
    multiplied with something in the range; a share is `disturbed` by rooms and noise.
    """

    share: float
    stretch: tuple[float, float]
    tract: tuple[float, float]
    disturbed: float = 1.0


_SYNTHETIC = Change(share=0.6, stretch=(0.85, 1.18), tract=(0.87, 1.15))
_HUMAN = Change(share=0.9, stretch=(0.8, 1.25), tract=(0.82, 1.22))
_HUMAN_PLAIN = Change(share=0.5, stretch=(0.9, 1.1), tract=(0.95, 1.05))


@dataclass
class Examples:
    """Sentences one after the other: float16 [3 N, 40] cepstra and uint8 [N] phones (indices)."""

    cepstra: np.ndarray
    phones: np.ndarray

    def save(self, path: Path) -> None:
        """Write both arrays into one file of numpy."""
        np.savez(path, cepstra=self.cepstra, phones=self.phones)

    @classmethod
    def load(cls, path: Path) -> Examples:
        """Read what `save` wrote."""
        with np.load(path) as file:
            return cls(file["cepstra"], file["phones"])


def make_examples(sentences: Sequence[str], phone_names: Sequence[str], seed: int, workers: int) -> Examples:
    """Speak every sentence once by a training voice; one in fifty is followed by seconds of mere noise."""
    tasks = [
        (sentences[start : start + _PART], list(phone_names), seed * 1_000_003 + start)
        for start in range(0, len(sentences), _PART)
    ]
    parts = parallel.each(_make_part, tasks, workers)
    return joined(parts)


def examples_of(
    utterances: Sequence[Utterance], phone_names: Sequence[str], seed: int, copies: int, disturbed: float = 1.0
) -> Examples:
    """Utterances with known phones, `copies` times: once as they are, then strongly changed."""
    rng = np.random.default_rng(seed)
    index = {name: number for number, name in enumerate(phone_names)}
    all_cepstra, all_phones = [], []
    for number in range(copies):
        change = replace(_HUMAN if number > 1 else _HUMAN_PLAIN, disturbed=disturbed if number else 0.0)
        for place in rng.permutation(len(utterances)):
            example = _example(utterances[place], index, change, rng)
            if example is not None:
                all_cepstra.append(example[0])
                all_phones.append(example[1])
    return Examples(np.concatenate(all_cepstra), np.concatenate(all_phones))


def joined(parts: Sequence[Examples]) -> Examples:
    """All examples in a row."""
    return Examples(np.concatenate([part.cepstra for part in parts]), np.concatenate([part.phones for part in parts]))


def frame_labels(utterance: Utterance, lead: float, stretch: float, frames: int) -> list[str] | None:
    """The phone of each frame, at least one frame for each phone; None if there is no room for that.

    `lead` is silence before the utterance in seconds; `stretch` multiplies all times of the utterance.
    """
    seconds = [lead + phone.start * stretch / utterance.rate for phone in utterance.phones]
    starts = [max(0, int(np.ceil((time * RATE - _CENTRE) / FRAME))) for time in seconds]
    for index in range(1, len(starts)):
        starts[index] = max(starts[index], starts[index - 1] + 1)
    limit = frames
    for index in reversed(range(len(starts))):
        limit = starts[index] = min(starts[index], limit - 1)
    if not starts or starts[0] < 0:
        return None
    labels = [SILENCE] * frames
    for phone, start, end in zip(utterance.phones, starts, [*starts[1:], frames], strict=True):
        labels[start:end] = [phone.name] * (end - start)
    return labels


def _make_part(task: tuple[Sequence[str], list[str], int]) -> Examples:
    sentences, phone_names, seed = task
    synthesiser, chooser, rng = Synthesiser(), random.Random(seed), np.random.default_rng(seed)
    index = {name: number for number, name in enumerate(phone_names)}
    all_cepstra, all_phones = [], []
    for sentence in sentences:
        example = _example(synthesiser.speak(sentence, draw_training_voice(chooser)), index, _SYNTHETIC, rng)
        if example is not None:
            all_cepstra.append(example[0])
            all_phones.append(example[1])
        if rng.random() < 0.02:
            sound = _mere_noise(rng)
            all_cepstra.append(sound)
            all_phones.append(np.full(len(sound) // SUBSAMPLING, index[SILENCE], np.uint8))
    return Examples(np.concatenate(all_cepstra), np.concatenate(all_phones))


def _example(utterance: Utterance, index: dict[str, int], change: Change, rng: np.random.Generator):
    """Cepstra and phones of one disturbed utterance, or None if it has no labels or unknown phones."""
    stretch = warp = 1.0
    if rng.random() < change.share:
        stretch = float(rng.uniform(*change.stretch))
        if rng.random() < 0.6:  # else a tape that runs faster or slower
            warp = float(rng.uniform(*change.tract)) * stretch
    lead, trail = rng.uniform(0, 0.4, 2)
    speech = utterance.samples.astype(np.float32) / 32768
    speech = soxr.resample(speech, utterance.rate / stretch, RATE)
    speech = np.pad(speech, (int(lead * RATE), int(trail * RATE)))
    frames = (1 + (len(speech) - LENGTH) // SHIFT) // SUBSAMPLING
    labels = frame_labels(utterance, lead, stretch, frames)
    if labels is None or any(label not in index for label in labels):
        return None
    if rng.random() < change.disturbed:
        speech = disturb(speech, rng)
    values = cepstra(_as_recorded(speech), warp)[: frames * SUBSAMPLING]
    return values.astype(np.float16), np.array([index[label] for label in labels], np.uint8)


def _mere_noise(rng: np.random.Generator) -> np.ndarray:
    """One to four seconds without speech, float16 [3 n, 40]; a third is digital silence."""
    length = int(rng.uniform(1, 4) * RATE)
    sound = np.zeros(length, np.float32) if rng.random() < 0.3 else level(noise(length, rng), rng.uniform(-70, -10))
    values = cepstra(_as_recorded(sound))
    return values[: len(values) // SUBSAMPLING * SUBSAMPLING].astype(np.float16).reshape(-1, CEPSTRA)


def _as_recorded(sound: np.ndarray) -> np.ndarray:
    return np.round(np.clip(sound, -1, 1) * 32767)
