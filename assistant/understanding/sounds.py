"""How words sound, roughly: what a recogniser mishears as something else still looks alike here.

`sound("ei")` is `sound("ij")`; "zeg", "zegt" and "gezegd" share most of their pieces, and so do "schoonmoeder"
and "moeder". The learned weights look at such pieces beside whole words, and `tools/noise.py` mishears by them.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SOUNDS = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"[^a-z]", ""), (r"sch(?=[mnlrw])", "s"), (r"sch", "sx"), (r"ch|g", "x"), (r"ei|ij|y", "E"), (r"ou|au", "A"),
        (r"ui", "U"), (r"oe", "u"), (r"eu", "O"), (r"ie", "i"), (r"aa", "a"), (r"ee", "e"), (r"oo", "o"), (r"uu", "y"),
        (r"ck|c(?=[aou])|q", "k"), (r"c", "s"), (r"z", "s"), (r"v", "f"), (r"dt$|d$", "t"), (r"b$", "p"),
        (r"(.)\1+", r"\1"), (r"en$", "e"), (r"h", ""),
    )
)  # fmt: skip
_PLAIN = str.maketrans("áàäâéèëêíìïîóòöôúùüûç", "aaaaeeeeiiiioooouuuus")
_SHORTEST, _LONGEST = 2, 5


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """Return a rough phonetic key of a Dutch word; one letter a sound, "" for what has no letters."""
    key = word.lower().translate(_PLAIN)
    for pattern, to in _SOUNDS:
        key = pattern.sub(to, key)
    return key


@lru_cache(maxsize=20_000)
def pieces(word: str) -> tuple[str, ...]:
    """Return the pieces of two to five sounds of a word, its beginning and end marked by a space."""
    key = f" {sound(word)} "
    return tuple(
        key[at : at + length] for length in range(_SHORTEST, _LONGEST + 1) for at in range(len(key) - length + 1)
    )
