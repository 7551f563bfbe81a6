"""`verbonden checkin`: the daily conversation, and putting it at its time."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from assistant.dutch_help import DutchCommand
from assistant.trouble import ExitCode, Trouble


@dataclass(frozen=True, slots=True)
class When:
    """The options about the time of the check-in."""

    every_day: str | None = None
    days: str | None = None
    off: bool = False
    status: bool = False


@click.command("checkin", cls=DutchCommand)
@click.option("--keyboard", is_flag=True)
@click.option("--silent", is_flag=True)
@click.option("--device", metavar="MICROFOON")
@click.option("--model", type=click.Path(path_type=Path), metavar="MAP")
@click.option("--patience", type=click.FloatRange(0.5, 60), metavar="SECONDEN")
@click.option("--every-day", metavar="TIJD")
@click.option("--days", metavar="DAGEN")
@click.option("--off", is_flag=True)
@click.option("--status", is_flag=True)
@click.option("--scheduled", is_flag=True, hidden=True)
def checkin(every_day: str | None, days: str | None, off: bool, status: bool, scheduled: bool, **options: Any) -> None:
    """Have the daily conversation, or put it at its time."""
    when = When(every_day, days, off, status)
    if when != When():
        sys.exit(at_its_time(when))
    from assistant.app import Options

    sys.exit(talk(Options(**options), scheduled))


def at_its_time(when: When) -> ExitCode:
    """Put the check-in into the scheduler, take it out, or say what is there; raises Trouble."""
    from assistant.reflecting.wording import prompts
    from assistant.scheduling import system
    from assistant.scheduling.plan import plan

    if sum((when.every_day is not None, when.off, when.status)) != 1:
        raise Trouble("schedule_mixed", ExitCode.USAGE)
    if when.every_day is not None:
        system.turn_on(plan(when.every_day, when.days))
    elif when.off:
        was = system.turn_off()
        click.echo(prompts().say("screen/schedule/off" if was else "screen/schedule/none"))
        return ExitCode.OK
    found = system.status()
    if found is None:
        click.echo(prompts().say("screen/schedule/none"))
    else:
        key = "screen/schedule/on_days" if found[1] else "screen/schedule/on"
        click.echo(prompts().say(key, time=found[0], days=found[1].replace(",", ", ")))
    return ExitCode.OK


def talk(options: Any, scheduled: bool) -> ExitCode:
    """Have the conversation; one that began by itself says whether it should come again later."""
    from assistant import settings as settings_module
    from assistant.commands.at_the_microphone import for_a_checkin
    from assistant.commands.journal_app import last_meant
    from assistant.commands.talking import converse
    from assistant.conversation.ears import LineEars
    from assistant.conversation.guide import checkin as conversation
    from assistant.conversation.screen import Screen
    from assistant.conversation.states import script
    from assistant.journal import guard
    from assistant.scheduling import asked

    turn = asked.turn() if scheduled else 1
    if turn == 0:
        return ExitCode.OK
    guard.protect(sound=True)
    settings = settings_module.load()
    screen = Screen(quiet=scheduled)
    given = {f"part:{part_of_day(datetime.now())}"} | ({"scheduled"} if scheduled else set())
    # Noted before it begins, so that whatever happens it does not come again and again.
    if scheduled:
        asked.note(later=False)
        chime()
    talking = conversation(script("checkin"), frozenset(given), last_meant(), turn=int(time.time()) // 60)
    ears = LineEars(screen) if options.keyboard else for_a_checkin(screen, options, settings)
    ended = converse(talking, ears, screen, options, settings, kind="checkin")
    if scheduled and ended.outcome is not None and ended.outcome.how == "later" and turn == 1:
        asked.note(later=True)
        return ExitCode.LATER
    return ended.failed.code if ended.failed else ExitCode.OK


def part_of_day(now: datetime) -> str:
    """Return "morning", "afternoon", "evening" or "night"."""
    if 5 <= now.hour < 12:
        return "morning"
    if 12 <= now.hour < 18:
        return "afternoon"
    return "evening" if 18 <= now.hour < 23 else "night"


def chime() -> None:
    """Play a soft sound; without a loudspeaker there is none."""
    from assistant.speaking import playing
    from assistant.speaking.shaping import soft_sound

    try:
        playing.play(iter([soft_sound()]))
    except Trouble:
        return
