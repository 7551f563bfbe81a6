"""The words that always work: stop, pauze, verder, herhaal, langzamer, … (`prompts/nl/heard/commands.toml`)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from functools import lru_cache

from assistant import resources
from assistant.conversation.phrases import Forms, answers, forms, strip
from assistant.trouble import BrokenData


class Command(enum.Enum):
    """What a teller can say to the program at any moment; the value is the word for it."""

    STOP = "stop"
    PAUSE = "pauze"
    ON = "verder"
    REPEAT = "herhaal"
    SLOWER = "langzamer"
    FASTER = "sneller"
    SOFTER = "zachter"
    LOUDER = "harder"
    BACK = "terug"
    HELP = "hulp"
    DONE = "klaar"
    AFRESH = "opnieuw"


@lru_cache(maxsize=1)
def phrases() -> Mapping[str, Command]:
    """Return each phrase as written with its command, loaded once; raises BrokenData."""
    table = resources.read_toml(resources.folder("prompts/nl/heard") / "commands.toml")
    if set(table) != {command.value for command in Command}:
        raise BrokenData(f"commands.toml: needs exactly {sorted(command.value for command in Command)}")
    return {phrase: command for command in Command for phrase in table[command.value]}


@lru_cache(maxsize=1)
def _by_forms() -> Mapping[Forms, Command]:
    return {forms(phrase): command for phrase, command in phrases().items()}


def parse(text: str) -> Command | None:
    """Return the command that a whole utterance is, little words around it aside, or None."""
    words = forms(text)
    known = _by_forms()
    return known.get(words) or known.get(strip(words, answers().fillers))
