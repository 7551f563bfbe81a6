from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.understanding.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("Dat is míjn schuld!", ["dat", "is", "mijn", "schuld"]),
        ("Heeft-ie z'n jas?", ["heeft", "hij", "zijn", "jas"]),
        ("Gij zijt me er nen, zeg.", ["je", "bent", "me", "er", "een", "zeg"]),
        ("da's 's avonds zo’n foto's", ["dat", "is", "'s", "avonds", "zo'n", "foto's"]),
        ("Zijde gij thuis, met uw gsm?", ["ben", "je", "je", "thuis", "met", "je", "gsm"]),
        ("Een zijden kleed, de ene zijde.", ["een", "zijden", "kleed", "de", "ene", "zijde"]),
        ("'k Zeg: gulder en zulder, efkes.", ["ik", "zeg", "jullie", "en", "ze", "even"]),
        ("", []),
        ("… ?!", []),
    ],
)
def test_spellings_become_one(text: str, forms: list[str]) -> None:
    assert [token.form for token in tokenize(text)] == forms


def test_places_point_into_the_text() -> None:
    text = "Nou, Wouter zei: «né, da's niks»."
    for token in tokenize(text):
        assert text[token.start : token.end] == token.written


def test_breaks_and_names() -> None:
    tokens = {token.form: token for token in tokenize("Toen ging ik, boos. En Femke bleef.")}
    assert tokens["toen"].breaks == 2
    assert tokens["boos"].breaks == 1
    assert tokens["en"].breaks == 2
    assert tokens["femke"].name
    assert not tokens["toen"].name


@given(st.text(max_size=300))
def test_any_text_has_tokens_in_order(text: str) -> None:
    tokens = tokenize(text)
    assert all(a.start <= b.start for a, b in pairwise(tokens))
    assert all(token.form for token in tokens)
