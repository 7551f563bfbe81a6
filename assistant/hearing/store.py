"""The speech models that this user installed, and which of them is used.

They lie in the user's own data folder, one folder a model, each with a note of where it came from
(`verbonden.json`). What begins with a dot there is work in progress. This module reads and writes
that folder and knows nothing of networks; `assistant/fetching` fills it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.trouble import ExitCode, Trouble

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
NOTE = "verbonden.json"
IN_USE = ".in-use"
DOWNLOADS = ".downloads"


@dataclass(frozen=True, slots=True)
class Installed:
    """A model on this machine; `note`: where it came from, its licence, its sum (empty where unknown)."""

    name: str
    path: Path
    note: Mapping[str, Any]


def folder() -> Path:
    """Return where this user's models are."""
    from platformdirs import user_data_path

    return user_data_path("verbonden", appauthor=False) / "models"


def installed(store: Path | None = None) -> tuple[Installed, ...]:
    """Return the models that are there, by name."""
    store = store or folder()
    try:
        found = sorted(entry for entry in store.iterdir() if NAME.fullmatch(entry.name) and entry.is_dir())
    except OSError:
        return ()
    return tuple(Installed(entry.name, entry, _note(entry)) for entry in found)


def _note(model: Path) -> Mapping[str, Any]:
    try:
        note = json.loads((model / NOTE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def find(name: str, store: Path | None = None) -> Installed | None:
    """Return the model of that name, None where it is not there."""
    return next((model for model in installed(store) if model.name == name), None)


def chosen(store: Path | None = None) -> str | None:
    """Return the name that was chosen with `use`, which need not be installed; None: nothing was chosen."""
    try:
        name = ((store or folder()) / IN_USE).read_text("utf-8").strip()
    except (OSError, ValueError):
        return None
    return name if NAME.fullmatch(name) else None


def in_use(store: Path | None = None) -> Installed | None:
    """Return the installed model that is used; None where none is installed, or another one was chosen.

    What was chosen and is there goes first. Where nothing was chosen, or what was chosen is gone:
    the only one, or the first by name.
    """
    name = chosen(store)
    models = installed(store)
    for model in models:
        if model.name == name:
            return model
    if name is not None and name == bundled_name():
        return None
    return models[0] if models else None


def bundled_name() -> str:
    """Return the name of the model that comes along, which can be chosen like the others."""
    from assistant import resources

    return resources.BUNDLED_MODEL


def use(name: str, store: Path | None = None) -> None:
    """Choose a model that is installed, or the one that comes along. Raises Trouble not_installed, cannot_write."""
    store = store or folder()
    if name != bundled_name() and find(name, store) is None:
        raise Trouble("not_installed", ExitCode.NO_MODEL, name=name)
    try:
        store.mkdir(parents=True, exist_ok=True)
        temporary = store / f".new-{IN_USE[1:]}-{os.getpid()}"
        temporary.write_text(name + "\n", "utf-8")
        os.replace(temporary, store / IN_USE)
    except OSError:
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=store / IN_USE) from None


def remove(name: str, store: Path | None = None) -> None:
    """Delete a model, whole or not at all. Raises Trouble not_installed, cannot_remove."""
    store = store or folder()
    model = find(name, store)
    if model is None:
        raise Trouble("not_installed", ExitCode.NO_MODEL, name=name)
    try:
        away = Path(tempfile.mkdtemp(prefix=".old-", dir=store))
        os.replace(model.path, away / name)
        shutil.rmtree(away)
    except OSError:
        raise Trouble("cannot_remove", ExitCode.CANNOT_WRITE, file=model.path) from None
    if chosen(store) == name:
        with contextlib.suppress(OSError):
            (store / IN_USE).unlink()


def size(path: Path) -> int:
    """Return how many bytes a folder holds."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
