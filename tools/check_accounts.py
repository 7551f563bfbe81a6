"""Check files of labelled accounts against the schema in accounts/SCHEMA.md.

Usage: python tools/check_accounts.py FILE.jsonl ...
Prints every error with file and line; exit code 1 if there is any.
"""

from __future__ import annotations

import collections
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.understanding.decide import SHAPES
from assistant.understanding.reading import FEARS, PATTERNS, POSITIONS, SAFETIES, STEPS, TOPICS

KEYS = {
    "id", "text", "kind", "pattern", "teller", "partner", "topic", "fears",
    "step", "safety", "why", "quotes",
}  # fmt: skip
QUOTES = {"teller", "partner", "told", "asked", "safety", "topic"} | {f"fear:{f}" for f in FEARS}


def label_errors(a: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the values of one account."""
    for key, allowed in (
        ("pattern", PATTERNS), ("teller", (*POSITIONS, None)), ("partner", (*POSITIONS, None)),
        ("topic", (*TOPICS, None)), ("step", (*STEPS, None)), ("safety", SAFETIES),
        ("kind", {"account", "dialogue"}),
    ):  # fmt: skip
        if a[key] not in allowed:
            yield f"{key} is {a[key]!r}"
    if set(a["fears"]) - set(FEARS):
        yield f"fears is {a['fears']!r}"
    if (a["pattern"], a["teller"], a["partner"]) not in SHAPES.values():
        yield f"positions {a['teller']}/{a['partner']} do not fit {a['pattern']}"
    if a["safety"] != "none" and a["step"] is not None:
        yield "step must be null where safety is not none"
    if a["step"] in ("name", "ask") and not a["fears"]:
        yield f"step {a['step']} needs a fear that is said"
    if a["step"] == "find" and a["fears"]:
        yield "step find, yet a fear is said"


def quote_errors(a: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the quotes, which must be pieces of the text."""
    for key, value in (a.get("quotes") or {}).items():
        if key not in QUOTES:
            yield f"unknown quote key {key!r}"
        for quote in value if isinstance(value, list) else [value]:
            if quote not in a["text"]:
                yield f"quote {key} is not in the text: {quote!r}"
    for fear in a["fears"]:
        if "quotes" in a and f"fear:{fear}" not in a["quotes"]:
            yield f"no quote for fear {fear}"


def errors(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield (line number, message) for each error in the lines of one file."""
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        try:
            account = json.loads(line)
        except json.JSONDecodeError as error:
            yield number, f"no JSON: {error}"
            continue
        odd, lacks = set(account) - KEYS, KEYS - {"quotes"} - set(account)
        if odd or lacks:
            yield number, f"unknown keys {sorted(odd)}, missing keys {sorted(lacks)}"
            continue
        if account["id"] in seen:
            yield number, f"id {account['id']} twice"
        seen.add(account["id"])
        for message in (*label_errors(account), *quote_errors(account)):
            yield number, f"{account['id']}: {message}"


def main(names: list[str]) -> int:
    """Check the files, print errors and counts, return the exit code."""
    bad = 0
    counts: collections.Counter[str] = collections.Counter()
    for name in names:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
        found = list(errors(lines))
        bad += len(found)
        for number, message in found:
            print(f"{name}:{number}: {message}")
        if not found:
            for account in map(json.loads, lines):
                for key in ("pattern", "safety", "step", "topic", "kind"):
                    counts[f"{key}={account[key]}"] += 1
    print(", ".join(f"{key} {n}" for key, n in sorted(counts.items())))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
