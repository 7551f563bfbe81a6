"""Whole conversations as text (talks/*.txt, explained in talks/README.md), played against the real scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.conversation.guide import Outcome, Talk, checkin, guided
from assistant.conversation.script import Adjust, Heard, Listen, Say, Unsure
from assistant.conversation.states import script

FOLDER = Path(__file__).parent / "talks"
FEWEST = 40
_ASKS_AGAIN = (
    "terug",
    "herhaal",
    "hulp",
    "pauze",
    "opnieuw",
    "langzamer",
    "sneller",
    "harder",
    "zachter",
    "wat zei je",
)


@dataclass
class Told:
    """One conversation as a file tells it."""

    name: str
    facts: frozenset[str] | None
    last: str | None = None
    lines: list[tuple[str, str]] = field(default_factory=list)
    ends: str = ""


def conversations() -> Iterator[Told]:
    for file in sorted(FOLDER.glob("*.txt")):
        told: Told | None = None
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("== "):
                if told:
                    yield told
                name, _, kind = line[3:].partition(" / ")
                told = Told(f"{file.stem}: {name}", frozenset(kind.split()[1:]) if kind else None)
            elif line.startswith("vorige: "):
                assert told
                told.last = line[8:]
            elif line.startswith("= "):
                assert told
                told.ends = line[2:]
            elif line.strip():
                mark, _, text = line.partition(" ")
                assert told, f"{file.name}:{number}"
                assert mark in (">", "<", "<!", "!"), f"{file.name}:{number}: {line}"
                told.lines.append((mark, text))
        assert told
        yield told


TALKS = list(conversations())


class Played:
    """A conversation that is being played; remembers what was said since the last answer."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._step: object = next(talk)
        self.since: list[Say] = []
        self.said: list[Say] = []
        self.outcome: Outcome | None = None

    def on(self, reply: Heard | None, meanwhile: Heard | None = None) -> None:
        """Answer, and go on to the next listening or the end."""
        self.since = []
        self._send(reply)
        self.until_listening(meanwhile)

    def until_listening(self, meanwhile: Heard | None = None) -> None:
        while self.outcome is None and not isinstance(self._step, Listen):
            reply = None
            if isinstance(self._step, Say):
                self.since.append(self._step)
                self.said.append(self._step)
                reply, meanwhile = meanwhile, None
            else:
                assert isinstance(self._step, Unsure | Adjust)
            self._send(reply)

    def _send(self, reply: Heard | None) -> None:
        try:
            self._step = self._talk.send(reply)
        except StopIteration as end:
            self.outcome = end.value


def heard(text: str) -> Heard | None:
    if text == "(einde)":
        return None
    if text == "(stil)":
        return Heard("", silent=True)
    if text.startswith("(onzeker) "):
        return Heard(text[10:], sure=False)
    return Heard(text)


def play(told: Told) -> Played:
    talk = (
        guided(script("guided"))
        if told.facts is None
        else checkin(script("checkin"), told.facts, last_intention=told.last)
    )
    played = Played(talk)
    played.until_listening()
    for at, (mark, text) in enumerate(told.lines):
        if mark == ">":
            assert played.outcome is None, f"it was over before {text!r}: {spoken(played.said)}"
            following = told.lines[at + 1] if at + 1 < len(told.lines) else ("", "")
            played.on(heard(text), heard(following[1]) if following[0] == "!" else None)
        elif mark == "<":
            assert text in spoken(played.since)
        elif mark == "<!":
            assert text not in spoken(played.since)
    assert played.outcome is not None, f"it goes on: {spoken(played.since)}"
    assert played.outcome.how == told.ends
    return played


def spoken(said: list[Say]) -> str:
    return " ".join(line for each in said for line in each.reflection.lines)


def test_there_are_enough_of_them_and_none_is_there_twice() -> None:
    assert len(TALKS) >= FEWEST
    assert len({told.name for told in TALKS}) == len(TALKS)
    assert all(told.ends for told in TALKS)
    for told in TALKS:  # each says what is said, and most what is not
        assert any(mark == "<" for mark, _ in told.lines) or told.ends in ("left", "stopped"), told.name
    assert sum(any(mark == "<!" for mark, _ in told.lines) for told in TALKS) >= 0.5 * len(TALKS)


@pytest.mark.parametrize("told", TALKS, ids=[told.name for told in TALKS])
def test_talk(told: Told) -> None:
    played = play(told)
    kinds = [said.reflection.kind for said in played.said]
    asked = [said.reflection.lines[-1] for said in played.said if said.reflection.kind == "question"]
    if not any(text.removeprefix("(onzeker) ").startswith(_ASKS_AGAIN) for mark, text in told.lines if mark in ">!"):
        checks = sum("talk/check" in said.reflection.keys[0] for said in played.said)
        assert len(asked) - checks <= script("guided").most_questions
        stories = [said for said in played.said if said.reflection.keys[-1].startswith("reflection/question")]
        assert len(set(asked)) >= len(asked) - len(stories), asked
    if "safety" in kinds:
        assert kinds[-1] == "safety"
        assert kinds.count("safety") == 1
    for said in played.said:
        for line in said.reflection.lines:
            own = re.sub(r"“[^”]*”", "", line)
            assert not re.search(r"\b(u|uw|hij|zij|hem|haar)\b", own), line
            assert "{" not in line
