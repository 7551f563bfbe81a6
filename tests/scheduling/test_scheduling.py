"""The check-in at its time: plans, the files for each system's scheduler, and what is left behind."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from assistant.commands.checkin import part_of_day
from assistant.scheduling import asked, launchd, system, systemd, windows
from assistant.scheduling.plan import Plan, plan
from assistant.trouble import ExitCode, Trouble

COMMAND = ["/opt/mijn map/python", "-m", "assistant.cli", "checkin", "--scheduled"]
EVERY_DAY = Plan(21, 0)
SOME_DAYS = Plan(23, 30, (0, 2, 6))


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    return tmp_path


@pytest.mark.parametrize(
    ("time", "days", "is_"),
    [
        ("21:00", None, EVERY_DAY),
        ("21.00", "alle", EVERY_DAY),
        ("21u30", None, Plan(21, 30)),
        ("9", "werkdagen", Plan(9, 0, (0, 1, 2, 3, 4))),
        ("9 uur", "weekend", Plan(9, 0, (5, 6))),
        ("23:30", "zo, ma,woensdag", SOME_DAYS),
        ("25:00", None, None),
        ("21:60", None, None),
        ("negen", None, None),
        ("21:00", "maa", None),
        ("21:00", "", None),
    ],
)
def test_times_and_days(time: str, days: str | None, is_: Plan | None) -> None:
    if is_ is None:
        with pytest.raises(Trouble) as refused:
            plan(time, days)
        assert refused.value.code is ExitCode.USAGE
    else:
        assert plan(time, days) == is_


def test_the_second_moment_may_be_the_next_day() -> None:
    assert EVERY_DAY.again() == Plan(22, 0)
    assert SOME_DAYS.again() == Plan(0, 30, (0, 1, 3))


@pytest.mark.parametrize("each", [EVERY_DAY, SOME_DAYS], ids=["every day", "some days"])
@pytest.mark.parametrize("command", [system.command(), [COMMAND[0], "a b", 'c"d', "50%", "$HOME", "é"]])
def test_the_units_of_systemd_are_in_order(each: Plan, command: list[str], tmp_path: Path) -> None:
    command = [sys.executable, *command[1:]]  # verify looks whether the program is there
    units = systemd.units(each, command)
    for name, text in units.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert "Persistent=true" in text or name.endswith(".service")
        assert [line for line in text.splitlines() if line.startswith("Description=")] == ["Description=Verbonden"]
    assert "StandardOutput=null" in units["verbonden.service"]
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("there is no systemd-analyze here")
    done = subprocess.run(
        [verify, "verify", "--user", "--man=no", *(str(tmp_path / name) for name in units)],
        capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "verbonden" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr


def test_a_wrong_unit_is_seen(tmp_path: Path) -> None:
    """The check of the test above can fail."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("there is no systemd-analyze here")
    for name, text in systemd.units(EVERY_DAY, [sys.executable]).items():
        (tmp_path / name).write_text(text.replace("*-*-* 21:00:00", "om negen uur"), encoding="utf-8")
    done = subprocess.run(
        [verify, "verify", "--user", "--man=no", str(tmp_path / "verbonden.timer")],
        capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert "Failed to parse calendar" in done.stderr


def test_systemd_understands_the_time() -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze here")
    line = next(
        text for text in systemd.units(SOME_DAYS, COMMAND)["verbonden.timer"].splitlines() if "OnCalendar" in text
    )
    done = subprocess.run(
        [analyze, "calendar", line.partition("=")[2]], capture_output=True, text=True, timeout=60, check=True
    )
    assert "Mon,Wed,Sun *-*-* 23:30:00" in done.stdout


def test_the_agent_of_launchd() -> None:
    agent = plistlib.loads(launchd.agent(SOME_DAYS, COMMAND))
    assert agent["ProgramArguments"] == COMMAND
    assert {"Weekday": 7, "Hour": 23, "Minute": 30} in agent["StartCalendarInterval"]
    assert {"Weekday": 1, "Hour": 0, "Minute": 30} in agent["StartCalendarInterval"]
    assert len(agent["StartCalendarInterval"]) == 6
    assert agent["StandardOutPath"] == agent["StandardErrorPath"] == "/dev/null"
    assert plistlib.loads(launchd.agent(EVERY_DAY, COMMAND))["StartCalendarInterval"] == [
        {"Hour": 21, "Minute": 0},
        {"Hour": 22, "Minute": 0},
    ]


def test_the_task_of_windows() -> None:
    root = ET.fromstring(windows.task(SOME_DAYS, COMMAND).decode("utf-16"))
    space = {"t": windows.SPACE}
    assert [node.text for node in root.iterfind(".//t:StartBoundary", space)] == [
        "2026-01-01T23:30:00",
        "2026-01-01T00:30:00",
    ]
    days = [[day.tag.partition("}")[2] for day in week] for week in root.iterfind(".//t:DaysOfWeek", space)]
    assert days == [["Monday", "Wednesday", "Sunday"], ["Monday", "Tuesday", "Thursday"]]
    assert root.findtext(".//t:Command", namespaces=space) == COMMAND[0]
    assert root.findtext(".//t:Arguments", namespaces=space) == "-m assistant.cli checkin --scheduled"
    assert root.findtext(".//t:StartWhenAvailable", namespaces=space) == "true"
    assert root.findtext("t:RegistrationInfo/t:Description", namespaces=space) == "Verbonden"
    order = [child.tag.partition("}")[2] for child in root]
    assert order == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]  # the schema wants this order


