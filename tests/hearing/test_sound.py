import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.hearing.sound import Block, downmix, peak_dbfs, rms_dbfs, to_pcm, to_samples


def test_a_block_knows_how_long_it_lasts() -> None:
    block = Block(bytes(2 * 4410), 44100)
    assert block.samples == 4410
    assert block.seconds == pytest.approx(0.1)


@given(st.lists(st.integers(-32768, 32767), max_size=50))
def test_samples_survive_the_way_to_floats_and_back(values: list[int]) -> None:
    pcm = np.array(values, dtype="<i2").tobytes()
    assert to_pcm(to_samples(pcm)) == pcm


def test_too_loud_and_broken_samples_become_harmless() -> None:
    broken = np.array([2.0, -2.0, math.nan, math.inf], dtype=np.float32)
    assert np.frombuffer(to_pcm(broken), dtype="<i2").tolist() == [32767, -32768, 0, 32767]


def test_levels_are_relative_to_full_scale() -> None:
    loud = to_pcm(np.array([0.5, -0.5, 0.5, -0.5], dtype=np.float32))
    assert peak_dbfs(loud) == pytest.approx(-6.02, abs=0.01)
    assert rms_dbfs(loud) == pytest.approx(-6.02, abs=0.01)
    half = to_pcm(np.array([0.5, 0.0, 0.0, 0.0], dtype=np.float32))
    assert rms_dbfs(half) == pytest.approx(-12.04, abs=0.01)


@pytest.mark.parametrize("pcm", [b"", bytes(200)])
def test_silence_has_no_level(pcm: bytes) -> None:
    assert peak_dbfs(pcm) == rms_dbfs(pcm) == -math.inf


def _tone(amplitude: float) -> np.ndarray:
    return (amplitude * np.sin(np.arange(1600) / 5)).astype(np.float32)


def test_two_channels_are_averaged() -> None:
    both = downmix(np.stack([_tone(0.4), _tone(0.2)], axis=1))
    np.testing.assert_allclose(both, _tone(0.3), atol=1e-6)


def test_one_microphone_of_eight_keeps_its_level() -> None:
    frames = np.zeros((1600, 8), dtype=np.float32)
    frames[:, 5] = _tone(0.4)
    np.testing.assert_allclose(downmix(frames), _tone(0.4), atol=1e-6)


def test_opposite_channels_do_not_cancel_each_other() -> None:
    frames = np.stack([_tone(0.4), -_tone(0.4)], axis=1)
    np.testing.assert_allclose(np.abs(downmix(frames)), np.abs(_tone(0.4)), atol=1e-6)


def test_silent_and_empty_frames_stay_so() -> None:
    assert downmix(np.zeros((10, 2), dtype=np.float32)).tolist() == [0.0] * 10
    assert len(downmix(np.zeros((0, 2), dtype=np.float32))) == 0
