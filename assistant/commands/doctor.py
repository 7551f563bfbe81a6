"""`verbonden doctor`: is everything there that the main job needs?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.dutch_help import DutchCommand

if TYPE_CHECKING:
    from assistant.doctor.finding import Finding


@click.command(cls=DutchCommand, name="doctor")
@click.option("--json", "as_json", is_flag=True)
@click.option("--loop", is_flag=True)
@click.option("--silent", is_flag=True)
@click.option("--device", metavar="MICROFOON")
@click.option("--model", type=click.Path(path_type=Path), metavar="MAP")
def doctor(as_json: bool, loop: bool, silent: bool, device: str | None, model: Path | None) -> None:
    """Look at microphone, loudspeaker, voice, model, disk and versions; say what to do where one is not right."""
    from assistant.doctor.finding import exit_code

    findings = []
    for finding in _findings(as_json, loop, silent, device, model):
        findings.append(finding)
        if not as_json:
            click.echo(line(finding))
    code = exit_code(findings)
    if as_json:
        listed = [
            {"part": each.part, "grade": each.grade.value, "key": each.key, "line": text(each)}
            | {"measured": dict(each.measured)}
            for each in findings
        ]
        click.echo(json.dumps({"main_job": code == 0, "code": int(code), "findings": listed}, ensure_ascii=False))
    else:
        click.echo("\n" + _say("outcome/able" if code == 0 else "outcome/unable"))
    sys.exit(code)


def _findings(quiet: bool, loop: bool, silent: bool, device: str | None, model: Path | None) -> Iterator[Finding]:
    """Yield what is found of each part, those that the main job needs most first."""
    from assistant import settings as settings_module
    from assistant.conversation.screen import Screen
    from assistant.doctor import parts
    from assistant.hearing import spool
    from assistant.hearing.sound import rms_dbfs
    from assistant.hearing.turn import Level

    settings = settings_module.load()
    microphone = _number(device or settings.device)
    screen = Screen(quiet=quiet)
    if not quiet:
        screen.line(_say("steps/speak"))
    found = parts.microphone(microphone, lambda block: screen.heard(Level(rms_dbfs(block.pcm))))
    screen.clear()
    yield found
    hearing, loaded = parts.model(model, settings.model)
    yield hearing
    speaking, spoken = parts.voice(_say("steps/sentence"), settings.words_a_minute)
    yield speaking
    yield parts.loudspeaker(spoken, silent or loop)
    yield parts.disk(spool.folder())
    yield parts.versions()
    if loop and loaded is not None and spoken:
        if not quiet:
            screen.line(_say("steps/loop"))
        yield parts.loop(spoken, loaded, microphone)


def _number(device: str | None) -> str | int | None:
    return int(device) if device is not None and device.isdigit() else device


def line(finding: Finding) -> str:
    """Return the one line about a part: how it is, what it is, and what to do."""
    return f"{_say(f'grade/{finding.grade.value}')} {_say(f'part/{finding.part}')}: {text(finding)}"


def text(finding: Finding) -> str:
    """Return what is said of a part; for what stopped it the line of this page, or else the usual one."""
    from assistant.conversation.screen import line_of
    from assistant.reflecting.wording import prompts

    if finding.trouble and not prompts().has(f"doctor/{finding.part}/{finding.key}"):
        return line_of(finding.trouble)
    return _say(f"{finding.part}/{finding.key}", **finding.values)


def _say(key: str, **values: str) -> str:
    from assistant.reflecting.wording import prompts

    return prompts().say(f"doctor/{key}", turn=0, **values)
