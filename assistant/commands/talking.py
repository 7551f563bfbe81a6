"""The guided conversation and the check-in: ears, mouth and script put together."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from assistant.conversation.drive import Ears, Mouth, run
from assistant.conversation.ears import MicrophoneEars
from assistant.conversation.guide import Outcome, Talk, guided
from assistant.conversation.mouth import JsonMouth, ListeningMouth, PlainMouth, Voice
from assistant.conversation.script import Say
from assistant.conversation.states import script
from assistant.trouble import ExitCode

if TYPE_CHECKING:
    from assistant.app import Options
    from assistant.conversation.screen import Screen
    from assistant.settings import Settings


def talk(ears: Ears, screen: Screen, options: Options, settings: Settings) -> ExitCode:
    """Lead the guided conversation with these ears; return what to leave with."""
    said, outcome, voice = converse(
        guided(script("guided"), turn=int(time.time()) // 60), ears, screen, options, settings
    )
    if voice.failed:
        return voice.failed.code
    return ExitCode.OK if said and (outcome is None or outcome.how != "unsure") else ExitCode.UNSURE


def converse(
    talk: Talk, ears: Ears, screen: Screen, options: Options, settings: Settings
) -> tuple[list[Say], Outcome | None, Voice]:
    """Run a conversation with these ears and the mouth that the options ask for."""
    aloud = not (options.silent or settings.silent or options.as_json)
    voice = Voice(screen, aloud=aloud, save_to=options.save_speech, words_a_minute=settings.words_a_minute, whole=True)
    mouth: Mouth = JsonMouth(voice) if options.as_json else PlainMouth(voice)
    if isinstance(ears, MicrophoneEars) and not options.as_json:
        mouth = ListeningMouth(voice, ears)
    said, outcome = run(talk, ears, mouth)
    voice.close()
    return said, outcome if isinstance(outcome, Outcome) else None, voice
