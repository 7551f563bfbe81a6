"""From an account to numbers: the learned weights applied to signs and cues.

Four sparse layers look at signs (`signs.py`): "clause" at one clause after the other ("does the partner withdraw
here?"), "account" at all signs together, "sound" at the pieces of how the words sound, "opening" at the first
part of the account (what set the row off). A small last layer weighs what they say together with the cues of the
rules. All weights are data (`rules/nl/weights.npz`), made by `tools/learn.py` from labelled accounts.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant import resources
from assistant.trouble import BrokenData
from assistant.understanding import signs, sounds
from assistant.understanding.clauses import BOTH, NOBODY, PARTNER, TELLER, Account, take_apart
from assistant.understanding.cues import Found, rules
from assistant.understanding.lexicon import lexicon

Floats = NDArray[np.float32]
# The first part of an account, which "opening" looks at: this share of its words, and at least so many.
_OPENING, _OPENING_WORDS = 0.4, 20


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A linear layer on signs.

    `places` gives each known sign its row in `rarity` (signs; inverse document frequency) and `weights` (signs, heads).
    """

    heads: tuple[str, ...]
    bias: Floats
    places: Mapping[str, int]
    rarity: Floats
    weights: Floats

    def score(self, found: Iterable[str]) -> Floats:
        """Return one number per head: bias + weights of the signs, each by its share in all.

        The share of a sign is 1 + log of its count, by its rarity; the shares of a text have length 1 together.
        """
        place = self.places.get
        counts = Counter([row for sign in found if (row := place(sign)) is not None])
        if not counts:
            return self.bias
        rows = np.fromiter(counts, np.intp, len(counts))
        shares = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.rarity[rows]
        total: Floats = self.bias + shares @ self.weights[rows] / np.sqrt(shares @ shares)
        return total

    def weight(self, sign: str, head: int) -> float:
        """Return the weight of a sign for `head`, 0 where it has none."""
        return float(self.weights[self.places[sign], head]) if sign in self.places else 0.0

    def best_sign(self, found: Iterable[str], head: int) -> str:
        """Return the sign with words in it that speaks most for `head`."""
        lexical = {sign for sign in found if not sign.startswith(("actor:", "said:"))}
        return max(sorted(lexical), key=lambda sign: self.weight(sign, head), default="")


@dataclass(frozen=True, slots=True, eq=False)
class Final:
    """The last layer: for each task its classes; `weights` (inputs, classes of all tasks one after the other)."""

    tasks: Mapping[str, tuple[str, ...]]
    places: Mapping[str, int]
    bias: Floats
    weights: Floats

    def score(self, inputs: Mapping[str, float]) -> dict[str, list[float]]:
        """Return for each task one number per class."""
        known = [(self.places[name], value) for name, value in inputs.items() if name in self.places]
        rows = np.fromiter((row for row, _ in known), np.intp, len(known))
        total = self.bias + np.fromiter((value for _, value in known), np.float32, len(known)) @ self.weights[rows]
        scores, at = {}, 0
        for task, classes in self.tasks.items():
            scores[task] = [float(x) for x in total[at : at + len(classes)]]
            at += len(classes)
        return scores


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """All weights; `whole` holds the layers that look at an account as a whole, by name."""

    clause: Layer
    whole: Mapping[str, Layer]
    final: Final


