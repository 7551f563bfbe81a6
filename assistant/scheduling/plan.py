"""When the check-in comes: a time of the day and days of the week, as the user writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.trouble import ExitCode, Trouble

DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
WHOLE = {
    "maandag": "ma", "dinsdag": "di", "woensdag": "wo", "donderdag": "do", "vrijdag": "vr", "zaterdag": "za",
    "zondag": "zo",
}  # fmt: skip
GROUPS = {"werkdagen": DAYS[:5], "weekend": DAYS[5:], "elke dag": DAYS, "alle": DAYS}
AGAIN_MINUTES = 60
"""So much later it asks once more, where the first moment was not a good one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A time (hours 0-23, minutes 0-59) on days of the week (0 is Monday)."""

    hour: int
    minute: int
    days: tuple[int, ...] = tuple(range(7))

    @property
    def time(self) -> str:
        """The time as it is written: "21:00"."""
        return f"{self.hour:02d}:{self.minute:02d}"

    @property
    def day_names(self) -> str:
        """The days as they are written: "ma,wo"; "" for every day."""
        return "" if len(self.days) == 7 else ",".join(DAYS[day] for day in self.days)

    def again(self) -> Plan:
        """Return the plan of the second moment."""
        minutes = self.hour * 60 + self.minute + AGAIN_MINUTES
        days = self.days if minutes < 24 * 60 else tuple(sorted((day + 1) % 7 for day in self.days))
        return Plan(minutes // 60 % 24, minutes % 60, days)


def plan(time: str, days: str | None = None) -> Plan:
    """Read "21:00" (also "21.00", "21u30", "9") and "ma,wo,vr" (also "werkdagen"); raises Trouble."""
    found = re.fullmatch(r"\s*([01]?\d|2[0-3])(?:[:.u]([0-5]\d))?\s*(?:uur|u)?\s*", time)
    if not found:
        raise Trouble("schedule_time", ExitCode.USAGE, time=time)
    return Plan(int(found[1]), int(found[2] or 0), _days(days))


def _days(text: str | None) -> tuple[int, ...]:
    if text is None:
        return tuple(range(7))
    chosen: set[str] = set()
    for word in re.split(r"[\s,;]+", text.strip().lower()):
        if word in GROUPS:
            chosen |= set(GROUPS[word])
        elif WHOLE.get(word, word) in DAYS:
            chosen.add(WHOLE.get(word, word))
        else:
            raise Trouble("schedule_days", ExitCode.USAGE, days=text)
    return tuple(sorted(DAYS.index(day) for day in chosen))
