"""Accounts as a recogniser would write them: lower case, no punctuation, words misheard or lost.

A misheard word becomes one that sounds like it: words are compared by a rough phonetic key and
replaced by a near one of the vocabulary, short function words are lost more often than others, and
now and then a short word is put in. `benchmarks/noise_check.py` compares this with real recogniser output.

Usage: python tools/noise.py --rate 0.25 --seed 1 FILE.jsonl > NOISY.jsonl
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from assistant.understanding.sounds import sound

_SHORT = (
    "en",
    "de",
    "het",
    "een",
    "ik",
    "dat",
    "die",
    "er",
    "te",
    "in",
    "ze",
    "je",
    "is",
    "we",
    "op",
    "an",
    "nou",
    "dan",
)
_WORD = re.compile(r"'[stnmkr](?![^\W_])|[^\W_]+(?:['’-][^\W_]+)*")


def words_of(text: str) -> list[str]:
    """Return the words of `text`, lower case, without punctuation and speaker labels."""
    text = re.sub(r"^[ \t]*[^\W\d_][\w' -]{0,24}:[ \t]*", "", text, flags=re.MULTILINE) if "\n" in text else text
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def neighbours(vocabulary: Mapping[str, int], near: int = 6) -> dict[str, tuple[str, ...]]:
    """Return for each word the `near` frequent words that sound most like it."""
    words = [word for word, _ in Counter(vocabulary).most_common()]
    keys = [sound(word) for word in words]
    rare = np.arange(len(words)) * (0.02 / max(1, len(words)))
    found: dict[str, tuple[str, ...]] = {}
    for low in range(0, len(words), 500):
        scores = process.cdist(keys[low : low + 500], keys, scorer=Levenshtein.normalized_distance, dtype=np.float32)
        scores = scores + rare
        nearest = np.argpartition(scores, min(near + 1, len(words) - 1), axis=1)[:, : near + 1]
        for row, candidates, word in zip(scores, nearest, words[low : low + 500], strict=True):
            order = candidates[np.argsort(row[candidates])]
            found[word] = tuple(words[i] for i in order if words[i] != word)[:near]
    return found


@dataclass(frozen=True)
class Mishearing:
    """How words are misheard: about the share `rate` of them is wrong (substituted, lost or put in).

    `near` gives for each word those that sound like it; of the substitutes the share `wild` is any word of
    `any_word` instead, as a recogniser writes that lost the thread.
    """

    near: Mapping[str, tuple[str, ...]]
    rate: float
    wild: float = 0.0
    any_word: Sequence[str] = _SHORT

    def words(self, said: Sequence[str], rng: random.Random) -> list[str]:
        """Return the words as they are heard."""
        heard: list[str] = []
        for word in said:
            lost = 1.3 if len(word) <= 3 else 0.7
            if rng.random() >= self.rate * lost:
                heard.append(word)
                continue
            fate = rng.random()
            if fate < (0.45 if len(word) <= 3 else 0.15):
                continue
            if fate > 0.92:
                heard += [word, rng.choice(_SHORT)]
            elif rng.random() < self.wild:
                heard.append(rng.choice(self.any_word))
            else:
                heard.append(rng.choice(self.near.get(word) or _SHORT))
        return heard


def noisy(account: dict[str, Any], mishear: Mishearing, rng: random.Random) -> dict[str, Any]:
    """Return an account with its text misheard; a dialogue keeps its lines and labels."""
    lines = []
    for line in account["text"].splitlines():
        label = re.match(r"[ \t]*[^\W\d_][\w' -]{0,24}:[ \t]*", line) if account.get("kind") == "dialogue" else None
        head = label.group() if label else ""
        lines.append(head + " ".join(mishear.words(words_of(line[len(head) :]), rng)))
    return {**account, "text": "\n".join(lines)}


def vocabulary(texts: Iterable[str]) -> Counter[str]:
    """Count the words of all texts."""
    return Counter(word for text in texts for word in words_of(text))


def main() -> None:
    """Read accounts, write them misheard."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--rate", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    accounts = [json.loads(line) for path in options.files for line in path.read_text(encoding="utf-8").splitlines()]
    mishear = Mishearing(neighbours(vocabulary(account["text"] for account in accounts)), options.rate)
    rng = random.Random(options.seed)
    for account in accounts:
        sys.stdout.write(json.dumps(noisy(account, mishear, rng), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
