"""Lines for the terminal."""

from __future__ import annotations

import pytest

from assistant.conversation.screen import wrapped


@pytest.mark.parametrize("columns", range(20, 89))
def test_a_command_is_never_broken(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(max(columns, 40)))
    commands = ("verbonden journal on", "verbonden journal forget --all", "verbonden --help", "verbonden doctor")
    for command in commands:
        text = f"{'a' * (columns % 37)} Je hebt nog geen dagboek. Zet het aan met: {command}, of laat het zo."
        lines = wrapped(text).splitlines()
        assert any(command in line for line in lines), lines
        assert " ".join(lines) == text
        assert all(len(line) <= max(columns, 40) for line in lines)
