"""Which words the model knows, and how often each is said."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import wordfreq

from .numerals import number_in_words
from .writing import normalise

WORDS = Path(__file__).parent / "words"
DUTCH_WORD_LIST = Path("/usr/share/dict/dutch")  # Debian package wdutch
_SINGLE_LETTERS = set("u")
_VOWELLESS = {"'s", "'t", "'k", "'n", "'m", "'r", "m'n", "z'n", "d'r", "hm", "hmm", "gsm", "tv", "wc", "sms"}
_FLOOR_ZIPF = 2.0  # for words that wordfreq has not met; a Zipf value is log10 of uses in 10^9 words


def choose_words(own: Iterable[str], size: int) -> list[str]:
    """The vocabulary, sorted: `own` words, numbers and the lists in words/, then frequent Dutch words up to `size`."""
    dutch = {line.strip() for line in DUTCH_WORD_LIST.read_text(encoding="utf-8").splitlines()}
    words = {word for word in {*own, *listed_words(), *_number_words()} if _is_speakable(word)}
    for word in wordfreq.top_n_list("nl", 60_000):
        if len(words) >= size:
            break
        if word in dutch and word == word.lower() and _is_speakable(word):
            words.add(word)
    return sorted(words)


def listed_words() -> list[str]:
    """The words of the lists in words/ (names, home, love, rows, orders)."""
    lines: list[str] = []
    for name in ("names.txt", "extra.txt"):
        lines += (WORDS / name).read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in normalise(line)]


def prompt_texts(folder: Path) -> list[str]:
    """Everything that the assistant can say: the strings of the TOML files of `folder`, without {placeholders}."""
    paths = sorted(folder.rglob("*.toml")) if folder.is_dir() else []
    texts = [text for path in paths for text in _strings(tomllib.loads(path.read_text(encoding="utf-8")))]
    return [re.sub(r"\{[^}]*\}", ", ", text) for text in texts]


def unigram_weights(words: Iterable[str]) -> dict[str, float]:
    """The share of each word in general Dutch by wordfreq; sums to 1."""
    zipf = {word: max(wordfreq.zipf_frequency(word, "nl"), _FLOOR_ZIPF) for word in words}
    raw = {word: 10.0**value for word, value in zipf.items()}
    total = sum(raw.values())
    return {word: value / total for word, value in raw.items()}


def _number_words() -> set[str]:
    values = [*range(100), *range(100, 1000, 100), 1000, *range(2000, 10000, 1000)]
    return {word for value in values for word in number_in_words(value).split()}


def _is_speakable(word: str) -> bool:
    if len(word) == 1 and word not in _SINGLE_LETTERS:
        return False
    return any(letter in "aeiouyáàâäéèêëíìîïóòôöúùûü" for letter in word) or word in _VOWELLESS


def _strings(value: object) -> list[str]:
    """All strings in nested tables and lists."""
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in items for text in _strings(item)]
