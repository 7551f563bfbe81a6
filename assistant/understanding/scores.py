"""From an account to numbers: the learned weights applied to signs and cues.

Two sparse layers look at words, one clause by clause ("does the partner withdraw here?"), one at the
account as a whole; a small last layer weighs both with the cues of the rules. All weights are
data (`rules/nl/weights.json`), made by `tools/learn.py` from labelled accounts.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant import resources
from assistant.understanding import signs
from assistant.understanding.clauses import NOBODY, TELLER, Account, take_apart
from assistant.understanding.cues import Found, rules
from assistant.understanding.lexicon import lexicon

Weights = Mapping[str, Sequence[tuple[int, float]]]


def shares(found: Iterable[str], rarity: Mapping[str, float]) -> dict[str, float]:
    """Return for each known sign its TF-IDF value (1 + log of its count, by its rarity), of unit length in all."""
    counts: dict[str, int] = {}
    for sign in found:
        if sign in rarity:
            counts[sign] = counts.get(sign, 0) + 1
    values = {sign: (1 + math.log(count) if count > 1 else 1.0) * rarity[sign] for sign, count in counts.items()}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return {sign: value / length for sign, value in values.items()}


@dataclass(frozen=True, slots=True)
class Sparse:
    """A linear layer on signs: for each sign its rarity (inverse document frequency) and pairs (head, weight)."""

    heads: tuple[str, ...]
    bias: tuple[float, ...]
    rarity: Mapping[str, float]
    signs: Weights

    def score(self, found: Iterable[str]) -> list[float]:
        """Return one number per head: bias + weights of the signs, each by its share (`shares`)."""
        total = list(self.bias)
        for sign, share in shares(found, self.rarity).items():
            for head, weight in self.signs.get(sign, ()):
                total[head] += weight * share
        return total

    def weight(self, sign: str, head: int) -> float:
        """Return the weight of a sign for `head`, 0 where it has none."""
        return next((weight for at, weight in self.signs.get(sign, ()) if at == head), 0.0)

    def best_sign(self, found: Iterable[str], head: int) -> str:
        """Return the sign with words in it that speaks most for `head`."""
        lexical = {sign for sign in found if not sign.startswith(("actor:", "said:"))}
        return max(sorted(lexical), key=lambda sign: self.weight(sign, head), default="")


@dataclass(frozen=True, slots=True)
class Dense:
    """A linear layer on named numbers, with one output per class."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, Sequence[float]]

    def score(self, inputs: Mapping[str, float]) -> list[float]:
        """Return one number per class."""
        total = list(self.bias)
        for name, value in inputs.items():
            row = self.weights.get(name)
            if row is not None and value:
                for index, weight in enumerate(row):
                    total[index] += weight * value
        return total


@dataclass(frozen=True, slots=True)
class Learned:
    """All weights."""

    clause: Sparse
    account: Sparse
    final: Mapping[str, Dense]


def squash(x: float) -> float:
    """Return the logistic function of x, safe for any size."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def clause_signs(account: Account, found: Sequence[Found]) -> list[list[str]]:
    """Return the signs of each clause, cues included."""
    rows = [list(signs.of_clause(account, clause)) for clause in account.clauses]
    clause_of = {i: n for n, c in enumerate(account.clauses) for i in range(c.start, c.end)}
    for cue in found:
        row = rows[clause_of[cue.start]]
        row.append(f"cue:{cue.cue.id}/{cue.who}")
        row.append(f"shows:{cue.cue.shows}/{cue.who}")
    return rows


def pooled(heads: Sequence[str], scores: Sequence[Sequence[float]]) -> dict[str, float]:
    """Pool the scores of the clauses into named numbers for the last layer."""
    inputs: dict[str, float] = {}
    count = max(1, len(scores))
    late = (2 * len(scores)) // 3
    for index, head in enumerate(heads):
        column = [row[index] for row in scores] or [-6.0]
        chances = [squash(x) for x in column]
        ordered = sorted(column, reverse=True)
        inputs[f"max:{head}"] = max(ordered[0], -6.0) / 3
        inputs[f"second:{head}"] = max(ordered[1], -6.0) / 3 if len(ordered) > 1 else -2.0
        inputs[f"sum:{head}"] = math.log1p(sum(chances))
        inputs[f"mean:{head}"] = 3 * sum(chances) / count
        inputs[f"late:{head}"] = max(column[late:], default=-6.0) / 3
    return inputs


def together(account: Account, heads: Sequence[str], scores: Sequence[Sequence[float]]) -> dict[str, float]:
    """Return named numbers for what counts together: both attack, both withdraw, a fear in the teller's own words."""

    def most(head: str, among: Sequence[Sequence[float]]) -> float:
        column = heads.index(head)
        return max((row[column] for row in among), default=-6.0) / 3

    inputs = {
        f"both:{what}": min(most(f"teller:{what}", scores), most(f"partner:{what}", scores))
        for what in ("attack", "withdraw")
    }
    own = [row for clause, row in zip(account.clauses, scores, strict=True) if clause.speaker == TELLER]
    inputs["said-fear"] = max(max(most(head, own), -2.0) for head in heads if head.startswith("fear:"))
    inputs["dialogue-fear"] = inputs["said-fear"] if account.dialogue else 0.0
    return inputs


