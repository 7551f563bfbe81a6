"""Signs: what the learned weights look at, taken from the clauses of an account.

A sign is a short string, readable on its own: "w:zwijg" (a word, as its stem), "w:deur_dicht" (two words in a row),
"partner:loop" (the word in a clause in which the partner acts), "said-teller:nooit" (in the teller's quoted words),
"w:<topic_phone>" and "partner:=lopen" (a word of that group of the rules, a form of that verb),
"cue:walks_away/partner" (a cue of the rules and who did it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def of_clause(account: Account, clause: Clause, kin: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield the signs of one clause, without those of cues; `kin` gives the word groups and verbs of a word."""
    forms = [token.form for token in account.tokens[clause.start : clause.end]]
    stems = [stem(form) for form in forms]
    units = stems + [f"{a}_{b}" for a, b in pairwise(stems)]
    units += [name for form in forms for name in kin.get(form, ())]
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
