from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from assistant import resources
from assistant.conversation.screen import line_of
from assistant.reflecting.wording import PromptError, Prompts, prompts, sentences
from assistant.trouble import ExitCode, Trouble

SOURCE = Path(resources.__file__).resolve().parent
RAISED = re.compile(r'Trouble\(\s*"(\w+)",\s*ExitCode\.(\w+)([^)]*(?:\([^)]*\)[^)]*)*)\)')
SPOKEN = [
    (file, table, key, wording)
    for file in ("reflection", "safety", "demo", "trends")
    for table, keys in prompts().tables[file].items()
    for key in keys
    for wording in prompts().wordings(f"{file}/{table}/{key}")
]
TOLD = ("opening", "patterns", "pairs", "topics", "fears", "steps", "days", "asked", "changes")
"""The tables of `trends.toml` whose wordings are whole sentences; the others hold names of things."""
ALL = [
    (path.name, wording)
    for path in sorted(resources.folder("prompts/nl").glob("*.toml"))
    for wording in re.findall(r'"((?:[^"\\]|\\.)*)"', re.sub(r"^\s*#.*$", "", path.read_text(), flags=re.M))
]


@pytest.mark.parametrize(("file", "wording"), ALL)
def test_je_never_u(file: str, wording: str) -> None:
    assert not re.search(r"\b(u|uw|uzelf)\b", wording, re.IGNORECASE), file


@pytest.mark.parametrize(("file", "table", "key", "wording"), SPOKEN)
def test_no_guess_at_sex_and_no_jargon(file: str, table: str, key: str, wording: str) -> None:
    if file != "demo":
        assert not re.search(r"\b(hij|zij|hem|haar|zijn vrouw|je man|je vrouw)\b", wording)
    assert not re.search(
        r"\b(patroon|hechting|cyclus|partnerrelatie|triggeren?|issue|communiceren|diagnose|schuldig bent)\b", wording
    )


@pytest.mark.parametrize(("file", "table", "key", "wording"), SPOKEN)
def test_spoken_sentences_are_short(file: str, table: str, key: str, wording: str) -> None:
    if file == "trends" and table not in TOLD:
        return  # names and headings, not sentences
    for sentence in sentences(wording):
        assert len(sentence.split()) <= 34, sentence
        assert sentence[-1] in ".?!…", sentence


def raised() -> list[tuple[str, str, str]]:
    return [match for path in SOURCE.rglob("*.py") for match in RAISED.findall(path.read_text(encoding="utf-8"))]


def test_every_trouble_has_its_line_with_the_values_it_gets() -> None:
    assert len(raised()) > 25
    for key, code, values in raised():
        wording = prompts().tables["troubles"].get(key)
        assert wording, f"no line for {key}"
        wanted = {name for _, name, _, _ in string.Formatter().parse(wording) if name}
        given = set(re.findall(r"(\w+)=", values))
        assert wanted <= given, f"{key} needs {wanted - given}"
        assert ExitCode[code] is not None


def test_every_line_is_one_line_and_says_what_to_do() -> None:
    for key, wording in prompts().tables["troubles"].items():
        assert "\n" not in wording, key
        assert len(re.findall(r"[.?!](?:\s|$)", wording)) >= 2 or ", " in wording, key


def test_no_line_is_there_for_nothing() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    assert [key for key in prompts().tables["troubles"] if f'"{key}"' not in text] == []


def test_no_notice_is_there_for_nothing() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    notices = [f"{table}/{key}" for table, keys in prompts().tables["screen"].items() for key in keys]
    assert [notice for notice in notices if f'{notice}"' not in text] == []


@pytest.mark.parametrize("file", ["journal", "trends"])
def test_no_line_of_the_journal_is_there_for_nothing(file: str) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    for table, keys in prompts().tables[file].items():
        for key in keys:
            # some keys are put together, from a table and a value that the journal holds
            assert (
                f"{file}/{table}/{key}" in text
                or f"{file}/{table}/{{" in text
                or f'word("{table}/' in text
                or (f'_words("{key}")' in text or f'"{key}"' in text)
            ), f"{file}: [{table}] {key}"


def test_a_trouble_without_a_line_still_says_something() -> None:
    assert "onbekende_sleutel" in line_of(Trouble("onbekende_sleutel", ExitCode.INTERNAL))


def test_a_missing_prompt_names_its_place() -> None:
    with pytest.raises(PromptError, match=r"reflection\.toml"):
        prompts().say("reflection/opening/nothing")
    with pytest.raises(PromptError, match="words"):
        Prompts({"a": {"b": {"c": "{words}"}}}).say("a/b/c")
