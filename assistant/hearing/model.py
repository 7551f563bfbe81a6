"""Which Vosk model hears, and getting it into memory without a crash.

libvosk is C++ that ends the process when a model is not as it should be, so a folder is looked at
before Vosk sees it. What that cannot find is found by loading the model once in a child process:
if the child dies, the user gets a line instead of a crash. A model that came through is remembered
by the names, sizes and times of its files, so only the first time costs the double loading.

What a folder must hold is what `src/model.cc` of Vosk 0.3.45 opens.
"""

from __future__ import annotations

import enum
import hashlib
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from assistant import resources
from assistant.hearing import library, store
from assistant.hearing.quiet import c_stderr_silenced
from assistant.trouble import ExitCode, Trouble

VARIABLE = "VERBONDEN_MODEL"
TRIAL_SECONDS = 180
"""The largest published Dutch model takes about ten seconds on an old laptop."""
FST_MAGIC = 2125659606
HAS_SYMBOLS = 0x3
"""Bits of an OpenFst header: the file carries the words of its input (1) or output (2) labels."""


class Reason(enum.Enum):
    """Who chose the model."""

    OPTION = "option"
    VARIABLE = "environment"
    SETTINGS = "settings"
    INSTALLED = "installed"
    BUNDLED = "bundled"


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A folder with a Vosk model in it. `bundled`: the one that comes along, which understands no people."""

    path: Path
    name: str
    reason: Reason
    bundled: bool


def choose(
    option: Path | None, environ: Mapping[str, str], settings_model: Path | None, models: Path | None = None
) -> ChosenModel:
    """Choose the model: the option, else the variable, else the settings, else an installed one, else the bundled one.

    The first three name a folder, or an installed model by its name. `models` is where the installed
    ones are, normally `store.folder()`.

    Looks at its folder; raises Trouble model_not_found, model_not_folder, model_incomplete,
    broken_model or bundled_model_missing.
    """
    variable = environ.get(VARIABLE)
    wishes = (
        (option, Reason.OPTION),
        (Path(variable) if variable else None, Reason.VARIABLE),
        (settings_model, Reason.SETTINGS),
    )
    bundled = _bundled()
    for wish, reason in wishes:
        if wish is not None:
            path = inner(_named(wish.expanduser(), models))
            check(path)
            is_bundled = bundled is not None and path.resolve() == bundled.resolve()
            return ChosenModel(path, path.resolve().name, reason, is_bundled)
    used = store.in_use(models)
    if used is not None:
        check(used.path)
        return ChosenModel(used.path, used.name, Reason.INSTALLED, bundled=False)
    if bundled is None:
        raise Trouble("bundled_model_missing", ExitCode.NO_MODEL)
    check(bundled)
    return ChosenModel(bundled, bundled.name, Reason.BUNDLED, bundled=True)


def _named(wish: Path, models: Path | None) -> Path:
    """Return the folder meant by a wish: itself, or the installed model of that name."""
    if not wish.exists() and len(wish.parts) == 1:
        if wish.name == store.bundled_name():
            return _bundled() or wish
        found = store.find(wish.name, models)
        if found:
            return found.path
    return wish


def _bundled() -> Path | None:
    try:
        return resources.bundled_model()
    except FileNotFoundError:
        return None


def inner(path: Path) -> Path:
    """Return the model inside a folder that holds nothing else, as unpacking an archive often leaves it."""
    if path.is_dir() and not (path / "am").exists():
        inside = [entry for entry in path.iterdir() if entry.is_dir() and (entry / "am").is_dir()]
        if len(inside) == 1:
            return inside[0]
    return path


def check(path: Path) -> None:
    """Look whether a folder can be a Vosk model; the Trouble names what is missing or broken."""
    if not path.exists():
        raise Trouble("model_not_found", ExitCode.NO_MODEL, model=path)
    if not path.is_dir():
        raise Trouble("model_not_folder", ExitCode.BROKEN_MODEL, model=path)
    try:
        _check_files(path)
    except (OSError, struct.error, ValueError):
        raise Trouble("broken_model", ExitCode.BROKEN_MODEL, model=path) from None


def _check_files(path: Path) -> None:
    """Check one of the two layouts that Vosk knows: the newer one with folders, the older one flat."""
    newer = (path / "am").is_dir() or not (path / "final.mdl").exists()
    conf, graph = (path / "conf", path / "graph") if newer else (path, path)
    acoustic = path / "am" / "final.mdl" if newer else path / "final.mdl"
    boundary = (graph / "phones" if newer else graph) / "word_boundary.int"
    filterbanks = newer and (conf / "fbank.conf").exists()
    _need(path, acoustic, conf / ("fbank.conf" if filterbanks else "mfcc.conf"))
    if newer:
        _need(path, conf / "model.conf")
    if (graph / "HCLG.fst").exists():
        transducers = [graph / "HCLG.fst"]
    else:
        transducers = [graph / "HCLr.fst", graph / "Gr.fst"]
        _need(path, graph / "disambig_tid.int")
    _need(path, *transducers)
    headers = [_fst_header(file) for file in transducers]
    if not headers[-1] & HAS_SYMBOLS:
        _need(path, graph / "words.txt")
    _check_word_boundary(path, acoustic, boundary)


def _need(model: Path, *files: Path) -> None:
    for file in files:
        # An empty disambig_tid.int is legal: a graph need not have disambiguation symbols.
        if not file.is_file() or (file.stat().st_size == 0 and file.name != "disambig_tid.int"):
            part = file.relative_to(model).as_posix()
            raise Trouble("model_incomplete", ExitCode.BROKEN_MODEL, model=model, part=part)


def _fst_header(file: Path) -> int:
    """Return the flags of an OpenFst file. Raises ValueError for anything else."""
    with file.open("rb") as handle:
        (magic,) = struct.unpack("<i", handle.read(4))
        lengths: list[int] = []
        for _ in ("kind of transducer", "kind of arc"):
            lengths += struct.unpack("<i", handle.read(4))
            handle.read(min(max(lengths[-1], 0), 255))
        _version, flags = struct.unpack("<ii", handle.read(8))
    if magic != FST_MAGIC or not all(0 < length < 256 for length in lengths):
        raise ValueError("not a transducer")
    return int(flags)


def _check_word_boundary(model: Path, acoustic: Path, boundary: Path) -> None:
    """Compare the phones of the acoustic model with those of word_boundary.int.

    Without the file Vosk manages; with a file that lacks a phone it aborts in the middle of the
    first sentence that has this phone, which no trial with other sound would show.
    """
    if not boundary.exists():
        return
    phones = _phones(acoustic)
    known = {int(line.split()[0]) for line in boundary.read_text("ascii").splitlines() if line.strip()}
    if phones is not None and not phones <= known:
        part = boundary.relative_to(model).as_posix()
        raise Trouble("model_incomplete", ExitCode.BROKEN_MODEL, model=model, part=part)


def _phones(acoustic: Path) -> set[int] | None:
    """Return the phones of a Kaldi model; None where it is in text format, which is rare."""
    with acoustic.open("rb") as handle:
        if handle.read(2) != b"\0B":
            return None
        _expect(handle, b"<TransitionModel> ")
        _expect(handle, b"<Topology> ")
        width, count = struct.unpack("<bi", handle.read(5))
        if width != 4 or not 0 < count < 1_000_000:
            raise ValueError("not a list of phones")
        return set(struct.unpack(f"<{count}i", handle.read(4 * count)))


def _expect(handle: BinaryIO, token: bytes) -> None:
    if handle.read(len(token)) != token:
        raise ValueError(f"no {token!r}")


def load(chosen: ChosenModel, remembered: Path | None = None) -> Any:
    """Load a chosen model and return it (a vosk.Model).

    Raises Trouble broken_model, model_path, missing_library.

    `remembered` is the file with the models that came through a trial; normally in the user's cache.
    """
    if not chosen.bundled:
        _try_once(chosen, remembered or _remembered())
    path = _path_for_vosk(chosen.path)
    with c_stderr_silenced():
        try:
            vosk = library.vosk()
        except (ImportError, OSError, TypeError):  # TypeError: a platform that the wheel does not know
            raise Trouble("missing_library", ExitCode.MISSING_LIBRARY, library="libvosk") from None
        vosk.SetLogLevel(-1)
        try:
            return vosk.Model(path)
        except Exception:  # the wheel raises nothing more precise
            raise Trouble("broken_model", ExitCode.BROKEN_MODEL, model=chosen.path) from None


def _path_for_vosk(path: Path) -> str:
    """Return the path as libvosk can open it: on Windows it takes ASCII only (vosk-api #1072)."""
    text = str(path.resolve())
    if sys.platform == "win32" and not text.isascii():
        import ctypes

        short = ctypes.create_unicode_buffer(1024)
        ctypes.windll.kernel32.GetShortPathNameW(text, short, len(short))
        text = short.value
        if not text.isascii():
            raise Trouble("model_path", ExitCode.BROKEN_MODEL, model=path)
    return text


def _remembered() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("verbonden", appauthor=False) / "models-that-load"


def _try_once(chosen: ChosenModel, remembered: Path) -> None:
    mark = _fingerprint(chosen.path)
    try:
        if mark in remembered.read_text("ascii").split():
            return
    except (OSError, ValueError):
        pass
    if not loads(chosen.path):
        raise Trouble("broken_model", ExitCode.BROKEN_MODEL, model=chosen.path)
    try:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        with remembered.open("a", encoding="ascii") as handle:
            handle.write(mark + "\n")
    except OSError:
        pass  # then the next start tries again


def _fingerprint(path: Path) -> str:
    """Return a mark that changes when a file of the model does."""
    described = [str(path.resolve())]
    for file in sorted(path.rglob("*")):
        status = file.stat()
        described.append(f"{file.relative_to(path).as_posix()} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(described).encode()).hexdigest()


def loads(path: Path) -> bool:
    """Whether a model can be loaded and heard with, found out in a child process that may die of it."""
    package = Path(resources.__file__).resolve().parent
    try:
        trial = subprocess.run(
            [sys.executable, "-m", "assistant.hearing.trial", _path_for_vosk(path)],
            cwd=package.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TRIAL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return trial.returncode == 0
