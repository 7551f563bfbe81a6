"""One entry of the journal: a frozen value, made from a reading, and its form as JSON. Pure.

What is read back may have been damaged or made by somebody else, so nothing of it is trusted:
every field is checked, every text is bounded, unknown keys are refused.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from assistant.understanding.reading import FEARS, PATTERNS, POSITIONS, SAFETIES, STEPS, TOPICS, Reading

VERSION = 1
KINDS = ("reflection", "checkin")
MADE = ("offered", "find", "name", "ask", "intention")
"""Sentences: offered by Verbonden as an example; found, named or asked by the teller; meant for tomorrow."""
DAYS = range(1, 6)
"""The number of the day: 1, hard, to 5, good."""
LONGEST_SENTENCE = 2_000
LONGEST_WORDS = 2_000_000
MOST_MADE = 50
PADDING = 1024
"""An entry is filled up to a multiple of this many bytes, so that the size of its file tells little."""


class NoEntry(ValueError):
    """Something that is no entry of a journal; the message says why, in English, for a developer."""


@dataclass(frozen=True, slots=True)
class Made:
    """A sentence that was made in a conversation; `kind` is one of `MADE`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept of one reflection or check-in. Sound never is.

    `moment` knows its time zone; `made` are sentences in their order; `day` is the number of the day, 1 to 5;
    `said` tells whether what the teller meant to say last time was said (None: not spoken about); `words` is
    the account itself, only where the user asked to keep it. The other fields are those of `Reading`.
    """

    moment: datetime
    kind: str = "reflection"
    pattern: str = "none"
    teller: str | None = None
    partner: str | None = None
    topic: str | None = None
    fears: tuple[str, ...] = ()
    step: str | None = None
    safety: str = "none"
    made: tuple[Made, ...] = ()
    day: int | None = None
    said: bool | None = None
    words: str | None = None

    def last(self, *kinds: str) -> str | None:
        """Return the last sentence made of these kinds, or None."""
        return next((made.text for made in reversed(self.made) if made.kind in kinds), None)


_IN_ORDER = tuple(field.name for field in fields(Entry))
_NAMES = frozenset(_IN_ORDER)


def entry_of(
    reading: Reading | None,
    moment: datetime,
    *,
    kind: str = "reflection",
    made: Sequence[Made] = (),
    day: int | None = None,
    said: bool | None = None,
    words: str | None = None,
) -> Entry:
    """Return the entry of a conversation; `reading` is None where nothing was told, as on a day of "niet vandaag".

    Raises NoEntry where a value is outside its bounds; texts that are too long are cut, never refused.
    """
    reading = reading or Reading()
    return checked(
        Entry(
            moment=moment if moment.tzinfo else moment.astimezone(),
            kind=kind,
            pattern=reading.pattern,
            teller=reading.teller,
            partner=reading.partner,
            topic=reading.topic,
            fears=tuple(reading.fears),
            step=reading.step,
            safety=reading.safety,
            made=tuple(Made(each.kind, _clean(each.text, LONGEST_SENTENCE)) for each in made[:MOST_MADE]),
            day=day,
            said=said,
            words=None if words is None else _clean(words, LONGEST_WORDS),
        )
    )


def _clean(text: str, longest: int) -> str:
    """Return text that can be written as UTF-8, cut to its bound."""
    return text[:longest].encode("utf-8", "replace").decode("utf-8")


def checked(entry: Entry) -> Entry:
    """Return the entry if all its values are within their bounds; raises NoEntry."""
    _check_terms(entry)
    if entry.day is not None and (isinstance(entry.day, bool) or entry.day not in DAYS):
        raise NoEntry("day")
    if entry.said is not None and not isinstance(entry.said, bool):
        raise NoEntry("said")
    if len(entry.made) > MOST_MADE:
        raise NoEntry("made")
    for made in entry.made:
        if made.kind not in MADE or not _text(made.text, LONGEST_SENTENCE):
            raise NoEntry("made")
    if entry.words is not None and not _text(entry.words, LONGEST_WORDS):
        raise NoEntry("words")
    return entry


_TERMS: Mapping[str, tuple[str | None, ...]] = {
    "kind": KINDS,
    "pattern": PATTERNS,
    "teller": (None, *POSITIONS),
    "partner": (None, *POSITIONS),
    "topic": (None, *TOPICS),
    "step": (None, *STEPS),
    "safety": SAFETIES,
}


def _check_terms(entry: Entry) -> None:
    for name, allowed in _TERMS.items():
        if getattr(entry, name) not in allowed:
            raise NoEntry(name)
    if any(fear not in FEARS for fear in entry.fears) or len(entry.fears) > len(FEARS):
        raise NoEntry("fears")


def _text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def plain(entry: Entry) -> dict[str, Any]:
    """Return the entry as what JSON can hold (docs/json.md)."""
    values = {name: getattr(entry, name) for name in _IN_ORDER}
    values["moment"] = entry.moment.isoformat(timespec="seconds")
    values["fears"] = list(entry.fears)
    values["made"] = [{"kind": made.kind, "text": made.text} for made in entry.made]
    return values


def encode(entry: Entry) -> bytes:
    """Return the entry as padded JSON, ready to be encrypted."""
    raw = json.dumps({"version": VERSION, **plain(entry)}, separators=(",", ":")).encode("ascii")
    return raw.ljust(math.ceil(len(raw) / PADDING) * PADDING)


def decode(raw: bytes) -> Entry:
    """Return the entry in `raw`; raises NoEntry."""
    try:
        values = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise NoEntry("no JSON") from error
    return from_plain(values)


def from_plain(values: object) -> Entry:
    """Return the entry that `plain` wrote, with or without its version; raises NoEntry."""
    if not isinstance(values, dict):
        raise NoEntry("no table")
    values = dict(values)
    if values.pop("version", VERSION) != VERSION:
        raise NoEntry("version")
    if values.keys() != _NAMES:
        raise NoEntry("keys")
    values["moment"] = _moment(values["moment"])
    values["fears"] = tuple(_list(values["fears"], "fears"))
    values["made"] = tuple(_made(each) for each in _list(values["made"], "made"))
    try:
        return checked(Entry(**values))
    except TypeError as error:  # something that cannot be compared or hashed
        raise NoEntry("type") from error


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise NoEntry("moment") from error
    if moment.tzinfo is None:
        raise NoEntry("moment")
    return moment


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise NoEntry(name)
    return value


def _made(value: object) -> Made:
    if not isinstance(value, dict) or set(value) != {"kind", "text"}:
        raise NoEntry("made")
    return Made(value["kind"], value["text"])
