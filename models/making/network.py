"""The acoustic network: time-delay layers from cepstra to phones, one output for three frames of 10 ms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from .features import CEPSTRA
from .kaldi import Affine
from .speech import SUBSAMPLING

WIDTH, NECK = 384, 160
SPLICE = 4  # frames left and right that the first layer sees
TAPS = (3, 3, 3, 3, 5, 5)  # outputs of the layer before that each factored layer sees
LAST_TAPS = 3  # and the last hidden layer
# Frames left and right of an output: 31.
CONTEXT = SPLICE + SUBSAMPLING * (sum(taps // 2 for taps in TAPS) + LAST_TAPS // 2)


class PhoneNetwork(nn.Module):
    """Cepstra [batch, 40, 3 n + 60] to log probabilities of phones [batch, phones, n].

    All layers after the first work on every third frame; -3, 0, +3 frames are neighbours there. Each of them is
    factored through a narrow linear layer, which halves the network.
    """

    def __init__(self, phones: int) -> None:
        super().__init__()
        self.input_norm = nn.BatchNorm1d(CEPSTRA, affine=False)
        layers: list[nn.Module] = [nn.Conv1d(CEPSTRA, WIDTH, 2 * SPLICE + 1, stride=SUBSAMPLING)]
        layers += [nn.ReLU(), nn.BatchNorm1d(WIDTH, affine=False)]
        for taps in TAPS:
            layers += [nn.Conv1d(WIDTH, NECK, taps), nn.Conv1d(NECK, WIDTH, 1)]
            layers += [nn.ReLU(), nn.BatchNorm1d(WIDTH, affine=False)]
        layers += [nn.Conv1d(WIDTH, WIDTH, LAST_TAPS), nn.ReLU(), nn.BatchNorm1d(WIDTH, affine=False)]
        layers += [nn.Conv1d(WIDTH, phones, 1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, cepstra: torch.Tensor) -> torch.Tensor:
        """Log probabilities of the phones; see the class for the shapes."""
        return nn.functional.log_softmax(self.layers(self.input_norm(cepstra)).float(), dim=1)


def folded_layers(network: PhoneNetwork) -> list[Affine]:
    """The network's affine layers, each with the normalisation before it folded in."""
    network = network.eval().float()
    scale, shift = _normalisation(network.input_norm)
    layers: list[Affine] = []
    for module in network.layers:
        if isinstance(module, nn.BatchNorm1d):
            scale, shift = _normalisation(module)
        elif isinstance(module, nn.ReLU):
            layers[-1] = replace(layers[-1], rectified=True)
        elif isinstance(module, nn.Conv1d):
            layers.append(_fold(module, scale, shift, step=1 if not layers else SUBSAMPLING))
            scale, shift = np.ones(len(layers[-1].bias)), np.zeros(len(layers[-1].bias))
    return layers


def unfolded(layers: list[Affine], cepstra: torch.Tensor) -> PhoneNetwork:
    """A network that computes what `layers` do, so that it can be trained further.

    `cepstra` [batch, 40, 3 n + 60] are speech, to find the normalisations that had been folded in. A layer may see
    more than the one it is made from did; it begins without using that.
    """
    network = PhoneNetwork(len(layers[-1].bias)).eval()
    waiting = list(layers)
    with torch.inference_mode():
        values = _calibrate(network.input_norm, cepstra)
        norm: nn.BatchNorm1d | None = network.input_norm
        for module in network.layers:
            if isinstance(module, nn.BatchNorm1d):
                values, norm = _calibrate(module, values), module
                continue
            if isinstance(module, nn.Conv1d):
                _unfold(module, waiting.pop(0), norm)
                norm = None
            values = module(values)
    return network


def _calibrate(norm: nn.BatchNorm1d, values: torch.Tensor) -> torch.Tensor:
    """Give `norm` the mean and the variance of `values` [batch, channels, time]; returns them normalised."""
    norm.running_mean.copy_(values.mean((0, 2)))
    norm.running_var.copy_(values.var((0, 2)))
    return norm(values)


def _unfold(conv: nn.Conv1d, layer: Affine, norm: nn.BatchNorm1d | None) -> None:
    weights = layer.weights.reshape(len(layer.bias), len(layer.offsets), -1).transpose(0, 2, 1).astype(np.float64)
    bias = layer.bias.astype(np.float64)
    if norm is not None:
        scale, shift = _normalisation(norm)
        weights = weights / scale[None, :, None]
        bias = bias - np.einsum("oit,i->o", weights, shift)
    more = (conv.kernel_size[0] - len(layer.offsets)) // 2
    weights = np.pad(weights, ((0, 0), (0, 0), (more, more)))
    conv.weight.copy_(torch.from_numpy(weights))
    conv.bias.copy_(torch.from_numpy(bias))


def _fold(conv: nn.Conv1d, scale: np.ndarray, shift: np.ndarray, step: int) -> Affine:
    weights = conv.weight.detach().double().numpy()  # [out, in, taps]
    bias = np.einsum("oit,i->o", weights, shift)
    assert conv.bias is not None
    bias = bias + conv.bias.detach().double().numpy()
    weights = (weights * scale[None, :, None]).transpose(0, 2, 1).reshape(len(bias), -1)
    half = conv.kernel_size[0] // 2
    offsets = tuple(step * tap for tap in range(-half, half + 1))
    return Affine(offsets, weights.astype(np.float32), bias.astype(np.float32))


def _normalisation(norm: nn.BatchNorm1d) -> tuple[np.ndarray, np.ndarray]:
    """Scale and shift of a batch norm in use."""
    scale = 1 / torch.sqrt(norm.running_var.double() + norm.eps)
    return scale.numpy(), (-norm.running_mean.double() * scale).numpy()
