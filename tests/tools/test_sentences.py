from __future__ import annotations

from pathlib import Path

import pytest
import sentences


def test_the_sentences_that_come_along_are_labelled_right() -> None:
    found = list(sentences.read())
    assert len(found) > 900
    assert {head for each in found for head in each.known} >= {*sentences.DANGERS, *sentences.FEAR_HEADS, "told"}


def test_a_fear_is_no_other_fear_and_nothing_told() -> None:
    known = sentences.known("fear:failing", "steps")
    assert known["fear:failing"] == 1
    assert known["fear:unloved"] == known["told"] == 0
    assert "safety:violence" not in known


def test_none_denies_what_its_file_is_about() -> None:
    assert sentences.known("none", "danger") == dict.fromkeys(sentences.DANGERS, 0)


@pytest.mark.parametrize("line", ["angry | hij was boos", "violence", "violence | ", "fear:hunger | ik heb honger"])
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "danger.txt").write_text(f"# kop\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"danger\.txt:3"):
        list(sentences.read(tmp_path))
