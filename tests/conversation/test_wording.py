"""Every sentence that a conversation can say: short, warm, spoken Dutch."""

from __future__ import annotations

import re

import pytest

from assistant.conversation.own_words import Own, fear, wish, wish_within
from assistant.conversation.states import script
from assistant.reflecting.wording import prompts, sentences
from assistant.speaking.spoken_text import spoken

SAID = [
    (f"{name}/{state.name}", wording)
    for name in ("guided", "checkin")
    for state in script(name).states.values()
    for line in (*state.say, *state.ask)
    for wording in line.wordings
]
SAID += [
    (f"{name}/{when.fact}", wording)
    for name in ("guided", "checkin")
    for when in script(name).when
    for line in when.say
    for wording in line.wordings
]
SAID += [
    (f"{file}/{table}/{key}", wording)
    for file in ("talk", "sentences")
    for table, keys in prompts().tables[file].items()
    for key in keys
    for wording in prompts().wordings(f"{file}/{table}/{key}")
]


@pytest.mark.parametrize(("place", "wording"), SAID)
def test_wording(place: str, wording: str) -> None:
    assert not re.search(r"\b(u|uw|hij|zij|hem|haar|je man|je vrouw)\b", wording, re.IGNORECASE)
    assert not re.search(
        r"\b(patroon|hechting|cyclus|triggeren?|issue|communiceren|diagnose|schuldig|delen met)\b", wording
    )
    for sentence in sentences(wording.replace("“", "").replace("”", "")):
        assert len(sentence.split()) <= 30, sentence
        assert sentence[-1] in ".?!…" or sentence.endswith(("_sentence}", "_intention}", "beneath}")), sentence
        assert spoken(sentence)


def test_a_question_is_one_question() -> None:
    for name in ("guided", "checkin"):
        for state in script(name).states.values():
            for line in state.ask:
                for wording in line.wordings:
                    assert wording.count("?") <= 2, wording
                    assert len(wording.split()) <= 26, wording


MAN = "Mijn man en ik hadden ruzie. Hij liep weg."
WOMAN = "Mijn vrouw en ik hadden ruzie. Ze liep weg."


@pytest.mark.parametrize(
    ("account", "answer", "words"),
    [
        (MAN, "dat hij me niet meer ziet staan", "je me niet meer ziet staan"),
        (MAN, "ik ben bang dat ik hem kwijtraak", "ik je kwijtraak"),
        (MAN, "ja, dat hij een ander heeft", "je een ander hebt"),
        (MAN, "dat ik niks beteken voor hem", "ik niks beteken voor jou"),
        (MAN, "dat ik het nooit goed doe in zijn ogen", "ik het nooit goed doe in je ogen"),
        (MAN, "bang om alleen te blijven", "ik alleen blijf"),
        (MAN, "ik ben bang om hem kwijt te raken", "ik je kwijtraak"),
        (WOMAN, "dat ze bij me weggaat", "je bij me weggaat"),
        (WOMAN, "dat ze haar gevoel voor mij kwijt is", "je je gevoel voor mij kwijt bent"),
        (
            "Ik kreeg ruzie met mijn vriend Joris. Joris liep weg.",
            "ik was bang dat Joris me niet meer wil",
            "je me niet meer wilt",
        ),
        (WOMAN, "dat mijn vrouw niet meer van me houdt", "je niet meer van me houdt"),
    ],
)
def test_own_words_are_turned_to_the_partner(account: str, answer: str, words: str) -> None:
    found = fear(answer, account)
    assert found is not None
    assert found.words == words


@pytest.mark.parametrize(
    "answer",
    [
        "dat hij nooit naar me luistert",
        "dat hij gewoon lui is",
        "dat mijn moeder gelijk krijgt",
        "dat ze bij me weggaat",
        "weet ik niet",
        "ik was bang",
        "omdat hij zijn telefoon pakte en toen naar boven ging en ik dacht nou zeg doe eens normaal",
        "",
    ],
)
def test_what_cannot_be_turned_with_certainty_is_left(answer: str) -> None:
    assert fear(answer, MAN) is None


def test_the_past_stays_the_past() -> None:
    assert fear("dat hij wegging", MAN) == Own("was_afraid", "je wegging")
    assert fear("dat hij weggaat", MAN) == Own("is_afraid", "je weggaat")


def test_what_touched_somebody_is_not_yet_a_fear() -> None:
    assert fear("dat hij zijn telefoon pakte", MAN, asked=False) is None
    assert fear("ik was bang dat hij wegging", MAN, asked=False) is not None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("dat hij me vasthoudt", Own("wish_that", "je me vasthoudt")),
        ("ik wil gewoon dat hij er voor me is", Own("wish_that", "je er voor me bent")),
        ("een arm om me heen", Own("wish_thing", "een arm om me heen")),
        ("ik wil wat meer rust", Own("wish_thing", "wat meer rust")),
        ("samen op de bank zitten", Own("wish_do", "samen op de bank willen zitten")),
        ("ja dat zou fijn zijn", None),
        ("dat hij eindelijk eens normaal doet", None),
        ("ik weet het niet", None),
    ],
)
def test_wishes(answer: str, said: Own | None) -> None:
    assert wish(answer, MAN) == said


def test_a_wish_in_the_account_is_found() -> None:
    found = wish_within(f"{MAN} Ik zou zo graag willen dat hij eens blijft zitten. Meer niet.")
    assert found == Own("wish_that", "je eens blijft zitten")
    assert wish_within(MAN) is None
