"""Classes of words that mean alike (`rules/nl/classes.toml`), for words that no labelled account held.

An entry is a word in the spelling of `tokens.py`; with "~" behind it whatever begins so, with "~" before it
whatever ends so (a compound: "~moeder").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from assistant import resources

_SHORTEST = 3


class Classes:
    """All classes, indexed by word, beginning and ending."""

    def __init__(self, table: Mapping[str, Iterable[str]]) -> None:
        self._whole: dict[str, set[str]] = defaultdict(set)
        self._begins: dict[str, set[str]] = defaultdict(set)
        self._ends: dict[str, set[str]] = defaultdict(set)
        for name, entries in table.items():
            for entry in entries:
                if entry.endswith("~"):
                    self._begins[entry[:-1]].add(name)
                elif entry.startswith("~"):
                    self._ends[entry[1:]].add(name)
                else:
                    self._whole[entry].add(name)

    def of(self, form: str) -> tuple[str, ...]:
        """Return the names of the classes that a word belongs to, in order."""
        found = set(self._whole.get(form, ()))
        for length in range(_SHORTEST, len(form) + 1):
            found |= self._begins.get(form[:length], set())
            found |= self._ends.get(form[-length:], set())
        return tuple(sorted(found))


@lru_cache(maxsize=1)
def classes() -> Classes:
    """Return the classes that come along, loaded once."""
    return Classes(resources.read_toml(resources.rules() / "classes.toml")["classes"])


@lru_cache(maxsize=50_000)
def classes_of(form: str) -> tuple[str, ...]:
    """Return the classes that come along and hold a word."""
    return classes().of(form)
