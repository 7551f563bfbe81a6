"""Cues: what words show, as data that a therapist could read and repair.

A cue file (`rules/nl/cues/*.toml`) holds entries like

    [[cue]]
    id = "walks_away"
    shows = "withdraw"
    by = "actor"
    strength = 2
    words = ["=lopen .. weg", "deur uit =zijn"]
    fires = ["toen liep hij zomaar weg"]
    silent = ["de tijd liep weg", "ik ben niet weggelopen"]

`words` are patterns. Their parts, divided by spaces: `weg` this word; `weg|heen` one of these;
`schreeuw~` a word that begins so; `=lopen` any form of the verb (`verbs.toml`); `<insult>` one of a word
group (`groups.toml`); `..` up to two words between, `...` up to six; a `?` after a part: it may
be absent. Patterns are written in the spelling of `tokens.py`. They never cross the end of a sentence.

`by` says whose deed it is: "actor" (who acts in the clause), "speaker" (whose words are given), "teller", "partner",
"both", or "nobody". A negated or unreal clause keeps a cue silent unless `negated`/`unreal` is "fires".
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from assistant import resources
from assistant.trouble import BrokenData
from assistant.understanding.clauses import ADDRESSEE, BOTH, NOBODY, PARTNER, TELLER, Account, Clause
from assistant.understanding.lexicon import lexicon

KINDS = frozenset(
    {
        "attack", "defend", "withdraw", "distance", "escalation", "repair", "warmth", "outsider", "little",
        "told", "untold", "asked", "unasked", "denied",
        "fear:unloved", "fear:unimportant", "fear:abandoned", "fear:failing", "fear:controlled",
        "topic:attention", "topic:household", "topic:money", "topic:children", "topic:family", "topic:work",
        "topic:intimacy", "topic:trust", "topic:agreements", "topic:other",
        "safety:violence", "safety:suicide", "safety:child", "safe",
    }
)  # fmt: skip
BYS = frozenset({"actor", "speaker", "teller", "partner", "both", "nobody"})
_REQUIRED = frozenset({"id", "shows", "by", "strength", "words", "fires", "silent"})
_OPTIONAL = frozenset({"negated", "unreal", "note", "unless"})
_GAPS = {"..": 2, "...": 6}
_END = "\n"
# Words are looked at in blocks of so many; a pattern reaches over some blocks to either side, or over all of them.
_BLOCK, _FARTHEST = 6, 3
# Stands for the companion of a pattern that has none, which is always near.
_ALONE = -1
_ALWAYS = frozenset({_ALONE})
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words that fit one part of a pattern; parts that are written alike share one, known by its `number`.

    `pieces` are its pieces as written ("weg", "=lopen", "<insult>") but for beginnings, which are the `prefixes`;
    `cost` says how many and how common the words are: a part with few, rare words is looked for first.
    """

    number: int
    forms: frozenset[str]
    prefixes: tuple[str, ...]
    pieces: tuple[str, ...]
    cost: int

    def fits(self, form: str) -> bool:
        """Say whether the word fits."""
        return form in self.forms or (bool(self.prefixes) and form.startswith(self.prefixes))

    def away(self, near: Set[str]) -> bool:
        """Say whether none of the words near fits."""
        return self.forms.isdisjoint(near) and not (self.prefixes and any(f.startswith(self.prefixes) for f in near))


class Part(NamedTuple):
    """One part of a pattern: the words that fit, the most words that may stand before it."""

    words: Words
    gap: int
    optional: bool


class Pattern(NamedTuple):
    """The parts of a written pattern, and the one to look for first (`anchor`).

    `companion` is the number of the rarest other part that must be there, or `_ALONE`; `longest` the most words that a
    match can span.
    """

    parts: tuple[Part, ...]
    anchor: int
    companion: int
    longest: int

    def begins_among(self, near: Set[str]) -> bool:
        """Say whether the anchor finds a word among those near."""
        return not self.parts[self.anchor].words.away(near)

    def around(self, forms: list[tuple[str, int]], at: int) -> tuple[int, ...] | None:
        """Return the places of the words of a match whose anchor lies at `at`, in order, or None."""
        parts, anchor = self.parts, self.anchor
        if not parts[anchor].words.fits(forms[at][0]):
            return None
        head, tail = parts[:anchor], parts[anchor + 1 :]
        before = _match(head[::-1], forms, at, -1, [part.gap for part in parts[anchor:0:-1]]) if head else ()
        if before is None:
            return None
        after = _match(tail, forms, at, +1, [part.gap for part in tail]) if tail else ()
        return None if after is None else (*before[::-1], at, *after)


