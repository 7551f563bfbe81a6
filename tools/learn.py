"""Learn the weights of `assistant/understanding/rules/nl/weights.npz` from labelled accounts.

Usage: python tools/learn.py [--also FILE ...] [--without WRITER ...] [--out FILE] [--folds 4] [--check]

Reads `accounts/build/*.jsonl` (never `accounts/measure`), each account as written and misheard in several
ways (`tools/noise.py`). What the last layer sees of an account comes from layers that were learned without
that account's writer. Needs the extra "learn" (scipy, scikit-learn, rapidfuzz).
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import noise
import numpy as np
import score
import sentences
from scipy import sparse
from scipy.optimize import minimize

from assistant.understanding import decide, scores
from assistant.understanding.clauses import Account
from assistant.understanding.decide import SHAPES
from assistant.understanding.reading import FEARS, SAFETIES, STEPS, TOPICS, Reading

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "assistant" / "understanding" / "rules" / "nl" / "weights.npz"
CLAUSE_HEADS = (
    *(f"{who}:{what}" for who in ("teller", "partner") for what in ("attack", "defend", "withdraw")),
    *(f"fear:{fear}" for fear in FEARS), "told", "untold", "asked", "unasked",
    *(f"safety:{kind}" for kind in SAFETIES[1:]), *(f"topic:{topic}" for topic in TOPICS),
)  # fmt: skip
TASKS: dict[str, tuple[str, ...]] = {
    "shape": tuple(SHAPES),
    "topic": (*TOPICS, "null"),
    "step": (*STEPS, "null"),
    "safety": SAFETIES,
    **{f"fear:{fear}": ("no", "yes") for fear in FEARS},
}
ACCOUNT_HEADS = tuple(f"{task}={value}" for task, values in TASKS.items() for value in values if value != "no")
TOPIC_HEADS = tuple(head for head in ACCOUNT_HEADS if head.startswith("topic="))
# The layers on whole accounts: their heads, and in how many different accounts a sign must stand.
WHOLE = {"account": (ACCOUNT_HEADS, 2), "sound": (ACCOUNT_HEADS, 4), "opening": (TOPIC_HEADS, 2)}
CLAUSE_MIN = 2
BALANCE = 0.5
# How an account is heard: (share of words wrong, share of the wrong words that are any word instead of one alike).
HEARD = ((0.12, 0.0), (0.25, 0.0), (0.25, 0.8))


# What the last layer looks at for a task (a name that holds one of these), what not, and how strongly it is held back.
# Few inputs, those that bear on the task, judge strangers better than all: see docs/understanding.md.
_SIZE = ("words", "short")
INPUTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], float]] = {
    "shape": (
        ("teller:", "partner:", "both:", "/teller", "/partner", "/both", "shape=", "acts:", "says:", "dialogue",
         "step=null", *_SIZE),
        ("safe",),
        100.0,
    ),
    "topic": (("topic", "step=null", "shape=none", *_SIZE), ("mean:", "second:", "late:", "late-cue:"), 100.0),
    "step": (("",), ("safe", "danger:"), 100.0),
    "safety": (("danger:", "safety", "step=null", *_SIZE), ("mean:", "second:", "late:", "cue:"), 0.1),
    **{f"fear:{fear}": ((f"fear:{fear}", "said-fear", "step="), (), 1.0) for fear in FEARS},
}  # fmt: skip


@dataclass
class Example:
    """One account, or a misheard copy of it, with its writer and what is seen in it."""

    labels: dict[str, Any]
    writer: str
    look: scores.Look
    clean: bool


@dataclass
class Lone:
    """A labelled sentence, or a misheard copy of it: its clauses' signs and what is known of the heads."""

    rows: list[list[str]]
    known: Mapping[str, int]
    clean: bool


