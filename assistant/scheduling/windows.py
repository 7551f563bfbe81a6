"""A task for the Task Scheduler of Windows: the moment and, an hour later, the second one; a missed one comes later."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from assistant.scheduling.plan import Plan

NAME = "Verbonden"
SPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BEGIN = "2026-01-01"


def task(plan: Plan, command: Sequence[str]) -> bytes:
    """Return the XML of the task, in UTF-16 as `schtasks` wants it."""
    root = ET.Element("Task", {"version": "1.2", "xmlns": SPACE})
    ET.SubElement(ET.SubElement(root, "RegistrationInfo"), "Description").text = NAME
    triggers = ET.SubElement(root, "Triggers")
    for each in (plan, plan.again()):
        _trigger(triggers, each)
    principal = ET.SubElement(ET.SubElement(root, "Principals"), "Principal", {"id": "Author"})
    ET.SubElement(principal, "LogonType").text = "InteractiveToken"
    ET.SubElement(principal, "RunLevel").text = "LeastPrivilege"
    settings = ET.SubElement(root, "Settings")
    for name, value in (
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        ("StartWhenAvailable", "true"),
        ("Hidden", "false"),
        ("ExecutionTimeLimit", "PT1H"),
    ):
        ET.SubElement(settings, name).text = value
    action = ET.SubElement(ET.SubElement(root, "Actions", {"Context": "Author"}), "Exec")
    ET.SubElement(action, "Command").text = command[0]
    ET.SubElement(action, "Arguments").text = subprocess.list2cmdline(command[1:])
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-16"?>\n{text}\n'.encode("utf-16")


def _trigger(triggers: ET.Element, plan: Plan) -> None:
    trigger = ET.SubElement(triggers, "CalendarTrigger")
    ET.SubElement(trigger, "StartBoundary").text = f"{_BEGIN}T{plan.time}:00"
    ET.SubElement(trigger, "Enabled").text = "true"
    if len(plan.days) == 7:
        ET.SubElement(ET.SubElement(trigger, "ScheduleByDay"), "DaysInterval").text = "1"
        return
    week = ET.SubElement(trigger, "ScheduleByWeek")
    days = ET.SubElement(week, "DaysOfWeek")
    for day in plan.days:
        ET.SubElement(days, _DAYS[day])
    ET.SubElement(week, "WeeksInterval").text = "1"
