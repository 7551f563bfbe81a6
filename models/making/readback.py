"""Reading a model that `kaldi` wrote: its layers, its phones and their shares, to go on from them."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np

from .kaldi import Affine

_NODE = re.compile(r"component-node name=l(\d+)\.affine component=\S+ input=(.*)")
_OFFSET = re.compile(r"Offset\([^,]+, (-?\d+)\)|[\w.]+")
_AFFINE = b"<FixedAffineComponent> <LinearParams> FM "


def read_model(folder: Path) -> tuple[list[Affine], list[str], np.ndarray]:
    """Layers, names of the outputs (silence first) and their shares [outputs] of a model made by `build`.

    Raises ValueError if the folder holds a model of another make.
    """
    data = (folder / "am" / "final.mdl").read_bytes()
    start = data.find(b"<Nnet3>")
    end = data.find(b"<NumComponents>", start)
    if start < 0 or end < 0 or _AFFINE not in data:
        raise ValueError(f"{folder} holds no model that models.making wrote")
    lines = data[start:end].decode("ascii").splitlines()
    offsets = {int(match[1]): _offsets(match[2]) for line in lines if (match := _NODE.match(line))}
    rectified = {int(match[1]) for line in lines if (match := re.match(r"component-node name=l(\d+)\.relu", line))}
    layers, place = [], end
    for number in range(len(offsets)):
        place = data.index(_AFFINE, place) + len(_AFFINE)
        rows, columns = (struct.unpack_from("<i", data, place + skip)[0] for skip in (1, 6))
        place += 10
        weights = np.frombuffer(data, "<f4", rows * columns, place).reshape(rows, columns).copy()
        place += weights.nbytes
        bias, place = _vector(data, data.index(b"<BiasParams> ", place) + len(b"<BiasParams> "))
        layers.append(Affine(offsets[number], weights, bias, number in rectified))
    priors, _ = _vector(data, data.index(b"<Priors> ", place) + len(b"<Priors> "))
    return layers, _phone_names(folder / "graph" / "phones.txt"), priors


def _offsets(text: str) -> tuple[int, ...]:
    """The frames that a layer sees: `Append(Offset(x, -3), x, Offset(x, 3))` is (-3, 0, 3)."""
    inner = text.removeprefix("Append(")
    return tuple(int(match[1] or 0) for match in _OFFSET.finditer(inner))


def _vector(data: bytes, place: int) -> tuple[np.ndarray, int]:
    """A float vector at `place` ("FV ", size, values), and where it ends."""
    (size,) = struct.unpack_from("<i", data, place + 4)
    values = np.frombuffer(data, "<f4", size, place + 8).copy()
    return values, place + 8 + values.nbytes


def _phone_names(path: Path) -> list[str]:
    """Outputs in their order: every phone is listed in four positions, one after the other."""
    symbols = [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines()]
    return [symbols[1], *(symbol.removesuffix("_B") for symbol in symbols[2:] if symbol.endswith("_B"))]
