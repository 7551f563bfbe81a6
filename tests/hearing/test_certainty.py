from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.hearing.certainty import THRESHOLD, Certainty, sure_enough
from assistant.hearing.recogniser import UNKNOWN_WORD, hear_file
from assistant.hearing.transcript import Transcript, Word

Speak = Callable[..., Path]


def _heard(*words: tuple[str, float, float]) -> Transcript:
    """Make a transcript of words with their length in seconds and their confidence."""
    out, now = [], 0.0
    for text, length, confidence in words:
        out.append(Word(text, now, now + length, confidence))
        now += length
    return Transcript(tuple(out))


def test_nothing_heard_is_never_sure() -> None:
    assert sure_enough(Transcript()) == Certainty(False, 0.0, 0.0, 0.0, 0)
    assert not sure_enough(Transcript(), threshold=0).sure


def test_an_account_that_was_heard_well_is_sure() -> None:
    certainty = sure_enough(_heard(*[("woord", 0.3, 0.95)] * 60))
    assert certainty.sure
    assert certainty.understood == pytest.approx(0.95 * 18 / 19)
    assert certainty.mean_confidence == pytest.approx(0.95)
    assert (certainty.share_sure, certainty.words) == (1.0, 60)


def test_a_published_model_on_a_real_person_may_doubt_one_word_in_four() -> None:
    account = [("woord", 0.3, 0.97), ("woord", 0.2, 0.99), ("woord", 0.3, 0.9), ("woord", 0.25, 0.4)] * 20
    certainty = sure_enough(_heard(*account))
    assert certainty.mean_confidence == pytest.approx(0.815)
    assert certainty.sure


def test_long_unknown_words_weigh_by_their_length() -> None:
    by_words = [("ja", 0.2, 0.99)] * 30 + [(UNKNOWN_WORD, 1.5, 1.0)] * 5
    certainty = sure_enough(_heard(*by_words))
    assert certainty.mean_confidence > THRESHOLD
    assert not certainty.sure


def test_an_unknown_word_is_not_understood_however_confident() -> None:
    assert sure_enough(_heard(*[(UNKNOWN_WORD, 0.4, 1.0)] * 40)).understood == 0


def test_a_few_confident_words_are_no_account_but_may_be_an_answer() -> None:
    answer = _heard(("ja", 0.3, 1.0), ("precies", 0.5, 0.95))
    assert not sure_enough(answer).sure
    assert sure_enough(answer, doubt=0).sure


def test_words_without_length_and_without_doubt() -> None:
    assert not sure_enough(_heard(("ja", 0.0, 1.0)), doubt=0).sure


@given(
    st.lists(st.tuples(st.sampled_from(["ja", UNKNOWN_WORD]), st.floats(0, 3), st.floats(0, 1)), max_size=20),
    st.floats(0, 1),
)
def test_more_confidence_never_means_less_certainty(words: list[tuple[str, float, float]], more: float) -> None:
    before = sure_enough(_heard(*words))
    after = sure_enough(_heard(*((text, length, max(more, trust)) for text, length, trust in words)))
    assert 0 <= before.understood <= after.understood <= 1 or before.understood == pytest.approx(after.understood)


ACCOUNT = (
    "We hadden gisteren ruzie over de afwas. Ik zei dat hij nooit iets doet in huis. "
    "Toen werd hij boos en liep hij weg naar boven. Ik heb een uur op de bank gezeten en ik voelde me alleen."
)


@pytest.mark.parametrize(("voice", "speed"), [("nl", 125), ("nl+f2", 150), ("nl+m3", 170)])
def test_a_synthetic_account_is_sure(voice: str, speed: int, say: Speak, bundled_model: Any) -> None:
    certainty = sure_enough(hear_file(say(ACCOUNT, voice, speed), bundled_model))
    assert certainty.sure
    assert certainty.understood > THRESHOLD + 0.05


@pytest.mark.parametrize("speech", ["en", "de", "fr"])
def test_another_language_is_not_sure(speech: str, say: Speak, bundled_model: Any) -> None:
    text = {
        "en": "Yesterday we had a terrible argument about the dishes, and then he walked out on me again.",
        "de": "Gestern hatten wir einen schrecklichen Streit, und danach ist er wieder einfach gegangen.",
        "fr": "Hier nous avons eu une dispute terrible à cause de la vaisselle, et puis il est parti.",
    }[speech]
    assert not sure_enough(hear_file(say(text, speech), bundled_model)).sure
