"""The word groups of `rules/nl/words.toml` and `names.txt`, as sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from assistant import resources

_PRONOUNS = MappingProxyType({"ik": "teller", "hij": "partner", "ze": "partner", "we": "both"})


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the word groups that come along, loaded once."""
    return Lexicon.load()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Who and what the words of an account stand for; all sets hold normalised forms."""

    other: frozenset[str]
    partner_nouns: frozenset[str]
    saying: frozenset[str]
    opens: frozenset[str]
    negation: frozenset[str]
    names: frozenset[str]
    outsiders: frozenset[str]
    dutch: frozenset[str]
    foreign: frozenset[str]
    common: frozenset[str]
    prepositions: frozenset[str]
    determiners: frozenset[str]
    subjects: frozenset[str] = frozenset({"ik", "hij", "ze", "we", "je"})
    inheriting: frozenset[str] = frozenset({"en", "maar", "dus", "toen", "daarna", "dan"})
    pronouns: Mapping[str, str] = field(default_factory=lambda: _PRONOUNS)

    @staticmethod
    def load(folder: Path | None = None) -> Lexicon:
        """Read the word groups from `folder` (default: the rules that come along)."""
        folder = folder or resources.rules()
        words = resources.read_toml(folder / "words.toml")
        names = folder / "names.txt"
        return Lexicon(
            other=frozenset(words["people"]["other"]),
            partner_nouns=frozenset(words["people"]["partner"]),
            saying=frozenset(words["verbs"]["saying"]),
            opens=frozenset(words["connectives"]["opens"]),
            negation=frozenset(words["connectives"]["negation"]),
            prepositions=frozenset(words["connectives"]["prepositions"]),
            determiners=frozenset(words["connectives"]["determiners"]),
            outsiders=frozenset(words["people"]["outsiders"]),
            dutch=frozenset(words["language"]["dutch"]),
            foreign=frozenset(words["language"]["foreign"]),
            common=frozenset(words["language"]["common"]),
            names=frozenset(names.read_text(encoding="utf-8").lower().split()) if names.exists() else frozenset(),
        )
