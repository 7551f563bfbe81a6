"""Which synthetic voices the model is trained on, and which are kept for testing.

This is the one place where the division is written down, that of sentences said by humans too: the maker trains on
`TRAINING_VARIANTS` and never speaks at a held-out speed, and `benchmarks/wer.py` tests with `HELD_OUT_VARIANTS` at
the held-out speeds.
Needs only the standard library.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass

LANGUAGE = "nl"

# Never heard in training.
HELD_OUT_VARIANTS = ("m3", "m7", "f2", "f5", "klatt2", "Andrea", "Gene", "steph")
HELD_OUT_SPEEDS = (120, 190)  # words a minute
HELD_OUT_MARGIN = 4  # training stays this many words a minute away from a held-out speed

# "" is the plain voice: the assistant hears its own demonstration spoken by it.
TRAINING_VARIANTS = {
    "": 6.0,
    "m1": 2.0, "m2": 2.0, "m4": 2.0, "m5": 1.5, "m6": 2.0, "m8": 1.5,
    "f1": 2.5, "f3": 2.5, "f4": 2.5,
    "Alex": 1.0, "Alicia": 1.0, "Andy": 1.0, "Annie": 1.0, "Denis": 1.0, "Diogo": 1.0, "Gene2": 1.0,
    "Henrique": 0.5, "Hugo": 0.5, "Jacky": 0.5, "Lee": 1.0, "Mario": 0.5, "Michael": 1.0, "Mike": 1.0,
    "Storm": 0.5, "Tweaky": 0.3, "adam": 1.0, "anika": 1.0, "antonio": 0.5, "aunty": 0.5, "belinda": 1.0,
    "benjamin": 0.5, "boris": 0.5, "caleb": 0.5, "david": 1.0, "ed": 1.0, "edward": 0.5, "grandma": 0.5,
    "grandpa": 0.5, "gustave": 0.5, "iven": 0.5, "iven3": 0.5, "john": 0.5, "klatt": 1.0, "klatt3": 0.5,
    "klatt4": 0.5, "linda": 1.0, "marcelo": 0.5, "max": 1.0, "michel": 0.5, "miguel": 0.5, "norbert": 0.5,
    "pablo": 0.5, "paul": 0.5, "pedro": 0.5, "quincy": 0.5, "rob": 1.0, "robert": 0.5, "sandro": 0.5,
    "shelby": 0.5, "steph2": 0.5, "steph3": 0.5, "travis": 0.5, "victor": 0.5, "zac": 1.0,
}  # fmt: skip

TEST_SENTENCES = 10  # one human sentence in so many is kept for testing

DEFAULT_SPEED, DEFAULT_PITCH, DEFAULT_RANGE = 175, 50, 50


@dataclass(frozen=True)
class Voice:
    """One way of speaking: a variant of the Dutch voice, words a minute, pitch and pitch range (0-99)."""

    variant: str
    speed: int = DEFAULT_SPEED
    pitch: int = DEFAULT_PITCH
    range: int = DEFAULT_RANGE

    @property
    def name(self) -> str:
        """The voice as espeak-ng calls it."""
        return f"{LANGUAGE}+{self.variant}" if self.variant else LANGUAGE


def is_test_sentence(text: str) -> bool:
    """Whether a sentence said by humans is kept for testing: by its text, so for all who said it."""
    return zlib.crc32(" ".join(text.lower().split()).encode()) % TEST_SENTENCES == 0


def draw_training_voice(rng: random.Random) -> Voice:
    """A voice for one training sentence; half of them keep the voice's own pitch."""
    variant = rng.choices(list(TRAINING_VARIANTS), weights=list(TRAINING_VARIANTS.values()))[0]
    speed = _training_speed(rng)
    if rng.random() < 0.5:
        return Voice(variant, speed)
    return Voice(variant, speed, rng.randint(15, 85), rng.randint(10, 90))


def held_out_voices() -> list[Voice]:
    """Every held-out variant at every held-out speed."""
    return [Voice(variant, speed) for variant in HELD_OUT_VARIANTS for speed in HELD_OUT_SPEEDS]


def _training_speed(rng: random.Random) -> int:
    while True:
        speed = round(rng.triangular(90, 260, 165))
        if all(abs(speed - held_out) > HELD_OUT_MARGIN for held_out in HELD_OUT_SPEEDS):
            return speed
