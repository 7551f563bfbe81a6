import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.hearing.transcript import Transcript, Word
from assistant.hearing.turn import (
    Ending,
    Press,
    Turn,
    Words,
    without_closing_words,
)
from assistant.hearing.voice_activity import CHUNK_SECONDS, Chunk

VOICE, SILENCE = Chunk(0.95), Chunk(0.02)


def _after(turn: Turn, *events: Chunk | Words | Press) -> Turn:
    for event in events:
        turn = turn.after(event)
    return turn


def _sound(turn: Turn, event: Chunk, seconds: float) -> Turn:
    return _after(turn, *[event] * round(seconds / CHUNK_SECONDS))


def test_silence_after_speech_ends_the_turn_after_the_patience_and_not_before() -> None:
    spoken = _sound(Turn(patience=4.0), VOICE, 2)
    assert spoken.last_voice == pytest.approx(2, abs=CHUNK_SECONDS)
    assert _sound(spoken, SILENCE, 3.9).ending is None
    assert _sound(spoken, SILENCE, 4.1).ending is Ending.SILENCE


def test_a_thoughtful_pause_does_not_end_it() -> None:
    turn = _sound(Turn(), VOICE, 1)
    for _ in range(5):
        turn = _sound(_sound(turn, SILENCE, 3.8), VOICE, 0.5)
        assert turn.ending is None


@pytest.mark.parametrize("patience", [1.0, 8.0])
def test_the_patience_can_be_chosen(patience: float) -> None:
    spoken = _sound(Turn(patience=patience), VOICE, 1)
    assert _sound(spoken, SILENCE, patience - 0.1).ending is None
    assert _sound(spoken, SILENCE, patience + 0.1).ending is Ending.SILENCE


def test_before_the_first_word_there_is_more_time() -> None:
    assert _sound(Turn(), SILENCE, 29.9).ending is None
    assert _sound(Turn(), SILENCE, 30.1).ending is Ending.NO_SPEECH


def test_a_click_is_not_a_voice() -> None:
    turn = Turn()
    for _ in range(20):
        turn = _sound(_after(turn, VOICE, VOICE), SILENCE, 0.5)
    assert turn.last_voice is None


def test_a_voice_may_waver() -> None:
    assert _after(Turn(), VOICE, Chunk(0.4), VOICE, Chunk(0.4), VOICE).last_voice is not None
    assert _after(Turn(), VOICE, Chunk(0.3), VOICE, Chunk(0.3), VOICE).last_voice is None


def test_the_closing_words_end_it_only_when_they_stand_at_the_end() -> None:
    turn = _sound(Turn(), VOICE, 1)
    closing = ("dus", "ik", "ben", "klaar")
    assert turn.after(Words(closing, final=True)).ending is Ending.WORDS
    assert turn.after(Words(closing, final=False)).ending is None
    assert turn.after(Words(("ik", "ben", "klaar", "ermee"), final=True)).ending is None
    assert turn.after(Words(("ik", "ben", "er", "klaar"), final=True)).ending is None


@pytest.mark.parametrize(("press", "ending"), [(Press.KEY, Ending.KEY), (Press.INTERRUPT, Ending.INTERRUPT)])
def test_a_key_ends_it_at_any_time(press: Press, ending: Ending) -> None:
    assert Turn().after(press).ending is ending
    assert _sound(Turn(), VOICE, 1).after(press).ending is ending


def test_a_whisper_that_only_the_recogniser_hears_is_not_cut_off() -> None:
    turn = Turn()
    for _ in range(5):
        turn = _sound(turn.after(Words(("ik", "fluister"), final=False)), SILENCE, 3)
        assert turn.ending is None
    assert _sound(turn, SILENCE, 1.1).ending is Ending.SILENCE


def test_words_found_in_noise_do_not_keep_a_turn_open_once_a_voice_was_heard() -> None:
    turn = _sound(Turn(), VOICE, 1)
    turn = _sound(turn, SILENCE, 2).after(Words(("de",), final=True))
    assert _sound(turn, SILENCE, 2.1).ending is Ending.SILENCE


def test_an_unknown_word_in_noise_is_no_beginning() -> None:
    assert Turn().after(Words(("[unk]", "[unk]"), final=True)).last_voice is None


EVENTS = st.one_of(
    st.floats(0, 1).map(Chunk),
    st.builds(Words, st.lists(st.sampled_from(["ik", "ben", "klaar"])).map(tuple), st.booleans()),
    st.sampled_from(Press),
)


@given(st.lists(EVENTS, max_size=30), EVENTS)
def test_what_is_over_stays_over_and_time_only_runs_forward(
    events: list[Chunk | Words | Press], more: Chunk | Words | Press
) -> None:
    before = _after(Turn(), *events)
    after = before.after(more)
    assert after.now >= before.now
    if before.ending:
        assert after == before


def _said(*words: str) -> Transcript:
    return Transcript(tuple(Word(word, number, number + 0.5, 1.0) for number, word in enumerate(words)))


def test_the_closing_words_are_no_part_of_the_story() -> None:
    assert without_closing_words(_said("hij", "liep", "weg", "ik", "ben", "klaar")).text == "hij liep weg"
    assert without_closing_words(_said("ik", "ben", "klaar")).text == ""
    assert without_closing_words(_said("ik", "ben", "klaar", "ermee")).text == "ik ben klaar ermee"
    assert without_closing_words(_said("klaar")).text == "klaar"
    assert without_closing_words(_said()).text == ""


def test_a_word_that_stands_alone_ends_the_turn() -> None:
    turn = Turn(alone=frozenset({("stop",), ("een", "ogenblik")}))
    assert _after(turn, Words(("stop",), final=False)).ending is None
    assert _after(turn, Words(("toen", "zei", "ik", "stop"), final=True)).ending is None
    assert _after(turn, Words(("stop",), final=True)).ending is Ending.WORDS
    assert _after(turn, Words(("een", "ogenblik"), final=True)).ending is Ending.WORDS
