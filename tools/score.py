"""Score the understanding on files of labelled accounts, clean and misheard, beside two plain baselines.

Usage: python tools/score.py [FILE.jsonl ...] [--noise 0.25] [--fails] [--baselines] [--calibration] [--save]

Default: all of `accounts/measure`. `--fails` lists the accounts that go wrong, `--baselines` adds the
majority class and a TF-IDF classifier (scikit-learn) trained on `accounts/build`, `--save` keeps the figures
in `accounts/last_score.json`, with which each run is compared.
Accounts listed in `accounts/known_failures.txt` are expected to fail on the pattern: the exit code is 1
when one of them begins to pass, so that the list stays honest.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import noise

from assistant.understanding import understand
from assistant.understanding.reading import PATTERNS, Reading

ROOT = Path(__file__).resolve().parent.parent
LAST = ROOT / "accounts" / "last_score.json"
KNOWN = ROOT / "accounts" / "known_failures.txt"
Labels = dict[str, Any]


def read(paths: Sequence[Path]) -> list[Labels]:
    """Return all accounts of the files."""
    return [
        json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def macro_f1(truth: Sequence[object], said: Sequence[object], classes: Sequence[object]) -> float:
    """Return the mean F1 over the classes that occur in the truth."""
    values = []
    for each in classes:
        hit = sum(t == s == each for t, s in zip(truth, said, strict=True))
        total = truth.count(each) + said.count(each)
        if each in truth:
            values.append(2 * hit / total if total else 0.0)
    return sum(values) / max(1, len(values))


def figures(accounts: Sequence[Labels], readings: Sequence[Reading]) -> dict[str, float]:
    """Return the figures of issue "Understanding" for accounts and what was read in them."""
    pairs = list(zip(accounts, readings, strict=True))
    cycle = [(a, r) for a, r in pairs if a["pattern"] != "none"]
    calm = [(a, r) for a, r in pairs if a["safety"] == "none"]
    danger = [(a, r) for a, r in pairs if a["safety"] != "none"]
    hits = sum(len(set(a["fears"]) & set(r.fears)) for a, r in pairs)
    total = sum(len(a["fears"]) + len(r.fears) for a, r in pairs)

    def share(rows: list[tuple[Labels, Reading]], right: Any) -> float:
        return sum(bool(right(a, r)) for a, r in rows) / max(1, len(rows))

    return {
        "accounts": len(pairs),
        "pattern macro-F1": macro_f1([a["pattern"] for a in accounts], [r.pattern for r in readings], PATTERNS),
        "pattern right": share(pairs, lambda a, r: a["pattern"] == r.pattern),
        "teller right": share(cycle, lambda a, r: a["teller"] == r.teller),
        "partner right": share(cycle, lambda a, r: a["partner"] == r.partner),
        "step right": share(pairs, lambda a, r: a["step"] == r.step),
        "topic right": share(pairs, lambda a, r: a["topic"] == r.topic),
        "fears micro-F1": 2 * hits / total if total else 1.0,
        "danger recognised": share(danger, lambda a, r: r.safety != "none"),
        "danger of the right kind": share(danger, lambda a, r: r.safety == a["safety"]),
        "false alarms": share(calm, lambda a, r: r.safety != "none"),
    }


def confusion(accounts: Sequence[Labels], readings: Sequence[Reading], label: str) -> str:
    """Return a table of truth (rows) against what was read (columns)."""
    count = Counter((str(a[label]), str(getattr(r, label))) for a, r in zip(accounts, readings, strict=True))
    names = sorted({name for pair in count for name in pair})
    head = " " * 26 + " ".join(f"{name[:9]:>9}" for name in names)
    return "\n".join([head, *(f"{t:26}" + " ".join(f"{count[t, s]:9}" for s in names) for t in names)])


CONCLUSIONS = ("pattern", "teller", "partner", "step", "topic", "fears", "safety")
BINS = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def calibration(accounts: Sequence[Labels], readings: Sequence[Reading]) -> str:
    """Return a table: of the conclusions said with this confidence, how many, and how many of them are right."""
    lines = [f"{'said with':12}" + "".join(f"{name:>13}" for name in CONCLUSIONS)]
    for low, high in zip(BINS, (*BINS[1:], 1.01), strict=True):
        cells = ""
        for name in CONCLUSIONS:
            right = [
                _right(a, r, name)
                for a, r in zip(accounts, readings, strict=True)
                if low <= r.confidence.get(name, -1) < high
            ]
            cells += f"{sum(right) / len(right):7.2f} ({len(right):3})" if right else f"{'-':>13}"
        lines.append(f"{low:.1f} to {min(high, 1):.1f}  {cells}")
    return "\n".join(lines)


def _right(account: Labels, reading: Reading, name: str) -> bool:
    if name == "safety":
        return bool((account["safety"] != "none") == (reading.safety != "none"))
    value = getattr(reading, name)
    return bool(sorted(account["fears"]) == sorted(value) if name == "fears" else account[name] == value)


def fails(accounts: Sequence[Labels], readings: Sequence[Reading]) -> str:
    """Return a line for each account that goes wrong, with what was read and the words it rests on."""
    lines = []
    for a, r in zip(accounts, readings, strict=True):
        wrong = [
            f"{key}: {a[key]} -> {getattr(r, key)}"
            for key in ("pattern", "teller", "partner", "topic", "step", "safety")
            if a[key] != getattr(r, key)
        ]
        if sorted(a["fears"]) != sorted(r.fears):
            wrong.append(f"fears: {a['fears']} -> {list(r.fears)}")
        if wrong:
            lines.append(f"{a['id']}: " + "; ".join(wrong))
    return "\n".join(lines)


def baselines(accounts: Sequence[Labels], texts: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    """Return the figures of the majority class and, for each kind of texts, of a plain TF-IDF classifier."""
    from sklearn.base import clone
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    def value(label: str) -> str | None:
        return None if label == "None" else label

    build = read(sorted((ROOT / "accounts" / "build").glob("*.jsonl")))
    keys = ("pattern", "teller", "partner", "topic", "step", "safety")
    common = {key: value(Counter(str(a[key]) for a in build).most_common(1)[0][0]) for key in keys}
    columns = {"majority": figures(accounts, [Reading(**common) for _ in accounts])}  # type: ignore[arg-type]
    words = TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2))
    x = words.fit_transform(a["text"] for a in build)
    model = LogisticRegression(C=10, max_iter=500, class_weight="balanced")
    models = {key: clone(model).fit(x, [str(a[key]) for a in build]) for key in keys}
    for name, each in texts.items():
        said: dict[str, list[Any]] = {
            key: [value(v) for v in models[key].predict(words.transform(each))] for key in keys
        }
        readings = [Reading(**{key: said[key][i] for key in keys}) for i in range(len(each))]
        columns[name] = figures(accounts, readings)
    return columns


def surprises(accounts: Sequence[Labels], readings: Sequence[Reading]) -> list[str]:
    """Return the known failures that now pass."""
    lines = KNOWN.read_text(encoding="utf-8").splitlines() if KNOWN.exists() else []
    known = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    return [a["id"] for a, r in zip(accounts, readings, strict=True) if a["id"] in known and a["pattern"] == r.pattern]


def main() -> int:
    """Print the figures; return 1 if a known failure passes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--noise", type=float, default=0.25)
    for flag in ("fails", "baselines", "calibration", "confusion", "save"):
        parser.add_argument(f"--{flag}", action="store_true")
    options = parser.parse_args()
    accounts = read(options.files or sorted((ROOT / "accounts" / "measure").glob("*.jsonl")))
    mishear = noise.Mishearing(noise.neighbours(noise.vocabulary(a["text"] for a in accounts)), options.noise)
    rng = random.Random(11)
    heard = [noise.noisy(a, mishear, rng)["text"] for a in accounts]
    readings = [understand(a["text"]) for a in accounts]
    columns = {
        "clean": figures(accounts, readings),
        "misheard": figures(accounts, [understand(t) for t in heard]),
    }
    if options.baselines:
        columns.update(baselines(accounts, {"TF-IDF": [a["text"] for a in accounts], "TF-IDF misheard": heard}))
    last = json.loads(LAST.read_text(encoding="utf-8")) if LAST.exists() else {}
    print(f"{'':26}" + "".join(f"{name:>17}" for name in columns))
    for name in columns["clean"]:
        cells = "".join(f"{column[name]:17.3f}" for column in columns.values())
        before = last.get("clean", {}).get(name)
        print(f"{name:26}{cells}" + (f"   (last run, clean: {before:.3f})" if before is not None else ""))
    for flag, show in (("calibration", calibration), ("fails", fails)):
        if getattr(options, flag):
            print(f"\n{show(accounts, readings)}")
    if options.confusion:
        for label in ("pattern", "teller", "partner", "step", "topic"):
            print(f"\n{label}\n{confusion(accounts, readings, label)}")
    if options.save:
        LAST.write_text(json.dumps(columns, indent=1) + "\n", encoding="utf-8")
    passing = surprises(accounts, readings)
    if passing:
        print(f"\nThese known failures pass now; take them off {KNOWN.name}: {', '.join(passing)}")
    return 1 if passing else 0


if __name__ == "__main__":
    sys.exit(main())
