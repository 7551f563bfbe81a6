"""Entries and trends in Dutch: lines for the screen and to be spoken. Pure; the words are in `prompts/nl/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from assistant.journal.entries import Entry
from assistant.journal.store import Kept
from assistant.journal.trends import FEW_FOR_CHANGE, Change, Trends
from assistant.reflecting.wording import prompts

SHOWN_DIGITS = 8
"""So many digits of an entry's name are shown; the user may give fewer, as long as they name one entry."""


def word(key: str, /, **values: str) -> str:
    """Return one wording of `prompts/nl/journal.toml` or `trends.toml`, as "journal/list/line"."""
    return prompts().say(key, turn=0, **values)


def long_date(moment: datetime) -> str:
    """Return "zaterdag 28 november 2026, 21:04"."""
    days, months = prompts().wordings("journal/date/days"), prompts().wordings("journal/date/months")
    return word(
        "journal/date/long",
        weekday=days[moment.weekday()],
        day=str(moment.day),
        month=months[moment.month - 1],
        year=str(moment.year),
        time=f"{moment:%H:%M}",
    )


def short_date(day: date) -> str:
    """Return "28 november 2026"."""
    months = prompts().wordings("journal/date/months")
    return word("journal/date/short", day=str(day.day), month=months[day.month - 1], year=str(day.year))


def list_line(kept: Kept) -> str:
    """Return one entry as a line of the list."""
    entry = kept.entry
    what = [word(f"journal/list/{entry.kind}")]
    if entry.safety != "none":
        what.append(word("journal/list/safety"))
    if entry.pattern != "none":
        what.append(word(f"trends/pattern_names/{entry.pattern}"))
    if entry.topic:
        what.append(word(f"trends/topic_names/{entry.topic}"))
    if entry.day is not None:
        what.append(word("journal/list/day", day=str(entry.day)))
    if len(what) == 1:
        what.append(word("journal/list/nothing"))
    return word(
        "journal/list/line", id=kept.name[:SHOWN_DIGITS], date=f"{entry.moment:%Y-%m-%d %H:%M}", what=", ".join(what)
    )


def entry_lines(entry: Entry) -> list[str]:
    """Return one entry in full, without its heading; at least one line."""
    return list(_entry_lines(entry)) or [word("journal/show/nothing")]


def _entry_lines(entry: Entry) -> Iterator[str]:
    if entry.safety != "none":
        yield word("journal/show/safety")
    if entry.pattern != "none":
        yield word("journal/show/pattern", value=word(f"trends/pattern_names/{entry.pattern}"))
    if entry.teller and entry.partner:
        yield word("journal/show/pair", value=word(f"trends/pair_names/{entry.teller}/{entry.partner}"))
    if entry.topic:
        yield word("journal/show/topic", value=word(f"trends/topic_names/{entry.topic}"))
    if entry.fears:
        yield word("journal/show/fears", value=", ".join(word(f"trends/fear_names/{fear}") for fear in entry.fears))
    if entry.day is not None:
        yield word("journal/show/day", value=str(entry.day))
    if entry.said is not None:
        yield word("journal/show/said_yes" if entry.said else "journal/show/said_no")
    for made in entry.made:
        yield word(f"journal/show/{made.kind}", text=made.text)
    if entry.words is not None:
        yield word("journal/show/words")
        yield from entry.words.splitlines()


def heading(entry: Entry) -> str:
    """Return the date and the kind of an entry."""
    return word("journal/show/heading", date=long_date(entry.moment), kind=word(f"journal/list/{entry.kind}"))


def markdown(entries: Iterable[Entry]) -> str:
    """Return entries as Markdown, oldest first; what the user said cannot become a heading or a link."""
    lines = [f"# {word('journal/export/heading')}", ""]
    for entry in entries:
        lines += [f"## {heading(entry)}", "", *(f"- {_escaped(line)}" for line in entry_lines(entry)), ""]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    for sign in "\\`*_[]<>#|":
        text = text.replace(sign, f"\\{sign}")
    return text


