"""Short spoken phrases: what counts as "weet ik niet", as a refusal, as a command. The words are data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant import resources
from assistant.trouble import BrokenData
from assistant.understanding.tokens import tokenize

Forms = tuple[str, ...]
_KEYS = frozenset({"whole", "starts", "within", "most_words"})


@lru_cache(maxsize=4096)
def forms(text: str) -> Forms:
    """Return the words of a text in the one spelling of `understanding.tokens`."""
    return tuple(token.form for token in tokenize(text))


@dataclass(frozen=True, slots=True)
class Phrases:
    """One kind of answer: phrases that are the whole of it, its beginning, or somewhere in it."""

    whole: frozenset[Forms]
    starts: tuple[Forms, ...]
    within: tuple[Forms, ...]
    most_words: int

    def fit(self, words: Forms, stripped: Forms) -> bool:
        """Say whether an answer is of this kind; `stripped` is it without the little words around it."""
        if words in self.whole or stripped in self.whole:
            return True
        if len(words) > self.most_words:
            return False
        if any(each[: len(start)] == start for start in self.starts for each in (words, stripped)):
            return True
        return any(holds(words, phrase) for phrase in self.within)


def holds(words: Forms, phrase: Forms) -> bool:
    """Say whether `phrase` stands in `words`, word after word."""
    size = len(phrase)
    return any(words[at : at + size] == phrase for at in range(len(words) - size + 1))


def strip(words: Forms, fillers: frozenset[str]) -> Forms:
    """Return an answer without little words at its beginning and end; one of only such words stays."""
    low, high = 0, len(words)
    while low < high and words[low] in fillers:
        low += 1
    while high > low and words[high - 1] in fillers:
        high -= 1
    return words[low:high] or words


@dataclass(frozen=True, slots=True)
class Listening:
    """All kinds of answers with their phrases, the little words that do not count, and what only looks like danger."""

    kinds: Mapping[str, Phrases]
    fillers: frozenset[str]
    harmless: re.Pattern[str]

    def of(self, text: str) -> frozenset[str]:
        """Return the kinds that an answer is of."""
        words = forms(text)
        if not words:
            return frozenset()
        stripped = strip(words, self.fillers)
        return frozenset(name for name, phrases in self.kinds.items() if phrases.fit(words, stripped))


def _kind(file: str, name: str, table: Mapping[str, Any]) -> Phrases:
    unknown = set(table) - _KEYS
    if unknown or not set(table) & {"whole", "starts", "within"}:
        raise BrokenData(f"{file}, [{name}]: unknown keys {sorted(unknown)}, or no phrases")
    if ("starts" in table or "within" in table) and not isinstance(table.get("most_words"), int):
        raise BrokenData(f"{file}, [{name}]: most_words is missing")
    return Phrases(
        frozenset(_forms(table.get("whole", ()))),
        tuple(_forms(table.get("starts", ()))),
        tuple(_forms(table.get("within", ()))),
        int(table.get("most_words", 0)),
    )


def _forms(phrases: Iterable[str]) -> Iterable[Forms]:
    return [forms(phrase) for phrase in phrases]


@lru_cache(maxsize=1)
def answers(folder: Path | None = None) -> Listening:
    """Return the kinds of answers that come along (`prompts/nl/heard/answers.toml`); raises BrokenData."""
    table = resources.read_toml((folder or resources.folder("prompts/nl/heard")) / "answers.toml")
    fillers = frozenset(form for word in table.pop("fillers", ()) for form in forms(word))
    words = sorted(table.pop("harmless", ()), key=len, reverse=True)
    harmless = re.compile(rf"\b(?:{'|'.join(re.escape(each) for each in words) or '(?!)'})\b", re.IGNORECASE)
    return Listening({name: _kind("answers.toml", name, entry) for name, entry in table.items()}, fillers, harmless)
