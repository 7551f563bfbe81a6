"""What the user may set once and for all: `settings.toml` in the user's own configuration folder.

Options on the command line go before the settings. Unknown keys are refused, never ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from assistant import resources
from assistant.trouble import ExitCode, Trouble


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with what they do when nothing is set."""

    model: Path | None = None
    """Folder of a Vosk model; None: the one that comes along."""
    device: str | None = None
    """Microphone: index or part of its name; None: the system's own choice."""
    patience: float = 4.0
    """Seconds of silence after which a turn is over."""
    words_a_minute: int = 140
    """How fast the assistant speaks."""
    silent: bool = False
    """True: the answer is only shown."""


def path() -> Path:
    """Return where the settings of this user are looked for."""
    import platformdirs

    return Path(platformdirs.user_config_dir("verbonden", appauthor=False)) / "settings.toml"


def load(file: Path | None = None) -> Settings:
    """Return the settings of this user; raises Trouble for a file that cannot be read or understood."""
    file = file or path()
    try:
        if not file.is_file():
            return Settings()
        table = resources.read_toml(file)
    except (OSError, ValueError) as error:
        raise Trouble("settings_unreadable", ExitCode.UNREADABLE, file=file, reason=error) from error
    return _checked(table, file)


def _checked(table: dict[str, object], file: Path) -> Settings:
    known = {field.name for field in fields(Settings)}
    for key, value in table.items():
        if key not in known:
            raise Trouble("settings_unknown", ExitCode.BAD_INPUT, file=file, key=key, known=", ".join(sorted(known)))
        if not _fits(key, value):
            raise Trouble("settings_value", ExitCode.BAD_INPUT, file=file, key=key, value=value)
    values = dict(table)
    if "model" in values:
        values["model"] = _home(str(values["model"]), file)
    if "device" in values:
        values["device"] = str(values["device"])
    return Settings(**values)  # type: ignore[arg-type]


def _home(path: str, file: Path) -> Path:
    """Return a path with its ~ filled in; raises Trouble where there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise Trouble("settings_value", ExitCode.BAD_INPUT, file=file, key="model", value=path) from error


def _fits(key: str, value: object) -> bool:
    if key == "silent":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if key == "patience":
        return isinstance(value, int | float) and 0.5 <= value <= 60
    if key == "words_a_minute":
        return isinstance(value, int) and 80 <= value <= 220
    return isinstance(value, str | int)
