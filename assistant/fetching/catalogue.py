"""The published Dutch models: what was recorded of them, in `models/catalogue.toml`. No network here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from assistant import resources
from assistant.trouble import BrokenData


@dataclass(frozen=True, slots=True)
class Entry:
    """A published model: its size in megabytes, licence and word error rates (percent, by test set)."""

    name: str
    megabytes: int
    licence: str
    non_commercial: bool
    advised: bool
    wer: Mapping[str, float]
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All of them, with the day on which this was recorded and where it can be looked up."""

    recorded: str
    source: str
    list_url: str
    entries: tuple[Entry, ...]

    def find(self, name: str) -> Entry | None:
        """Return the entry of that name."""
        return next((entry for entry in self.entries if entry.name == name), None)

    @property
    def advised(self) -> Entry:
        """The one to fetch when nobody asks for another."""
        return next(entry for entry in self.entries if entry.advised)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return what was recorded; raises BrokenData."""
    file = resources.folder("models") / "catalogue.toml"
    table = resources.read_toml(file)
    try:
        entries = tuple(Entry(**entry) for entry in table["model"])
        return Catalogue(str(table["recorded"]), table["source"], table["list"], entries)
    except (KeyError, TypeError) as error:
        raise BrokenData(f"{file.name}: {error}") from error