@dataclass
class Counts:
    """How often each sign stands in each row: `table` (rows, signs), `names` of the signs, `example` of each row."""

    table: sparse.csr_matrix
    names: list[str]
    example: np.ndarray


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
    if labels["step"] in ("name", "ask"):
        # nobody marked where it is said that something was not told or not asked
        marked[:, [CLAUSE_HEADS.index("untold"), CLAUSE_HEADS.index("unasked")]] = math.nan
    if "topic" not in labels["quotes"]:
        marked[:, [i for i, head in enumerate(CLAUSE_HEADS) if head.startswith("topic:")]] = math.nan
    for key, value in labels["quotes"].items():
        head = {"teller": f"teller:{labels['teller']}", "partner": f"partner:{labels['partner']}"}.get(key, key)
        head = f"{key}:{labels[key]}" if key in ("safety", "topic") else head
        if head not in CLAUSE_HEADS:
            continue
        for quote in value if isinstance(value, list) else [value]:
            at = labels["text"].find(quote)
            for index, (start, end) in enumerate(spans):
                shared = min(end, at + len(quote)) - max(start, at)
                if shared >= 0.5 * min(end - start, len(quote)):
                    marked[index, CLAUSE_HEADS.index(head)] = 1
    return marked


def noisy_quotes(labels: dict[str, Any], mishear: noise.Mishearing, rng: random.Random) -> dict[str, Any]:
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
        return {**noise.noisy(labels, mishear, rng), "quotes": {}}
    order = sorted(cuts)
    heard: list[tuple[int, str]] = []
    for start, end in pairwise(order):
        heard.append((start, " ".join(mishear.words(noise.words_of(text[start:end]), rng))))
    quotes: dict[str, list[str]] = {}
    for key, quote in pieces:
        at = text.find(quote)
        words = " ".join(h for start, h in heard if at <= start < at + len(quote) and h)
        if words:
            quotes.setdefault(key, []).append(words)
    return {**labels, "text": " ".join(h for _, h in heard if h), "quotes": quotes}


def read(paths: Sequence[Path], without: Sequence[str] = ()) -> tuple[list[Example], list[Lone]]:
    """Read the labelled sentences and the accounts of all writers but those left out.

    Each as written and once for each way of `HEARD`.
    """
    rng = random.Random(7)
    labels = [
        (path.stem, json.loads(line))
        for path in paths
        if path.stem not in without
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    vocabulary = noise.vocabulary(each["text"] for _, each in labels)
    near = noise.neighbours(vocabulary)
    ways = [noise.Mishearing(near, rate, wild, tuple(vocabulary.elements())) for rate, wild in HEARD]
    examples = []
    for writer, each in labels:
        examples.append(Example(each, writer, scores.look(each["text"]), clean=True))
        for way in ways:
            copy = noisy_quotes(each, way, rng)
            examples.append(Example(copy, writer, scores.look(copy["text"]), clean=False))
    alone = []
    for sentence in sentences.read():
        alone.append(Lone(scores.look(sentence.text).rows, sentence.known, clean=True))
        for way in ways:
            heard = " ".join(way.words(noise.words_of(sentence.text), rng))
            alone.append(Lone(scores.look(heard).rows, sentence.known, clean=False))
    return examples, alone


def fit(x: sparse.csr_matrix, y: np.ndarray, l2: float) -> tuple[np.ndarray, np.ndarray]:
    """Fit one logistic regression per column of y at once; return weights (signs, heads) and bias (heads).

    Columns of y may hold nan: those rows do not count for that head.
    """
    known = ~np.isnan(y)
    target = np.where(known, y, 0.0).astype(np.float32)
    mass = (known * balance(y)).astype(np.float32)
    n, heads = mass.sum(0).clip(1), y.shape[1]
    x = x.astype(np.float32)
    xt = x.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w = flat.reshape(x.shape[1] + 1, heads).astype(np.float32)
        z = x @ w[:-1] + w[-1]
        gap = mass * (1 / (1 + np.exp(-np.clip(z, -30, 30))) - target) / n
        value = (mass * (np.logaddexp(0, z) - target * z) / n).sum() + l2 / 2 * (w[:-1] ** 2).sum()
        gradient = np.vstack([xt @ gap + l2 * w[:-1], gap.sum(0, keepdims=True)])
        return float(value), gradient.ravel().astype(np.float64)

    start = np.zeros((x.shape[1] + 1, heads))
    rate = (mass * target).sum(0) / n
    start[-1] = np.log((rate + 1e-3) / (1 - rate + 1e-3))
    done = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 60, "maxfun": 80})
    w = done.x.reshape(x.shape[1] + 1, heads)
    return w[:-1], w[-1]


