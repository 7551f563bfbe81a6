from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from sample import ASK, START, entry, many
from test_entries import ENTRIES

from assistant.journal.entries import Entry, Made
from assistant.journal.page import page
from assistant.journal.store import Kept
from assistant.journal.telling import amount, entry_lines, list_line, markdown, times, trend_lines
from assistant.journal.trends import FEW_FOR_CHANGE, FEW_FOR_CYCLE, trends


def test_counts() -> None:
    seen = trends([entry(0), entry(1), entry(2, pattern="none", teller=None, partner=None, topic=None, fears=())])
    assert seen.patterns == (("attack-defend-withdraw", 2),)
    assert seen.pairs == (("attack/withdraw", 2),)
    assert seen.topics == (("household", 2),)
    assert (seen.entries, seen.first, seen.last) == (3, START.date(), (START + timedelta(days=2)).date())


def test_three_times_is_no_trend() -> None:
    for count in range(2 * FEW_FOR_CHANGE):
        late = [entry(i, pattern="none" if i > count // 2 else "attack-attack", day=5 if i > count // 2 else 1)
                for i in range(count)]  # fmt: skip
        assert trends(late).changes == ()
        assert not any("eerst" in line for line in trend_lines(trends(late)))


def test_a_clear_change_is_told_and_chance_is_not() -> None:
    clear = [entry(i, pattern="none" if i >= 30 else "attack-attack", day=4 if i >= 30 else 2) for i in range(60)]
    told = " ".join(trend_lines(trends(clear)))
    assert "minder voor: eerst 30 van de 30 keer, nu 0 van de 30" in told
    assert "hoger cijfer: eerst gemiddeld 2,0, nu 4,0" in told
    even = [entry(i, pattern="none" if i % 2 else "attack-attack", day=2 + i % 3) for i in range(60)]
    assert trends(even).changes == ()
    assert "Een duidelijk verschil" in " ".join(trend_lines(trends(even)))


def test_the_partner_is_never_followed() -> None:
    """The partner changes in every way, the teller in none: nothing is said of it."""
    entries = [entry(i, partner="attack" if i < 40 else "withdraw") for i in range(80)]
    assert trends(entries).changes == ()


def test_what_was_asked_and_whether_it_was_said() -> None:
    asked = (Made("ask", ASK),)
    seen = trends([entry(0, made=asked), entry(1, kind="checkin", said=True), entry(2, made=asked), entry(3)])
    assert [each.said for each in seen.asked] == [True, None]
    assert "heb je één van de twee zinnen gezegd" in " ".join(trend_lines(seen))


def test_weeks() -> None:
    seen = trends([entry(i, day=1 + i % 2) for i in range(14)])
    assert sum(week.count for week in seen.weeks) == 14
    assert all(week.monday.weekday() == 0 and 1 <= week.mean <= 2 for week in seen.weeks)


def test_the_cycle_is_drawn_when_it_was_seen_often_enough() -> None:
    assert trends([entry(i) for i in range(FEW_FOR_CYCLE - 1)]).cycle is None
    seen = trends([entry(i) for i in range(FEW_FOR_CYCLE)])
    assert seen.cycle is not None
    assert (seen.cycle.teller, seen.cycle.partner, seen.cycle.fear) == ("attack", "withdraw", "unimportant")
    assert "ik dring aan" in page(seen)
    assert "bang dat ik er" in page(seen)


class Reader(HTMLParser):
    """Reads a page as strictly as is needed: all tags closed, nothing from elsewhere, pictures with words."""

    VOID = ("meta", "br", "link", "img")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    tags = [tag for tag, _ in reader.seen]
    assert not {"script", "link", "img", "iframe", "object", "image", "use", "a"} & set(tags)
    for tag, attributes in reader.seen:
        assert not {"src", "href", "xlink:href"} & set(attributes), tag
        assert not any(name.startswith("on") for name in attributes), tag
        if tag == "svg":
            assert attributes.get("role") == "img"
            assert attributes.get("aria-label") or attributes.get("aria-labelledby")
    style = text.lower()
    assert "@import" not in style
    assert "url(http" not in style
    assert "//" not in style.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
    return reader


def test_the_page_stands_alone_and_can_be_read_aloud() -> None:
    reader = check(page(trends(many(200))))
    tags = [tag for tag, _ in reader.seen]
    assert tags.count("svg") == 6
    assert tags.count("table") == 6
    assert tags.count("h1") == 1
    assert ("html", {"lang": "nl"}) in reader.seen
    assert "viewport" in {attributes.get("name") for tag, attributes in reader.seen if tag == "meta"}
    assert "prefers-color-scheme: dark" in page(trends([]))


def test_what_the_user_said_stays_words() -> None:
    said = '<script>alert(1)</script> & [klik](http://x) "ja"'
    entries = [entry(i, made=(Made("ask", said),), words=f"# {said}") for i in range(3)]
    text = page(trends(entries))
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    written = markdown(entries)
    assert "\\<script\\>" in written
    assert "\n# <" not in written


@settings(max_examples=30, deadline=None)
@given(st.lists(ENTRIES, max_size=40))
def test_any_journal_can_be_told(entries: list[Entry]) -> None:
    seen = trends(entries)
    for line in trend_lines(seen):
        assert line[-1] in ".?!"
    for each in entries:
        assert list_line(Kept("0" * 32, each))
        assert all(isinstance(line, str) for line in entry_lines(each))
    markdown(entries)
    text = page(seen)
    assert "</html>" in text
    assert "<script" not in text


def test_one_is_said_as_dutch_says_it() -> None:
    assert times(1) == "Eén keer"
    assert [amount(count) for count in (0, 1, 12, 13)] == [
        "geen aantekeningen", "één aantekening", "twaalf aantekeningen", "13 aantekeningen",
    ]  # fmt: skip


def test_an_entry_of_which_nothing_is_known_says_so() -> None:
    bare = entry(pattern="none", teller=None, partner=None, topic=None, fears=(), step=None)
    assert entry_lines(bare) == ["Verder staat er niets bij."]
