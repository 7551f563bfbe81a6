"""Words of an account, normalised, each with its place in the text.

Spoken Dutch is written in many ways: "z'n", "zijn"; "heeft-ie", "heeft hij"; Flemish "ge zijt",
"gij"; stress marks ("míjn schuld"). The recogniser writes lower case without punctuation. Here
they become one spelling, so that cues and weights need only know that one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"['’`]?[^\W_]+(?:['’`-][^\W_]+)*|[.?!:;,…\n]")
_SENTENCE_END = frozenset(".?!;…\n")
_MARKS = _SENTENCE_END | {":", ","}

# One spelling for what is one word; Flemish pronouns and verbs take their northern form.
_SAME = {
    "m'n": "mijn",
    "z'n": "zijn",
    "d'r": "haar",
    "'r": "haar",
    "'m": "hem",
    "'t": "het",
    "'k": "ik",
    "k": "ik",
    "'n": "een",
    "'ns": "eens",
    "ie": "hij",
    "ge": "je",
    "gij": "je",
    "gijle": "jullie",
    "gijlie": "jullie",
    "gulder": "jullie",
    "gullie": "jullie",
    "zulder": "ze",
    "zullie": "ze",
    "hulder": "hun",
    "uw": "je",
    "zijt": "bent",
    "mekaar": "elkaar",
    "malkaar": "elkaar",
    "da": "dat",
    "wa": "wat",
    "nie": "niet",
    "nen": "een",
    "ne": "een",
    "wij": "we",
    "zij": "ze",
    "mij": "me",
    "jouw": "je",
    "jou": "je",
    "jij": "je",
    "ikke": "ik",
    "niks": "niets",
    "nikske": "niets",
    "effe": "even",
    "efkes": "even",
    "effekes": "even",
    "efkens": "even",
    "nou": "nu",
    "zeik": "zeur",
}
_SPLIT = {
    "da's": ("dat", "is"),
    "dat's": ("dat", "is"),
    "'tis": ("het", "is"),
    "kheb": ("ik", "heb"),
    "kben": ("ik", "ben"),
    "kzeg": ("ik", "zeg"),
    "kweet": ("ik", "weet"),
    "benk": ("ben", "ik"),
    "hebk": ("heb", "ik"),
    "hebde": ("heb", "je"),
    "zijde": ("ben", "je"),
    "moette": ("moet", "je"),
    "kunde": ("kun", "je"),
    "gade": ("ga", "je"),
    "doede": ("doe", "je"),
    "ziede": ("zie", "je"),
    "komde": ("kom", "je"),
    "zoude": ("zou", "je"),
    "zulde": ("zul", "je"),
    "weette": ("weet", "je"),
}
# "zijde" is silk or a side after such a word, else "zijt ge".
_NOUN_BEFORE = re.compile(r"(?:de|het|een|mijn|zijn|haar|uw|van|aan|te|in|uit|met|op|ter|rechter|linker|\w{2,}e)")


@dataclass(frozen=True, slots=True)
class Token:
    """One word: normalised form, the written form, its place (characters), and what stands before it.

    `breaks` is 2 after the end of a sentence or at the start of a line, 1 after a comma or a colon, else 0.
    `name` says that it is written with a capital inside a sentence, `opens` that a colon stands before it.
    """

    form: str
    written: str
    start: int
    end: int
    breaks: int
    name: bool
    opens: bool = False


def plain(word: str) -> str:
    """Return `word` in lower case without accents, with a straight apostrophe."""
    flat = unicodedata.normalize("NFKD", word.replace("’", "'").replace("`", "'").lower())
    return "".join(char for char in flat if not unicodedata.combining(char))


@lru_cache(maxsize=20_000)
def _forms(word: str) -> tuple[str, ...]:
    flat = plain(word)
    if flat in _SPLIT:
        return _SPLIT[flat]
    if flat.endswith("-ie"):
        return (_SAME.get(flat[:-3], flat[:-3]), "hij")
    if flat.startswith("'k") and len(flat) > 3:
        return ("ik", flat[2:])
    return (_SAME.get(flat, flat),)


def tokenize(text: str, start: int = 0, end: int | None = None) -> tuple[Token, ...]:
    """Return the words of `text` (from `start` up to `end`) in order; linear in its length."""
    tokens: list[Token] = []
    breaks, colon = 2, False
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        written = match.group()
        if written in _MARKS:
            breaks = max(breaks, 2 if written in _SENTENCE_END else 1)
            colon = written == ":"
            continue
        name = breaks < 2 and written[0].isupper()
        forms = _forms(written)
        if forms == ("ben", "je") and tokens and breaks == 0 and _NOUN_BEFORE.fullmatch(tokens[-1].form):
            forms = (plain(written),)
        for form in forms:
            tokens.append(Token(form, written, match.start(), match.end(), breaks, name, colon))
            breaks, colon = 0, False
        breaks, colon = 0, False
    return tuple(tokens)
