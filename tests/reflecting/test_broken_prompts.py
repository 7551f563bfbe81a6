"""Prompts that somebody edited by hand: whatever is wrong with them names its place."""

from __future__ import annotations

import pytest

from assistant.reflecting.wording import PromptError, Prompts


@pytest.mark.parametrize(
    "broken", ["{words", "}", "{}", "{0}", "{words.upper}", "{words!x}", "{words:>z}", 20, [], [1], {"a": "b"}]
)
def test_a_broken_prompt_names_its_place(broken: object) -> None:
    with pytest.raises(PromptError, match="reflection"):
        Prompts({"reflection": {"opening": {"any": broken}}}).say("reflection/opening/any", words="iets")