def count(rows: Sequence[Sequence[str]], example: Sequence[int], clean: set[int], least: int) -> Counts:
    """Count the signs that stand in at least `least` accounts as written."""
    seen: Counter[str] = Counter()
    last: dict[str, int] = {}
    for row, at in zip(rows, example, strict=True):
        if at in clean:
            for sign in set(row):
                seen[sign] += last.get(sign) != at
                last[sign] = at
    names = sorted(sign for sign, n in seen.items() if n >= least)
    places = {sign: column for column, sign in enumerate(names)}
    starts: list[int] = [0]
    columns: list[int] = []
    values: list[int] = []
    for row in rows:
        counts = Counter(places[sign] for sign in row if sign in places)
        columns += counts.keys()
        values += counts.values()
        starts.append(len(columns))
    table = sparse.csr_matrix((np.array(values, np.float64), columns, starts), shape=(len(rows), len(names)))
    return Counts(table, names, np.array(example))


def learn_layer(counts: Counts, rows: np.ndarray, y: np.ndarray, heads: tuple[str, ...], l2: float) -> scores.Layer:
    """Learn a layer from the rows named (indices) with y (all rows, heads); `scores.Layer` says how it weighs signs."""
    table = counts.table[rows]
    stands = np.asarray((table > 0).sum(0)).ravel()
    rarity = (1 + np.log((1 + len(rows)) / (1 + stands))).astype(np.float32)
    x = table.copy()
    x.data = 1 + np.log(x.data)
    x = x @ sparse.diags(rarity)
    length = np.sqrt(np.asarray(x.multiply(x).sum(1)).ravel())
    w, b = fit((sparse.diags(1 / np.maximum(length, 1e-9)) @ x).tocsr(), y[rows], l2)
    places = {sign: row for row, sign in enumerate(counts.names)}
    return scores.Layer(heads, b.astype(np.float32), places, rarity, w.astype(np.float32))


def balance(y: np.ndarray) -> np.ndarray:
    """Return weights for y (rows, heads) that let the yes and the no of each head count alike, softened."""
    with np.errstate(invalid="ignore"):
        yes = np.nanmean(y, axis=0).clip(1e-3, 1 - 1e-3)
        weights: np.ndarray = np.where(y > 0, (0.5 / yes) ** BALANCE, (0.5 / (1 - yes)) ** BALANCE)
        return weights


def target(labels: dict[str, Any], head: str) -> float:
    """Return 1, 0 or nan (nothing labelled) for a head of the account layer."""
    task, _, wanted = head.rpartition("=")
    value = value_of(labels, task)
    return math.nan if value is None else float(value == wanted)


