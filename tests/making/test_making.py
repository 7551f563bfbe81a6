"""The parts of the model maker that need numpy only: alignment, reading a model back, the division of speech."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.making.align import Stretch, align
from models.making.features import band_matrix, cepstra, cepstrum_matrix
from models.making.kaldi import PhoneTable, write_acoustic_model
from models.making.readback import read_model
from models.making.voices import TEST_SENTENCES, is_test_sentence

PROJECT = Path(__file__).resolve().parents[2]
MODEL = PROJECT / "models" / "verbonden-nl"
NAMES = ["SIL", "a", "b", "n"]


def scores(frames: str) -> np.ndarray:
    """Scores that clearly prefer one phone a frame; `_` is silence."""
    result = np.full((len(frames), len(NAMES)), -5.0)
    for row, letter in enumerate(frames):
        result[row, NAMES.index("SIL" if letter == "_" else letter)] = -0.1
    return result


def test_phones_are_found_where_they_are() -> None:
    found = align(scores("__aabbb_naa__"), NAMES, [{("a", "b"): 1.0}, {("n", "a"): 1.0}])
    assert found is not None
    assert found[0] == [
        Stretch("SIL", 0, 0), Stretch("a", 2, 0), Stretch("b", 4, 0), Stretch("SIL", 7, 0), Stretch("n", 8, 1),
        Stretch("a", 9, 1), Stretch("SIL", 11, 1),
    ]  # fmt: skip


def test_silence_between_words_and_at_the_edges_may_be_missing() -> None:
    found = align(scores("abna"), NAMES, [{("a", "b"): 1.0}, {("n", "a"): 1.0}])
    assert found is not None
    assert [stretch.name for stretch in found[0]] == ["a", "b", "n", "a"]


@pytest.mark.parametrize(("frames", "way"), [("aabbn", ("a", "b", "n")), ("aabb", ("a", "b"))])
def test_of_several_ways_the_one_that_was_said_is_taken(frames: str, way: tuple[str, ...]) -> None:
    found = align(scores(frames), NAMES, [{("a", "b", "n"): 1.0, ("a", "b"): 0.4}])
    assert found is not None
    assert tuple(stretch.name for stretch in found[0]) == way


@pytest.mark.parametrize("frames", ["", "a", "ab"])
def test_a_sentence_that_does_not_fit_is_refused(frames: str) -> None:
    assert align(scores(frames), NAMES, [{("a", "b"): 1.0}, {("n", "a"): 1.0}]) is None


def test_the_bundled_model_is_read_back_exactly(tmp_path: Path) -> None:
    layers, names, priors = read_model(MODEL)
    write_acoustic_model(tmp_path / "am" / "final.mdl", PhoneTable(tuple(names)), layers, priors)
    assert (tmp_path / "am" / "final.mdl").read_bytes() == (MODEL / "am" / "final.mdl").read_bytes()
    assert names[0] == "SIL"
    assert priors.sum() == pytest.approx(1, abs=1e-4)


def test_another_make_of_model_is_refused(tmp_path: Path) -> None:
    shutil.copytree(MODEL / "graph", tmp_path / "graph")
    (tmp_path / "am").mkdir()
    (tmp_path / "am" / "final.mdl").write_bytes(b"\0B<TransitionModel> something else")
    with pytest.raises(ValueError, match=r"no model that models\.making wrote"):
        read_model(tmp_path)


def test_about_a_tenth_of_the_sentences_is_kept_for_testing_whoever_says_them() -> None:
    lines = (PROJECT / "accounts" / "build").glob("*.jsonl")
    texts = [json.loads(line)["text"] for path in lines for line in path.read_text("utf-8").splitlines()]
    share = sum(map(is_test_sentence, texts)) / len(texts)
    assert 0.7 / TEST_SENTENCES < share < 1.3 / TEST_SENTENCES
    assert all(is_test_sentence(f" {text.upper()} ") == is_test_sentence(text.lower()) for text in texts[:100])


def test_cepstra_can_be_undone_and_a_warp_moves_the_spectrum_up() -> None:
    time = np.arange(16_000) / 16_000
    tone = (8000 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    plain, warped, higher = (
        (cepstra(sound, warp) @ band_matrix()).mean(0) for sound, warp in ((tone, 1.0), (tone, 1.2), (tone, 0.8))
    )
    assert plain.argmax() < warped.argmax()
    assert plain.argmax() > higher.argmax()
    assert np.allclose(band_matrix() @ cepstrum_matrix(), np.eye(40), atol=1e-4)
