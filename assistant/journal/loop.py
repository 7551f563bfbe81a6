"""The teller's cycle as the lying eight that EFT therapists draw, as SVG. Pure.

Left the teller: what I do and show above the line, what I feel below it. Right the partner: what is
seen above the line; what is below it only the partner knows, so nothing is guessed there.
"""

from __future__ import annotations

import textwrap
from html import escape

from assistant.journal.telling import capital, word
from assistant.journal.trends import Cycle

WIDTH, HEIGHT = 440, 380
_LEFT, _RIGHT, _WATER = 112, 328, 196
_PATH = (
    "M 220 196 C 180 96, 128 24, 78 34 C 14 46, 8 120, 8 196 C 8 280, 18 344, 82 356 C 132 362, 178 296, 220 196 "
    "C 260 96, 312 24, 362 34 C 426 46, 432 120, 432 196 C 432 280, 422 344, 358 356 C 308 362, 262 296, 220 196 Z"
)
_ARROWS = ((168, 108, 235), (168, 284, 305), (272, 284, 55), (272, 108, 125))
_LINE = 17
_LETTERS = 19


def parts(cycle: Cycle) -> list[tuple[str, str]]:
    """Return the same as words: pairs of what it is and how it is, in the order in which they are read."""
    return [
        (word("trends/loop/do"), word(f"trends/loop_do/{cycle.teller}")),
        (word("trends/loop/show"), word(f"trends/loop_show/{cycle.teller}")),
        (word("trends/loop/feel"), word(f"trends/loop_feel/{cycle.fear or 'unknown'}")),
        (word("trends/loop/partner_does"), word(f"trends/loop_partner/{cycle.partner}")),
        (word("trends/loop/partner_feels"), word("trends/loop/unknown")),
    ]


def drawing(cycle: Cycle) -> str:
    """Return the drawing as an `svg` element; colours are the variables of the page it stands in."""
    do, show, feel, partner, unknown = parts(cycle)
    description = word("trends/loop/description") + " " + " ".join(f"{capital(a)}: {b}." for a, b in parts(cycle))
    return "\n".join(
        [
            f'<svg class="loop" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="loop-title loop-text">',
            f'<title id="loop-title">{escape(word("trends/loop/title"))}</title>',
            f'<desc id="loop-text">{escape(description)}</desc>',
            f'<line class="water" x1="14" x2="{WIDTH - 14}" y1="{_WATER}" y2="{_WATER}"/>',
            f'<path class="eight" d="{_PATH}"/>',
            *(
                f'<path class="arrow" d="M -7 -5 L 6 0 L -7 5 Z" transform="translate({x} {y}) rotate({turn})"/>'
                for x, y, turn in _ARROWS
            ),
            *_block(_LEFT - 14, 80, do),
            *_block(_LEFT - 14, 138, show),
            *_block(_LEFT - 14, 232, feel),
            *_block(_RIGHT + 14, 92, partner),
            *_block(_RIGHT + 14, 232, unknown),
            "</svg>",
        ]
    )


def _block(x: int, y: int, part: tuple[str, str]) -> list[str]:
    """Return a heading with its words under it, in lines that fit into a loop; for eyes only."""
    heading, words = (textwrap.wrap(text, _LETTERS) for text in part)
    lines = [("small", line) for line in heading] + [("said", line) for line in words]
    return [
        f'<text class="{kind}" x="{x}" y="{y + number * _LINE}" aria-hidden="true">{escape(line)}</text>'
        for number, (kind, line) in enumerate(lines)
    ]
