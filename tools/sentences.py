"""Labelled sentences (`accounts/sentences/*.txt`): what one sentence shows, for the layer that looks at clauses.

Each line is "label | sentence"; lines that begin with # are comments. The label is a kind of danger, a fear, a topic,
`told`, `untold`, `asked`, `unasked`, or `none`: nothing of what the other sentences of the same file show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.understanding.reading import FEARS, SAFETIES, TOPICS

FOLDER = Path(__file__).resolve().parent.parent / "accounts" / "sentences"
DANGERS = tuple(f"safety:{kind}" for kind in SAFETIES[1:])
TOLD = ("told", "untold")
ASKED = ("asked", "unasked")
FEAR_HEADS = tuple(f"fear:{fear}" for fear in FEARS)
TOPIC_HEADS = tuple(f"topic:{topic}" for topic in TOPICS)
# What a sentence that shows this says about the rest: the heads that it shows not.
_EXCLUDES: Mapping[str, tuple[str, ...]] = {
    **{head: (*TOLD, *ASKED, *FEAR_HEADS) for head in FEAR_HEADS},
    **{head: TOPIC_HEADS for head in TOPIC_HEADS},
    "told": ("untold", *ASKED),
    "untold": ("told", *ASKED),
    "asked": ("unasked", "untold"),
    "unasked": ("asked",),
}
_NONE: Mapping[str, tuple[str, ...]] = {
    "danger": DANGERS,
    "steps": (*FEAR_HEADS, *TOLD, *ASKED),
    "topics": TOPIC_HEADS,
}


@dataclass(frozen=True)
class Sentence:
    """One sentence and what is known of it: 1 for a head of the clause layer that it shows, 0 for one it does not."""

    text: str
    known: Mapping[str, int]


def known(label: str, group: str) -> dict[str, int]:
    """Return what a label says about the heads; raises ValueError for an unknown label."""
    if label == "none":
        return dict.fromkeys(_NONE[group], 0)
    head = f"safety:{label}" if label in SAFETIES else label
    if head in DANGERS:
        return {head: 1}
    if head not in _EXCLUDES:
        raise ValueError(f"unknown label {label!r}")
    return {**dict.fromkeys(_EXCLUDES[head], 0), head: 1}


def read(folder: Path = FOLDER) -> Iterator[Sentence]:
    """Yield all sentences; raises ValueError with the file and line of what is wrong."""
    for path in sorted(folder.glob("*.txt")):
        group = path.stem.split("-")[0]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            label, bar, text = line.partition("|")
            try:
                if not bar or not text.strip():
                    raise ValueError("no sentence behind a bar")
                yield Sentence(text.strip(), known(label.strip(), group))
            except (ValueError, KeyError) as error:
                raise ValueError(f"{path.name}:{number}: {error}") from error
