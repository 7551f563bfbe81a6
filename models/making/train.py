"""Training of the acoustic network: cross-entropy on every 30 ms frame."""

from __future__ import annotations

import copy
import time
from functools import cache

import numpy as np
import torch

from .features import CEPSTRA, band_matrix, band_warp, cepstrum_matrix
from .network import CONTEXT, PhoneNetwork
from .speech import SUBSAMPLING, Examples

_CHUNK = 120  # outputs (of 30 ms) in one training chunk
_BATCH = 43  # chunks
_RATE, _DECAY = 2e-3, 1e-4  # peak learning rate, weight decay


def train(examples: Examples, phones: int, epochs: float, seed: int, threads: int) -> PhoneNetwork:
    """A network trained on `examples` from nothing for `epochs` passes."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    return _train(PhoneNetwork(phones), examples, epochs, seed, _RATE)


def fine_tune(
    network: PhoneNetwork, examples: Examples, epochs: float, seed: int, rate: float = 1.5e-3
) -> PhoneNetwork:
    """A copy of `network` trained further on `examples`, with `rate` as the peak learning rate."""
    torch.manual_seed(seed)
    return _train(copy.deepcopy(network), examples, epochs, seed, rate)


def _train(network: PhoneNetwork, examples: Examples, epochs: float, seed: int, rate: float) -> PhoneNetwork:
    """`network` after a cycle of one rising and falling learning rate."""
    network.train()
    steps = int(epochs * len(examples.phones) / (_CHUNK * _BATCH))
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.15)
    rng = np.random.default_rng(seed + 1)
    began, losses, hits = time.monotonic(), [], []
    for step, (cepstra, targets) in enumerate(_batches(examples, steps, np.random.default_rng(seed))):
        loss, hit = _loss(network, varied(cepstra, rng), targets)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
        hits.append(float(hit))
        if step % 50 == 49 or step == steps - 1:
            progress = f"step {step + 1}/{steps}, {time.monotonic() - began:.0f} s"
            print(f"{progress}: loss {np.mean(losses):.3f}, frames right {np.mean(hits):.3f}", flush=True)
            losses, hits = [], []
    return network


def sample(examples: Examples, seed: int) -> torch.Tensor:
    """Cepstra of some chunks, float32 [43, 40, 3 x 120 + 60]."""
    return next(_batches(examples, 1, np.random.default_rng(seed)))[0]


def varied(cepstra: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Cepstra [batch, 40, time] as of another vocal tract, microphone and level; half of the chunks with gaps.

    A gap is a few bands of frequencies, or a moment, replaced by the mean of the batch.
    """
    size, _, length = cepstra.shape
    warps = np.stack([band_warp(round(warp, 2)) for warp in rng.uniform(0.88, 1.14, size)])
    bands = torch.from_numpy(warps @ band_matrix().T) @ cepstra
    knots, places = np.linspace(0, CEPSTRA - 1, 6), np.arange(CEPSTRA)
    tilt = np.stack([np.interp(places, knots, rng.normal(0, 0.5, len(knots))) for _ in warps])
    bands += torch.from_numpy((tilt + rng.normal(0, 0.7, (size, 1))).astype(np.float32))[:, :, None]
    keep = np.ones((size, CEPSTRA, length), np.float32)
    for row in np.flatnonzero(rng.random(size) < 0.5):
        _cut(keep[row], rng)
    mean = bands.mean((0, 2), keepdim=True)
    bands = mean + (bands - mean) * torch.from_numpy(keep)
    return torch.from_numpy(cepstrum_matrix().T) @ bands


def _cut(keep: np.ndarray, rng: np.random.Generator) -> None:
    """Set one or two stripes of bands and a moment of `keep` [40, time] to 0."""
    for _ in range(rng.integers(1, 3)):
        low = rng.integers(0, CEPSTRA - 4)
        keep[low : low + rng.integers(1, 9)] = 0
    moment = rng.integers(0, keep.shape[1])
    keep[:, moment : moment + rng.integers(0, 20)] = 0


def frame_accuracy(network: PhoneNetwork, examples: Examples) -> float:
    """The share of 30 ms frames whose likeliest phone is the right one."""
    network.eval()
    right = count = 0
    with torch.inference_mode():
        for cepstra, targets in _batches(examples, len(examples.phones) // (_CHUNK * _BATCH), np.random.default_rng(0)):
            right += int((network(cepstra).argmax(1) == targets).sum())
            count += targets.numel()
    return right / max(count, 1)


def phone_shares(examples: Examples, phones: int) -> np.ndarray:
    """How often each phone is the label, float32 [phones]; sums to 1."""
    counts = np.bincount(examples.phones, minlength=phones).astype(np.float64) + 1
    return (counts / counts.sum()).astype(np.float32)


@cache
def _short_numbers() -> bool:
    """Whether this processor computes with bfloat16 itself: others are ten times slower with it than without."""
    return torch.cpu._is_avx512_bf16_supported()  # torch has no public question for it


def _loss(network: PhoneNetwork, cepstra: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=_short_numbers()):
        scores = network(cepstra)
    loss = torch.nn.functional.nll_loss(scores, targets)
    return loss, (scores.argmax(1) == targets).float().mean()


def _batches(examples: Examples, steps: int, rng: np.random.Generator):
    """Chunks cut anywhere out of the row of examples: cepstra [43, 40, 3 x 120 + 60] and phones [43, 120]."""
    width = SUBSAMPLING * (_CHUNK - 1) + 2 * CONTEXT + 1
    margin = -(-CONTEXT // SUBSAMPLING)
    places = np.arange(margin, len(examples.phones) - _CHUNK - margin, _CHUNK)
    order = np.zeros(0, np.int64)
    for _ in range(steps):
        if len(order) < _BATCH:
            shift = rng.integers(0, _CHUNK)
            order = rng.permutation(np.minimum(places + shift, len(examples.phones) - _CHUNK - margin))
        chosen, order = order[:_BATCH], order[_BATCH:]
        firsts = chosen * SUBSAMPLING - CONTEXT
        cepstra = np.stack([examples.cepstra[first : first + width] for first in firsts])
        targets = np.stack([examples.phones[start : start + _CHUNK] for start in chosen])
        yield torch.from_numpy(cepstra).float().transpose(1, 2).contiguous(), torch.from_numpy(targets.astype(np.int64))
