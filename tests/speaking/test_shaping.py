import numpy as np
import pytest

from assistant.hearing.sound import peak_dbfs, rms_dbfs, to_samples
from assistant.speaking.shaping import EDGE_SECONDS, PAUSE, PAUSE_AFTER_QUESTION, pause_after, shape

RATE = 22050


def _tone(amplitude: float, seconds: float = 1.0) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * 220 * np.arange(int(RATE * seconds)) / RATE)).astype(np.float32)


@pytest.mark.parametrize("amplitude", [0.02, 0.2, 1.0])
def test_all_speech_is_equally_loud(amplitude: float) -> None:
    assert rms_dbfs(shape(_tone(amplitude), RATE)) == pytest.approx(-20, abs=0.7)


def test_no_peak_is_clipped() -> None:
    clicks = _tone(0.01)
    clicks[::2000] = 0.9
    assert peak_dbfs(shape(clicks, RATE)) == pytest.approx(-1.4, abs=0.1)


def test_silence_around_is_cut_and_the_edges_are_soft() -> None:
    quiet = np.zeros(RATE, dtype=np.float32)
    samples = to_samples(shape(np.concatenate([quiet, _tone(0.3), quiet]), RATE))
    assert len(samples) == pytest.approx(RATE * (1 + 2 * EDGE_SECONDS), abs=RATE * 0.01)
    abrupt = to_samples(shape(_tone(0.3) + np.float32(0.2), RATE))
    assert abs(abrupt[0]) < 0.001
    assert abs(abrupt[-1]) < 0.002
    assert np.abs(abrupt[:20]).max() < 0.05


@pytest.mark.parametrize("samples", [np.zeros(1000, dtype=np.float32), np.zeros(0, dtype=np.float32)])
def test_silence_becomes_nothing(samples: np.ndarray) -> None:
    assert shape(samples, RATE) == b""


def test_a_question_is_followed_by_a_longer_pause() -> None:
    assert pause_after("Hij liep weg.") == PAUSE
    assert pause_after("Liep hij weg?") == PAUSE_AFTER_QUESTION
    assert pause_after("Hij zei: “Ga je weg?”") == PAUSE_AFTER_QUESTION
    assert pause_after("") == PAUSE
