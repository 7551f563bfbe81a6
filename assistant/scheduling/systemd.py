"""Units for the user's own systemd: a timer that catches up after the machine was off, and what it starts.

The retry is systemd's: the check-in leaves with LATER once, and is started again after a while. Nothing that is
said or shown goes into the system's journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.scheduling.plan import AGAIN_MINUTES, Plan
from assistant.trouble import ExitCode

NAME = "verbonden"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def units(plan: Plan, command: Sequence[str]) -> Mapping[str, str]:
    """Return the texts of verbonden.timer and verbonden.service by their names."""
    days = "" if len(plan.days) == 7 else ",".join(_DAYS[day] for day in plan.days) + " "
    timer = f"""[Unit]
Description=Verbonden

[Timer]
OnCalendar={days}*-*-* {plan.time}:00
Persistent=true
AccuracySec=1min
Unit={NAME}.service

[Install]
WantedBy=timers.target
"""
    service = f"""[Unit]
Description=Verbonden
StartLimitIntervalSec=6h
StartLimitBurst=3

[Service]
Type=exec
ExecStart={" ".join(_quoted(word) for word in command)}
RestartForceExitStatus={ExitCode.LATER.value}
SuccessExitStatus={ExitCode.LATER.value}
RestartSec={AGAIN_MINUTES}min
StandardInput=null
StandardOutput=null
StandardError=null
"""
    return {f"{NAME}.timer": timer, f"{NAME}.service": service}


def _quoted(word: str) -> str:
    """Return a word of a command as a unit needs it."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{word}"'
