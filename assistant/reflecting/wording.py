"""The sentences that the assistant can say: loaded from `prompts/nl/`, filled, never made here."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant import resources
from assistant.trouble import BrokenData

_SENTENCE_END = re.compile(r"(?<=[.?!…])\s+")


class PromptError(BrokenData):
    """A prompt that is missing or does not fit its values; the message names file, key and reason."""


class Prompts:
    """All sentences of one folder: `prompts["reflection"]["opening"]["any"]` holds a list of wordings."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self.tables = tables

    def wordings(self, path: str) -> list[str]:
        """Return all wordings of "file/table/key" (a key may hold slashes itself); raises PromptError."""
        file, table, key = path.split("/", 2)
        try:
            found = self.tables[file][table][key]
        except KeyError:
            raise PromptError(f"prompts/nl/{file}.toml: nothing under [{table}] {key!r}") from None
        wordings = [found] if isinstance(found, str) else found
        if not isinstance(wordings, list) or not wordings or not all(isinstance(each, str) for each in wordings):
            raise PromptError(f"prompts/nl/{file}.toml: no sentences under [{table}] {key!r}")
        return list(wordings)

    def has(self, path: str) -> bool:
        """Say whether there are wordings for "file/table/key"."""
        file, table, key = path.split("/", 2)
        return key in self.tables.get(file, {}).get(table, {})

    def say(self, path: str, /, *, turn: int = 0, **values: str) -> str:
        """Return one wording, filled with `values`; `turn` chooses among several. Raises PromptError."""
        wordings = self.wordings(path)
        wording = wordings[turn % len(wordings)]
        try:
            missing = _names(wording) - values.keys()
            if missing:
                raise PromptError(f"prompts/nl/{path}: no value for {sorted(missing)}")
            return wording.format(**values)
        except PromptError:
            raise
        except (
            ValueError,
            LookupError,
            AttributeError,
            TypeError,
        ) as error:
            raise PromptError(f"prompts/nl/{path}: {error}") from error


@lru_cache(maxsize=1024)
def _names(wording: str) -> frozenset[str]:
    """Return the names of the values that a wording asks for; raises ValueError where its braces are broken."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(wording) if name)


def load(folder: Path | None = None) -> Prompts:
    """Read all prompt files of a folder; raises ValueError that names the file and the place."""
    folder = folder or resources.folder("prompts/nl")
    return Prompts({path.stem: resources.read_toml(path) for path in sorted(folder.glob("*.toml"))})


@lru_cache(maxsize=1)
def prompts() -> Prompts:
    """Return the prompts that come along, loaded once."""
    return load()


def sentences(text: str) -> tuple[str, ...]:
    """Split what is to be said into sentences; each keeps its closing mark."""
    return tuple(part for part in _SENTENCE_END.split(text.strip()) if part)
