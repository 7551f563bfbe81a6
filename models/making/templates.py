"""Phrases with agreement, drawn from the templates in words/, for word sequences that the texts are too few to show."""

from __future__ import annotations

import random
import re
from pathlib import Path

WORDS = Path(__file__).parent / "words"
_FORMS = ("ik", "hij", "past", "done", "infinitive")
_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


class PhraseMaker:
    """Draws phrases; the same seed gives the same phrases."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._verbs = _read_verbs(WORDS / "verbs.txt")
        self._slots = _read_slots(WORDS / "slots.txt")
        self._phrases, self._weights = _read_phrases(WORDS / "phrases.txt")

    def draw(self, count: int) -> list[list[str]]:
        """`count` phrases, each a list of words."""
        chosen = self._rng.choices(self._phrases, weights=self._weights, k=count)
        return [_SLOT.sub(self._fill, phrase).split() for phrase in chosen]

    def words(self) -> set[str]:
        """Every word that a phrase can contain."""
        words = {word for phrase in self._phrases for word in _SLOT.sub("", phrase).split()}
        words |= {word for choices in self._slots.values() for choice in choices for word in choice.split()}
        return words | {form for group in self._verbs.values() for verb in group for form in verb[: len(_FORMS)]}

    def _fill(self, match: re.Match[str]) -> str:
        name, group = match.groups()
        if group is None:
            return self._rng.choice(self._slots[name])
        return self._rng.choice(self._verbs[group])[_FORMS.index(name)]


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _read_verbs(path: Path) -> dict[str, list[list[str]]]:
    groups: dict[str, list[list[str]]] = {}
    group: list[list[str]] = []
    for line in _lines(path):
        if line.startswith("@"):
            group = groups.setdefault(line[1:], [])
            continue
        verb = line.split()
        if len(verb) != len(_FORMS) + 1:
            raise ValueError(f"{path.name}: a verb has {len(_FORMS) + 1} words: {line}")
        group.append(verb)
    return groups


def _read_slots(path: Path) -> dict[str, list[str]]:
    pairs = [line.split(":", 1) for line in _lines(path)]
    return {name.strip(): [choice.strip() for choice in choices.split("|")] for name, choices in pairs}


def _read_phrases(path: Path) -> tuple[list[str], list[int]]:
    pairs = [line.split("|", 1) for line in _lines(path)]
    return [phrase.strip() for _, phrase in pairs], [int(weight) for weight, _ in pairs]
