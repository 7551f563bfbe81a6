from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from assistant.trouble import BrokenData
from assistant.understanding import scores
from assistant.understanding.scores import Final, Layer, Learned
from assistant.understanding.sounds import pieces, sound

load = scores.learned.__wrapped__


def layer(*heads: str) -> Layer:
    weights = np.array([[1.0, -2.0], [0.5, 0.0]], np.float32)
    return Layer(heads, np.array([0.1, -0.1], np.float32), {"w:weg": 0, "w:zei": 1}, np.array([2.0, 1.0]), weights)


def test_a_layer_weighs_signs_by_their_share() -> None:
    one, other = layer("a", "b").score(["w:weg", "w:zei", "w:zei", "w:onbekend"])
    shares = np.array([2.0, 1 + math.log(2)])
    shares /= np.linalg.norm(shares)
    assert one == pytest.approx(0.1 + shares @ [1.0, 0.5])
    assert other == pytest.approx(-0.1 + shares @ [-2.0, 0.0])


def test_a_layer_without_known_signs_says_its_bias() -> None:
    assert layer("a", "b").score(["w:onbekend"]).tolist() == pytest.approx([0.1, -0.1])


def test_the_best_sign_is_one_with_words() -> None:
    assert layer("a", "b").best_sign(["actor:teller", "w:zei", "w:weg"], 0) == "w:weg"


def test_weights_survive_being_saved(tmp_path: Path) -> None:
    final = Final({"step": ("find", "name")}, {"words": 0}, np.zeros(2, np.float32), np.ones((1, 2), np.float32))
    scores.save(tmp_path / "w.npz", Learned(layer("a", "b"), {"account": layer("c", "d")}, final))
    again = load(tmp_path / "w.npz")
    assert again.whole["account"].heads == ("c", "d")
    assert again.clause.score(["w:weg"]).tolist() == pytest.approx([1.1, -2.1], abs=0.02)
    assert again.final.score({"words": 3.0, "unknown": 9.0}) == {"step": [3.0, 3.0]}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"not an archive"])
def test_broken_weights_are_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.npz").write_bytes(content)
    with pytest.raises(BrokenData, match=r"w\.npz"):
        load(tmp_path / "w.npz")


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenData, match=r"w\.npz"):
        load(tmp_path / "w.npz")


def test_the_opening_looks_at_the_first_part_only() -> None:
    seen = scores.look(
        "Het ging over de vaatwasser. " + "Ik zei van alles en hij ook. " * 20 + "Toen kwam zijn moeder."
    )
    opening = scores.whole_signs(seen)["opening"]
    assert "w:vaatwasser" in opening
    assert "w:moeder" not in opening
    assert "w:moeder" in scores.whole_signs(seen)["account"]


def test_signs_name_groups_and_verbs_of_the_rules() -> None:
    (row,) = scores.look("toen liep hij weg").rows
    assert {"w:weg", "w:=lopen", "partner:=lopen"} <= set(row)


@pytest.mark.parametrize(
    ("one", "other"), [("ei", "ij"), ("gauw", "gouw"), ("zeggen", "zegge"), ("vader", "fader"), ("hond", "hont")]
)
def test_words_that_sound_alike_have_one_key(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_words_that_share_a_part_share_pieces() -> None:
    shared = set(pieces("schoonmoeder")) & set(pieces("moeder"))
    assert len(shared) > len(pieces("moeder")) / 2
    assert not set(pieces("moeder")) & set(pieces("weg")) - {" w", "g ", "x "}
