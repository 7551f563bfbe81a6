from __future__ import annotations

from pathlib import Path

import pytest

from assistant import resources
from assistant.understanding import cues
from assistant.understanding.clauses import take_apart
from assistant.understanding.lexicon import lexicon

WORDS = '[verbs]\nlopen = ["loop", "liep", "gelopen"]\n'
GROUPS = '[groups]\nweg = ["weg", "heen"]\n'
CUE = """
[[cue]]
id = "walks"
shows = "withdraw"
by = "actor"
strength = 2
words = ["=lopen .. <weg>"]
fires = ["hij liep weg"]
silent = ["hij liep"]
"""


def rules(tmp_path: Path, cue: str) -> cues.Cues:
    (tmp_path / "cues").mkdir(exist_ok=True)
    (tmp_path / "verbs.toml").write_text(WORDS)
    (tmp_path / "groups.toml").write_text(GROUPS)
    (tmp_path / "cues" / "one.toml").write_text(cue)
    return cues.load(tmp_path)


def fired(rule: cues.Cues, text: str) -> list[tuple[str, str]]:
    return [(found.cue.id, found.who) for found in rule.find(take_apart(text, lexicon()))]


def test_every_cue_does_what_its_examples_say() -> None:
    assert list(cues.failures(cues.load())) == []


def test_every_group_and_verb_is_spelt_as_the_words_are_read() -> None:
    from assistant.understanding.tokens import plain

    folder = resources.rules()
    for table in (
        resources.read_toml(folder / "verbs.toml")["verbs"],
        resources.read_toml(folder / "groups.toml")["groups"],
    ):
        for name, forms in table.items():
            assert [form for form in forms if plain(form) != form] == [], name


def test_gap_group_and_verb(tmp_path: Path) -> None:
    rule = rules(tmp_path, CUE)
    assert fired(rule, "toen liep hij zomaar weg") == [("walks", "partner")]
    assert fired(rule, "ik ben boos heen gelopen") == []
    assert fired(rule, "hij liep de lange donkere gang weg") == []


def test_a_pattern_stays_within_its_sentence(tmp_path: Path) -> None:
    assert fired(rules(tmp_path, CUE), "Hij liep. Weg ermee.") == []


def test_negated_and_unreal_deeds_do_not_count(tmp_path: Path) -> None:
    rule = rules(tmp_path, CUE)
    assert fired(rule, "hij is niet liep weg") == []
    assert fired(rule, "hij zou toen liep weg") == []
    assert fired(rules(tmp_path, CUE + 'negated = "fires"\n'), "hij liep niet weg") == [("walks", "partner")]


def test_optional_part_and_prefix(tmp_path: Path) -> None:
    rule = rules(tmp_path, CUE.replace("=lopen .. <weg>", "schreeuw~ zo? hard"))
    assert fired(rule, "ik schreeuwde hard") == [("walks", "teller")]
    assert fired(rule, "ik schreeuwde zo hard") == [("walks", "teller")]
    assert fired(rule, "ik schreeuwde te hard") == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("strength = 2", "strenght = 2"), "unknown keys ['strenght']"),
        (('shows = "withdraw"', 'shows = "walk"'), "is not one of"),
        (('by = "actor"', 'by = "somebody"'), "by = 'somebody'"),
        (("=lopen", "=vliegen"), "unknown verb '=vliegen'"),
        (("<weg>", "<ver>"), "unknown word group '<ver>'"),
        (('silent = ["hij liep"]', "silent = []"), "at least one sentence"),
        (("=lopen .. <weg>", ".."), "needs words at both ends"),
        (("strength = 2", "strength = 7"), "strength is 1, 2 or 3"),
    ],
)
def test_errors_name_the_file_the_cue_and_the_reason(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    with pytest.raises(cues.RuleError) as error:
        rules(tmp_path, CUE.replace(*change))
    assert "one.toml, cue 1 (walks)" in str(error.value)
    assert complaint in str(error.value)


def test_all_errors_are_shown_at_once(tmp_path: Path) -> None:
    with pytest.raises(cues.RuleError) as error:
        rules(tmp_path, CUE.replace("=lopen", "=vliegen") + CUE.replace('"withdraw"', '"walk"'))
    assert len(str(error.value).splitlines()) == 2


def test_a_prefix_is_matched_whole(tmp_path: Path) -> None:
    rule = rules(tmp_path, CUE.replace("=lopen .. <weg>", "werkdruk~"))
    assert fired(rule, "dat werd te veel") == []
    assert fired(rule, "de werkdruk was te hoog") != []
