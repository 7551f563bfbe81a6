"""Learn the weights of `assistant/understanding/rules/nl/weights.json` from labelled accounts.

Usage: python tools/learn.py [--also FILE ...] [--out FILE] [--folds 5] [--report]

Reads `accounts/build/*.jsonl` (never `accounts/measure`), each account three times: as written, and misheard
at two rates (`tools/noise.py`). What the last layer sees of an account comes from layers that were
learned without that account's writer. Needs the extra "learn" (scipy, scikit-learn, rapidfuzz).
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import noise
import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from assistant.understanding import scores
from assistant.understanding.clauses import Account
from assistant.understanding.decide import SHAPES
from assistant.understanding.reading import FEARS, SAFETIES, STEPS, TOPICS

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "assistant" / "understanding" / "rules" / "nl" / "weights.json"
CLAUSE_HEADS = (
    *(f"{who}:{what}" for who in ("teller", "partner") for what in ("attack", "defend", "withdraw")),
    *(f"fear:{fear}" for fear in FEARS), "told", "asked", *(f"safety:{kind}" for kind in SAFETIES[1:]),
)  # fmt: skip
TASKS: dict[str, tuple[str, ...]] = {
    "shape": tuple(SHAPES),
    "topic": (*TOPICS, "null"),
    "step": (*STEPS, "null"),
    "safety": SAFETIES,
    **{f"fear:{fear}": ("no", "yes") for fear in FEARS},
}
ACCOUNT_HEADS = tuple(f"{task}={value}" for task, values in TASKS.items() for value in values if value != "no")
MIN_ACCOUNTS = 2
BALANCE = 0.5


@dataclass
class Example:
    """One account, or a misheard copy of it, with its writer and what is seen in it."""

    labels: dict[str, Any]
    writer: str
    look: scores.Look
    clean: bool


def value_of(labels: dict[str, Any], task: str) -> str | None:
    """Return the class of an account for a task; None where the schema labels nothing."""
    if task == "shape":
        none = labels["pattern"] == "none"
        return "none" if none else labels["teller"][0] + labels["partner"][0]
    if task.startswith("fear:"):
        return "yes" if task[5:] in labels["fears"] else "no"
    if task == "step" and labels["safety"] != "none":
        return None
    return str(labels[task]) if labels[task] is not None else "null"


def clause_labels(labels: dict[str, Any], account: Account) -> np.ndarray | None:
    """Return an array (clauses, heads) of 0 and 1 from the quotes of an account; None without quotes."""
    if not labels.get("quotes"):
        return None
    spans = [(account.tokens[c.start].start, account.tokens[c.end - 1].end) for c in account.clauses]
    marked = np.zeros((len(spans), len(CLAUSE_HEADS)))
    for key, value in labels["quotes"].items():
        head = {"teller": f"teller:{labels['teller']}", "partner": f"partner:{labels['partner']}"}.get(key, key)
        head = f"safety:{labels['safety']}" if key == "safety" else head
        if head not in CLAUSE_HEADS:
            continue
        for quote in value if isinstance(value, list) else [value]:
            at = labels["text"].find(quote)
            for index, (start, end) in enumerate(spans):
                shared = min(end, at + len(quote)) - max(start, at)
                if shared >= 0.5 * min(end - start, len(quote)):
                    marked[index, CLAUSE_HEADS.index(head)] = 1
    return marked


def noisy_quotes(
    labels: dict[str, Any], near: dict[str, tuple[str, ...]], rate: float, rng: random.Random
) -> dict[str, Any]:
    """Return a misheard copy of an account whose quotes are its misheard pieces."""
    text = labels["text"]
    cuts = {0, len(text)}
    pieces: list[tuple[str, str]] = []
    for key, value in (labels.get("quotes") or {}).items():
        for quote in value if isinstance(value, list) else [value]:
            at = text.find(quote)
            cuts |= {at, at + len(quote)}
            pieces.append((key, quote))
    if labels["kind"] == "dialogue":
        return {**noise.noisy(labels, near, rate, rng), "quotes": {}}
    order = sorted(cuts)
    heard: list[tuple[int, str]] = []
    for start, end in pairwise(order):
        heard.append((start, " ".join(noise.misheard(noise.words_of(text[start:end]), near, rate, rng))))
    quotes: dict[str, list[str]] = {}
    for key, quote in pieces:
        at = text.find(quote)
        words = " ".join(h for start, h in heard if at <= start < at + len(quote) and h)
        if words:
            quotes.setdefault(key, []).append(words)
    return {**labels, "text": " ".join(h for _, h in heard if h), "quotes": quotes}


def read(paths: list[Path], rates: tuple[float, ...]) -> list[Example]:
    """Read the accounts, each as written and once for each rate of wrong words."""
    rng = random.Random(7)
    labels = [
        (path.stem.split(".")[0], json.loads(line))
        for path in paths
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    near = noise.neighbours(noise.vocabulary(each["text"] for _, each in labels))
    examples = []
    for writer, each in labels:
        for rate in (0.0, *rates):
            copy = noisy_quotes(each, near, rate, rng) if rate else each
            examples.append(Example(copy, writer, scores.look(copy["text"]), rate == 0.0))
    return examples


def fit(x: sparse.csr_matrix, y: np.ndarray, l2: float) -> tuple[np.ndarray, np.ndarray]:
    """Fit one logistic regression per column of y at once; return weights (signs, heads) and bias (heads).

    Columns of y may hold nan: those rows do not count for that head.
    """
    known = ~np.isnan(y)
    target = np.where(known, y, 0.0)
    mass = known * balance(y)
    n, heads = mass.sum(0).clip(1), y.shape[1]
    xt = x.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(x.shape[1] + 1, heads)
        z = x @ w[:-1] + w[-1]
        gap = mass * (1 / (1 + np.exp(-np.clip(z, -30, 30))) - target) / n
        value = (mass * (np.logaddexp(0, z) - target * z) / n).sum() + l2 / 2 * (w[:-1] ** 2).sum()
        gradient = np.vstack([xt @ gap + l2 * w[:-1], gap.sum(0, keepdims=True)])
        return float(value), gradient.ravel()

    start = np.zeros((x.shape[1] + 1, heads))
    rate = (mass * target).sum(0) / n
    start[-1] = np.log((rate + 1e-3) / (1 - rate + 1e-3))
    done = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 80, "maxfun": 100})
    w = done.x.reshape(x.shape[1] + 1, heads)
    return w[:-1], w[-1]


def matrix(rows: list[list[str]], index: dict[str, int], rarity: dict[str, float]) -> sparse.csr_matrix:
    """Return the signs of each row as the layers see them (`scores.shares`), an array (rows, signs)."""
    at, columns, values = [0], [], []
    for row in rows:
        for sign, share in scores.shares(row, rarity).items():
            columns.append(index[sign])
            values.append(share)
        at.append(len(columns))
    return sparse.csr_matrix((values, columns, at), shape=(len(rows), len(index)))


def rarities(rows: list[list[str]], index: dict[str, int]) -> dict[str, float]:
    """Return the inverse document frequency of each sign."""
    count: Counter[str] = Counter()
    for row in rows:
        count.update(sign for sign in set(row) if sign in index)
    return {sign: round(1 + math.log((1 + len(rows)) / (1 + count[sign])), 3) for sign in index}


def balance(y: np.ndarray) -> np.ndarray:
    """Return weights for y (rows, heads) that let the yes and the no of each head count alike, softened."""
    with np.errstate(invalid="ignore"):
        yes = np.nanmean(y, axis=0).clip(1e-3, 1 - 1e-3)
        weights: np.ndarray = np.where(y > 0, (0.5 / yes) ** BALANCE, (0.5 / (1 - yes)) ** BALANCE)
        return weights


def common_signs(examples: list[Example]) -> dict[str, int]:
    """Return the signs that stand in enough different accounts, numbered."""
    count: Counter[str] = Counter()
    for each in examples:
        if each.clean:
            count.update({sign for row in each.look.rows for sign in row})
    return {sign: i for i, sign in enumerate(sorted(s for s, n in count.items() if n >= MIN_ACCOUNTS))}


def sparse_layer(
    heads: tuple[str, ...], rows: list[list[str]], y: np.ndarray, index: dict[str, int], l2: float, keep: int
) -> scores.Sparse:
    """Learn a layer on rows of signs; y (rows, heads); only the `keep` largest weights stay."""
    rarity = rarities(rows, index)
    w, b = fit(matrix(rows, index, rarity), y, l2)
    limit = np.sort(np.abs(w).ravel())[-min(keep, w.size)]
    weights: dict[str, list[tuple[int, float]]] = {}
    for sign, i in index.items():
        pairs = [(int(h), round(float(w[i, h]), 2)) for h in np.flatnonzero(np.abs(w[i]) >= max(limit, 1e-3))]
        if pairs:
            weights[sign] = pairs
    rarity = {sign: value for sign, value in rarity.items() if sign in weights}
    return scores.Sparse(heads, tuple(round(float(v), 3) for v in b), rarity, weights)


def learn_sparse(examples: list[Example], options: argparse.Namespace) -> tuple[scores.Sparse, scores.Sparse]:
    """Learn the layer on clauses and the layer on whole accounts."""
    index = common_signs(examples)
    rows, marks = [], []
    for each in examples:
        marked = clause_labels(each.labels, each.look.account)
        if marked is not None:
            rows += each.look.rows
            marks.append(marked)
    clause = sparse_layer(CLAUSE_HEADS, rows, np.vstack(marks), index, options.l2_clause, options.keep)
    whole = [[sign for row in each.look.rows for sign in row] for each in examples]
    y = np.array([[target(each.labels, head) for head in ACCOUNT_HEADS] for each in examples])
    return clause, sparse_layer(ACCOUNT_HEADS, whole, y, index, options.l2_account, options.keep)


def target(labels: dict[str, Any], head: str) -> float:
    """Return 1, 0 or nan (nothing labelled) for a head of the account layer."""
    task, _, wanted = head.rpartition("=")
    value = value_of(labels, task)
    return math.nan if value is None else float(value == wanted)


def learn_final(inputs: list[dict[str, float]], examples: list[Example], l2: float) -> dict[str, scores.Dense]:
    """Learn the last layer, one multinomial regression per task, on standardised inputs."""
    from sklearn.linear_model import LogisticRegression

    names = sorted({name for row in inputs for name in row})
    count = Counter(name for row in inputs for name in row)
    names = [name for name in names if count[name] >= 20]
    x = np.array([[row.get(name, 0.0) for name in names] for row in inputs])
    scale = x.std(0).clip(0.05)
    final = {}
    for task, classes in TASKS.items():
        y = [value_of(each.labels, task) for each in examples]
        used = [i for i, value in enumerate(y) if value is not None]
        model = LogisticRegression(C=1 / l2, max_iter=400)
        model.fit(x[used] / scale, [y[i] for i in used])
        have = list(model.classes_)
        w = np.zeros((len(names), len(classes)))
        b = np.full(len(classes), -9.0)
        if len(have) == 2:
            w[:, classes.index(have[1])] = model.coef_[0] / scale
            b[classes.index(have[0])], b[classes.index(have[1])] = 0.0, model.intercept_[0]
        else:
            for row, value in enumerate(have):
                w[:, classes.index(value)] = model.coef_[row] / scale
                b[classes.index(value)] = model.intercept_[row]
        rows = {n: [round(float(v), 3) for v in w[i]] for i, n in enumerate(names) if np.abs(w[i]).max() > 5e-3}
        final[task] = scores.Dense(classes, tuple(round(float(v), 3) for v in b), rows)
    return final


def out_of_writer(examples: list[Example], options: argparse.Namespace) -> list[dict[str, float]]:
    """Return the inputs of the last layer for each example, by layers that never saw its writer."""
    writers = sorted({each.writer for each in examples}, key=lambda w: random.Random(w).random())
    inputs: list[dict[str, float]] = [{} for _ in examples]
    for fold in range(options.folds):
        out = set(writers[fold :: options.folds])
        if not out:
            continue
        clause, account = learn_sparse([e for e in examples if e.writer not in out], options)
        for i, each in enumerate(examples):
            if each.writer in out:
                inputs[i] = scores.judge(each.look, clause, account).inputs
        print(f"  fold {fold + 1}: without {', '.join(sorted(out))}", file=sys.stderr)
    return inputs


def save(path: Path, clause: scores.Sparse, account: scores.Sparse, final: dict[str, scores.Dense]) -> None:
    """Write all weights as JSON, one sign a line so that changes can be read."""

    def layer(each: scores.Sparse) -> str:
        lines = []
        for sign, pairs in sorted(each.signs.items()):
            row = [each.rarity[sign], *(number for pair in pairs for number in pair)]
            lines.append(json.dumps(sign, ensure_ascii=False) + ":" + json.dumps(row, separators=(",", ":")))
        signs = ",\n".join(lines)
        return f'{{"heads":{json.dumps(each.heads)},"bias":{json.dumps(each.bias)},"signs":{{\n{signs}}}}}'

    last = {t: {"classes": d.classes, "bias": d.bias, "weights": d.weights} for t, d in final.items()}
    tasks = ",\n".join(f"{json.dumps(t)}:{json.dumps(d, separators=(',', ':'))}" for t, d in last.items())
    path.write_text(
        f'{{"clause":{layer(clause)},\n"account":{layer(account)},\n"final":{{\n{tasks}}}}}\n',
        encoding="utf-8",
    )


def main() -> None:
    """Learn all layers and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--also", nargs="*", type=Path, default=[], help="more files of labelled accounts")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--l2-clause", type=float, default=3e-5)
    parser.add_argument("--l2-account", type=float, default=1e-4)
    parser.add_argument("--l2-final", type=float, default=100.0)
    parser.add_argument("--keep", type=int, default=60_000, help="weights kept per sparse layer")
    options = parser.parse_args()
    examples = read([*sorted((ROOT / "accounts" / "build").glob("*.jsonl")), *options.also], (0.12, 0.25))
    print(f"{len(examples)} examples", file=sys.stderr)
    inputs = out_of_writer(examples, options)
    final = learn_final(inputs, examples, options.l2_final)
    clause, account = learn_sparse(examples, options)
    save(options.out, clause, account, final)


if __name__ == "__main__":
    main()
