"""Whole turns: into a real microphone in real time, and out of a file where time does not matter."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from virtual_sound import SoundServer

from assistant.hearing import audio_file, turn
from assistant.hearing.microphone import Microphone
from assistant.hearing.recogniser import Partial, Recogniser, Segment
from assistant.hearing.sound import Block
from assistant.hearing.turn import Ending, Event, Level, NoSpeech, SpeechStarted, listen
from assistant.trouble import ExitCode, Trouble

STORY = "we hadden gisteren ruzie over de afwas"
Speak = Callable[..., Path]


class FromFile(Microphone):
    """A microphone into which a file is spoken, faster than in life; silence follows until it is stopped."""

    def __init__(self, path: Path, lost: bool = False, then: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._path, self._lost, self._then = path, lost, then
        self.rate = soundfile.info(path).samplerate
        self._stopped = False

    def blocks(self, timeout: float = 2.0) -> Iterator[Block]:
        for number, block in enumerate(audio_file.blocks(self._path)):
            if self._stopped:
                return
            if number == 15:
                self._then()
            yield block
        if self._lost:
            raise Trouble("microphone_lost", ExitCode.MICROPHONE_LOST, device="x")
        noise = np.random.default_rng(1)
        for _ in range(600):
            if self._stopped:
                return
            yield Block(noise.integers(-3, 4, self.rate // 10).astype("<i2").tobytes(), self.rate)
        raise AssertionError("nobody ended this turn in a minute")

    def stop(self) -> None:
        self._stopped = True


@pytest.fixture
def recogniser(bundled_model: Any) -> Callable[[int], Recogniser]:
    return lambda rate: Recogniser(bundled_model, rate)


Make = Callable[[int], Recogniser]


def test_a_turn_in_real_time(sound_server: SoundServer, say: Speak, bundled_model: Any) -> None:
    events: list[Event] = []

    def slow(rate: int) -> Recogniser:
        time.sleep(1.0)  # a model is loading while the first words are spoken
        return Recogniser(bundled_model, rate)

    path = say(STORY)
    with Microphone() as microphone:
        with sound_server.play(path):
            heard = listen(microphone, slow, patience=1.5, on_event=events.append)
        assert heard.transcript.text == STORY
        assert heard.ended_by is Ending.SILENCE
        assert heard.overflows == 0
        assert heard.seconds == pytest.approx(soundfile.info(path).duration + 1.5, abs=0.8)
    kinds = [type(event) for event in events]
    assert kinds.index(SpeechStarted) < kinds.index(Partial) < kinds.index(Segment)
    assert kinds.count(SpeechStarted) == 1
    levels = [event.dbfs for event in events if isinstance(event, Level)]
    assert max(levels) > -30
    assert len(levels) == pytest.approx(heard.seconds / 0.05, abs=2)


def test_saying_that_one_has_finished(sound_server: SoundServer, say: Speak, recogniser: Make) -> None:
    with Microphone() as microphone, sound_server.play(say(f"{STORY}. ik ben klaar")):
        heard = listen(microphone, recogniser, patience=8)
    assert (heard.transcript.text, heard.ended_by) == (STORY, Ending.WORDS)


def test_a_key_ends_the_turn_and_what_was_said_counts(sound_server: SoundServer, say: Speak, recogniser: Make) -> None:
    stop = threading.Event()
    path = say(STORY)
    with Microphone() as microphone, sound_server.play(path):
        threading.Timer(soundfile.info(path).duration + 0.3, stop.set).start()
        heard = listen(microphone, recogniser, stop=stop)
    assert (heard.transcript.text, heard.ended_by) == (STORY, Ending.KEY)


def test_ctrl_c_ends_the_turn_and_what_was_said_counts(say: Speak, recogniser: Make) -> None:
    before = signal.getsignal(signal.SIGINT)
    pressed = FromFile(say(STORY), then=lambda: os.kill(os.getpid(), signal.SIGINT))
    heard = listen(pressed, recogniser)
    assert heard.ended_by is Ending.INTERRUPT
    assert heard.transcript.text
    assert STORY.startswith(heard.transcript.text.rsplit(" ", 1)[0])
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    path = tmp_path / "stil.wav"
    soundfile.write(path, np.random.default_rng(1).normal(0, 1e-4, 40000), 16000)
    return path


def test_ctrl_c_before_any_word_means_leaving(silence: Path, recogniser: Make) -> None:
    with pytest.raises(Trouble) as caught:
        listen(FromFile(silence, then=lambda: os.kill(os.getpid(), signal.SIGINT)), recogniser)
    assert (caught.value.key, caught.value.code) == ("interrupted", ExitCode.INTERRUPTED)


def test_in_another_thread_ctrl_c_is_left_to_others(say: Speak, recogniser: Make) -> None:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(listen(FromFile(say(STORY)), recogniser, 1.0)))
    thread.start()
    thread.join(60)
    assert results[0].ended_by is Ending.SILENCE


@pytest.mark.parametrize("how", ["key", "waiting", "only the closing words"])
def test_no_word_at_all(how: str, silence: Path, say: Speak, recogniser: Make) -> None:
    stop = threading.Event()
    microphone = {
        "key": FromFile(silence, then=stop.set),
        "waiting": FromFile(silence),
        "only the closing words": FromFile(say("ik ben klaar")),
    }[how]
    with pytest.raises(NoSpeech) as caught:
        listen(microphone, recogniser, stop=stop)
    assert (caught.value.key, caught.value.code) == ("no_speech", ExitCode.NO_SPEECH)


def test_somebody_who_does_not_speak_is_given_half_a_minute(silence: Path, recogniser: Make) -> None:
    levels: list[Event] = []
    with pytest.raises(NoSpeech):
        listen(FromFile(silence), recogniser, on_event=levels.append)
    assert len(levels) == pytest.approx(turn.NO_SPEECH_SECONDS / 0.1, abs=3)


def test_a_microphone_that_is_lost_in_the_middle_ends_the_turn(say: Speak, recogniser: Make) -> None:
    heard = listen(FromFile(say(STORY), lost=True), recogniser)
    assert (heard.transcript.text, heard.ended_by) == (STORY, Ending.LOST)


def test_a_microphone_that_is_lost_before_any_word_is_a_trouble(silence: Path, recogniser: Make) -> None:
    with pytest.raises(Trouble) as caught:
        listen(FromFile(silence, lost=True), recogniser)
    assert caught.value.key == "microphone_lost"


def test_a_pause_for_thought_does_not_end_the_turn(say: Speak, recogniser: Make, tmp_path: Path) -> None:
    samples, rate = soundfile.read(say(STORY))
    path = tmp_path / "pauze.wav"
    hush = np.random.default_rng(1).normal(0, 1e-4, 3 * rate)
    soundfile.write(path, np.concatenate([samples, hush, samples]), rate)
    heard = listen(FromFile(path), recogniser)
    assert heard.transcript.text == f"{STORY} {STORY}"
    assert heard.transcript.pauses(2.0) == (len(STORY.split()),)
    assert heard.seconds == pytest.approx(soundfile.info(path).duration + 4, abs=1)


def test_a_command_that_stands_alone_ends_a_turn_at_once(say: Speak, recogniser: Make, tmp_path: Path) -> None:
    alone = frozenset({("stop",), ("ik", "ben", "klaar")})
    heard = listen(FromFile(say("stop")), recogniser, patience=8, alone=alone)
    assert (heard.transcript.text, heard.ended_by, heard.alone) == ("stop", Ending.WORDS, ("stop",))
    heard = listen(FromFile(say("ik ben klaar")), recogniser, patience=8, alone=alone)
    assert heard.alone == ("ik", "ben", "klaar")
    heard = listen(FromFile(say(STORY)), recogniser, patience=1.5, alone=alone)
    assert (heard.transcript.text, heard.alone) == (STORY, ())
