"""What can go wrong, said once and in one line.

Anything that stops the main job is a `Trouble`: a key whose Dutch line stands in
`prompts/nl/troubles.toml`, the values for that line, and an exit code of its own kind.
`cli.py` prints the line on standard error and leaves with the code; nobody sees a traceback.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of `verbonden`, documented in `docs/exit-codes.md`."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    NO_SUCH_FILE = 10
    NOT_SOUND = 11
    EMPTY = 12
    SILENT = 13
    NO_SPEECH = 14
    UNSURE = 15
    NOT_DUTCH = 16
    UNREADABLE = 17
    BAD_INPUT = 18
    NO_MICROPHONE = 20
    NO_PERMISSION = 21
    MICROPHONE_LOST = 22
    NO_MODEL = 30
    BROKEN_MODEL = 31
    NO_NETWORK = 32
    WRONG_DOWNLOAD = 33
    UNSAFE_ARCHIVE = 34
    NOT_AGREED = 35
    NO_VOICE = 40
    NO_SOUND_OUT = 41
    CANNOT_WRITE = 42
    MISSING_LIBRARY = 50
    BROKEN_DATA = 51
    JOURNAL_OFF = 60
    JOURNAL_LOCKED = 61
    JOURNAL_BROKEN = 62
    NO_SUCH_ENTRY = 63
    NO_SCHEDULER = 70
    LATER = 75
    INTERRUPTED = 130


class BrokenData(ValueError):
    """Rules, prompts or settings that cannot be used; the message names file, place and reason."""


class Trouble(Exception):
    """Something that stops the job, and what the user is told about it.

    `key` names the line in `prompts/nl/troubles.toml`; `values` fill its placeholders
    (strings, already fit to be shown); `code` is what the process exits with.
    """

    def __init__(self, key: str, code: ExitCode, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}
