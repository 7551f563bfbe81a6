"""A Dutch voice, chosen by what it says about itself and not left to luck.

An engine that is given a voice it does not have goes on in English without an error, which turns
Dutch into gibberish; so the voice is chosen from the engine's own list, and whoever sets it reads
back afterwards whether the engine took it (`child.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DUTCH_NAMES = re.compile(
    r"\b(dutch|nederlands|vlaams|flemish)\b"  # espeak, and descriptions on Windows
    r"|\bmicrosoft (frank|bart)\b"  # Windows, where the language of a voice may be missing
    r"|\b(xander|claire|ellen)\b",  # macOS
    re.IGNORECASE,
)
ENGINE_RATES = {"espeak": 0.957}
"""The number an engine must be given for one word a minute of Dutch, pauses between sentences included.

espeak-ng 1.51 speaks Dutch faster than the number it is given, but the pauses between sentences take time:
with this number 20 reflections and 5 conversations come out at 130 to 150 words a minute
(`python -m benchmarks.sound`). What SAPI5 and NSSS do with Dutch has not been measured; they get the number as it is.
"""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice as an engine lists it: the id to set it by, its name, its languages ("nl", "nl_BE")."""

    id: str
    name: str
    languages: tuple[str, ...] = ()


def choose(voices: Iterable[Voice]) -> Voice | None:
    """Return the best Dutch voice: of the Netherlands, else of Flanders, else Dutch by name; or None."""
    ranked = [(rank, voice) for voice in voices if (rank := _rank(voice)) is not None]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _rank(voice: Voice) -> int | None:
    languages = {language.strip("\0 ").replace("_", "-").lower() for language in voice.languages if language}
    if languages & {"nl", "nl-nl"}:
        return 0
    if any(language.startswith("nl-") for language in languages):
        return 1
    if re.fullmatch(r"(.*/)?nl", voice.id) or DUTCH_NAMES.search(voice.name):
        return 2
    return None


def engine_rate(engine: str, words_a_minute: float) -> int:
    """Return what to set as the rate of an engine ("espeak", "sapi5", "nsss")."""
    return round(words_a_minute * ENGINE_RATES.get(engine, 1.0))


def all_of(listed: Sequence[object]) -> list[Voice]:
    """Return pyttsx3's voices as values; an engine may leave out everything but the id."""
    return [
        Voice(
            str(getattr(voice, "id", "")),
            str(getattr(voice, "name", None) or ""),
            tuple(str(language) for language in getattr(voice, "languages", None) or ()),
        )
        for voice in listed
    ]
