import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.hearing.resampling import Resampler

RATES = [8000, 11025, 12000, 15999, 22050, 32000, 44100, 48000, 96000, 192000]


def _tone(rate: int, hertz: float, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate).astype(np.float32)


def _whole(resampler: Resampler, samples: np.ndarray) -> np.ndarray:
    return np.concatenate([resampler.push(samples), resampler.finish()])


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_of_speech_comes_out_as_it_is_and_in_time(rate: int) -> None:
    out = _whole(Resampler(rate, 16000), _tone(rate, 1000))
    assert abs(len(out) - 8000) <= 1
    middle = slice(400, 7600)
    error = out[middle] - _tone(16000, 1000)[middle]
    assert np.sqrt(np.mean(error**2)) < 1e-4


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate > 20000])
def test_what_the_new_rate_cannot_hold_is_kept_out(rate: int) -> None:
    out = _whole(Resampler(rate, 16000), _tone(rate, 9500))
    assert np.abs(out[400:7600]).max() < 1e-3


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(RATES), st.lists(st.integers(0, 3000), min_size=1, max_size=12))
def test_it_does_not_matter_where_the_blocks_are_cut(rate: int, cuts: list[int]) -> None:
    samples = np.random.default_rng(1).standard_normal(sum(cuts)).astype(np.float32)
    streaming = Resampler(rate, 16000)
    pieces = [streaming.push(piece) for piece in np.split(samples, np.cumsum(cuts)[:-1])]
    pieces.append(streaming.finish())
    np.testing.assert_allclose(np.concatenate(pieces), _whole(Resampler(rate, 16000), samples), atol=1e-6)
