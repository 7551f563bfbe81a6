"""Whether the check-in was asked for already this evening: one small file, with a time and nothing of the user."""

from __future__ import annotations

import json
import time
from pathlib import Path

SAME_EVENING_SECONDS = 4 * 3600


def place() -> Path:
    """Return where it is noted."""
    import platformdirs

    return Path(platformdirs.user_state_dir("verbonden", appauthor=False)) / "gevraagd.json"


def turn(now: float | None = None) -> int:
    """Return 1 for the first moment of an evening, 2 for the second after a "later", 0 where all is done."""
    now = time.time() if now is None else now
    try:
        noted = json.loads(place().read_text(encoding="utf-8"))
        recent = 0 <= now - float(noted["at"]) < SAME_EVENING_SECONDS
    except (OSError, ValueError, KeyError, TypeError):
        return 1
    if not recent:
        return 1
    return 2 if noted.get("later") is True else 0


def note(later: bool, now: float | None = None) -> None:
    """Note that it was asked, and whether to ask again; what cannot be written is no trouble."""
    try:
        place().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place().write_text(json.dumps({"at": time.time() if now is None else now, "later": later}), encoding="utf-8")
    except OSError:
        pass
