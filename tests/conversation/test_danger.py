"""Danger in single answers: what is believed, what is asked about, and what is not danger."""

from __future__ import annotations

import pytest

from assistant.conversation.danger import heard_in

ACCOUNT = (
    "Ik zei er wat van dat de was er nog lag. Hij zei niks. Ik zei het nog een keer, harder. "
    "Hij deed zijn koptelefoon op."
)


@pytest.mark.parametrize("account", ["", ACCOUNT])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("hij heeft me geslagen", "violence"),
        ("hij gooide een bord naar mijn hoofd", "violence"),
        ("ik durf niet naar huis", "violence"),
        ("ik ben bang dat hij me weer slaat", "violence"),
        ("ik wil niet meer leven", "suicide"),
        ("ik heb geen zin meer in het leven", "suicide"),
        ("hij heeft onze dochter door elkaar geschud", "child"),
        ("ja en hij heeft me geslagen", "violence"),
        ("nee, ik wil niet meer leven", "suicide"),
    ],
)
def test_danger_is_heard(answer: str, kind: str, account: str) -> None:
    alarm = heard_in(answer, account)
    assert alarm is not None
    assert alarm.kind in (kind, "violence" if kind == "child" else kind)


@pytest.mark.parametrize("answer", ["ik wil niet meer", "ik wil rust", "ik kan niet meer"])
def test_what_may_be_danger_is_asked_about(answer: str) -> None:
    alarm = heard_in(answer, ACCOUNT)
    assert alarm is not None
    assert not alarm.certain


@pytest.mark.parametrize("account", ["", ACCOUNT])
@pytest.mark.parametrize(
    "answer",
    [
        "ja", "nee", "weet ik niet", "de kinderen", "dat hij rustig praat", "dat hij me even vasthoudt",
        "dat hij een arm om me heen slaat", "hij bracht me koffie op bed", "ik schaamde me dood", "dat hij er is",
        "dat wil ik niet vertellen", "samen wandelen", "ik voelde me leeg", "dat ze een keer iets liefs zegt",
        "dat ik hem kwijtraak", "dat hij me antwoord geeft", "ik ben doodmoe", "een vier", "gewoon rustig",
        "dat hij niet meer van me houdt", "ik was bang dat hij wegging", "we hebben samen gekookt", "ruzie over geld",
        "dat ik er alleen voor sta", "hij luisterde echt", "dat ze weer lacht", "meer tijd samen",
    ],
)  # fmt: skip
def test_ordinary_answers_are_no_danger(answer: str, account: str) -> None:
    assert heard_in(answer, account) is None
