from __future__ import annotations

import random
from itertools import pairwise

import noise
from rapidfuzz.distance import Levenshtein

from assistant.understanding.sounds import sound

WORDS = noise.words_of(
    "Ik zei dat hij nooit naar me luistert en toen liep hij boos de deur uit met de hond aan de riem omdat zijn moeder "
    "belde over de verjaardag van zondag waar we niet heen wilden want ik was moe van het werken deze week"
)


def mishearing(rate: float) -> noise.Mishearing:
    return noise.Mishearing(noise.neighbours(noise.vocabulary([" ".join(WORDS)])), rate)


def test_about_the_share_asked_for_goes_wrong() -> None:
    said = WORDS * 60
    heard = mishearing(0.25).words(said, random.Random(1))
    assert 0.20 < Levenshtein.distance(said, heard) / len(said) < 0.30


def test_nothing_goes_wrong_at_rate_zero() -> None:
    assert mishearing(0.0).words(WORDS, random.Random(1)) == WORDS


def test_a_neighbour_sounds_nearer_than_words_do_by_chance() -> None:
    near = noise.neighbours(noise.vocabulary([" ".join(WORDS)]), near=1)
    own = [Levenshtein.normalized_distance(sound(word), sound(others[0])) for word, others in near.items()]
    chance = [Levenshtein.normalized_distance(sound(a), sound(b)) for a, b in pairwise(sorted(set(WORDS), key=len))]
    assert sum(own) / len(own) < sum(chance) / len(chance)


def test_a_dialogue_keeps_its_labels() -> None:
    account = {"kind": "dialogue", "text": "Ik: Leg dat ding nou weg!\nZij: Welk ding?"}
    lines = noise.noisy(account, mishearing(0.0), random.Random(1))["text"].splitlines()
    assert lines == ["Ik: leg dat ding nou weg", "Zij: welk ding"]