def cue_inputs(found: Sequence[Found], words: int) -> dict[str, float]:
    """Return named numbers for the cues: how strongly what was shown by whom."""
    total: dict[str, float] = defaultdict(float)
    for cue in found:
        total[f"cue:{cue.cue.shows}/{cue.who}"] += cue.cue.strength
        if cue.start > 2 * words / 3:
            total[f"late-cue:{cue.cue.shows}/{cue.who}"] += cue.cue.strength
    return {name: math.log1p(value) for name, value in total.items()}


@dataclass(frozen=True, slots=True)
class Look:
    """An account taken apart, the cues that fire in it, and the signs of each clause."""

    account: Account
    found: tuple[Found, ...]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A look with its scores: `table` (clauses, heads of the clause layer), `inputs` for the last layer by name."""

    look: Look
    table: list[list[float]]
    inputs: dict[str, float]


def look(text: str) -> Look:
    """Take a text apart and see which cues and signs are in it."""
    account = take_apart(text, lexicon())
    found = rules().find(account)
    return Look(account, found, clause_signs(account, found))


def judge(seen: Look, clause: Sparse, account: Sparse) -> Judged:
    """Score a look by the layer on clauses and the layer on whole accounts."""
    table = [clause.score(row) for row in seen.rows]
    inputs = pooled(clause.heads, table)
    inputs.update(together(seen.account, clause.heads, table))
    inputs.update(cue_inputs(seen.found, len(seen.account.tokens)))
    whole = account.score(sign for row in seen.rows for sign in row)
    inputs.update({f"account:{head}": value / 3 for head, value in zip(account.heads, whole, strict=True)})
    inputs.update(shape(seen.account))
    return Judged(seen, table, inputs)


def shape(account: Account) -> dict[str, float]:
    """Return named numbers about length and who acts how often."""
    count = max(1, len(account.clauses))
    inputs = {"words": math.log1p(len(account.tokens)) - 4.8, "dialogue": float(account.dialogue)}
    inputs["short"] = float(len(account.tokens) < 40)
    for clause in account.clauses:
        for name, who in (("acts", clause.actor), ("says", clause.speaker)):
            if who != NOBODY:
                inputs[f"{name}:{who}"] = inputs.get(f"{name}:{who}", 0.0) + 3 / count
    return inputs


def _sparse(data: Mapping[str, Any]) -> Sparse:
    rarity = {sign: row[0] for sign, row in data["signs"].items()}
    weights = {sign: list(zip(row[1::2], row[2::2], strict=True)) for sign, row in data["signs"].items()}
    return Sparse(tuple(data["heads"]), tuple(data["bias"]), rarity, weights)


@lru_cache(maxsize=1)
def learned(path: Path | None = None) -> Learned:
    """Return the weights that come along, loaded once."""
    data = json.loads((path or resources.rules() / "weights.json").read_text(encoding="utf-8"))
    final = {
        task: Dense(tuple(layer["classes"]), tuple(layer["bias"]), layer["weights"])
        for task, layer in data["final"].items()
    }
    return Learned(_sparse(data["clause"]), _sparse(data["account"]), final)
