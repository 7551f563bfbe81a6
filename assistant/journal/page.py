"""What the journal shows, as one page: HTML with everything in it, and nothing that comes from elsewhere. Pure.

Readable on a telephone, by a screen reader (each drawing has its table), in light and in dark; no script at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from xml.etree import ElementTree

from assistant.journal import loop
from assistant.journal.telling import capital, decimal, number, short_date, trend_lines, word
from assistant.journal.trends import Asked, Trends, Week

MOST_ASKED = 50
"""The latest sentences for the partner that are shown."""
_SVG = "http://www.w3.org/2000/svg"
_MOST_LABELS = 3

STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #22282b; --soft: #5a6468; --line: #c9cfcc; --main: #1f6f78;
  --warm: #a8452c; --card: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --paper: #15191b; --ink: #e9ecea; --soft: #a9b4b6; --line: #3b4548;
  --main: #6cc5cf; --warm: #f0a084; --card: #1d2326; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1rem 0; }
h2 { font-size: 1.2rem; margin: 0 0 .75rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem;
  margin: 0 0 1.1rem; min-width: 0; }
.wide { grid-column: 1 / -1; }
.cards { display: grid; gap: 0 1.1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); }
.note { color: var(--soft); }
svg { display: block; width: 100%; max-width: 28rem; height: auto; }
.loop { max-width: 36rem; margin: 0 auto; }
.loop .eight { fill: none; stroke: var(--main); stroke-width: 3; }
.loop .water { stroke: var(--line); stroke-width: 1.5; stroke-dasharray: 5 5; }
.loop .arrow { fill: var(--main); }
.loop text { text-anchor: middle; font-family: system-ui, sans-serif; fill: var(--ink); }
.loop .small { font-size: 13px; fill: var(--soft); }
.loop .said { font-size: 15px; font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: .3rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
summary { cursor: pointer; padding: .6rem 0; color: var(--main); }
summary:focus-visible { outline: 3px solid var(--warm); }
li { margin: .3rem 0; }
@media (max-width: 34rem) { main { padding: .75rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 .5rem; } }
@media print { body { background: #fff; color: #000; } }
"""

PLOT_STYLE = """
{{ id }} .background, {{ id }} .plot > .background { fill: transparent !important; }
{{ id }} text { font-family: system-ui, sans-serif !important; fill: var(--ink) !important; }
{{ id }} .axis .line, {{ id }} .guide { stroke: var(--line) !important; }
{{ id }} .color-0 { fill: var(--main) !important; stroke: var(--main) !important; }
{{ id }} .series .line.color-0, {{ id }} path.line { fill: none !important; }
{{ id }} .text-overlay text { fill: var(--card) !important; font-weight: 600; }
{{ id }} .tooltip { display: none; }
"""


