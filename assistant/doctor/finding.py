"""What was found of one part, as a value; the words are in `prompts/nl/doctor.toml`."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.trouble import ExitCode, Trouble


class Grade(enum.Enum):
    """How good it is: good, good enough with a word of advice, or the main job cannot be done."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: how it is, which line says so with which values, what was measured, the exit code if it is bad."""

    part: str
    grade: Grade
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, Any] = field(default_factory=dict)
    code: ExitCode = ExitCode.OK
    trouble: Trouble | None = None
    """What went wrong, where that has a line of its own in `prompts/nl/troubles.toml`."""


def from_trouble(part: str, trouble: Trouble) -> Finding:
    """Return what stopped a part as a finding."""
    return Finding(part, Grade.BAD, trouble.key, trouble.values, {}, trouble.code, trouble)


def exit_code(findings: Sequence[Finding]) -> ExitCode:
    """Return OK where the main job can be done, else the code of the first part that stands in its way."""
    return next((finding.code for finding in findings if finding.grade is Grade.BAD), ExitCode.OK)
