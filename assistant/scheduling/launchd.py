"""An agent for launchd (macOS): the moment and, an hour later, the second one; a missed one comes on waking."""

from __future__ import annotations

import plistlib
from collections.abc import Sequence

from assistant.scheduling.plan import Plan

LABEL = "nl.verbonden"


def agent(plan: Plan, command: Sequence[str]) -> bytes:
    """Return the property list."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(command),
            "StartCalendarInterval": [*_moments(plan), *_moments(plan.again())],
            "RunAtLoad": False,
            "ProcessType": "Interactive",
            "StandardOutPath": "/dev/null",
            "StandardErrorPath": "/dev/null",
        }
    )


def _moments(plan: Plan) -> list[dict[str, int]]:
    """Return one moment for every day, or one for each day of the week (1 is Monday, 7 is Sunday)."""
    if len(plan.days) == 7:
        return [{"Hour": plan.hour, "Minute": plan.minute}]
    return [{"Weekday": day + 1, "Hour": plan.hour, "Minute": plan.minute} for day in plan.days]