def squash(x: float) -> float:
    """Return the logistic function of x, safe for any size."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def clause_signs(account: Account, found: Sequence[Found]) -> list[list[str]]:
    """Return the signs of each clause, cues included."""
    rows = [list(signs.of_clause(account, clause, rules().kin)) for clause in account.clauses]
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
        if head.startswith("topic:"):
            inputs[f"early:{head}"] = max(column[: 1 + len(scores) // 3], default=-6.0) / 3
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


def danger(inputs: Mapping[str, float], found: Sequence[Found], short: bool) -> dict[str, float]:
    """Return named numbers for danger of whatever kind: how sure one clause is, how many, and what the cues say."""
    kinds = [head[4:] for head in inputs if head.startswith("max:safety:")]
    best = max((inputs[f"max:{kind}"] for kind in kinds), default=-2.0)
    fired = [each for each in found if each.cue.shows.startswith("safety:")]
    strength = sum(each.cue.strength for each in fired)
    by_partners = sum(each.cue.strength for each in fired if each.who in (TELLER, PARTNER, BOTH))
    sure = 3 * squash(3 * best)
    return {
        "danger:best": best,
        "danger:sure": sure,
        "danger:short": sure * short,
        "danger:many": math.log1p(sum(math.expm1(inputs[f"sum:{kind}"]) for kind in kinds)),
        "danger:cues": math.log1p(strength),
        "danger:own-cues": math.log1p(by_partners),
        "danger:strong-cues": float(strength >= 3),
        "danger:both": sure / 3 * min(3, strength),
    }


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


def whole_signs(seen: Look) -> dict[str, list[str]]:
    """Return the signs that each layer on whole accounts looks at, by the layer's name."""
    words = len(seen.account.tokens)
    limit = max(_OPENING_WORDS, _OPENING * words)
    return {
        "account": [sign for row in seen.rows for sign in row],
        "sound": [piece for token in seen.account.tokens for piece in sounds.pieces(token.form)],
        "opening": [
            sign
            for clause, row in zip(seen.account.clauses, seen.rows, strict=True)
            if clause.start < limit
            for sign in row
            if sign.startswith(("w:", "shows:topic"))
        ],
    }


def judge(seen: Look, learned: Learned) -> Judged:
    """Score a look by all layers but the last."""
    table = [learned.clause.score(row).tolist() for row in seen.rows]
    inputs = pooled(learned.clause.heads, table)
    inputs.update(together(seen.account, learned.clause.heads, table))
    inputs.update(cue_inputs(seen.found, len(seen.account.tokens)))
    for name, found in whole_signs(seen).items():
        layer = learned.whole[name]
        inputs.update(
            {f"{name}:{head}": value / 3 for head, value in zip(layer.heads, layer.score(found).tolist(), strict=True)}
        )
    inputs.update(shape(seen.account))
    inputs.update(danger(inputs, seen.found, bool(inputs["short"])))
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


def save(path: Path, learned: Learned) -> None:
    """Write all weights as an `.npz` of plain arrays; those of the sparse layers rounded to 127 steps a head."""
    arrays: dict[str, NDArray[Any]] = {}
    about: dict[str, Any] = {"final": {"tasks": dict(learned.final.tasks), "inputs": list(learned.final.places)}}
    for name, layer in {"clause": learned.clause, **learned.whole}.items():
        scale = np.abs(layer.weights).max(0) / 127 + 1e-9
        rounded = np.rint(layer.weights / scale).astype(np.int8)
        kept = np.flatnonzero(rounded.any(1))
        found = list(layer.places)
        about[name] = {"heads": layer.heads, "signs": [found[row] for row in kept]}
        arrays[f"{name}.weights"], arrays[f"{name}.scale"] = rounded[kept], scale.astype(np.float32)
        arrays[f"{name}.rarity"], arrays[f"{name}.bias"] = layer.rarity[kept].astype(np.float16), layer.bias
    arrays["final.weights"], arrays["final.bias"] = learned.final.weights.astype(np.float32), learned.final.bias
    arrays["about"] = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8)
    np.savez_compressed(path, allow_pickle=False, **arrays)


@lru_cache(maxsize=1)
def learned(path: Path | None = None) -> Learned:
    """Return the weights that come along, loaded once; raises BrokenData where they cannot be read."""
    path = path or resources.rules() / "weights.npz"
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            arrays = dict(file)
        about = json.loads(arrays["about"].tobytes())
        layers = {name: _layer(about[name], arrays, name) for name in about if name != "final"}
        places = {name: row for row, name in enumerate(about["final"]["inputs"])}
        tasks = {task: tuple(classes) for task, classes in about["final"]["tasks"].items()}
        final = Final(tasks, places, arrays["final.bias"], arrays["final.weights"])
        return Learned(layers.pop("clause"), layers, final)
    except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
        raise BrokenData(f"{path.name}: {error}") from error


def _layer(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], name: str) -> Layer:
    weights = arrays[f"{name}.weights"].astype(np.float32) * arrays[f"{name}.scale"]
    places = dict(zip(about["signs"], range(len(about["signs"])), strict=True))
    rarity = arrays[f"{name}.rarity"].astype(np.float32)
    return Layer(tuple(about["heads"]), arrays[f"{name}.bias"], places, rarity, weights)
