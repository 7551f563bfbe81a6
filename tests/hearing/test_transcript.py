from assistant.hearing.transcript import Transcript, Word


def said(*words: tuple[str, float, float]) -> Transcript:
    return Transcript(tuple(Word(text, start, end, 1.0) for text, start, end in words))


def test_a_pause_is_a_full_stop_and_unknown_words_are_left_out() -> None:
    transcript = said(("toen", 0.0, 0.3), ("[unk]", 0.3, 0.6), ("ging", 0.7, 0.9), ("hij", 2.0, 2.2), ("weg", 2.3, 2.5))
    assert transcript.text == "toen [unk] ging hij weg"
    assert transcript.punctuated() == "toen ging. hij weg"
    assert transcript.pauses(0.5) == (3,)


def test_an_unknown_word_at_a_pause() -> None:
    assert said(("nee", 0.0, 0.3), ("[unk]", 1.5, 1.7), ("hij", 3.0, 3.2)).punctuated() == "nee. hij"
    assert said(("[unk]", 0.0, 0.2), ("hij", 2.0, 2.2)).punctuated() == "hij"
    assert Transcript().punctuated() == ""


def test_transcripts_add_up() -> None:
    assert (said(("ja", 0.0, 0.2)) + said(("nee", 1.0, 1.2))).text == "ja nee"
