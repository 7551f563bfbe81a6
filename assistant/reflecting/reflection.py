"""From a reading to what is said: which keys, in which order. The words stand in `prompts/nl/`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.reflecting.wording import Prompts, prompts, sentences
from assistant.understanding.reading import Evidence, Reading

ANSWERS = ("reflection", "safety")
"""Kinds of reflection that answer an account; a question does not, nor what is said where nothing was understood."""
MOST_WORDS = 120
_QUOTE_WORDS = range(4, 15)
# A piece that breaks off, and words said to the other one, which sound like a charge when they are given back.
_BROKEN = re.compile(
    r"\b(?:voor|zonder|dat|om|te|met|en|de|het|een|of|van|op|in|aan|bij|naar|als|omdat|mijn|zijn)$", re.IGNORECASE
)
_TO_YOU = re.compile(r"\b(?:jij|je|jou|jouw|gij|ge|jullie)\b", re.IGNORECASE)
_LEADING = re.compile(
    r"^(?:(?:en|maar|dus|want|nou|ja|kijk|awel|goed|ach|enfin|allee)[ ,]+)+(?=\S+ \S+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reflection:
    """What is said after an account.

    `lines` are paragraphs for the screen, `keys` the prompts they come from; `kind` is "reflection",
    "question" (one question instead of a claim), "safety" or "outside".
    """

    kind: str
    lines: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences to speak, in order."""
        return tuple(sentence for line in self.lines for sentence in sentences(line))

    @property
    def words(self) -> int:
        """How many words are said."""
        return sum(len(line.split()) for line in self.lines)


class _Draft:
    """Collects filled prompts in order."""

    def __init__(self, source: Prompts, turn: int) -> None:
        self.source, self.turn = source, turn
        self.lines: list[str] = []
        self.keys: list[str] = []

    def add(self, key: str, **values: str) -> None:
        self.lines.append(self.source.say(f"reflection/{key}", turn=self.turn, **values))
        self.keys.append(f"reflection/{key}")

    def done(self, kind: str) -> Reflection:
        return Reflection(kind, tuple(self.lines), tuple(self.keys))


def reflect(
    reading: Reading,
    *,
    turn: int = 0,
    trusted: Callable[[Evidence], bool] = lambda _: True,
    source: Prompts | None = None,
) -> Reflection:
    """Return what to say about a reading, at most `MOST_WORDS` words.

    `turn` chooses among wordings; `trusted` says of a piece of evidence whether its words were
    heard well enough to be given back.
    """
    source = source or prompts()
    if reading.safety != "none":
        lines = tuple(source.wordings(f"safety/{reading.safety}/lines"))
        return Reflection("safety", lines, (f"safety/{reading.safety}/lines",))
    draft = _Draft(source, turn)
    if reading.step is None:
        draft.add("opening/any")
        draft.add("outside/any")
        return draft.done("outside")
    if reading.question:
        draft.add("opening/any")
        draft.add(f"question/{reading.question}")
        return draft.done("question")
    draft.add("opening/any")
    if reading.pattern == "none":
        _about_peace(draft, reading, trusted)
    else:
        _about_cycle(draft, reading, trusted)
    return draft.done("reflection")


def _about_peace(draft: _Draft, reading: Reading, trusted: Callable[[Evidence], bool]) -> None:
    """A good day, or a row that was repaired."""
    fear = reading.fears[0] if reading.fears else None
    if reading.step in ("ask", "name") and fear:
        _quote(draft, reading, f"fear:{fear}", "heard/one", trusted)
        draft.add(f"beneath/{fear}")
        draft.add(f"{reading.step}/intro")
        draft.add(f"{reading.step}/{fear}")
        draft.add("closing/any")
    elif reading.topic or fear:
        draft.add("keep/repaired")
    else:
        draft.add("keep/good")


def _about_cycle(draft: _Draft, reading: Reading, trusted: Callable[[Evidence], bool]) -> None:
    """What was heard, the cycle, what may lie under it, one next step."""
    teller, fear = reading.teller or "attack", reading.fears[0] if reading.fears else None
    if not fear:
        _quote(draft, reading, "teller", "heard/one", trusted)
    draft.add(_pattern_key(draft.source, reading))
    if fear != "controlled":  # where control may be missed, "nobody's fault" would be the wrong word
        draft.add("not_blame/any")
    if fear:
        _quote(draft, reading, f"fear:{fear}", "heard/fear", trusted)
        draft.add(f"beneath/{fear}")
    else:
        draft.add(f"beneath/{teller}")
    if reading.step == "find" or not fear:
        draft.add(f"find/{teller}")
        draft.add("find/example")
    elif reading.step == "keep":
        draft.add("keep/cycle")
    else:
        draft.add(f"{reading.step}/intro")
        draft.add(f"{reading.step}/{fear}")
    if reading.pattern == "withdraw-withdraw" and reading.step != "keep":
        draft.add("alone_is_hard/any")
    elif reading.step != "keep":
        draft.add("closing/any")
    _fit(draft)


def _pattern_key(source: Prompts, reading: Reading) -> str:
    """Return the most particular prompt there is for pattern and positions."""
    for key in (
        f"pattern/{reading.pattern}/{reading.teller}/{reading.partner}",
        f"pattern/{reading.pattern}/{reading.teller}",
    ):
        if source.has(f"reflection/{key}"):
            return key
    return f"pattern/{reading.pattern}"


def _fit(draft: _Draft) -> None:
    """Leave out what can best be missed until it is short enough."""
    for key in ("heard/one", "not_blame/any", "closing/any", "find/example", "heard/fear"):
        if sum(len(line.split()) for line in draft.lines) <= MOST_WORDS:
            return
        if f"reflection/{key}" in draft.keys:
            at = draft.keys.index(f"reflection/{key}")
            del draft.lines[at], draft.keys[at]


def _quote(draft: _Draft, reading: Reading, conclusion: str, key: str, trusted: Callable[[Evidence], bool]) -> bool:
    """Give back the teller's own words for a conclusion, if there is a piece that can be given back."""
    for evidence in reading.evidence:
        if evidence.conclusion != conclusion or not trusted(evidence):
            continue
        words = tidy(evidence.words)
        if len(words.split()) in _QUOTE_WORDS and not _BROKEN.search(words) and not _TO_YOU.search(words):
            draft.add(key, words=words)
            return True
    return False


def tidy(words: str) -> str:
    """Return a piece of an account as it can be given back inside a sentence."""
    words = re.sub(r"\s+", " ", words).strip(" ,.;:!?…\"'“”‘’-")
    return _LEADING.sub("", words)
