"""Signs: what the learned weights look at, taken from the clauses of an account.

A sign is a short string, readable on its own: "w:zwijg" (a word, as its stem), "w:deur_dicht" (two
words in a row), "partner:loop" (the word in a clause in which the partner acts), "said-teller:nooit" (in
the teller's quoted words), "cue:walks_away/partner" (a cue of the rules and who did it).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from assistant.understanding.clauses import NOBODY, Account, Clause


@lru_cache(maxsize=50_000)
def stem(form: str) -> str:
    """Return the stem of a word, by the Dutch Snowball algorithm (M. F. Porter)."""
    return str(_stemmer().stemWord(form))


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]
    import snowballstemmer

    return snowballstemmer.stemmer("dutch")


def of_clause(account: Account, clause: Clause) -> Iterator[str]:
    """Yield the signs of one clause, without those of cues."""
    stems = [stem(token.form) for token in account.tokens[clause.start : clause.end]]
    units = stems + [f"{a}_{b}" for a, b in pairwise(stems)]
    mood = "unreal-" if clause.unreal else ""
    for unit in units:
        yield f"w:{unit}"
        if clause.actor != NOBODY:
            yield f"{mood}{clause.actor}:{unit}"
        if clause.speaker != NOBODY:
            yield f"said-{clause.speaker}:{unit}"
    yield f"actor:{clause.actor}"
    if clause.speaker != NOBODY:
        yield f"said:{clause.speaker}"
