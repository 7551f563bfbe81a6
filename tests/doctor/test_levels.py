"""What is said of a microphone, from sound that is made for it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assistant.doctor.finding import Finding, Grade, exit_code, from_trouble
from assistant.doctor.levels import judge, measure
from assistant.doctor.parts import engine, headset_is_deaf, same
from assistant.hearing.sound import Block, to_pcm
from assistant.trouble import ExitCode, Trouble

RATE = 16000


def blocks(speech: float, noise: float, gain: float = 1.0) -> list[Block]:
    """Three seconds: a voice of so many dBFS (as a sine) in the middle one, noise of so many dBFS throughout."""
    generator = np.random.default_rng(1)
    sound = generator.normal(0, 10 ** (noise / 20), 3 * RATE) if noise > -math.inf else np.zeros(3 * RATE)
    sound[RATE : 2 * RATE] += math.sqrt(2) * 10 ** (speech / 20) * np.sin(np.arange(RATE) / 8)
    samples = np.clip(sound * gain, -1, 1).astype(np.float32)
    return [Block(to_pcm(samples[start : start + 800]), RATE) for start in range(0, len(samples), 800)]


@pytest.mark.parametrize(
    ("speech", "noise", "gain", "grade", "key"),
    [
        (-25, -60, 1, Grade.GOOD, "good"),
        (-55, -70, 1, Grade.NOTE, "soft"),
        (-25, -35, 1, Grade.NOTE, "noisy"),
        (-10, -60, 8, Grade.NOTE, "clipping"),
        (-math.inf, -70, 1, Grade.NOTE, "soft"),
        (-math.inf, -math.inf, 1, Grade.BAD, "silent"),
    ],
)
def test_levels(speech: float, noise: float, gain: float, grade: Grade, key: str) -> None:
    speech = max(speech, -200)
    found = judge(measure(blocks(speech, noise, gain if noise > -math.inf else 0)), "default")
    assert (found.grade, found.key) == (grade, key)
    assert (found.code is ExitCode.NO_PERMISSION) == (grade is Grade.BAD)


def test_the_figures() -> None:
    levels = measure(blocks(-25, -60))
    assert levels.speech == pytest.approx(-25, abs=1)
    assert levels.floor == pytest.approx(-60, abs=1)
    assert levels.peak == pytest.approx(-22, abs=1)
    assert levels.clipped == 0
    assert levels.seconds == pytest.approx(3)
    measured = judge(measure(blocks(-200, -math.inf, 0)), "default").measured
    assert measured["peak_dbfs"] is None  # minus infinity is no JSON


def test_no_sound_at_all_is_silence() -> None:
    assert judge(measure([]), "default").key == "silent"


def test_a_headset_in_the_mode_without_a_microphone() -> None:
    sources = "0\talsa_output.pci.monitor\tx\n1\tbluez_sink.00_11.a2dp_sink.monitor\tx\n"
    assert headset_is_deaf("bluez_sink.00_11.a2dp_sink", sources)
    assert headset_is_deaf("bluez_output.00_11.1", sources)
    assert not headset_is_deaf("bluez_output.00_11.1", sources + "2\tbluez_input.00_11.0\tx\n")
    assert not headset_is_deaf("alsa_output.pci", sources)
    assert judge(measure(blocks(-25, -60)), "x", bluetooth=True).key == "bluetooth"
    assert judge(measure([]), "x", bluetooth=True).key == "bluetooth_silent"


def test_the_code_is_that_of_the_first_bad_part() -> None:
    good = Finding("disk", Grade.NOTE, "low")
    bad = from_trouble("model", Trouble("broken_model", ExitCode.BROKEN_MODEL, model="x"))
    worse = from_trouble("voice", Trouble("no_voice", ExitCode.NO_VOICE))
    assert exit_code([good]) is ExitCode.OK
    assert exit_code([good, bad, worse]) is ExitCode.BROKEN_MODEL


def test_how_much_came_back() -> None:
    assert same("We hadden gisteren ruzie.", "we hadden gisteren ruzie") == 1
    assert same("We hadden gisteren ruzie.", "hadden ruzie en") == 0.5
    assert same("We hadden gisteren ruzie.", "") == 0
    assert same("", "iets") == 0


def test_the_engine_has_a_version() -> None:
    assert engine().startswith("eSpeak NG 1.")
