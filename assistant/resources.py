"""Where the project's own data lie (prompts, rules, the bundled model), and how TOML is read.

In a checkout they stand at the top (`prompts/`, `models/`), where people edit them; in an
installed wheel the build has put them into the package (`assistant/data/`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomli

from assistant.trouble import BrokenData

PACKAGE = Path(__file__).resolve().parent
INSTALLED = PACKAGE / "data"
BUNDLED_MODEL = "verbonden-nl"


def folder(name: str) -> Path:
    """Return the folder `name` ("prompts/nl", "models/verbonden-nl"), which exists in every install.

    Raises FileNotFoundError where the installation is incomplete.
    """
    for place in (INSTALLED / name, PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(name)


def rules() -> Path:
    """Return the folder of the rules that understanding works by."""
    return PACKAGE / "understanding" / "rules" / "nl"


def bundled_model() -> Path:
    """Return the folder of the Vosk model that comes along."""
    return folder(f"models/{BUNDLED_MODEL}")


def read_toml(path: Path) -> dict[str, Any]:
    """Return the contents of a TOML file; raises BrokenData that names the file and the place."""
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrokenData(f"{path.name}: {error}") from error
