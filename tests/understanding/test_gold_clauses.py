"""How well clauses are worked out, on passages taken apart by hand (`gold_clauses.toml`).

A clause of the parser need not end where one of the gold set does: what counts is what the parser says of most of
the words of each gold clause. Each passage is read as written, bare (lower case, no punctuation) and misheard
(bare, every fourth word replaced by one that looks like it).
"""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from assistant import resources
from assistant.understanding.clauses import ADDRESSEE, PARTNER, TELLER, Account, Clause, take_apart
from assistant.understanding.lexicon import lexicon
from assistant.understanding.tokens import plain, tokenize

WHAT = ("actor", "speaker", "negated", "unreal")


@dataclass(frozen=True)
class Gold:
    words: str
    actor: str
    speaker: str
    negated: bool
    unreal: bool


@dataclass(frozen=True)
class Passage:
    clauses: tuple[Gold, ...]
    kind: str

    @property
    def text(self) -> str:
        return " ".join(gold.words for gold in self.clauses).replace("/ ", "\n").strip()


def gold(line: str) -> Gold:
    words, actor, speaker, *flags = (part.strip() for part in line.split("|"))
    marks = " ".join(flags).split()
    assert set(marks) <= {"negated", "unreal"}, line
    return Gold(words, actor, speaker, "negated" in marks, "unreal" in marks)


def passages() -> list[Passage]:
    entries = resources.read_toml(Path(__file__).with_name("gold_clauses.toml"))["passage"]
    return [Passage(tuple(map(gold, entry["clauses"])), entry.get("kind", "written")) for entry in entries]


def size(words: str) -> int:
    return len(tokenize(words.rpartition(": ")[2] if words.startswith("/") else words))


def bare(words: str) -> str:
    return " ".join(token.written.lower() for token in tokenize(words) if token.written)


@cache
def vocabulary() -> tuple[str, ...]:
    return tuple(sorted({plain(word) for passage in passages() for word in bare(passage.text).split()}))


@cache
def mishear(word: str) -> str:
    return next(near for near in difflib.get_close_matches(word, vocabulary(), 3, 0) if near != word)


def read_bare(passage: Passage, wrong: int = 0) -> Passage:
    """Return the passage in lower case without punctuation, with every `wrong`th word misheard."""
    count, clauses = 0, []
    for clause in passage.clauses:
        words = [plain(word) for word in clause.words.replace(",", "").replace(":", "").split()]
        heard = []
        for written in words:
            word = written.strip(".?!")
            count += 1
            heard.append(mishear(word) if wrong and count % wrong == 0 else word)
        clauses.append(Gold(" ".join(heard), clause.actor, clause.speaker, clause.negated, clause.unreal))
    return Passage(tuple(clauses), "bare")


def of_most_words(account: Account, start: int, end: int) -> Clause:
    places = [clause for clause in account.clauses for i in range(clause.start, clause.end) if start <= i < end]
    return Counter(places).most_common(1)[0][0]


def actor_of(clause: Clause) -> str:
    """Return the actor, with "je" in somebody's words as whom they mean."""
    other = {TELLER: PARTNER, PARTNER: TELLER}.get(clause.speaker, ADDRESSEE)
    return other if clause.actor == ADDRESSEE else clause.actor


def compare(passage: Passage) -> list[tuple[Gold, dict[str, object]]]:
    """Return each gold clause with what the parser says of it."""
    account = take_apart(passage.text, lexicon())
    start, found = 0, []
    for clause in passage.clauses:
        end = start + size(clause.words)
        seen = of_most_words(account, start, end)
        got = {"actor": actor_of(seen), "speaker": seen.speaker, "negated": seen.negated, "unreal": seen.unreal}
        found.append((clause, got))
        start = end
    assert start == len(account.tokens), passage.text
    return found


def variants() -> dict[str, list[Passage]]:
    spoken = [passage for passage in passages() if passage.kind != "dialogue"]
    return {
        "written": [passage for passage in passages() if passage.kind != "bare"],
        "bare": [read_bare(passage) for passage in spoken],
        "misheard": [read_bare(passage, 4) for passage in spoken],
    }


def accuracy(read: list[Passage]) -> dict[str, float]:
    rows = [row for passage in read for row in compare(passage)]
    return {what: sum(getattr(clause, what) == got[what] for clause, got in rows) / len(rows) for what in WHAT}


# What is reached, less a clause or two: a floor, so that a change that costs more is seen.
FLOORS = {
    "written": {"actor": 0.99, "speaker": 0.99, "negated": 0.99, "unreal": 0.99},
    "bare": {"actor": 0.93, "speaker": 0.94, "negated": 0.97, "unreal": 0.99},
    "misheard": {"actor": 0.70, "speaker": 0.71, "negated": 0.91, "unreal": 0.96},
}


def test_the_gold_set_is_large_enough() -> None:
    assert sum(len(passage.clauses) for passage in passages()) >= 250


@pytest.mark.parametrize("variant", FLOORS)
def test_clauses_are_worked_out_as_well_as_before(variant: str) -> None:
    reached = accuracy(variants()[variant])
    assert {what: value for what, value in reached.items() if value < FLOORS[variant][what]} == {}


def main() -> None:
    """Print the accuracy, and every clause that goes wrong."""
    for name, read in variants().items():
        for passage in read:
            for clause, got in compare(passage):
                wrong = [f"{w}: {got[w]}, not {getattr(clause, w)}" for w in WHAT if got[w] != getattr(clause, w)]
                if wrong:
                    print(f"{name:9}{clause.words:50} {'; '.join(wrong)}")
    for name, read in variants().items():
        print(f"{name:9}", " ".join(f"{what} {value:.3f}" for what, value in accuracy(read).items()))


if __name__ == "__main__":
    main()
