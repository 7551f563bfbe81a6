from __future__ import annotations

import itertools

import pytest

from assistant.reflecting.reflection import MOST_WORDS, Reflection, reflect, tidy
from assistant.reflecting.wording import prompts
from assistant.understanding.decide import SHAPES, fits
from assistant.understanding.reading import FEARS, STEPS, TOPICS, Evidence, Reading

LONG = "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien"
TURNS = range(3)


def reading(
    shape: str, step: str | None, fears: tuple[str, ...], topic: str | None = None, words: str = LONG
) -> Reading:
    pattern, teller, partner = SHAPES[shape]
    names = ["teller", "partner", *(f"fear:{fear}" for fear in fears)]
    evidence = tuple(Evidence(name, "rule", words, 0, len(words)) for name in names)
    return Reading(pattern, teller, partner, topic, fears, step, "none", evidence)


ALL = [
    (shape, step, fears)
    for shape, step, fears in itertools.product(
        SHAPES, (*STEPS, None), [(), *((fear,) for fear in FEARS), ("failing", "abandoned")]
    )
    if fits(shape, step or "null", len(fears))
]


@pytest.mark.parametrize(("shape", "step", "fears"), ALL)
@pytest.mark.parametrize("turn", TURNS)
def test_every_reading_gets_a_whole_answer(shape: str, step: str | None, fears: tuple[str, ...], turn: int) -> None:
    for topic in (None, *TOPICS):
        said = reflect(reading(shape, step, fears, topic), turn=turn)
        assert said.words <= MOST_WORDS
        assert said.sentences
        assert all("{" not in line for line in said.lines)
        assert len(set(said.lines)) == len(said.lines)


def keys(said: Reflection) -> set[str]:
    return {key.removeprefix("reflection/") for key in said.keys}


def test_find_asks_for_what_lies_under_it() -> None:
    said = reflect(reading("ad", "find", ()))
    assert {"find/attack", "beneath/attack", "not_blame/any"} <= keys(said)
    assert not any(key.startswith(("name/", "ask/")) for key in keys(said))


def test_name_gives_a_sentence_to_say_for_the_fear_that_was_said() -> None:
    said = reflect(reading("wa", "name", ("failing",)))
    assert {"beneath/failing", "name/intro", "name/failing"} <= keys(said)


def test_ask_gives_a_question_to_ask() -> None:
    assert "ask/unimportant" in keys(reflect(reading("ad", "ask", ("unimportant",))))


def test_silence_on_both_sides_gets_the_way_to_a_person() -> None:
    assert "alone_is_hard/any" in keys(reflect(reading("ww", "name", ("abandoned",))))
    assert "alone_is_hard/any" not in keys(reflect(reading("aa", "name", ("abandoned",))))


@pytest.mark.parametrize("words", ["jij bent altijd zo laat thuis", "toen zei ik wat ik dacht van", "ik ging weg"])
def test_no_charge_and_no_broken_piece_is_given_back(words: str) -> None:
    assert words not in " ".join(reflect(reading("ad", "find", (), words=words)).lines)


def test_control_is_never_called_nobodys_fault() -> None:
    assert "not_blame/any" not in keys(reflect(reading("wa", "name", ("controlled",))))


def test_the_own_words_are_given_back_only_when_trusted() -> None:
    value = reading("ad", "find", (), words="en toen riep ik heel hard")
    assert "toen riep ik heel hard" in " ".join(reflect(value).lines)
    assert "riep ik" not in " ".join(reflect(value, trusted=lambda evidence: False).lines)


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("violence", ["112", "0800-2000", "1712"]),
        ("suicide", ["112", "113", "0800-0113", "1813"]),
        ("child", ["112", "0800-2000", "1712"]),
    ],
)
def test_danger_gets_the_numbers_and_no_word_about_the_row(kind: str, numbers: list[str]) -> None:
    said = reflect(Reading("attack-attack", "attack", "attack", "money", ("failing",), None, kind))
    text = " ".join(said.lines)
    assert said.kind == "safety"
    assert all(number in text for number in numbers)
    assert said.words <= MOST_WORDS
    assert "ruzie" not in text
    assert not any("reflection/" in key for key in said.keys)


@pytest.mark.parametrize("question", list(prompts().tables["reflection"]["question"]))
def test_a_question_claims_nothing(question: str) -> None:
    value = Reading("attack-attack", "attack", "attack", step="find", question=question)
    said = reflect(value)
    assert said.kind == "question"
    assert keys(said) == {"opening/any", f"question/{question}"}
    assert said.lines[-1].endswith("?")


def test_a_row_with_somebody_else_is_left_alone() -> None:
    assert reflect(Reading(step=None)).kind == "outside"


@pytest.mark.parametrize(
    ("words", "tidied"),
    [
        ("En, dus ik liep weg.", "ik liep weg"),
        ("maar  hij\nzei niets", "hij zei niets"),
        ("nou", "nou"),
        ("„Laat maar”, zei hij", "„Laat maar”, zei hij"),
    ],
)
def test_tidy(words: str, tidied: str) -> None:
    assert tidy(words) == tidied