class Material:
    """All examples as counts and targets, from which layers are learned for any choice of them."""

    def __init__(self, examples: Sequence[Example], alone: Sequence[Lone]) -> None:
        self.examples = examples
        clean = {i for i, each in enumerate(examples) if each.clean}
        rows = [(i, row) for i, each in enumerate(examples) for row in each.look.rows]
        marks = [clause_labels(each.labels, each.look.account) for each in examples]
        known = [
            np.full((len(each.look.rows), len(CLAUSE_HEADS)), math.nan) if marked is None else marked
            for each, marked in zip(examples, marks, strict=True)
        ]
        for at, each in enumerate(alone, len(examples)):
            rows += [(at, row) for row in each.rows]
            line = np.array([each.known.get(head, math.nan) for head in CLAUSE_HEADS])
            known.append(np.tile(line, (len(each.rows), 1)))
            if each.clean:
                clean.add(at)
        self.clause = count([row for _, row in rows], [i for i, _ in rows], clean, CLAUSE_MIN)
        self.clause_y = np.vstack(known)
        signs = [scores.whole_signs(each.look) for each in examples]
        numbers = range(len(examples))
        self.whole = {
            name: count([s[name] for s in signs], numbers, clean, least) for name, (_, least) in WHOLE.items()
        }
        self.whole_y = {
            name: np.array([[target(each.labels, head) for head in heads] for each in examples])
            for name, (heads, _) in WHOLE.items()
        }

    def layers(self, chosen: np.ndarray, options: argparse.Namespace) -> tuple[scores.Layer, dict[str, scores.Layer]]:
        """Learn all layers but the last from the chosen examples (a mask)."""
        marked = ~np.isnan(self.clause_y).all(1)
        # the sentences, numbered after the examples, are nobody's account: always chosen
        chosen_or_alone = np.append(chosen, np.ones(self.clause.example.max() + 1 - len(chosen), bool))
        rows = np.flatnonzero(chosen_or_alone[self.clause.example] & marked)
        clause = learn_layer(self.clause, rows, self.clause_y, CLAUSE_HEADS, options.l2_clause)
        used = np.flatnonzero(chosen)
        whole = {
            name: learn_layer(self.whole[name], used, self.whole_y[name], heads, options.l2_account)
            for name, (heads, _) in WHOLE.items()
        }
        return clause, whole


NOTHING = scores.Final({}, {}, np.zeros(0, np.float32), np.zeros((0, 0), np.float32))


def learn_final(inputs: Sequence[Mapping[str, float]], examples: Sequence[Example]) -> scores.Final:
    """Learn the last layer: for each task one multinomial regression on its standardised inputs (`INPUTS`)."""
    from sklearn.linear_model import LogisticRegression

    often = Counter(name for row in inputs for name, value in row.items() if value)
    names = sorted(name for name, n in often.items() if n >= 20)
    x = np.array([[row.get(name, 0.0) for name in names] for row in inputs])
    scale = x.std(0).clip(0.05)
    columns: list[np.ndarray] = []
    bias: list[np.ndarray] = []
    for task, classes in TASKS.items():
        wanted, unwanted, l2 = INPUTS[task]
        looked = [i for i, n in enumerate(names) if any(w in n for w in wanted) and not any(u in n for u in unwanted)]
        y = [value_of(each.labels, task) for each in examples]
        used = [i for i, value in enumerate(y) if value is not None]
        model = LogisticRegression(C=1 / l2, max_iter=1500)
        model.fit(x[np.ix_(used, looked)] / scale[looked], [y[i] for i in used])
        have = [classes.index(value) for value in model.classes_]
        w, b = np.zeros((len(names), len(classes))), np.full(len(classes), -9.0)
        if len(have) == 2:
            w[looked, have[1]] = model.coef_[0] / scale[looked]
            b[have] = 0.0, model.intercept_[0]
        else:
            w[np.ix_(looked, have)] = (model.coef_ / scale[looked]).T
            b[have] = model.intercept_
        columns.append(w)
        bias.append(b)
    places = {name: row for row, name in enumerate(names)}
    return scores.Final(TASKS, places, np.concatenate(bias).astype(np.float32), np.hstack(columns).astype(np.float32))


def out_of_writer(material: Material, options: argparse.Namespace) -> list[dict[str, float]]:
    """Return the inputs of the last layer for each example, by layers that never saw its writer."""
    writers = sorted({each.writer for each in material.examples}, key=lambda w: random.Random(w).random())
    groups = [frozenset(writers[fold :: options.folds]) for fold in range(options.folds)]
    global _shared  # noqa: PLW0603 - what the forked workers read; too large to send
    _shared = (material, options)
    inputs: list[dict[str, float]] = [{} for _ in material.examples]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for group, judged in pool.imap(_judge_group, groups):
            for at, row in judged.items():
                inputs[at] = row
            print(f"  without {', '.join(sorted(group))}", file=sys.stderr)
    return inputs