class Calls:
    def __init__(self, good: bool = True) -> None:
        self.good = good
        self.made: list[Sequence[str]] = []

    def __call__(self, words: Sequence[str]) -> bool:
        self.made.append(words)
        return self.good


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_on_status_and_off(own_folders: Path, platform: str) -> None:
    calls = Calls()
    assert system.status() is None
    system.turn_on(plan("21:00", "ma,wo"), calls, platform)
    assert system.status() == ("21:00", "ma,wo")
    places = system.scheduler(platform).places
    assert all(path.exists() for path in places)
    assert calls.made == list(system.scheduler(platform).on)
    assert system.turn_off(calls, platform)
    assert not any(path.exists() for path in places)
    assert system.status() is None
    assert not system.turn_off(calls, platform)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_a_scheduler_that_refuses_leaves_nothing_behind(own_folders: Path, platform: str) -> None:
    with pytest.raises(Trouble) as refused:
        system.turn_on(EVERY_DAY, Calls(good=False), platform)
    assert refused.value.code is ExitCode.NO_SCHEDULER
    assert [path for path in own_folders.rglob("*") if path.is_file()] == []


def test_a_program_that_is_not_there_is_a_no() -> None:
    assert not system.call(["/nergens/systemctl"])
    assert not system.call([sys.executable, "-c", "raise SystemExit(3)"])
    assert system.call([sys.executable, "-c", ""])


def test_it_asks_again_once(own_folders: Path) -> None:
    assert asked.turn(now=1000) == 1
    asked.note(later=True, now=1000)
    assert asked.turn(now=1000 + 3600) == 2
    asked.note(later=False, now=1000 + 3600)
    assert asked.turn(now=1000 + 3700) == 0
    assert asked.turn(now=1000 + 24 * 3600) == 1


def test_what_is_noted_says_nothing_of_the_user(own_folders: Path) -> None:
    asked.note(later=True, now=1000)
    assert asked.place().read_text(encoding="utf-8") == '{"at": 1000, "later": true}'
    asked.place().write_text("{", encoding="utf-8")
    assert asked.turn(now=1000) == 1


@pytest.mark.parametrize(
    ("hour", "part"), [(4, "night"), (5, "morning"), (12, "afternoon"), (18, "evening"), (22, "evening"), (23, "night")]
)
def test_parts_of_the_day(hour: int, part: str) -> None:
    assert part_of_day(datetime(2026, 11, 28, hour)) == part