def times(count: int) -> str:
    """Return "Drie keer"."""
    return capital(word("trends/times/times", count=number(count)))


def number(count: int) -> str:
    """Return a count in words up to twelve, else in digits."""
    words = prompts().wordings("trends/times/words")
    return words[count] if 0 <= count < len(words) else str(count)


def amount(count: int) -> str:
    """Return "geen aantekeningen", "één aantekening", "twaalf aantekeningen"."""
    return word(f"journal/amount/{('none', 'one')[count] if count < 2 else 'more'}", count=number(count))


def decimal(value: float) -> str:
    """Return a number with one decimal, as Dutch writes it."""
    return f"{value:.1f}".replace(".", ",")


def trend_lines(seen: Trends) -> list[str]:
    """Return what the journal shows, in the order in which it is told."""
    lines = [_opening(seen)]
    if not seen.entries:
        return lines
    lines += [word(f"trends/patterns/{name}", times=times(count)) for name, count in seen.patterns]
    lines += [] if seen.patterns else [word("trends/patterns/none")]
    lines += [word(f"trends/pairs/{_most(seen.pairs)}")] if _clear(seen.pairs) else []
    if _clear(seen.topics):
        lines.append(word("trends/topics/most", topic=word(f"trends/topic_names/{_most(seen.topics)}")))
    if _clear(seen.fears):
        lines.append(word("trends/fears/most", fear=word(f"trends/fear_names/{_most(seen.fears)}")))
    lines += [word(f"trends/steps/{name}", times=times(count)) for name, count in seen.steps if count]
    lines += [*_day_lines(seen), *_asked_lines(seen), *_change_lines(seen)]
    return lines


def _opening(seen: Trends) -> str:
    if not seen.entries or seen.first is None or seen.last is None:
        return word("trends/opening/empty")
    key = "few" if seen.entries < 2 * FEW_FOR_CHANGE else "some"
    if seen.first == seen.last:
        key = "one" if seen.entries == 1 else "one_day"
    return word(
        f"trends/opening/{key}",
        entries=number(seen.entries),
        first=short_date(seen.first),
        last=short_date(seen.last),
    )


def _most(counts: Sequence[tuple[str, int]]) -> str:
    return counts[0][0]


def _clear(counts: Sequence[tuple[str, int]]) -> bool:
    """Whether one is the most frequent: at least three times, and more than the next."""
    return bool(counts) and counts[0][1] >= 3 and (len(counts) == 1 or counts[0][1] > counts[1][1])


def _day_lines(seen: Trends) -> Iterator[str]:
    count = sum(week.count for week in seen.weeks)
    if count >= 3:
        mean = sum(week.mean * week.count for week in seen.weeks) / count
        yield word("trends/days/mean", count=number(count), mean=decimal(mean))


def _asked_lines(seen: Trends) -> Iterator[str]:
    count, said = len(seen.asked), sum(1 for each in seen.asked if each.said)
    if said and count > 1:
        yield word("trends/asked/said", count=number(count), said=number(said))
    elif count and not said:
        yield word("trends/asked/one_yet" if count == 1 else "trends/asked/none_yet", count=number(count))


def _change_lines(seen: Trends) -> Iterator[str]:
    if seen.entries < 2 * FEW_FOR_CHANGE:
        return
    if not seen.changes:
        yield word("trends/changes/none")
    for change in seen.changes:
        yield _change_line(change)


def _change_line(change: Change) -> str:
    key = "more" if change.more else "less"
    if change.what == "day":
        return word(f"trends/changes/day_{key}", before=decimal(change.before), after=decimal(change.after))
    return word(
        f"trends/changes/{key}",
        what=word(f"trends/change_names/{change.what}"),
        before=str(int(change.before)),
        before_of=str(change.before_of),
        after=str(int(change.after)),
        after_of=str(change.after_of),
    )


def capital(text: str) -> str:
    """Return text with its first letter as a capital, which in Dutch bears no accent: "Eén keer"."""
    return {"é": "E"}.get(text[:1], text[:1].upper()) + text[1:]