@dataclass(frozen=True, slots=True)
class Cue:
    """One rule: patterns, what they show, by whom, how strong (1 weak to 3 nearly certain)."""

    id: str
    shows: str
    by: str
    strength: int
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    fires: tuple[str, ...]
    silent: tuple[str, ...]
    negated: bool
    unreal: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A cue that fired: words `start` up to `end` of the account, and who did it."""

    cue: Cue
    who: str
    start: int
    end: int


class _Entry(NamedTuple):
    """A pattern of a cue, another part that must stand near the anchor, and within how many blocks."""

    cue: Cue
    pattern: Pattern
    companion: int
    reach: int


class _Profile(NamedTuple):
    """What a word can be: the companions that it fits, and the patterns of which it can be the anchor."""

    fits: frozenset[int]
    anchored: tuple[_Entry, ...]


class RuleError(BrokenData):
    """All that is wrong with the rules, one line each with file and entry."""


class Cues:
    """All cues, indexed so that each word of an account leads to the few patterns that can match there.

    `kin` gives for a word the word groups and verbs that it belongs to, as the rules write them: "<topic_phone>",
    "=lopen".
    """

    def __init__(self, cues: Iterable[Cue], kin: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.cues = tuple(cues)
        self.kin = kin or {}
        self._by_anchor: dict[int, list[_Entry]] = defaultdict(list)
        self._by_piece: dict[str, list[int]] = defaultdict(list)
        self._by_prefix: dict[str, list[Words]] = defaultdict(list)
        self._profiles: dict[str, _Profile] = {}
        known: set[Words] = set()
        for cue in self.cues:
            for pattern in cue.patterns:
                reach = min(pattern.longest // _BLOCK + 1, _FARTHEST)
                anchor = pattern.parts[pattern.anchor].words.number
                self._by_anchor[anchor].append(_Entry(cue, pattern, pattern.companion, reach))
                known.update([part.words for part in pattern.parts])
        self._companions = {entry.companion for entries in self._by_anchor.values() for entry in entries}
        for words in sorted(known, key=lambda words: words.number):
            for piece in words.pieces:
                self._by_piece[piece].append(words.number)
            for start in {prefix[:3] for prefix in words.prefixes}:
                self._by_prefix[start].append(words)

    def find(self, account: Account) -> tuple[Found, ...]:
        """Return every cue that fires in `account`, in the order of the words; linear in its length."""
        forms = _with_sentence_ends(account)
        places = {index: clause for clause in account.clauses for index in range(clause.start, clause.end)}
        found: dict[tuple[str, int], Found] = {}
        for at, cue, pattern in self._candidates(forms):
            match = pattern.around(forms, at)
            if match is None:
                continue
            start, end = forms[match[0]][1], forms[match[-1]][1] + 1
            clause = places[forms[at][1]]
            known = found.get((cue.id, start))
            if (known is None or known.end < end) and _allowed(cue, clause, forms, match):
                found[cue.id, start] = Found(cue, _who(cue, clause), start, end)
        return tuple(sorted(found.values(), key=lambda f: (f.start, f.cue.id)))

    def _candidates(self, forms: list[tuple[str, int]]) -> Iterator[tuple[int, Cue, Pattern]]:
        """Yield (place, cue, pattern) where the anchor fits and the companion stands within reach."""
        ends = [at for at, (form, _) in enumerate(forms) if form == _END]
        for start, end in zip([0, *(at + 1 for at in ends)], [*ends, len(forms)], strict=True):
            sentence = [self._profile(form) for form, _ in forms[start:end]]
            blocks = [sentence[low : low + _BLOCK] for low in range(0, len(sentence), _BLOCK)]
            here = [_ALWAYS.union(*(profile.fits for profile in block)) for block in blocks]
            whole = frozenset().union(*here)
            for n, block in enumerate(blocks):
                near = [
                    whole if reach >= len(blocks) - 1 else frozenset().union(*here[max(0, n - reach) : n + reach + 1])
                    for reach in range(_FARTHEST)
                ] + [whole]
                for at, profile in enumerate(block, start + n * _BLOCK):
                    for cue, pattern, companion, reach in profile.anchored:
                        if companion in near[reach]:
                            yield at, cue, pattern

    def _profile(self, form: str) -> _Profile:
        """Return what a word can be in a pattern; remembered."""
        if form not in self._profiles:
            begun = (words.number for words in self._by_prefix.get(form[:3], ()) if words.fits(form))
            written = (n for piece in (form, *self.kin.get(form, ())) for n in self._by_piece.get(piece, ()))
            numbers = sorted({*written, *begun})
            anchored = tuple(entry for number in numbers for entry in self._by_anchor.get(number, ()))
            if len(self._profiles) >= _REMEMBERED:
                self._profiles.clear()
            self._profiles[form] = _Profile(frozenset(self._companions.intersection(numbers)), anchored)
        return self._profiles[form]


def _with_sentence_ends(account: Account) -> list[tuple[str, int]]:
    """Return (form, word index) with an (end, -1) between sentences, so that no pattern crosses it."""
    forms: list[tuple[str, int]] = []
    for index, token in enumerate(account.tokens):
        if token.breaks == 2 and index:
            forms.append((_END, -1))
        forms.append((token.form, index))
    return forms


def _match(
    parts: tuple[Part, ...], forms: list[tuple[str, int]], at: int, step: int, gaps: list[int]
) -> tuple[int, ...] | None:
    """Match `parts` one after the other away from place `at`; return their places, or None."""
    if not parts:
        return ()
    place = at
    for _ in range(gaps[0] + 1):
        place += step
        if not 0 <= place < len(forms) or forms[place][0] == _END:
            break
        if parts[0].words.fits(forms[place][0]):
            rest = _match(parts[1:], forms, place, step, gaps[1:])
            if rest is not None:
                return (place, *rest)
    return _match(parts[1:], forms, at, step, gaps[1:]) if parts[0].optional else None


def _allowed(cue: Cue, clause: Clause, forms: list[tuple[str, int]], places: tuple[int, ...]) -> bool:
    if clause.unreal and not cue.unreal:
        return False
    said = {forms[place][0] for place in places}
    if not cue.negated and not said & _NEGATIONS and _negated_near(forms, places):
        return False
    low, high = max(0, places[0] - 8), min(len(forms), places[-1] + 9)
    near = {form for form, _ in forms[low:high]}
    return not any(
        pattern.around(forms, place)
        for pattern in cue.unless
        if pattern.begins_among(near)
        for place in range(low, high)
    )


_NEGATIONS = frozenset({"niet", "geen", "nooit", "nauwelijks", "niets", "niemand", "zonder"})


def _negated_near(forms: list[tuple[str, int]], places: tuple[int, ...]) -> bool:
    """Say whether a negation stands between the words of a match, up to three before them or right behind them."""
    if any(forms[place][0] in _NEGATIONS for place in range(places[0], places[-1])):
        return True
    for place in range(places[0] - 1, max(-1, places[0] - 4), -1):
        if forms[place][0] == _END:
            break
        if forms[place][0] in _NEGATIONS:
            return True
    return places[-1] + 1 < len(forms) and forms[places[-1] + 1][0] in ("niet", "geen")


def _who(cue: Cue, clause: Clause) -> str:
    if cue.by == "actor":
        return clause.actor if clause.actor != ADDRESSEE else _other_side(clause.speaker)
    if cue.by == "speaker":
        return clause.speaker if clause.speaker != NOBODY else _blamed_by(clause.actor)
    return cue.by


def _other_side(speaker: str) -> str:
    """Whoever is meant by "you" in the words of `speaker`."""
    return {TELLER: PARTNER, PARTNER: TELLER}.get(speaker, NOBODY)


def _blamed_by(actor: str) -> str:
    """Return who most likely says words about `actor` that are given without their speaker."""
    return {TELLER: PARTNER, PARTNER: TELLER, BOTH: BOTH}.get(actor, NOBODY)


class _Reader:
    """Reads written patterns; parts that are written alike become one `Words`."""

    def __init__(self, verbs: Mapping[str, list[str]], groups: Mapping[str, list[str]]) -> None:
        self._verbs = {name: frozenset(forms) for name, forms in verbs.items()}
        self._groups = {name: frozenset(words) for name, words in groups.items()}
        self._common = lexicon().common
        self._known: dict[str, Words] = {}
        self._parts: dict[tuple[str, int], Part] = {}

    def pattern(self, written: str) -> Pattern:
        """Return a written pattern taken apart; raises ValueError that says what is wrong with it."""
        parts: list[Part] = []
        gap = longest = 0
        for item in written.split():
            if item in _GAPS:
                gap = _GAPS[item]
            else:
                part = self._parts.get((item, gap)) or self._part(item, gap)
                parts.append(part)
                longest += gap + 1
                gap = 0
        if not parts or parts[0].optional or gap:
            raise ValueError(f"{written!r} needs words at both ends")
        # the part to look for first has few, rare words, its companion the next few
        order = sorted([(part.words.cost, at) for at, part in enumerate(parts) if not part.optional])
        companion = parts[order[1][1]].words.number if len(order) > 1 else _ALONE
        return Pattern(tuple(parts), order[0][1], companion, longest)

    def _part(self, item: str, gap: int) -> Part:
        self._parts[item, gap] = part = Part(self._words(item.rstrip("?")), gap, item.endswith("?"))
        return part

    def kin(self) -> dict[str, tuple[str, ...]]:
        """Return for each word of the groups and verbs those that it belongs to."""
        found: dict[str, list[str]] = defaultdict(list)
        for table, name in ((self._groups, "<{}>"), (self._verbs, "={}")):
            for key, words in table.items():
                for word in words:
                    found[word].append(name.format(key))
        return {word: tuple(names) for word, names in found.items()}

    def _words(self, item: str) -> Words:
        """Return one written part, as "de|het" or "=lopen|ren~"; raises ValueError."""
        if item not in self._known:
            pieces = [piece for piece in item.split("|") if piece]
            prefixes = tuple(piece[:-1] for piece in pieces if piece.endswith("~"))
            whole = tuple(piece for piece in pieces if not piece.endswith("~"))
            if any(len(prefix) < 3 for prefix in prefixes):
                raise ValueError(f"{item!r} is too short: at least three letters before ~")
            forms = frozenset().union(*map(self._forms, whole))
            if not forms and not prefixes:
                raise ValueError(f"empty part in {item!r}")
            cost = 50 * len(forms & self._common) + len(forms) + 5 * len(prefixes)
            self._known[item] = Words(len(self._known), forms, prefixes, whole, cost)
        return self._known[item]

    def _forms(self, piece: str) -> Set[str]:
        """Return the forms of a word, a verb ("=lopen") or a word group ("<weg>"); raises ValueError."""
        if piece.startswith("="):
            if piece[1:] not in self._verbs:
                raise ValueError(f"unknown verb {piece!r}")
            return self._verbs[piece[1:]]
        if piece.startswith("<"):
            if piece[1:-1] not in self._groups:
                raise ValueError(f"unknown word group {piece!r}")
            return self._groups[piece[1:-1]]
        return frozenset((piece,))


def _cue(entry: Mapping[str, Any], reader: _Reader) -> Cue:
    """Return one entry as a `Cue`; raises ValueError with what is wrong with it."""
    lacking, unknown = _REQUIRED - set(entry), set(entry) - _REQUIRED - _OPTIONAL
    if lacking or unknown:
        raise ValueError(f"missing keys {sorted(lacking)}, unknown keys {sorted(unknown)}")
    if entry["shows"] not in KINDS:
        raise ValueError(f"shows = {entry['shows']!r} is not one of {sorted(KINDS)}")
    if entry["by"] not in BYS:
        raise ValueError(f"by = {entry['by']!r} is not one of {sorted(BYS)}")
    if entry["strength"] not in (1, 2, 3):
        raise ValueError("strength is 1, 2 or 3")
    if not entry["fires"] or not entry["silent"]:
        raise ValueError("needs at least one sentence in fires and one in silent")
    return Cue(
        id=entry["id"],
        shows=entry["shows"],
        by=entry["by"],
        strength=entry["strength"],
        patterns=tuple(reader.pattern(written) for written in entry["words"]),
        unless=tuple(reader.pattern(written) for written in entry.get("unless", ())),
        fires=tuple(entry["fires"]),
        silent=tuple(entry["silent"]),
        negated=entry.get("negated") == "fires",
        unreal=entry.get("unreal") == "fires",
    )


def load(folder: Path | None = None) -> Cues:
    """Read all cue files; raises RuleError with every error, each with its file and entry."""
    folder = folder or resources.rules()
    verbs = {name: [name, *forms] for name, forms in resources.read_toml(folder / "verbs.toml")["verbs"].items()}
    reader = _Reader(verbs, resources.read_toml(folder / "groups.toml")["groups"])
    cues: list[Cue] = []
    errors: list[str] = []
    seen: dict[str, str] = {}
    for path in sorted((folder / "cues").glob("*.toml")):
        for number, entry in enumerate(resources.read_toml(path).get("cue", []), 1):
            place = f"{path.name}, cue {number} ({entry.get('id', 'without id')})"
            try:
                cue = _cue(entry, reader)
            except (ValueError, TypeError, AttributeError) as error:
                errors.append(f"{place}: {error}")
                continue
            if cue.id in seen:
                errors.append(f"{place}: the id stands in {seen[cue.id]} too")
            seen[cue.id] = path.name
            cues.append(cue)
    if errors:
        raise RuleError("\n".join(errors))
    return Cues(cues, reader.kin())


def failures(cues: Cues) -> Iterator[str]:
    """Yield a line for each example on which a cue does not do what it should."""
    from assistant.understanding.clauses import take_apart

    for cue in cues.cues:
        alone = Cues([cue], cues.kin)
        for sentence in cue.fires:
            if not alone.find(take_apart(sentence, lexicon())):
                yield f"{cue.id} is silent on: {sentence}"
        for sentence in cue.silent:
            if alone.find(take_apart(sentence, lexicon())):
                yield f"{cue.id} fires on: {sentence}"


@lru_cache(maxsize=1)
def rules() -> Cues:
    """Return the cues that come along, loaded once.

    The garbage collector is kept from looking through all of them again and again meanwhile: it doubles the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return load()
    finally:
        if collecting:
            gc.enable()
