"""Training of the acoustic network: cross-entropy on every 30 ms frame."""

from __future__ import annotations

import time

import numpy as np
import torch

from .network import CONTEXT, PhoneNetwork
from .speech import SUBSAMPLING, Examples

_CHUNK = 80  # outputs (of 30 ms) in one training chunk
_BATCH = 64  # chunks
_RATE, _DECAY = 2e-3, 1e-4  # peak learning rate, weight decay


def train(examples: Examples, phones: int, epochs: float, seed: int, threads: int) -> PhoneNetwork:
    """A network trained on `examples` for `epochs` passes with a one-cycle learning rate."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    network = PhoneNetwork(phones)
    steps = int(epochs * len(examples.phones) / (_CHUNK * _BATCH))
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps + 1, pct_start=0.15)
    began, losses, hits = time.monotonic(), [], []
    for step, (cepstra, targets) in enumerate(_batches(examples, steps, np.random.default_rng(seed))):
        loss, hit = _loss(network, cepstra, targets)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
        hits.append(float(hit))
        if step % 200 == 199 or step == steps - 1:
            progress = f"step {step + 1}/{steps}, {time.monotonic() - began:.0f} s"
            print(f"{progress}: loss {np.mean(losses):.3f}, frames right {np.mean(hits):.3f}", flush=True)
            losses, hits = [], []
    return network


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


def _loss(network: PhoneNetwork, cepstra: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = network(cepstra)
    loss = torch.nn.functional.nll_loss(scores, targets)
    return loss, (scores.argmax(1) == targets).float().mean()


def _batches(examples: Examples, steps: int, rng: np.random.Generator):
    """Chunks cut anywhere out of the row of examples: cepstra [64, 40, 3 x 80 + 42] and phones [64, 80]."""
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
