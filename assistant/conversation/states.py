"""Scripts of conversations as data: states, their words and where each answer leads (`prompts/nl/scripts/`).

A script is refused at load, with every error and its place, where a key is unknown or missing, a state
leads nowhere or is never reached, the words of a state may lead back to it, a placeholder has no value,
or a path could ask more than `most_questions`. So every path ends, and no question comes twice.

    [state.name]                   text                          what it is
    say = [...]                    lines                         said, all that hold
    ask = [...]                    wordings, or lines            one question, then an answer is waited for
    invite = [...]                 as ask                        the same, but it counts as no question
    take = "fear"                  one of TAKES                  what the answer is looked through for
    offers = [...]                 fears, in their order         for take = "offer"
    slow = true                                                  spoken slowly
    next = [{ if = [...], to = "…" }, { to = "…" }]              where it goes on; the last one always holds
    end = "done"                   instead of next               how the conversation ended

A condition is a word of `facts`, "not …", or several with "|" between them.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant import resources
from assistant.conversation.phrases import answers
from assistant.trouble import BrokenData
from assistant.understanding.reading import FEARS, PATTERNS, POSITIONS, STEPS

TAKES = frozenset({"touched", "fear", "offer", "sentence", "wish", "moment", "day", "kept", "intention"})
ENDS = frozenset({"done", "stopped", "quiet", "later", "skipped"})
PLACEHOLDERS = frozenset({"fear_sentence", "wish_sentence", "beneath", "last_intention"})
MOST_ROOM = 9
FACTS = frozenset(
    {
        *(f"pattern:{pattern}" for pattern in PATTERNS), *(f"teller:{each}" for each in POSITIONS),
        *(f"partner:{each}" for each in POSITIONS), *(f"step:{step}" for step in STEPS),
        *(f"fear:{fear}" for fear in FEARS), *(f"room:{n}" for n in range(1, MOST_ROOM + 1)),
        *(f"part:{part}" for part in ("morning", "afternoon", "evening", "night")),
        *(f"day:{day}" for day in ("good", "bad", "middling")),
        "fear", "wish", "changed", "silence", "unsure", "words", "scheduled", "remembered", "intention",
    }
)  # fmt: skip
_SCRIPT_KEYS = frozenset({"start", "most_questions", "asked_before", "when", "state"})
_STATE_KEYS = frozenset({"say", "ask", "invite", "take", "offers", "slow", "next", "end"})
_WHEN_KEYS = frozenset({"if", "say", "most", "after"})


class ScriptError(BrokenData):
    """All that is wrong with a script, one line each with file and state."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Alternatives, of which one must hold; each a fact and whether it must be there."""

    choices: tuple[tuple[str, bool], ...]

    def holds(self, facts: frozenset[str]) -> bool:
        """Say whether it holds."""
        return any((fact in facts) is wanted for fact, wanted in self.choices)

    @property
    def written(self) -> str:
        """How the script writes it."""
        return "|".join(("" if wanted else "not ") + fact for fact, wanted in self.choices)


