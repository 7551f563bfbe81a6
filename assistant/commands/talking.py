"""One conversation, whichever it is: ears, voice, mouth and journal put together around a script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.conversation.drive import Ears, Mouth, run
from assistant.conversation.ears import FileEars, MicrophoneEars
from assistant.conversation.guide import Outcome
from assistant.conversation.mouth import JsonMouth, ListeningMouth, PlainMouth, Voice
from assistant.conversation.recordings import Recordings
from assistant.conversation.screen import line_of
from assistant.journal import Made
from assistant.journal.session import Found, Session
from assistant.trouble import Trouble

if TYPE_CHECKING:
    from assistant.app import Options
    from assistant.conversation.screen import Screen
    from assistant.conversation.script import Script
    from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Ended:
    """How a conversation ended.

    `understood`: what was told last was understood and got some reply; `outcome`: what a conversation of several
    turns found; `failed`: what went wrong with the voice or the journal, though the answer was given.
    """

    understood: bool
    outcome: Outcome | None
    failed: Trouble | None


def converse(
    script: Script, ears: Ears, screen: Screen, options: Options, settings: Settings, kind: str = "reflection"
) -> Ended:
    """Run a conversation with these ears and the mouth that the options ask for; keep it where the journal is on.

    `kind` is what it is called in the journal. What is recorded meanwhile is deleted once it was answered
    (`recordings.py`). At a microphone nobody sits at the keyboard, so nothing is asked there that would stay on the
    screen.
    """
    voice = Voice(
        screen,
        aloud=options.rate(settings) is not None,
        save_to=options.save_speech,
        words_a_minute=settings.words_a_minute,
        whole=not options.once,
    )
    session = Session(_mouth(voice, ears, options), options.keep_words)
    with _recordings(ears, screen).until_answered() as answering:
        _, ended = run(script, ears, answering.through(session))
        outcome = ended if isinstance(ended, Outcome) else None
        if outcome and outcome.how == "stopped":
            answering.ended_by_teller()
    voice.close()
    not_kept = None
    if not options.no_journal:
        may_ask = not (isinstance(ears, MicrophoneEars) or options.as_json)
        not_kept = _keep(session, screen, may_ask, found_in(outcome, kind) if outcome else None)
    return Ended(answering.understood, outcome, voice.failed or not_kept)


def _recordings(ears: Ears, screen: Screen) -> Recordings:
    """Return what these ears record; a keyboard records nothing."""
    return ears.recordings if isinstance(ears, MicrophoneEars | FileEars) else Recordings(screen)


def _mouth(voice: Voice, ears: Ears, options: Options) -> Mouth:
    """Return the mouth for these ears; in a spoken conversation it hears commands while it speaks."""
    if options.as_json:
        return JsonMouth(voice)
    if isinstance(ears, MicrophoneEars) and not options.once:
        return ListeningMouth(voice, ears)
    return PlainMouth(voice)


def _keep(session: Session, screen: Screen, may_ask: bool, found: Found | None) -> Trouble | None:
    """Keep the entry of a conversation if the journal is on; what goes wrong is shown, and returned.

    `may_ask`: whether the user can be asked about an entry with a safety finding; if not, it is not kept.
    """
    from assistant.commands.journal_app import may_keep_danger
    from assistant.journal import Outcome as Kept
    from assistant.reflecting.wording import prompts

    try:
        kept = session.keep(datetime.now().astimezone(), lambda: may_ask and may_keep_danger(), found)
    except Trouble as trouble:
        screen.line(line_of(trouble))
        return trouble
    if kept is Kept.KEPT:
        screen.line(prompts().say("journal/kept/done"))
    return None


def found_in(outcome: Outcome, kind: str) -> Found:
    """Return what the journal keeps of a conversation that ended so."""
    sentences = (("name", outcome.fear), ("ask", outcome.wish), ("intention", outcome.intention))
    made = tuple(Made(key, text) for key, text in sentences if text)
    return Found(kind, outcome.reading, made, outcome.number, outcome.said)
