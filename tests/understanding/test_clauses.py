from __future__ import annotations

import pytest

from assistant.understanding.clauses import BOTH, NOBODY, OTHER, PARTNER, TELLER, Account, speaker_lines, take_apart
from assistant.understanding.lexicon import lexicon


def apart(text: str) -> Account:
    return take_apart(text, lexicon())


def actors(text: str) -> list[str]:
    return [clause.actor for clause in apart(text).clauses]


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("toen liep hij weg", PARTNER),
        ("daarna ben ik boos geworden", TELLER),
        ("mijn man zat op de bank", PARTNER),
        ("die van mij zei niets", PARTNER),
        ("onze oudste stond te schreeuwen", OTHER),
        ("mijn moeder hing op", OTHER),
        ("we zwegen", BOTH),
        ("gisteren begon Femke weer", PARTNER),
        ("het regende", NOBODY),
    ],
)
def test_who_acts(text: str, actor: str) -> None:
    assert actors(text)[0] == actor


def test_quoted_words_belong_to_who_says_them() -> None:
    account = apart("Toen zei hij dat ik nooit luister en dat ik altijd zeur. Ik ging naar boven.")
    said = [clause.speaker for clause in account.clauses]
    assert said[:3] == [PARTNER, PARTNER, PARTNER]
    assert said[-1] == NOBODY


def test_quotes_without_marks() -> None:
    account = apart("En zij weer: jij doet nooit iets. En ik van ja maar ik werk ook.")
    by_words = {account.words(c.start, c.end): c.speaker for c in account.clauses}
    assert by_words["jij doet nooit iets"] == PARTNER


@pytest.mark.parametrize(
    "text", ["had ik maar gezegd dat ik bang was", "als ik dat nou had gevraagd", "dan zou hij weggaan"]
)
def test_might_have_been(text: str) -> None:
    assert any(clause.unreal for clause in apart(text).clauses)


def test_clauses_cover_all_words_in_order_without_punctuation() -> None:
    text = "ik kwam thuis en hij zat op de bank en toen zei ik dat hij nooit iets doet en hij zei niets meer"
    account = apart(text)
    assert [i for c in account.clauses for i in range(c.start, c.end)] == list(range(len(account.tokens)))
    assert len(account.clauses) >= 4


def test_dialogue_knows_its_speakers() -> None:
    account = apart("Hij: Je luistert niet.\nIk: Jawel, ik luister.\nHij: Laat maar.")
    assert account.dialogue
    assert account.clauses[0].speaker == PARTNER
    assert account.clauses[0].actor == TELLER


def test_dialogue_with_a_sister() -> None:
    account = apart("Zus: En, heb je het gezegd?\nIk: Nee, ik ben weer weggelopen.")
    assert {clause.speaker for clause in account.clauses} == {OTHER, TELLER}


def test_a_colon_makes_no_dialogue() -> None:
    assert speaker_lines("Ik zei: hou op. Zij zei: nee.") == []
