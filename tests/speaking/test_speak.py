import functools
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from virtual_sound import SoundServer

from assistant.hearing.recogniser import hear_file
from assistant.speaking import speak as speaking
from assistant.speaking.playing import play
from assistant.speaking.rendering import SpokenSentence
from assistant.speaking.speak import SpeechReport, speak
from assistant.trouble import ExitCode, Trouble

SENTENCES = ["Jullie hadden ruzie.", "Hij liep weg.", "Wat zou je willen zeggen?"]


def _deaf(sentences: Iterator[SpokenSentence]) -> bool:
    """A player without a loudspeaker."""
    next(sentences)
    raise Trouble("no_sound_out", ExitCode.NO_SOUND_OUT)


def _seconds(path: Path) -> float:
    return float(soundfile.info(path).duration)


def test_it_plays_and_saves_the_same(sound_server: SoundServer, tmp_path: Path) -> None:
    path = tmp_path / "gesproken.wav"
    with sound_server.recording(tmp_path / "gehoord.wav") as heard:
        assert speak(SENTENCES, play, path) == SpeechReport(played=True, saved=path)
    assert _seconds(heard) > _seconds(path) > 4


def test_what_comes_out_of_the_loudspeaker_can_be_understood(
    sound_server: SoundServer, bundled_model: Any, tmp_path: Path
) -> None:
    with sound_server.recording(tmp_path / "gehoord.wav") as heard:
        assert speak(["Jullie hadden ruzie over de afwas.", "Hij liep weg."], play, None).played
    words = hear_file(heard, bundled_model).text.split()
    said = ["jullie", "hadden", "ruzie", "over", "de", "afwas", "hij", "liep", "weg"]
    assert len(set(said) - set(words)) <= 1
    assert abs(len(words) - len(said)) <= 1


def test_without_a_loudspeaker_the_file_is_still_complete(tmp_path: Path) -> None:
    whole, deaf = tmp_path / "heel.wav", tmp_path / "doof.wav"
    assert speak(SENTENCES, None, whole) == SpeechReport(saved=whole)
    report = speak(SENTENCES, _deaf, deaf)
    assert (report.played, report.stopped, report.saved) == (False, False, deaf)
    assert [problem.key for problem in report.problems] == ["no_sound_out"]
    assert deaf.read_bytes() == whole.read_bytes()


def test_a_stop_is_no_problem(sound_server: SoundServer, tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    player = functools.partial(play, stop=stop)
    path = tmp_path / "gesproken.wav"
    assert speak(SENTENCES, player, path) == SpeechReport(stopped=True, saved=path)
    assert _seconds(path) > 4


def test_a_voice_that_fails_is_a_problem_and_no_half_file_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_and_no_more(sentences: list[str], *options: object) -> Generator[SpokenSentence, None, None]:
        yield SpokenSentence(sentences[0], b"\1\1" * 100, 22050, 0.7)
        raise Trouble("speech_timeout", ExitCode.NO_VOICE)

    monkeypatch.setattr(speaking, "render", one_and_no_more)
    played: list[str] = []

    def player(sentences: Iterator[SpokenSentence]) -> bool:
        played.extend(sentence.text for sentence in sentences)
        return True

    report = speak(SENTENCES, player, tmp_path / "gesproken.wav")
    assert played == SENTENCES[:1]
    assert (report.played, report.saved) == (False, None)
    assert [problem.key for problem in report.problems] == ["speech_timeout"]
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_does_not_keep_it_from_playing(tmp_path: Path) -> None:
    report = speak(SENTENCES, lambda sentences: len(list(sentences)) == 3, tmp_path)
    assert (report.played, report.saved) == (True, None)
    assert [problem.key for problem in report.problems] == ["cannot_write"]


def test_nobody_listens_and_nothing_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "render", lambda *options: pytest.fail("rendered"))
    assert speak(SENTENCES, None, None) == SpeechReport()
