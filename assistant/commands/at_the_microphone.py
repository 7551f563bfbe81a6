"""Ears at the microphone, and what is said or asked before they open: old recordings, a model that hears people."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from assistant.conversation import lasting
from assistant.conversation.ears import KeyboardEars, LineEars

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.app import Options
    from assistant.conversation.drive import Ears
    from assistant.conversation.screen import Screen
    from assistant.hearing.model import ChosenModel
    from assistant.settings import Settings


@contextlib.contextmanager
def for_an_account(screen: Screen, options: Options, settings: Settings) -> Iterator[Ears | None]:
    """Give ears for an account, at the keyboard where the teller chooses that; None: they choose to stop.

    First it offers to go on with each recording that got no answer, and else, where only the bundled model is there,
    to fetch a real one; leaving the block waits for that.
    """
    chosen = options.chosen_model(settings)
    before = lasting.offer(screen)
    with contextlib.ExitStack() as fetching:
        if chosen.bundled and not before:
            instead = _instead_of_speaking(screen, options, fetching)
            if instead != "p":
                yield _typed(screen, options) if instead == "t" else None
                return
        yield _ears(chosen, screen, options, settings, before)


def for_a_checkin(screen: Screen, options: Options, settings: Settings) -> lasting.LastingEars:
    """Return ears for a check-in. Nobody is held up by a question: what they should know is one line each.

    That only the bundled model is there is said in one check-in and never again.
    """
    chosen = options.chosen_model(settings)
    lasting.mention(screen)
    if chosen.bundled:
        from assistant.commands import first_model

        first_model.mention(screen)
    return _ears(chosen, screen, options, settings)


def _ears(
    chosen: ChosenModel, screen: Screen, options: Options, settings: Settings, before: Sequence[Path] = ()
) -> lasting.LastingEars:
    device, patience = options.device or settings.device, options.patience or settings.patience
    rate = options.rate(settings)
    return lasting.LastingEars(chosen, screen, device, patience, before=before, words_a_minute=rate)


def _instead_of_speaking(screen: Screen, options: Options, until_fetched: contextlib.ExitStack) -> str:
    """Without a real model: offer to fetch it, or to type. Returns "t": type, "s": stop, "p": speak all the same."""
    somebody = sys.stdin.isatty()
    if somebody and not options.as_json:
        from assistant.commands import first_model

        fetching = first_model.offer()
        if fetching:
            until_fetched.enter_context(fetching)
            return "t"
    from assistant.reflecting.wording import prompts

    screen.line(prompts().say("screen/model/bundled"))
    choice = _choice() if somebody else "p"
    return choice if choice in ("t", "s") else "p"


def _choice() -> str:
    """Ask whether to type, to speak all the same, or to stop; Enter means typing."""
    from assistant.reflecting.wording import prompts

    answer = click.prompt(prompts().say("screen/model/choose"), default="t", show_default=False, err=True)
    return str(answer).strip().lower()[:1] or "t"


def _typed(screen: Screen, options: Options) -> KeyboardEars | LineEars:
    return KeyboardEars(screen) if options.once else LineEars(screen)
