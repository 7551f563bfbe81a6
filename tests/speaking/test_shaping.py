import numpy as np
import pytest

from assistant.hearing.sound import peak_dbfs, rms_dbfs, to_samples
from assistant.speaking.shaping import EDGE_SECONDS, PAUSE, PAUSE_AT_QUESTION, louder, pause_between, shape, soft_sound

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


def test_a_question_stands_apart() -> None:
    assert pause_between("Hij liep weg.", "Ik bleef.") == PAUSE
    assert pause_between("Hij liep weg.", "Waarom?") == PAUSE_AT_QUESTION
    assert pause_between("Liep hij weg?", "Ja.") == PAUSE_AT_QUESTION
    assert pause_between("Hij zei: “Ga je weg?”", "Ja.") == PAUSE_AT_QUESTION
    assert pause_between("", "") == PAUSE
    assert 0.5 <= PAUSE < PAUSE_AT_QUESTION <= 0.9


def test_louder_and_softer_never_clip() -> None:
    pcm = shape(_tone(0.3), RATE)
    assert louder(pcm, 1.0) == pcm
    assert rms_dbfs(louder(pcm, 0.5)) == pytest.approx(rms_dbfs(pcm) - 6, abs=0.2)
    assert rms_dbfs(louder(pcm, 1.4)) == pytest.approx(rms_dbfs(pcm) + 2.9, abs=0.2)
    assert peak_dbfs(louder(pcm, 50.0)) == pytest.approx(-1.4, abs=0.1)
    assert louder(b"", 2.0) == b""


def test_the_soft_sound_is_soft_and_ends_softly() -> None:
    sound = soft_sound()
    assert peak_dbfs(sound.pcm) < -18
    samples = to_samples(sound.pcm)
    assert abs(samples[0]) < 0.001
    assert np.abs(samples[-200:]).max() < 0.01
