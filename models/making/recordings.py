"""Human recordings as training speech: read, aligned with their sentences, and disturbed.

A folder of recordings has a manifest.jsonl: for each recording a line with `audio` (a file beside it, 16 kHz or
resampled), `text` and `speaker`. The sentences that `voices.is_test_sentence` keeps for testing are never read for
training. Nothing of a recording is kept but what the network learns from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch

from .align import align
from .espeak import Phone, Utterance
from .features import LENGTH, RATE, cepstra
from .lexicon import Lexicon
from .network import CONTEXT, PhoneNetwork
from .speech import FRAME, SUBSAMPLING, examples_of
from .train import fine_tune, phone_shares
from .voices import is_test_sentence
from .writing import normalise

_EPOCHS = (2.5, 2.5)  # of learning between one alignment and the next
_WORST = 0.03  # of the recordings fit their text worst and are left out
_FULL_SCALE = 32768


@dataclass(frozen=True)
class Recording:
    """A sentence said by a human: its words, who said them, and int16 samples at 16 kHz."""

    words: tuple[str, ...]
    speaker: str
    samples: np.ndarray


def read_recordings(folder: Path, testing: bool = False) -> list[Recording]:
    """The recordings of `folder` for training, or those kept for testing."""
    return [
        Recording(tuple(normalise(line["text"])), line["speaker"], _samples(folder / line["audio"]))
        for line in _manifest(folder)
        if is_test_sentence(line["text"]) == testing
    ]


def training_texts(folder: Path) -> list[str]:
    """The sentences of the recordings for training, each once."""
    return sorted({line["text"] for line in _manifest(folder) if not is_test_sentence(line["text"])})


def _manifest(folder: Path) -> list[dict[str, str]]:
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def align_recordings(
    recordings: Sequence[Recording], lexicon: Lexicon, names: Sequence[str], start: PhoneNetwork, seed: int
) -> list[Utterance]:
    """Every recording with its phones in time; those whose text does not fit are left out.

    Each speaker is aligned alone, by a network that begins as `start` and learns from its own alignment, so that
    nothing of one speaker goes into what another is trained with.
    """
    result: list[Utterance] = []
    for speaker in sorted({recording.speaker for recording in recordings}):
        own = [recording for recording in recordings if recording.speaker == speaker]
        network, shares = start, None
        for round_number in range(len(_EPOCHS) + 1):
            utterances, score = _aligned(own, lexicon, names, network, shares)
            print(f"alignment {round_number + 1} of {len(utterances)} recordings: {score:.3f} a frame", flush=True)
            if round_number == len(_EPOCHS):
                break
            examples = examples_of(utterances, names, seed + round_number, copies=2, disturbed=0.4)
            network = fine_tune(network, examples, epochs=_EPOCHS[round_number], seed=seed, rate=1e-3)
            shares = phone_shares(examples, len(names))
        result += utterances
    return result


def align_again(
    recordings: Sequence[Recording], lexicon: Lexicon, names: Sequence[str], network: PhoneNetwork, shares: np.ndarray
) -> list[Utterance]:
    """Every recording with its phones in time, as a network finds them that has learnt from all of them."""
    utterances, score = _aligned(recordings, lexicon, names, network, shares)
    print(f"new alignment of {len(utterances)} recordings: {score:.3f} a frame", flush=True)
    return utterances


def _aligned(
    recordings: Iterable[Recording], lexicon: Lexicon, names: Sequence[str], network: PhoneNetwork,
    shares: np.ndarray | None,
) -> tuple[list[Utterance], float]:  # fmt: skip
    priors = np.log(shares) if shares is not None else 0.0
    found: list[tuple[float, Utterance]] = []
    for recording in recordings:
        ways = [lexicon.get(word, {}) for word in recording.words]
        if not ways or not all(ways):
            continue
        fitted = align(log_probabilities(network, recording.samples) - priors, names, ways)
        if fitted is None:
            continue
        stretches, score = fitted
        phones = [Phone(one.name, _first_sample(one.start), one.word) for one in stretches]
        found.append((score, Utterance(recording.samples, RATE, phones)))
    found.sort(key=lambda pair: -pair[0])
    kept = found[: len(found) - int(_WORST * len(found))]
    return [utterance for _, utterance in kept], float(np.mean([score for score, _ in found]))


def log_probabilities(network: PhoneNetwork, samples: np.ndarray) -> np.ndarray:
    """The network's log probabilities [frames of 30 ms, phones] for int16 samples at 16 kHz."""
    values = cepstra(samples)
    frames = len(values) // SUBSAMPLING
    padded = np.pad(values[: frames * SUBSAMPLING], ((CONTEXT, CONTEXT), (0, 0)), mode="edge")
    padded = padded[: SUBSAMPLING * (frames - 1) + 2 * CONTEXT + 1]
    with torch.inference_mode():
        network.eval()
        return network(torch.from_numpy(padded.T[None].copy()))[0].T.float().numpy()


def _first_sample(frame: int) -> int:
    """Where the stretch of 30 ms begins that frame number `frame` stands for."""
    return max(0, frame * FRAME + LENGTH // 2 - FRAME // 2)


def _samples(path: Path) -> np.ndarray:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = soxr.resample(sound.mean(axis=1), rate, RATE) if rate != RATE else sound.mean(axis=1)
    return np.clip(mono * _FULL_SCALE, -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
