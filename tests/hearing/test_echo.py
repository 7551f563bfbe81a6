"""Whose voice is it: the echo guard with a clock of the test's own, and the spotter on real speech."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.conversation import commands
from assistant.hearing.echo import EchoGuard
from assistant.hearing.sound import Block, to_pcm
from assistant.hearing.spotting import Spotted, Spotter

RATE, STEP = 16000, 0.05


def noise(dbfs: float) -> bytes:
    samples = np.random.default_rng(1).normal(0, 1, int(RATE * STEP)) * 10 ** (dbfs / 20)
    return to_pcm(np.clip(samples, -1, 1).astype(np.float32))


class Room:
    """A guard that is told what is played and, some decibels softer and a little later, what is heard."""

    def __init__(self, echo_db: float | None) -> None:
        self.now = 100.0
        self.guard = EchoGuard(lambda: self.now)
        self._echo = echo_db
        self._late: list[float] = [-90.0] * 4

    def step(self, played: float, said: float = -90.0) -> None:
        self.now += STEP
        self.guard.played(noise(played))
        self._late.append(played)
        heard = -90.0 if self._echo is None else self._late[-4] + self._echo
        power = 10 ** (heard / 10) + 10 ** (said / 10)
        self.guard.heard(Block(noise(10 * np.log10(power)), RATE))


@pytest.mark.parametrize("echo", [None, -30.0, -12.0, 0.0])
def test_its_own_voice_is_nobody_and_a_louder_one_is_somebody(echo: float | None) -> None:
    room = Room(echo)
    for number in range(120):
        room.step(-20.0 - 8 * (number % 3))
        assert not room.guard.somebody(0.7)
    for _ in range(8):
        room.step(-20.0, said=-12.0 if echo == 0.0 else -20.0)
    assert room.guard.somebody(0.7)
    for _ in range(20):
        room.step(-20.0)
    assert not room.guard.somebody(0.7)


def test_in_a_pause_a_soft_voice_is_enough() -> None:
    room = Room(-10.0)
    for _ in range(60):
        room.step(-20.0)
    for _ in range(20):
        room.step(-90.0)
    assert not room.guard.somebody(0.7)
    for _ in range(6):
        room.step(-90.0, said=-40.0)
    assert room.guard.somebody(0.3)


def test_before_the_echo_is_known_it_is_careful() -> None:
    room = Room(-8.0)
    for _ in range(4):
        room.step(-20.0)
    assert not room.guard.somebody(0.2)


def test_without_sound_there_is_nobody() -> None:
    assert not EchoGuard().somebody(1.0)


class Everybody(EchoGuard):
    def somebody(self, seconds: float, frames_wanted: int = 3) -> bool:
        return True


class Nobody(EchoGuard):
    def somebody(self, seconds: float, frames_wanted: int = 3) -> bool:
        return False


def spotted(model: object, file: Path, guard: EchoGuard) -> Spotted | None:
    samples, rate = soundfile.read(file, dtype="float32")
    samples = np.concatenate([samples, np.zeros(rate, dtype=np.float32)])
    spotter = Spotter(model, rate, commands.phrases(), guard)
    size = int(rate * STEP)
    for start in range(0, len(samples), size):
        found = spotter.accept(Block(to_pcm(samples[start : start + size]), rate))
        if found:
            return found
    return None


@pytest.mark.parametrize(
    "word",
    ["stop", "pauze", "verder", "herhaal", "langzamer", "sneller", "zachter", "harder", "terug", "hulp", "opnieuw"],
)
def test_each_word_is_spotted(bundled_model: object, say: Callable[..., Path], word: str) -> None:
    found = spotted(bundled_model, say(word), Everybody())
    assert found is not None
    assert commands.parse(found.phrase) is commands.parse(word)
    assert found.sure
    assert spotted(bundled_model, say(word), Nobody()) is None


def test_a_word_among_others_is_unsure(bundled_model: object, say: Callable[..., Path]) -> None:
    found = spotted(bundled_model, say("we zouden gisteren samen boodschappen doen en toen stop"), Everybody())
    assert found is None or not found.sure