def page(seen: Trends) -> str:
    """Return the whole page."""
    cards = [
        _section("short", "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in trend_lines(seen)) + "</ul>", True),
        _cycle(seen),
        _bars("patterns", [(word(f"trends/pattern_names/{name}"), count) for name, count in seen.patterns]),
        _bars("pairs", [(word(f"trends/pair_short/{name}"), count) for name, count in seen.pairs], note="partner_note"),
        _bars("topics", [(word(f"trends/topic_names/{name}"), count) for name, count in seen.topics]),
        _bars("steps", [(word(f"trends/step_names/{name}"), count) for name, count in seen.steps if count]),
        _days(seen.weeks),
        _asked(seen.asked),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="nl">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{_words('title')}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{_words('heading')}</h1>",
            f'<p class="note">{_words("private")}</p>',
            '<div class="cards">',
            *(card for card in cards if card),
            "</div>",
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _words(key: str) -> str:
    return escape(word(f"trends/page/{key}"))


def _section(key: str, inside: str, wide: bool = False) -> str:
    kind = ' class="wide"' if wide else ""
    return f'<section{kind} aria-labelledby="h-{key}"><h2 id="h-{key}">{_words(key)}</h2>\n{inside}\n</section>'


def _cycle(seen: Trends) -> str:
    if seen.cycle is None:
        return ""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(how)}</dd>" for name, how in loop.parts(seen.cycle))
    count = word("trends/loop/count", count=number(seen.cycle.count), of=number(seen.cycle.of))
    title = escape(word("trends/loop/title"))
    return (
        f'<section class="wide" aria-labelledby="h-loop"><h2 id="h-loop">{title}</h2>\n'
        f"{loop.drawing(seen.cycle)}\n<dl>{rows}</dl><p>{escape(count)}</p></section>"
    )


def _bars(key: str, counts: Sequence[tuple[str, int]], note: str = "") -> str:
    """A plot of counts, with its table."""
    if not counts:
        return ""
    rows = [(capital(name), str(count)) for name, count in counts]
    said = "; ".join(f"{name}: {count}" for name, count in rows)
    extra = f'<p class="note">{_words(note)}</p>' if note else ""
    return _section(key, _bar_plot(key, counts, said) + _table(("what", "times"), rows) + extra)


def _days(weeks: Sequence[Week]) -> str:
    """The number of the day over the weeks; one week is no line."""
    if len(weeks) < 2:
        return ""
    rows = [(short_date(week.monday), decimal(week.mean), str(week.count)) for week in weeks]
    said = "; ".join(f"{day}: {mean}" for day, mean, _ in rows)
    axis = f'<p class="note">{_words("days_axis")}</p>'
    return _section("days", _line_plot("days", weeks, said) + axis + _table(("week", "mean", "numbers"), rows))


def _asked(asked: Sequence[Asked]) -> str:
    if not asked:
        return ""
    rows = [(short_date(each.moment.date()), each.text, _answer(each.said)) for each in asked[-MOST_ASKED:]]
    return _section("asked", _table(("when", "sentence", "was_said"), rows, folded=False), True)


def _answer(said: bool | None) -> str:
    return word("trends/page/unknown" if said is None else "trends/page/yes" if said else "trends/page/no")


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]], folded: bool = True) -> str:
    head = "".join(f'<th scope="col">{_words(each)}</th>' for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<details><summary>{_words('table')}</summary>{table}</details>" if folded else table


def _bar_plot(key: str, counts: Sequence[tuple[str, int]], said: str) -> str:
    import pygal

    chart = pygal.HorizontalBar(
        _config(), height=30 + 46 * len(counts), print_values=True, show_x_labels=False, show_x_guides=False, spacing=14
    )
    chart.value_formatter = str
    chart.x_labels = [capital(name) for name, _ in reversed(counts)]
    chart.add("", [count for _, count in reversed(counts)])
    return _inline(chart.render_tree(), key, said)


def _line_plot(key: str, weeks: Sequence[Week], said: str) -> str:
    import pygal

    chart = pygal.Line(_config(), height=270, range=(1, 5), show_minor_x_labels=False, dots_size=4, truncate_label=-1)
    labels = [f"{week.monday:%d-%m-%y}" for week in weeks]
    chart.x_labels = labels
    chart.x_labels_major = labels[:: -(-len(labels) // _MOST_LABELS)]
    chart.y_labels = [1, 2, 3, 4, 5]
    chart.value_formatter = lambda value: f"{value:g}"
    chart.add("", [round(week.mean, 2) for week in weeks])
    return _inline(chart.render_tree(), key, said)


def _config() -> object:
    """Return what all plots share: their own style inside, no script, nothing from elsewhere."""
    import pygal
    from pygal.style import Style

    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--ink)",
        foreground_strong="var(--ink)",
        foreground_subtle="var(--line)",
        colors=("var(--main)",),
        font_family="system-ui, sans-serif",
        label_font_size=17,
        major_label_font_size=17,
        value_font_size=17,
        value_label_font_size=17,
        value_colors=("var(--ink)",),
        opacity="1",
    )
    return pygal.Config(
        style=style, js=[], css=["file://style.css", "file://graph.css", f"inline:{PLOT_STYLE}"], width=400,
        show_legend=False, margin=8, no_data_text="", disable_xml_declaration=True, truncate_label=40,
    )  # fmt: skip


def _inline(root: ElementTree.Element, key: str, said: str) -> str:
    """Return a plot as an element of the page: without scripts and comments, and as one picture with its words."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}script", "script", ElementTree.Comment):
                parent.remove(child)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", f"{word(f'trends/page/{key}')}. {said}")
    return ElementTree.tostring(root, encoding="unicode")
