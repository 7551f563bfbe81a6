"""The guided conversation and the check-in: ears, mouth and script put together."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.conversation.drive import Ears, Mouth, run
from assistant.conversation.ears import LineEars, MicrophoneEars
from assistant.conversation.guide import Outcome, Talk, guided
from assistant.conversation.lasting import LastingEars
from assistant.conversation.mouth import JsonMouth, ListeningMouth, PlainMouth, Voice
from assistant.conversation.screen import line_of
from assistant.conversation.script import Say
from assistant.conversation.states import script
from assistant.journal import Made
from assistant.journal.session import Found
from assistant.trouble import ExitCode, Trouble

if TYPE_CHECKING:
    from assistant.app import Options
    from assistant.conversation.screen import Screen
    from assistant.settings import Settings


def talk(ears: Ears, screen: Screen, options: Options, settings: Settings, hands_free: bool = False) -> ExitCode:
    """Lead the guided conversation with these ears; return what to leave with."""
    said, outcome, failed = converse(
        guided(script("guided"), turn=int(time.time()) // 60), ears, screen, options, settings, hands_free
    )
    if failed:
        return failed.code
    return ExitCode.OK if said and (outcome is None or outcome.how != "unsure") else ExitCode.UNSURE


@contextlib.contextmanager
def microphone(
    screen: Screen, options: Options, settings: Settings, ask: bool
) -> Iterator[MicrophoneEars | LineEars | None]:
    """Give ears at the microphone, or at the keyboard where the teller chooses that; None: they choose to stop.

    What was recorded is deleted when the block is done, and kept, with a line that says where, when it is broken off.
    """
    from assistant.app import _choice, _model

    chosen = _model(options.model, settings)
    if chosen.bundled and ask:
        screen.notice("model/bundled")
        choice = _choice() if sys.stdin and sys.stdin.isatty() else "p"
        if choice in ("s", "t"):
            yield LineEars(screen) if choice == "t" else None
            return
    device, patience = options.device or settings.device, options.patience or settings.patience
    ears = LastingEars(chosen, screen, device, patience, words_a_minute=options.rate(settings))
    try:
        yield ears
    except BaseException:
        for file in ears.kept():
            screen.line(line_of(Trouble("kept", ExitCode.OK, file=file)))
        raise
    ears.answered()


def converse(
    talk: Talk,
    ears: Ears,
    screen: Screen,
    options: Options,
    settings: Settings,
    hands_free: bool = False,
    kind: str = "reflection",
) -> tuple[list[Say], Outcome | None, Trouble | None]:
    """Run a conversation with these ears and the mouth that the options ask for; keep it where the journal is on.

    Returns all that was said, how it ended, and what went wrong with the voice or the journal.
    """
    from assistant.app import keep
    from assistant.journal.session import Session

    aloud = options.rate(settings) is not None
    voice = Voice(screen, aloud=aloud, save_to=options.save_speech, words_a_minute=settings.words_a_minute, whole=True)
    mouth: Mouth = JsonMouth(voice) if options.as_json else PlainMouth(voice)
    if isinstance(ears, MicrophoneEars) and not options.as_json:
        mouth = ListeningMouth(voice, ears)
    session = Session(mouth, options.keep_words)
    said, ended = run(talk, ears, session)
    voice.close()
    outcome = ended if isinstance(ended, Outcome) else None
    not_kept = None
    if outcome is not None and not options.no_journal:
        not_kept = keep(session, screen, not (hands_free or options.as_json), found_in(outcome, kind))
    return said, outcome, voice.failed or not_kept


def found_in(outcome: Outcome, kind: str) -> Found:
    """Return what the journal keeps of a conversation that ended so."""
    sentences = (("name", outcome.fear), ("ask", outcome.wish), ("intention", outcome.intention))
    made = tuple(Made(key, text) for key, text in sentences if text)
    return Found(kind, outcome.reading, made, outcome.number, outcome.said)
