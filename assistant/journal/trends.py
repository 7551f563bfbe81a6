"""What a journal shows over time: counts, and a change only where the counts can carry it. Pure.

Nothing here measures the partner: what the other does is counted only as the other half of the cycle.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assistant.journal.entries import Entry

FEW_FOR_CHANGE = 12
"""Entries on each side of the middle without which nothing is said about more or less."""
FEW_FOR_CYCLE = 3
"""Entries of one cycle without which it is not drawn as "yours"."""
SURE = 2.6
"""Standard errors that a difference must have: chance does so once in a hundred times."""
SMALLEST_DAY_CHANGE = 0.5

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The numbers of the days of one week: its Monday, their mean, how many."""

    monday: date
    mean: float
    count: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the teller meant to say or ask, when, and whether it was said; None: never spoken about again."""

    moment: datetime
    text: str
    said: bool | None


@dataclass(frozen=True, slots=True)
class Change:
    """More or less of something: `what` is "pattern:…", "teller:…" or "day"; first and second half of the entries.

    For "day" the values are means and `before_of`, `after_of` how many numbers; else counts out of so many.
    """

    what: str
    before: float
    before_of: int
    after: float
    after_of: int

    @property
    def more(self) -> bool:
        """Whether it became more."""
        return self.after / max(1, self._scale(self.after_of)) > self.before / max(1, self._scale(self.before_of))

    def _scale(self, of: int) -> int:
        return 1 if self.what == "day" else of


@dataclass(frozen=True, slots=True)
class Cycle:
    """The cycle that the teller is in most: how each steps in, the teller's fear most told, how often of how many."""

    pattern: str
    teller: str
    partner: str
    fear: str | None
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Trends:
    """All that can be said of a journal; counts are sorted, the most frequent first."""

    entries: int
    first: date | None
    last: date | None
    patterns: Counts
    pairs: Counts
    topics: Counts
    fears: Counts
    steps: Counts
    weeks: tuple[Week, ...]
    asked: tuple[Asked, ...]
    changes: tuple[Change, ...]
    cycle: Cycle | None


def trends(entries: Iterable[Entry]) -> Trends:
    """Return what the entries show, in any order given."""
    ordered = sorted(entries, key=lambda entry: entry.moment)
    rows = [entry for entry in ordered if entry.pattern != "none"]
    return Trends(
        entries=len(ordered),
        first=ordered[0].moment.date() if ordered else None,
        last=ordered[-1].moment.date() if ordered else None,
        patterns=_counts(entry.pattern for entry in rows),
        pairs=_counts(f"{entry.teller}/{entry.partner}" for entry in rows if entry.teller and entry.partner),
        topics=_counts(entry.topic for entry in rows if entry.topic),
        fears=_counts(fear for entry in ordered for fear in entry.fears),
        steps=_steps(ordered),
        weeks=_weeks(ordered),
        asked=_asked(ordered),
        changes=_changes(ordered),
        cycle=_cycle(rows),
    )


def _counts(values: Iterable[str]) -> Counts:
    return tuple(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _steps(entries: Sequence[Entry]) -> Counts:
    """How often the fear was found, was put into a sentence, and was followed by a question, in the order of taking."""
    found = sum(1 for entry in entries if entry.fears or entry.last("find", "name"))
    named = sum(1 for entry in entries if entry.last("name") or (entry.fears and entry.step in ("ask", "keep")))
    asked = sum(1 for entry in entries if entry.last("ask") or (entry.fears and entry.step == "keep"))
    return (("found", found), ("named", named), ("asked", asked))


def _weeks(entries: Sequence[Entry]) -> tuple[Week, ...]:
    numbers: dict[date, list[int]] = {}
    for entry in entries:
        if entry.day is not None:
            day = entry.moment.date()
            try:
                monday = day - timedelta(days=day.weekday())
            except OverflowError:  # the very first days of the calendar, from a clock gone wrong
                monday = day
            numbers.setdefault(monday, []).append(entry.day)
    return tuple(Week(monday, sum(days) / len(days), len(days)) for monday, days in sorted(numbers.items()))


def _asked(entries: Sequence[Entry]) -> tuple[Asked, ...]:
    """Each sentence for the partner, with what the next entry that speaks of it says: was it said?"""
    found: list[Asked] = []
    for entry in entries:
        if entry.said is not None and found and found[-1].said is None:
            found[-1] = Asked(found[-1].moment, found[-1].text, entry.said)
        text = entry.last("ask") or entry.last("name")
        if text:
            found.append(Asked(entry.moment, text, None))
    return tuple(found)


def _changes(entries: Sequence[Entry]) -> tuple[Change, ...]:
    """Compare the first half of the entries with the second."""
    rows = [entry for entry in entries if entry.pattern != "none"]
    patterns = sorted({entry.pattern for entry in rows})
    tellers = sorted({entry.teller for entry in rows if entry.teller})
    # a position is only one's own; the partner's is never followed over time
    found = [_share([entry.pattern == name for entry in rows], f"pattern:{name}") for name in patterns]
    found += [_share([entry.teller == name for entry in rows], f"teller:{name}") for name in tellers]
    found.append(_share([entry.pattern != "none" for entry in entries], "pattern:any"))
    found.append(_days([entry.day for entry in entries if entry.day is not None]))
    return tuple(change for change in found if change)


def _share(counts: list[bool], what: str) -> Change | None:
    middle = len(counts) // 2
    before, after = counts[:middle], counts[middle:]
    if min(len(before), len(after)) < FEW_FOR_CHANGE:
        return None
    was, became = sum(before), sum(after)
    share = (was + became) / len(counts)
    error = math.sqrt(share * (1 - share) * (1 / len(before) + 1 / len(after)))
    if not error or abs(became / len(after) - was / len(before)) < SURE * error:
        return None
    return Change(what, was, len(before), became, len(after))


def _days(numbers: list[int]) -> Change | None:
    middle = len(numbers) // 2
    before, after = numbers[:middle], numbers[middle:]
    if min(len(before), len(after)) < FEW_FOR_CHANGE:
        return None
    was, became = sum(before) / len(before), sum(after) / len(after)
    error = math.sqrt(_variance(before, was) / len(before) + _variance(after, became) / len(after))
    if abs(became - was) < max(SMALLEST_DAY_CHANGE, SURE * error):
        return None
    return Change("day", was, len(before), became, len(after))


def _variance(numbers: list[int], mean: float) -> float:
    return sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)


def _cycle(rows: Sequence[Entry]) -> Cycle | None:
    """The cycle seen most often, if it was seen often enough to be drawn."""
    known = [entry for entry in rows if entry.teller and entry.partner]
    counted = Counter((entry.pattern, str(entry.teller), str(entry.partner)) for entry in known)
    if not counted:
        return None
    (pattern, teller, partner), count = min(counted.items(), key=lambda item: (-item[1], item[0]))
    if count < FEW_FOR_CYCLE:
        return None
    alike = [entry for entry in known if (entry.pattern, entry.teller, entry.partner) == (pattern, teller, partner)]
    fears = _counts(fear for entry in alike for fear in entry.fears)
    return Cycle(pattern, teller, partner, fears[0][0] if fears else None, count, len(rows))
