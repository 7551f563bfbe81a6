"""The word groups of `rules/nl/words.toml`, the verbs of `verbs.toml` and `names.txt`, as sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from assistant import resources

_PRONOUNS = MappingProxyType({"ik": "teller", "hij": "partner", "ze": "partner", "we": "both"})
_PARTICIPLE = re.compile(r"(?:\w*[a-z])?ge\w{2,}(?:d|t|en)|(?:ver|be|ont|her|over|onder|mis)\w+[^aeiou]d")
_FINITE_YET = frozenset({"bestond", "verstond", "begon", "geeft", "gelooft", "gebeurt", "gebruikt", "vergeet"})


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the word groups that come along, loaded once."""
    return Lexicon.load()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Who and what the words of an account stand for; all sets hold normalised forms.

    `people`, `verbs` and `words` are the groups of the sections [people], [verbs] and [connectives] by name.
    `finite` are the forms that can be the verb of "ik" or "hij", `known` words that are no names, `endings` those of
    compounds like "yogajuf", `persons` every word for somebody, `cutters` words at which a clause can begin.
    """

    other: frozenset[str]
    partner_nouns: frozenset[str]
    outsiders: frozenset[str]
    people: Mapping[str, frozenset[str]]
    verbs: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]]
    finite: frozenset[str]
    names: frozenset[str]
    dutch: frozenset[str]
    foreign: frozenset[str]
    common: frozenset[str]
    known: frozenset[str]
    endings: tuple[str, ...]
    persons: frozenset[str]
    cutters: frozenset[str]
    subjects: frozenset[str] = frozenset({"ik", "hij", "ze", "we", "je", "jullie"})
    pronouns: Mapping[str, str] = field(default_factory=lambda: _PRONOUNS)

    @staticmethod
    def load(folder: Path | None = None) -> Lexicon:
        """Read the word groups from `folder` (default: the rules that come along)."""
        folder = folder or resources.rules()
        words = resources.read_toml(folder / "words.toml")
        names = folder / "names.txt"
        verbs, forms = _groups(words["verbs"]), resources.read_toml(folder / "verbs.toml")["verbs"]
        finite = frozenset(_finite(forms)) | verbs["finite"] | verbs["plural"]
        connectives = _groups(words["connectives"])
        dutch = frozenset(words["language"]["dutch"])
        return Lexicon(
            other=frozenset(words["people"]["other"]),
            partner_nouns=frozenset(words["people"]["partner"]),
            outsiders=frozenset(words["people"]["outsiders"]),
            people=_groups(words["people"]),
            verbs=verbs,
            words=connectives,
            finite=finite,
            dutch=dutch,
            foreign=frozenset(words["language"]["foreign"]),
            common=frozenset(words["language"]["common"]),
            known=dutch.union(*connectives.values(), *verbs.values(), forms, *forms.values()),
            persons=frozenset([*words["people"]["other"], *words["people"]["partner"], "die", "mijne"]),
            cutters=_cutters(finite, connectives) | frozenset(words["people"]["owners"]),
            endings=tuple(sorted(noun for noun in words["people"]["other"] if len(noun) > 2)),
            names=frozenset(names.read_text(encoding="utf-8").lower().split()) if names.exists() else frozenset(),
        )


def _groups(section: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in section.items()}


def _cutters(finite: frozenset[str], words: Mapping[str, frozenset[str]]) -> frozenset[str]:
    groups = ("opens", "questions", "turns", "impersonal", "adverbs")
    subjects = {"ik", "hij", "ze", "we", "je", "jullie", "van", "volgens", "stel", "die", "de", "voor", "zijn", "haar"}
    return finite.union(subjects, *(words[group] for group in groups))


def _finite(verbs: Mapping[str, Iterable[str]]) -> Iterable[str]:
    """Yield the forms that can be the verb of "ik" or "hij": no infinitives, no participles."""
    for forms in verbs.values():
        for form in forms:
            if form in _FINITE_YET or not ((form.endswith("en") and len(form) > 4) or _PARTICIPLE.fullmatch(form)):
                yield form
