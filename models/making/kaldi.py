"""The files of a Vosk model that Kaldi's tools would write: am/final.mdl, phones and configuration."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .features import CEPSTRA, CONFIG

_POSITIONS = ("B", "I", "E", "S")  # begin, inside, end of a word, and a word of one phone
_SELF_LOOP = 0.5  # probability
_LOG_OF_ZERO = 0.0  # Kaldi keeps a place for transition 0, which does not exist

MODEL_CONFIG = """--min-active=200
--max-active=2500
--beam=12.0
--lattice-beam=5.0
--acoustic-scale=0.8
--frame-subsampling-factor=3
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""


@dataclass(frozen=True)
class PhoneTable:
    """Kaldi's phones: silence is 1, then each phone in four positions, all of them with the phone's own output.

    `names` are the network's outputs, silence first.
    """

    names: tuple[str, ...]

    def phone(self, name: str, position: str) -> int:
        """The number of `name` at a position in its word; 1 for silence."""
        output = self.names.index(name)
        return 1 if output == 0 else 2 + (output - 1) * len(_POSITIONS) + _POSITIONS.index(position)

    def outputs(self) -> list[int]:
        """The network's output for phones 1, 2, …"""
        return [0] + [output for output in range(1, len(self.names)) for _ in _POSITIONS]

    @property
    def count(self) -> int:
        """How many phones with position there are."""
        return 1 + (len(self.names) - 1) * len(_POSITIONS)

    def pronounce(self, names: Sequence[str]) -> list[int]:
        """The phones with position of a word."""
        if len(names) == 1:
            return [self.phone(names[0], "S")]
        places = ["B", *["I"] * (len(names) - 2), "E"]
        return [self.phone(name, place) for name, place in zip(names, places, strict=True)]


@dataclass(frozen=True)
class Affine:
    """One affine layer with the offsets (in frames of 10 ms) that it sees: weights [out, offsets x in], bias [out].

    `rectified` layers are followed by a ReLU.
    """

    offsets: tuple[int, ...]
    weights: np.ndarray
    bias: np.ndarray
    rectified: bool = False


def forward(phone: int) -> int:
    """The transition that enters and leaves a phone's only state."""
    return 2 * phone


def self_loop(phone: int) -> int:
    """The transition that stays in it."""
    return 2 * phone - 1


def write_configuration(folder: Path) -> None:
    """conf/mfcc.conf and conf/model.conf."""
    (folder / "conf").mkdir(parents=True, exist_ok=True)
    (folder / "conf" / "mfcc.conf").write_text(CONFIG)
    (folder / "conf" / "model.conf").write_text(MODEL_CONFIG)


def write_phones(folder: Path, table: PhoneTable) -> None:
    """graph/phones/word_boundary.int, with a line for every phone, and graph/phones.txt for people."""
    kinds = {"B": "begin", "I": "internal", "E": "end", "S": "singleton"}
    lines, symbols = ["1 nonword"], ["<eps> 0", "SIL 1"]
    for name in table.names[1:]:
        for position, kind in kinds.items():
            lines.append(f"{table.phone(name, position)} {kind}")
            symbols.append(f"{name}_{position} {table.phone(name, position)}")
    (folder / "graph" / "phones").mkdir(parents=True, exist_ok=True)
    (folder / "graph" / "phones" / "word_boundary.int").write_text("\n".join(lines) + "\n")
    (folder / "graph" / "phones.txt").write_text("\n".join(symbols) + "\n")


