from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample import START, entry

from assistant.journal.entries import (
    DAYS,
    KINDS,
    LONGEST_SENTENCE,
    MADE,
    PADDING,
    Entry,
    Made,
    NoEntry,
    decode,
    encode,
    entry_of,
    from_plain,
    plain,
)
from assistant.understanding.reading import FEARS, PATTERNS, POSITIONS, SAFETIES, STEPS, TOPICS, Reading

TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ENTRIES = st.builds(
    Entry,
    moment=st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=ZONES).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    kind=st.sampled_from(KINDS),
    pattern=st.sampled_from(PATTERNS),
    teller=st.none() | st.sampled_from(POSITIONS),
    partner=st.none() | st.sampled_from(POSITIONS),
    topic=st.none() | st.sampled_from(TOPICS),
    fears=st.lists(st.sampled_from(FEARS), unique=True).map(tuple),
    step=st.none() | st.sampled_from(STEPS),
    safety=st.sampled_from(SAFETIES),
    made=st.lists(st.builds(Made, st.sampled_from(MADE), TEXT), max_size=5).map(tuple),
    day=st.none() | st.sampled_from(list(DAYS)),
    said=st.none() | st.booleans(),
    words=st.none() | TEXT,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(ENTRIES)
def test_what_is_written_is_read(written: Entry) -> None:
    raw = encode(written)
    assert decode(raw) == written
    assert len(raw) % PADDING == 0


@given(st.binary(max_size=400))
def test_bytes_that_are_no_entry_are_refused(raw: bytes) -> None:
    with pytest.raises(NoEntry):
        decode(raw)


@given(st.sampled_from(sorted(plain(entry()))), JSON)
def test_every_field_is_checked(field: str, value: Any) -> None:
    """Whatever stands in a field: an entry within its bounds, or a refusal that is one."""
    try:
        read = from_plain({**plain(entry()), field: value})
    except NoEntry:
        return
    assert decode(encode(read)) == read


@pytest.mark.parametrize(
    ("field", "value"),
    [("day", 0), ("day", 6), ("day", True), ("said", 1), ("pattern", "x"), ("fears", ["x"]), ("made", [["ask", "x"]]),
     ("moment", "2026-01-01T10:00:00"), ("words", 3), ("safety", None), ("fears", [[]]), ("kind", [])],
)  # fmt: skip
def test_values_out_of_bounds(field: str, value: object) -> None:
    with pytest.raises(NoEntry):
        from_plain({**plain(entry()), field: value})


def test_a_key_too_many_or_too_few_and_another_version() -> None:
    wrong: tuple[object, ...] = (
        {**plain(entry()), "x": 1},
        {"version": 2, **plain(entry())},
        {"moment": START.isoformat()},
        [],
        1,
    )
    for values in wrong:
        with pytest.raises(NoEntry):
            decode(json.dumps(values).encode())


def test_an_entry_is_made_of_a_reading() -> None:
    reading = Reading("attack-attack", "attack", "attack", "money", ("failing",), "name")
    made = entry_of(reading, START, kind="checkin", made=[Made("ask", "x" * 9999)], day=4, said=True, words="\ud800ja")
    assert (made.pattern, made.topic, made.fears, made.day, made.said) == (
        "attack-attack",
        "money",
        ("failing",),
        4,
        True,
    )
    assert len(made.last("ask") or "") == LONGEST_SENTENCE
    assert made.words == "?ja"
    assert decode(encode(made)) == made


def test_nothing_told_and_a_moment_without_a_zone() -> None:
    made = entry_of(None, datetime(2026, 3, 29, 2, 30), kind="checkin")
    assert made.pattern == "none"
    assert made.moment.tzinfo is not None
    with pytest.raises(NoEntry):
        entry_of(None, START, day=9)