Conditions = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Wordings of which one is said, where the conditions hold."""

    wordings: tuple[str, ...]
    conditions: Conditions = ()


@dataclass(frozen=True, slots=True)
class Way:
    """Where a conversation goes on, where the conditions hold."""

    to: str
    conditions: Conditions = ()


@dataclass(frozen=True, slots=True)
class State:
    """One state of a script (see above); `invites` says that its question counts as none."""

    name: str
    say: tuple[Line, ...]
    ask: tuple[Line, ...]
    invites: bool
    take: str | None
    offers: tuple[str, ...]
    slow: bool
    next: tuple[Way, ...]
    end: str | None

    @property
    def listens(self) -> bool:
        """Whether it waits for an answer."""
        return bool(self.ask)

    def handles(self, fact: str) -> bool:
        """Say whether it deals with this kind of answer itself."""
        return any(fact == each for way in self.next for c in way.conditions for each, wanted in c.choices if wanted)


@dataclass(frozen=True, slots=True)
class When:
    """What is said at a kind of answer anywhere: up to `most` times, then it goes on `after` (None: as any answer)."""

    fact: str
    say: tuple[Line, ...]
    most: int
    after: str | None


@dataclass(frozen=True, slots=True)
class Script:
    """A whole conversation as data."""

    name: str
    start: str
    most_questions: int
    asked_before: int
    when: tuple[When, ...]
    states: Mapping[str, State]

    @property
    def most_answers(self) -> int:
        """Return the most turns of the teller, commands aside, before it ends by itself."""
        waits = sum(when.most for when in self.when)
        invites = sum(state.listens and state.invites for state in self.states.values())
        return self.most_questions + invites + waits


def facts_known() -> frozenset[str]:
    """Return every word that a condition may use."""
    return FACTS | frozenset(answers().kinds)


def load(path: Path) -> Script:
    """Read a script; raises ScriptError with every error."""
    table = resources.read_toml(path)
    reader = _Reader(path.name)
    try:
        script = reader.script(path.stem, table)
        errors = reader.errors or list(_wrong(script, path.name))
    except (TypeError, ValueError, AttributeError, KeyError, RecursionError) as error:
        # a value of a kind that no script has there, as a number for a list
        raise ScriptError("\n".join([*reader.errors, f"{path.name}: not built as a script ({error})"])) from error
    if errors:
        raise ScriptError("\n".join(errors))
    return script


@lru_cache(maxsize=4)
def script(name: str) -> Script:
    """Return a script that comes along ("guided", "checkin"), loaded once."""
    return load(resources.folder("prompts/nl/scripts") / f"{name}.toml")


class _Reader:
    """Reads a script and collects what is wrong with its form."""

    def __init__(self, file: str) -> None:
        self.errors: list[str] = []
        self._file = file
        self._known = facts_known()

    def _error(self, place: str, what: str) -> None:
        self.errors.append(f"{self._file}, {place}: {what}")

    def _keys(self, place: str, table: Mapping[str, Any], known: frozenset[str]) -> None:
        for key in sorted(set(table) - known):
            self._error(place, f"unknown key {key!r}")

    def script(self, name: str, table: Mapping[str, Any]) -> Script:
        self._keys("top", table, _SCRIPT_KEYS)
        for key in sorted(_SCRIPT_KEYS - {"when"} - set(table)):
            self._error("top", f"{key} is missing")
        states = {key: self.state(key, entry) for key, entry in table.get("state", {}).items()}
        when = tuple(self.when(number, entry) for number, entry in enumerate(table.get("when", ()), 1))
        return Script(
            name, str(table.get("start", "")), int(table.get("most_questions", 0)), int(table.get("asked_before", 0)),
            when, states,
        )  # fmt: skip

    def when(self, number: int, table: Mapping[str, Any]) -> When:
        place = f"when {number} ({table.get('if', '?')})"
        self._keys(place, table, _WHEN_KEYS)
        if table.get("if") not in self._known:
            self._error(place, f"if = {table.get('if')!r} is no known answer")
        if not isinstance(table.get("most"), int):
            self._error(place, "most is missing")
        if not table.get("most") and not table.get("after"):
            self._error(place, "most is 0 and there is no after")
        if table.get("most") and not table.get("say"):
            self._error(place, "say is missing")
        return When(
            str(table.get("if")),
            self._lines(place, table.get("say", ())),
            int(table.get("most") or 0),
            table.get("after"),
        )

    def state(self, name: str, table: Mapping[str, Any]) -> State:
        place = f"[state.{name}]"
        self._keys(place, table, _STATE_KEYS)
        asks = table.get("ask", table.get("invite", ()))
        if "ask" in table and "invite" in table:
            self._error(place, "ask and invite exclude each other")
        if ("next" in table) == ("end" in table):
            self._error(place, "needs either next or end")
        if table.get("end", "done") not in ENDS:
            self._error(place, f"end = {table['end']!r} is not one of {sorted(ENDS)}")
        if "take" in table and (table["take"] not in TAKES or not asks):
            self._error(place, f"take = {table['take']!r} needs an ask, and is one of {sorted(TAKES)}")
        if asks and "end" in table:
            self._error(place, "a state that asks cannot be the end")
        return State(
            name, self._lines(place, table.get("say", ())), self._one_line(place, asks), "invite" in table,
            table.get("take"), tuple(table.get("offers", ())), bool(table.get("slow", False)),
            self._ways(place, table.get("next", ())), table.get("end"),
        )  # fmt: skip

    def _ways(self, place: str, entries: Iterable[Mapping[str, Any]]) -> tuple[Way, ...]:
        ways = []
        for entry in entries:
            self._keys(place, entry, frozenset({"if", "to"}))
            ways.append(Way(str(entry.get("to", "")), self._conditions(place, entry.get("if", ()))))
        if ways and ways[-1].conditions:
            self._error(place, "the last way of next must always hold")
        return tuple(ways)

    def _lines(self, place: str, entries: Iterable[Any]) -> tuple[Line, ...]:
        return tuple(self._line(place, entry) for entry in entries)

    def _one_line(self, place: str, entries: list[Any]) -> tuple[Line, ...]:
        """Read a question: plain texts are wordings of one line; of lines the first that holds is said."""
        if all(isinstance(entry, str) for entry in entries):
            return (self._line(place, {"text": list(entries)}),) if entries else ()
        lines = self._lines(place, entries)
        if lines[-1].conditions:
            self._error(place, "the last line of a question must always hold")
        return lines

    def _line(self, place: str, entry: Any) -> Line:
        if isinstance(entry, str):
            entry = {"text": [entry]}
        if not isinstance(entry, Mapping):
            self._error(place, f"{entry!r} is no line")
            return Line(())
        self._keys(place, entry, frozenset({"if", "text"}))
        wordings = tuple(entry.get("text", ()))
        if not wordings or not all(isinstance(text, str) and text.strip() for text in wordings):
            self._error(place, "a line without text")
        for text in wordings:
            try:
                named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
            except ValueError as error:
                self._error(place, f"{text!r}: {error}")
                continue
            for name in sorted(named - PLACEHOLDERS):
                self._error(place, f"no value for {{{name}}}")
        return Line(wordings, self._conditions(place, entry.get("if", ())))

    def _conditions(self, place: str, written: Iterable[str]) -> Conditions:
        if isinstance(written, str):
            self._error(place, f"if = {written!r} must be a list")
            return ()
        conditions = []
        for each in written:
            choices = []
            for choice in each.split("|"):
                fact = re.sub(r"^not ", "", choice.strip())
                if fact not in self._known:
                    self._error(place, f"{fact!r} is no known condition")
                choices.append((fact, not choice.strip().startswith("not ")))
            conditions.append(Condition(tuple(choices)))
        return tuple(conditions)


def exits(script: Script, state: State) -> Iterator[str]:
    """Yield the states that may come after a state, those after a kind of answer that it does not handle included."""
    yield from (way.to for way in state.next)
    if state.listens:
        yield from (when.after for when in script.when if when.after and not state.handles(when.fact))


def _wrong(script: Script, file: str) -> Iterator[str]:
    """Yield what is wrong with the way a script hangs together."""
    unknown = [
        f"{file}, [state.{state.name}]: leads to {to!r}, which is not there"
        for state in script.states.values()
        for to in exits(script, state)
        if to not in script.states
    ]
    if script.start not in script.states:
        unknown.append(f"{file}: start = {script.start!r} is not there")
    if unknown:
        yield from unknown
        return
    reached = _reached(script, script.start)
    yield from (f"{file}, [state.{name}]: is never reached" for name in script.states if name not in reached)
    circle = _circle(script)
    if circle:
        yield f"{file}: goes round in a circle: {' -> '.join(circle)}"
        return
    for asked in range(script.asked_before + 1):
        most, path = _most_questions(script, asked)
        if most > script.most_questions:
            yield f"{file}: asks {most} questions, {asked} of them before: {' -> '.join(path)}"


def _reached(script: Script, start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(exits(script, script.states[name]))
    return reached


def _circle(script: Script) -> list[str]:
    """Return the states of a circle, or nothing."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for to in exits(script, script.states[name]):
            found = visit(to, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    return visit(script.start, [])


def possible(way: Way, room: int) -> bool:
    """Say whether a way can be taken at all with so many questions left."""
    return all(
        any(not fact.startswith("room:") or (room >= int(fact[5:])) is wanted for fact, wanted in condition.choices)
        for condition in way.conditions
    )


def _most_questions(script: Script, asked: int) -> tuple[int, list[str]]:
    """Return the most questions of any path, and that path; conditions on `room` are reckoned with, others not."""
    known: dict[tuple[str, int], tuple[int, list[str]]] = {}

    def longest(name: str, asked: int) -> tuple[int, list[str]]:
        if (name, asked) not in known:
            state = script.states[name]
            after = asked + (state.listens and not state.invites)
            ways = [way.to for way in state.next if possible(way, script.most_questions - after)]
            ways += [to for to in exits(script, state) if to not in {way.to for way in state.next}]
            best = max((longest(to, after) for to in ways), key=lambda one: one[0], default=(after, []))
            known[name, asked] = (best[0], [name, *best[1]])
        return known[name, asked]

    return longest(script.start, asked)
