import pytest

from assistant.speaking.voice import Voice, all_of, choose, engine_rate

ENGLISH = Voice("gmw/en", "English (Great Britain)", ("en-gb",))
GERMAN = Voice("gmw/de", "German", ("de",))
DUTCH = Voice("gmw/nl", "Dutch", ("nl",))


@pytest.mark.parametrize(
    "dutch",
    [
        DUTCH,
        Voice("nl", "", ()),
        Voice("gmw/nl", "", ()),
        Voice(r"HKEY_LOCAL_MACHINE\SOFTWARE\Voices\Tokens\TTS_MS_NL-NL_FRANK", "Microsoft Frank", ()),
        Voice("TTS_MS_nl-BE_Bart", "Microsoft Bart - Dutch (Belgium)", ()),
        Voice("com.apple.voice.compact.nl-NL.Xander", "Xander", ("nl_NL",)),
        Voice("com.apple.voice.compact.nl-BE.Ellen", "Ellen", ("nl_BE",)),
        Voice("x", "y", ("nl-nl\0",)),
    ],
)
def test_a_dutch_voice_is_found_on_every_system(dutch: Voice) -> None:
    assert choose([ENGLISH, dutch, GERMAN]) == dutch


@pytest.mark.parametrize(
    "other",
    [
        ENGLISH,
        GERMAN,
        Voice("", "", ()),
        Voice("nsss", "Frank", ("en_US",)),
        Voice("gmw/nlx", "Low Saxon", ("nds",)),
        Voice("Pennsylvania Dutchess", "Duchess", ("pdc",)),
    ],
)
def test_no_voice_is_taken_for_dutch_that_is_not(other: Voice) -> None:
    assert choose([other]) is None


def test_the_netherlands_come_before_flanders_and_languages_before_names() -> None:
    flemish = Voice("ellen", "Ellen", ("nl_BE",))
    named = Voice("frank", "Microsoft Frank", ())
    assert choose([named, flemish, DUTCH]) == DUTCH
    assert choose([named, flemish]) == flemish


def test_nothing_to_choose_from() -> None:
    assert choose([]) is None


def test_an_engine_may_leave_out_everything_but_the_id() -> None:
    class Bare:
        id = "gmw/nl"
        name = None
        languages = None

    assert all_of([Bare()]) == [Voice("gmw/nl", "", ())]


def test_an_unmeasured_engine_gets_the_number_as_it_is() -> None:
    assert engine_rate("espeak", 140) == 134
    assert engine_rate("nsss", 140) == 140