def write_acoustic_model(path: Path, table: PhoneTable, layers: Sequence[Affine], priors: np.ndarray) -> None:
    """am/final.mdl: transitions and network. `priors` are the shares of the outputs, [outputs], summing to 1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(b"\0B")
        _write_transitions(file, table)
        _write_network(file, layers)
        context = sum(max(layer.offsets) for layer in layers)
        for side in ("<LeftContext>", "<RightContext>"):
            _token(file, side)
            _integer(file, context)
        _token(file, "<Priors>")
        _vector(file, priors)


def _write_transitions(file: BinaryIO, table: PhoneTable) -> None:
    _token(file, "<TransitionModel>")
    _token(file, "<Topology>")
    _integers(file, range(1, table.count + 1))
    _integers(file, [-1] + [0] * table.count)
    _integer(file, 1)  # one topology
    _integer(file, 2)  # of two states
    _integer(file, 0)  # the first emits
    _integer(file, 2)  # and has two transitions
    for target, probability in ((0, _SELF_LOOP), (1, 1 - _SELF_LOOP)):
        _integer(file, target)
        _real(file, probability)
    _integer(file, -1)  # the last does not emit
    _integer(file, 0)  # and has no transitions
    _token(file, "</Topology>")
    _token(file, "<Triples>")
    _integer(file, table.count)
    for phone, output in enumerate(table.outputs(), start=1):
        for value in (phone, 0, output):
            _integer(file, value)
    _token(file, "</Triples>")
    _token(file, "<LogProbs>")
    _vector(file, np.log([np.exp(_LOG_OF_ZERO), *[_SELF_LOOP, 1 - _SELF_LOOP] * table.count]))
    _token(file, "</LogProbs>")
    _token(file, "</TransitionModel>")


def _write_network(file: BinaryIO, layers: Sequence[Affine]) -> None:
    """The network: affine layers, ReLUs after some, and the logarithm of the softmax at the end."""
    _token(file, "<Nnet3>")
    file.write(("\n" + "\n".join(_network_lines(layers)) + "\n\n").encode())
    _token(file, "<NumComponents>")
    _integer(file, len(layers) + sum(layer.rectified for layer in layers) + 1)
    for number, layer in enumerate(layers):
        _component_name(file, f"l{number}.affine")
        _write_affine(file, layer)
        if layer.rectified:
            _component_name(file, f"l{number}.relu")
            _write_nonlinearity(file, "RectifiedLinearComponent", len(layer.bias))
    _component_name(file, "log-softmax")
    _write_nonlinearity(file, "LogSoftmaxComponent", len(layers[-1].bias))
    _token(file, "</Nnet3>")


def _component_name(file: BinaryIO, name: str) -> None:
    _token(file, "<ComponentName>")
    _token(file, name)


def _network_lines(layers: Sequence[Affine]) -> list[str]:
    lines, source = [f"input-node name=input dim={CEPSTRA}"], "input"

    def node(name: str, seen: str) -> str:
        lines.append(f"component-node name={name} component={name} input={seen}")
        return name

    for number, layer in enumerate(layers):
        spliced = [source if offset == 0 else f"Offset({source}, {offset})" for offset in layer.offsets]
        source = node(f"l{number}.affine", spliced[0] if len(spliced) == 1 else f"Append({', '.join(spliced)})")
        if layer.rectified:
            source = node(f"l{number}.relu", source)
    source = node("log-softmax", source)
    return [*lines, f"output-node name=output input={source} objective=linear"]


def _write_affine(file: BinaryIO, layer: Affine) -> None:
    _token(file, "<FixedAffineComponent>")
    _token(file, "<LinearParams>")
    _token(file, "FM")
    for size in layer.weights.shape:
        _integer(file, size)
    file.write(np.ascontiguousarray(layer.weights, "<f4").tobytes())
    _token(file, "<BiasParams>")
    _vector(file, layer.bias)
    _token(file, "</FixedAffineComponent>")


def _write_nonlinearity(file: BinaryIO, kind: str, dimension: int) -> None:
    _token(file, f"<{kind}>")
    _token(file, "<Dim>")
    _integer(file, dimension)
    for statistic in ("<ValueAvg>", "<DerivAvg>"):
        _token(file, statistic)
        _vector(file, np.zeros(0))
    for counter in ("<Count>", "<NumDimsSelfRepaired>", "<NumDimsProcessed>"):
        _token(file, counter)
        file.write(b"\x08" + struct.pack("<d", 0.0))
    _token(file, f"</{kind}>")


def _token(file: BinaryIO, text: str) -> None:
    file.write(text.encode() + b" ")


def _integer(file: BinaryIO, value: int) -> None:
    file.write(b"\x04" + struct.pack("<i", value))


def _real(file: BinaryIO, value: float) -> None:
    file.write(b"\x04" + struct.pack("<f", value))


def _integers(file: BinaryIO, values: Sequence[int] | range) -> None:
    file.write(b"\x04" + struct.pack("<i", len(values)) + np.asarray(list(values), "<i4").tobytes())


def _vector(file: BinaryIO, values: np.ndarray | Sequence[float]) -> None:
    _token(file, "FV")
    _integer(file, len(values))
    file.write(np.asarray(values, "<f4").tobytes())