_shared: tuple[Material, argparse.Namespace]


def _judge_group(group: frozenset[str]) -> tuple[frozenset[str], dict[int, dict[str, float]]]:
    """Return the inputs of the last layer for the examples of a group of writers, by number."""
    material, options = _shared
    left_out = np.array([each.writer in group for each in material.examples])
    judging = scores.Learned(*material.layers(~left_out, options), NOTHING)
    at = np.flatnonzero(left_out).tolist()
    return group, {i: scores.judge(material.examples[i].look, judging).inputs for i in at}


def check(inputs: Sequence[Mapping[str, float]], examples: Sequence[Example], options: argparse.Namespace) -> str:
    """Return figures for writers whose accounts no layer saw, for each way of hearing, and where danger goes wrong."""
    writers = sorted({each.writer for each in examples})
    readings: list[Reading | None] = [None] * len(examples)
    danger: list[float] = [0.0] * len(examples)
    for fold in range(options.folds):
        group = set(writers[fold :: options.folds])
        kept = [i for i, each in enumerate(examples) if each.writer not in group]
        final = learn_final([inputs[i] for i in kept], [examples[i] for i in kept])
        for i, each in enumerate(examples):
            if each.writer in group:
                readings[i] = decide.conclude(each.look, inputs[i], final)
                danger[i] = 1 - math.exp(decide.chances(final, inputs[i])["safety"]["none"])
    ways = 1 + len(HEARD)
    columns = [
        score.figures([each.labels for each in examples[way::ways]], [r for r in readings[way::ways] if r])
        for way in range(ways)
    ]
    names = ["clean", *(f"{rate:.0%}{' wild' if wild else ''}" for rate, wild in HEARD)]
    lines = [f"{'':26}" + "".join(f"{name:>10}" for name in names)]
    lines += [f"{key:26}" + "".join(f"{column[key]:10.3f}" for column in columns) for key in columns[0]]
    lines.append("danger told from / recognised, false alarms")
    for limit in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        cells = ""
        for way in range(ways):
            rows = list(zip(examples[way::ways], danger[way::ways], strict=True))
            true = [d >= limit for each, d in rows if each.labels["safety"] != "none"]
            false = [d >= limit for each, d in rows if each.labels["safety"] == "none"]
            cells += f"   {sum(true) / len(true):.3f} {sum(false) / len(false):.3f}"
        lines.append(f"{limit:4}{cells}")
    for each, d in zip(examples[::ways], danger[::ways], strict=True):
        if (d >= decide.DANGER_FROM) != (each.labels["safety"] != "none"):
            lines.append(f"{each.labels['id']} {each.labels['safety']} {d:.2f}: {each.labels['text']}")
    return "\n".join(lines)


def main() -> None:
    """Learn all layers and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--also", nargs="*", type=Path, default=[], help="more files of labelled accounts")
    parser.add_argument("--without", nargs="*", default=[], help="writers to leave out, as w03")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--l2-clause", type=float, default=3e-5)
    parser.add_argument("--l2-account", type=float, default=1e-4)
    parser.add_argument("--check", action="store_true", help="print figures for writers left out of the learning")
    options = parser.parse_args()
    paths = [*sorted((ROOT / "accounts" / "build").glob("*.jsonl")), *options.also]
    examples, alone = read(paths, options.without)
    print(f"{len(examples)} examples, {len(alone)} sentences", file=sys.stderr)
    material = Material(examples, alone)
    inputs = out_of_writer(material, options)
    if options.check:
        print(check(inputs, examples, options))
    final = learn_final(inputs, examples)
    everyone = np.ones(len(examples), bool)
    scores.save(options.out, scores.Learned(*material.layers(everyone, options), final))


if __name__ == "__main__":
    main()
