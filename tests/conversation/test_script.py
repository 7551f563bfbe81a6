"""The conversation as a pure generator."""

from __future__ import annotations

import pytest

from assistant.conversation.drive import drive
from assistant.conversation.script import MOST_QUESTIONS, MOST_RETRIES, Heard, Listen, Say, Unsure, once
from assistant.hearing.transcript import Transcript, Word

ROW = (
    "Gisteren hadden we ruzie over de afwas. Ik zei dat hij nooit iets doet, ik werd steeds harder. "
    "Hij zei ja maar ik wilde net beginnen, en toen zei hij niets meer en liep hij naar boven."
)
LITTLE = "We hebben ruzie gehad. Meer zeg ik niet."
DANGER = "Hij heeft mij geslagen, in mijn gezicht, en ik ben bang voor hem."


class Told:
    """Ears that hear what the test tells, and a mouth that remembers what was said."""

    again = True

    def __init__(self, *turns: Heard | str) -> None:
        self.turns = [Heard(turn) if isinstance(turn, str) else turn for turn in turns]
        self.asked: list[Listen] = []
        self.said: list[str] = []

    def listen(self, request: Listen) -> Heard | None:
        self.asked.append(request)
        return self.turns.pop(0) if self.turns else None

    def say(self, said: Say, heard: Heard) -> None:
        self.said.append(said.reflection.kind)

    def adjust(self, how: str) -> None:
        self.said.append(how)

    def unsure(self, heard: Heard, more: bool) -> None:
        self.said.append("unsure")


def run(*turns: Heard | str) -> tuple[Told, list[Say]]:
    told = Told(*turns)
    return told, drive(once(), told, told)


def test_one_account_one_reflection() -> None:
    told, said = run(ROW, "this is never asked for")
    assert told.said == ["reflection"]
    assert said[0].reading is not None
    assert said[0].reading.pattern == "attack-defend-withdraw"
    assert told.asked == [Listen()]


def test_too_little_is_asked_about_and_what_was_told_stays() -> None:
    told, _ = run(LITTLE, ROW)
    assert told.said == ["question", "reflection"]
    assert told.asked == [Listen(), Listen(again=True)]


def test_it_asks_no_more_than_its_bound() -> None:
    told, _ = run(*[LITTLE] * 10)
    assert told.said == ["question"] * (MOST_QUESTIONS + 1)


def test_silence_after_a_question_ends_it() -> None:
    assert run(LITTLE)[0].said == ["question"]


def test_unsure_words_get_no_reflection() -> None:
    doubtful = Heard(ROW, sure=False)
    told, said = run(*[doubtful] * 10)
    assert told.said == ["unsure"] * (MOST_RETRIES + 1)
    assert said == []


def test_unsure_first_then_understood() -> None:
    assert run(Heard(ROW, sure=False), ROW)[0].said == ["unsure", "reflection"]


def test_doubt_about_the_last_word_before_a_pause_counts_too() -> None:
    words = [Word(word, i * 0.3, i * 0.3 + 0.2, 1.0) for i, word in enumerate(ROW.lower().replace(".", "").split())]
    last = words[-1]
    doubtful = Transcript((*words[:-1], Word(last.text, last.start, last.end, 0.3)))
    said = run(Heard(ROW.lower(), doubtful))[1][0].reflection
    assert last.text not in " ".join(line for line, key in zip(said.lines, said.keys, strict=True) if "heard/" in key)


def test_danger_comes_first() -> None:
    assert run(LITTLE, DANGER)[0].said == ["question", "safety"]


def test_words_heard_with_doubt_are_not_given_back() -> None:
    words = tuple(Word(word, i * 0.3, i * 0.3 + 0.2, 0.4) for i, word in enumerate(ROW.lower().split()))
    clean, doubtful = Heard(ROW.lower()), Heard(ROW.lower(), Transcript(words))
    assert any("heard/" in key for key in run(clean)[1][0].reflection.keys)
    assert not any("heard/" in key for key in run(doubtful)[1][0].reflection.keys)


def test_nothing_heard_nothing_said() -> None:
    script = once()
    assert next(script) == Listen()
    with pytest.raises(StopIteration):
        script.send(None)


def test_steps_are_values() -> None:
    assert Unsure() == Unsure()
    assert Listen() != Listen(again=True)
