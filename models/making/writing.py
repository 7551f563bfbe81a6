"""Text as the recogniser writes it: lower case, no punctuation, numbers in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from .numerals import number_in_words

_CLITICS = {"'s", "'t", "'k", "'n", "'m", "'r", "'ns"}  # the only words that may begin with an apostrophe
_QUOTES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "–": " ", "—": " ", "…": " ", "\u00a0": " "})
_LETTERS = "a-zàáâäçèéêëìíîïñòóôöùúûü"
_TOKEN = re.compile(rf"'?[{_LETTERS}]+(?:['-][{_LETTERS}]+)*'?")
_SPEAKER = re.compile(r"(^|[.!?\n]\s*)[A-ZÀ-Ü]\w*:(?=\s)")  # "Zij: ..." in a dialogue
_TIME = re.compile(r"\b(\d{1,2})[:.](\d\d)\b(?: uur)?")


def normalise(text: str) -> list[str]:
    """The words of `text`, as the recogniser would write them."""
    text = text.lower().translate(_QUOTES)
    text = text.replace("€", " euro ").replace("%", " procent ").replace("&", " en ").replace("e-mail", "email")
    text = _TIME.sub(_time_in_words, text)
    text = re.sub(r"(?<=\d)\.(?=\d{3}\b)", "", text)
    text = re.sub(r"(\d)e\b", r"\1 ", text)
    text = re.sub(r"\d+", lambda match: f" {number_in_words(int(match.group()))} ", text)
    return [word for word in map(_tidy, _TOKEN.findall(text)) if word]


def lines(paths: Iterable[Path]) -> Iterator[str]:
    """The lines of text files (one utterance each; `#` starts a remark) and the `text` fields of JSON lines."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("text", "") if path.suffix == ".jsonl" and line.strip() else line
            if text.strip() and not text.startswith("#"):
                yield _SPEAKER.sub(r"\1", text)


def sentences(text: str) -> list[list[str]]:
    """The sentences of a text, as words."""
    return [words for words in map(normalise, re.split(r"(?<=[.!?])\s+|\n", text)) if words]


def pieces(text: str) -> list[list[str]]:
    """What stands between commas and other marks, as words: where a speaker may pause."""
    return [words for words in map(normalise, re.split(r"[.!?,;:]+\s+|\n", text)) if words]


def _time_in_words(match: re.Match[str]) -> str:
    hours, minutes = int(match[1]), int(match[2])
    return f" {number_in_words(hours)} uur {number_in_words(minutes) if minutes else ''} "


def _tidy(token: str) -> str:
    """A token without quotation marks around it; only known short words keep a leading apostrophe."""
    token = token.rstrip("'")
    return token if token in _CLITICS else token.lstrip("'")
