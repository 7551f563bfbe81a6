"""Putting the check-in into the system's own scheduler, taking it out again, and saying what is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.scheduling import launchd, systemd, windows
from assistant.scheduling.plan import Plan
from assistant.trouble import ExitCode, Trouble

Run = Callable[[Sequence[str]], bool]
"""Runs a program of the system, says whether it did what was asked."""
CALL_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Scheduler:
    """One kind of scheduler: files to write, and programs to call before they go and after they came."""

    files: Callable[[Plan, Sequence[str]], Mapping[Path, bytes]]
    places: tuple[Path, ...]
    on: tuple[tuple[str, ...], ...]
    off: tuple[tuple[str, ...], ...]


def command() -> list[str]:
    """Return what the scheduler starts: this Python, without a window on Windows."""
    python = Path(sys.executable)
    if sys.platform == "win32" and python.with_name("pythonw.exe").exists():
        python = python.with_name("pythonw.exe")
    return [str(python), "-m", "assistant.cli", "checkin", "--scheduled"]


def scheduler(platform: str = sys.platform) -> Scheduler:
    """Return the scheduler of a system ("linux", "darwin", "win32")."""
    import platformdirs

    if platform == "darwin":
        agent = Path.home() / "Library" / "LaunchAgents" / f"{launchd.LABEL}.plist"
        return Scheduler(
            lambda plan, words: {agent: launchd.agent(plan, words)},
            (agent,),
            (("launchctl", "bootstrap", f"gui/{_user()}", str(agent)),),
            (("launchctl", "bootout", f"gui/{_user()}/{launchd.LABEL}"),),
        )
    if platform == "win32":
        task = Path(platformdirs.user_config_dir("verbonden", appauthor=False)) / "taak.xml"
        return Scheduler(
            lambda plan, words: {task: windows.task(plan, words)},
            (task,),
            (("schtasks", "/Create", "/TN", windows.NAME, "/XML", str(task), "/F"),),
            (("schtasks", "/Delete", "/TN", windows.NAME, "/F"),),
        )
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    return Scheduler(
        lambda plan, words: {folder / name: text.encode() for name, text in systemd.units(plan, words).items()},
        (folder / f"{systemd.NAME}.timer", folder / f"{systemd.NAME}.service"),
        (("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", "--now", f"{systemd.NAME}.timer")),
        (("systemctl", "--user", "disable", "--now", f"{systemd.NAME}.timer"),),
    )


def _user() -> int:
    return os.getuid() if sys.platform != "win32" else 0


def call(words: Sequence[str]) -> bool:
    """Run a program of the system quietly; False where it is not there or does not do it."""
    try:
        done = subprocess.run(words, capture_output=True, timeout=CALL_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def turn_on(plan: Plan, run: Run = call, platform: str = sys.platform) -> None:
    """Put the check-in at its time. Raises Trouble scheduler_failed, and leaves nothing half done."""
    chosen = scheduler(platform)
    for words in chosen.off if record().exists() else ():
        run(words)
    try:
        for path, text in chosen.files(plan, command()).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        if not all(run(words) for words in chosen.on):
            raise OSError
        record().parent.mkdir(parents=True, exist_ok=True)
        record().write_text(json.dumps({"time": plan.time, "days": plan.day_names}), encoding="utf-8")
    except OSError:
        _remove(chosen)
        raise Trouble("scheduler_failed", ExitCode.NO_SCHEDULER) from None


def turn_off(run: Run = call, platform: str = sys.platform) -> bool:
    """Take the check-in out of the scheduler; returns whether it was in it."""
    chosen = scheduler(platform)
    there = record().exists() or any(path.exists() for path in chosen.places)
    if there:
        for words in chosen.off:
            run(words)
    _remove(chosen)
    return there


def status() -> tuple[str, str] | None:
    """Return time and days ("21:00", "ma,wo" or "") of the check-in that was put at its time, or None."""
    try:
        table = json.loads(record().read_text(encoding="utf-8"))
        return str(table["time"]), str(table["days"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def record() -> Path:
    """Return where it is written down that there is a check-in at a time."""
    import platformdirs

    return Path(platformdirs.user_config_dir("verbonden", appauthor=False)) / "checkin.json"


def _remove(chosen: Scheduler) -> None:
    for path in (*chosen.places, record()):
        path.unlink(missing_ok=True)
