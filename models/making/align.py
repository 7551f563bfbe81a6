"""Forced alignment: when each phone of a known sentence was said, by the likeliest path through the scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .espeak import SILENCE

_SILENCE_COST = 1.0  # for a pause between words
Ways = Mapping[tuple[str, ...], float]  # pronunciations of a word with their shares


@dataclass(frozen=True)
class Stretch:
    """A phone (or silence) from frame `start` on, in word number `word`."""

    name: str
    start: int
    word: int


class _Graph:
    """States in the order of time, each with a phone, a word, and the states from which it is entered at a cost."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.words: list[int] = []
        self.before: list[list[tuple[int, float]]] = []

    def add(self, name: str, word: int, before: list[tuple[int, float]]) -> int:
        number = len(self.names)
        self.names.append(name)
        self.words.append(word)
        self.before.append([(number, 0.0), *before])
        return number


def align(scores: np.ndarray, names: Sequence[str], words: Sequence[Ways]) -> tuple[list[Stretch], float] | None:
    """The phones of a sentence in time, and the mean score of a frame; None if the sentence does not fit.

    `scores` [frames, phones] are log probabilities less log priors; `names` are the phones; each word comes with its
    pronunciations, of which the likeliest is taken. Silence may stand between words, at the beginning and the end.
    """
    graph, entries, exits = _sentence(words)
    states, frames = len(graph.names), len(scores)
    if frames == 0:
        return None
    most = max(map(len, graph.before))
    sources = np.zeros((states, most), np.int64)
    costs = np.full((states, most), np.inf)
    for state, before in enumerate(graph.before):
        for place, (source, cost) in enumerate(before):
            sources[state, place], costs[state, place] = source, cost
    index = {name: number for number, name in enumerate(names)}
    emitted = scores[:, [index[name] for name in graph.names]].astype(np.float64)
    best = np.full(states, -np.inf)
    for state, cost in entries:
        best[state] = emitted[0, state] - cost
    choices = np.zeros((frames, states), np.int64)
    rows = np.arange(states)
    for frame in range(1, frames):
        options = best[sources] - costs
        choices[frame] = options.argmax(1)
        best = options[rows, choices[frame]] + emitted[frame]
    last = max(exits, key=lambda state: best[state])
    if not math.isfinite(best[last]):
        return None
    path = [last]
    for frame in range(frames - 1, 0, -1):
        path.append(int(sources[path[-1], choices[frame, path[-1]]]))
    return _stretches(graph, path[::-1]), float(best[last]) / frames


def _sentence(words: Sequence[Ways]) -> tuple[_Graph, list[tuple[int, float]], list[int]]:
    """The states of a sentence, those in which it can begin (with costs), and those in which it can end."""
    graph = _Graph()
    ends: list[tuple[int, float]] = [(graph.add(SILENCE, 0, []), 0.0)]
    entries = [(0, 0.0)]
    for word, ways in enumerate(words):
        finals = []
        for way, share in ways.items():
            before = [(source, cost - math.log(share)) for source, cost in ends]
            state = graph.add(way[0], word, before)
            if word == 0:
                entries.append((state, -math.log(share)))
            for name in way[1:]:
                state = graph.add(name, word, [(state, 0.0)])
            finals.append(state)
        silence = graph.add(SILENCE, word, [(state, _SILENCE_COST) for state in finals])
        ends = [*((state, 0.0) for state in finals), (silence, 0.0)]
    return graph, entries, [state for state, _ in ends]


def _stretches(graph: _Graph, path: Sequence[int]) -> list[Stretch]:
    return [
        Stretch(graph.names[state], frame, graph.words[state])
        for frame, state in enumerate(path)
        if frame == 0 or path[frame - 1] != state
    ]
