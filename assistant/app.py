"""What each command does: puts the parts together. Everything here is at the rim."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant import settings as settings_module
from assistant.conversation.screen import Screen, line_of
from assistant.trouble import ExitCode, Trouble

if TYPE_CHECKING:
    from assistant.conversation.drive import Ears, Mouth
    from assistant.hearing.model import ChosenModel
    from assistant.journal.session import Found, Session


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `verbonden reflect`; None: as the settings say."""

    as_json: bool = False
    silent: bool = False
    save_speech: Path | None = None
    device: str | None = None
    model: Path | None = None
    patience: float | None = None
    once: bool = False
    keyboard: bool = False
    keep_words: bool = False
    no_journal: bool = False

    def rate(self, settings: settings_module.Settings) -> int | None:
        """Return how many words a minute the answer is spoken with; None where it is not spoken aloud."""
        return None if self.silent or settings.silent or self.as_json else settings.words_a_minute


def reflect(audio: Path | None, text: str | None, options: Options) -> ExitCode:
    """Answer one account, from a sound file, a text or the microphone; raises Trouble."""
    from assistant.journal import guard, is_on

    guard.protect(sound=True)
    if options.keep_words and (options.no_journal or not is_on()):
        raise Trouble("journal_off", ExitCode.JOURNAL_OFF)
    settings = settings_module.load()
    screen = Screen(quiet=options.as_json)
    if options.keyboard:
        from assistant.conversation.ears import LineEars

        return _converse(LineEars(screen), screen, options, settings, guided=not options.once)
    if text is not None:
        from assistant.conversation.ears import KeyboardEars, TextEars, read_text

        if text == "-" and sys.stdin.isatty():
            return _converse(KeyboardEars(screen), screen, options, settings)
        return _converse(TextEars(read_text(text)), screen, options, settings)
    chosen = _model(options.model, settings)
    if audio is not None:
        from assistant.conversation.ears import FileEars
        from assistant.hearing import spool

        code = _converse(FileEars(audio, chosen, screen), screen, options, settings)
        if code is ExitCode.OK:
            spool.answered(audio)  # only where it is a recording that we kept
        return code
    return _from_microphone(chosen, screen, options, settings)


def _from_microphone(
    chosen: ChosenModel, screen: Screen, options: Options, settings: settings_module.Settings
) -> ExitCode:
    """Listen to the microphone; what was recorded and got no answer is kept, and the line says where."""
    from assistant.conversation import lasting

    before = lasting.offer(screen)
    if chosen.bundled and not before:
        done = _instead_of_speaking(screen, options, settings)
        if done is not None:
            return done
    device, patience = options.device or settings.device, options.patience or settings.patience
    rate = options.rate(settings)
    ears = lasting.LastingEars(chosen, screen, device, patience, before=before, words_a_minute=rate)
    code: ExitCode | None = None
    nothing_said = False
    try:
        code = _converse(ears, screen, options, settings, guided=not options.once, hands_free=True)
    except Trouble as trouble:
        nothing_said = trouble.key == "interrupted"
        raise
    finally:
        if code is ExitCode.OK or nothing_said:
            ears.answered()
        else:
            for file in ears.kept():
                screen.line(line_of(Trouble("kept", ExitCode.OK, file=file)))
    return code


def _instead_of_speaking(screen: Screen, options: Options, settings: settings_module.Settings) -> ExitCode | None:
    """Without a real model: offer to fetch it, or to type; None where the user wants to speak all the same."""
    somebody = sys.stdin.isatty()
    if somebody and not options.as_json:
        from assistant.commands import first_model

        fetching = first_model.offer()
        if fetching:
            with fetching:
                return _typed(screen, options, settings)
    screen.line(_prompt("screen/model/bundled"))
    choice = _choice() if somebody else "p"
    if choice == "t":
        return _typed(screen, options, settings)
    return ExitCode.OK if choice == "s" else None


def _typed(screen: Screen, options: Options, settings: settings_module.Settings) -> ExitCode:
    from assistant.conversation.ears import KeyboardEars, LineEars

    keyboard = KeyboardEars(screen) if options.once else LineEars(screen)
    return _converse(keyboard, screen, options, settings, guided=not options.once)


def _choice() -> str:
    """Ask whether to type, to speak all the same, or to stop; Enter means typing."""
    answer = click.prompt(_prompt("screen/model/choose"), default="t", show_default=False, err=True)
    return str(answer).strip().lower()[:1] or "t"


def _converse(
    ears: Ears,
    screen: Screen,
    options: Options,
    settings: settings_module.Settings,
    guided: bool = False,
    hands_free: bool = False,
) -> ExitCode:
    """Run the single answer, or the guided conversation, with these ears; return what to leave with.

    It is kept in the journal where that is on. `hands_free`: nobody sits at the keyboard, so nothing is asked there
    that would stay on the screen.
    """
    if guided:
        from assistant.commands.talking import talk

        return talk(ears, screen, options, settings, hands_free)
    from assistant.conversation.drive import drive
    from assistant.conversation.mouth import JsonMouth, PlainMouth, Voice
    from assistant.conversation.script import once
    from assistant.journal.session import Session

    aloud = options.rate(settings) is not None
    voice = Voice(screen, aloud=aloud, save_to=options.save_speech, words_a_minute=settings.words_a_minute)
    mouth: Mouth = JsonMouth(voice) if options.as_json else PlainMouth(voice)
    session = Session(mouth, options.keep_words)
    said = drive(once(turn=int(time.time()) // 60), ears, session)
    not_kept = None if options.no_journal else keep(session, screen, ask=not (hands_free or options.as_json))
    failed = voice.failed or not_kept
    if failed:
        return failed.code
    return ExitCode.OK if said else ExitCode.UNSURE


def keep(session: Session, screen: Screen, ask: bool, found: Found | None = None) -> Trouble | None:
    """Keep the entry of a conversation if the journal is on; what goes wrong is shown, and returned.

    `ask`: whether the user can be asked about an entry with a safety finding; if not, it is not kept. `found`: what a
    conversation of several turns found.
    """
    from assistant.commands.journal_app import may_keep_danger
    from assistant.journal import Outcome

    try:
        outcome = session.keep(datetime.now().astimezone(), lambda: ask and may_keep_danger(), found)
    except Trouble as trouble:
        screen.line(line_of(trouble))
        return trouble
    if outcome is Outcome.KEPT:
        screen.line(_prompt("journal/kept/done"))
    return None


def hear(files: Sequence[Path], as_json: bool, model: Path | None) -> ExitCode:
    """Write the words of each file; a file that cannot be heard gets a line, the others go on."""
    from assistant.conversation.wire import words_json
    from assistant.hearing import recogniser
    from assistant.hearing.model import load

    loaded = load(_model(model, settings_module.load()))
    code = ExitCode.OK
    for file, heard in recogniser.hear_files(files, loaded):
        try:
            transcript = heard()
        except Trouble as trouble:
            click.echo(line_of(trouble), err=True)
            code = code or trouble.code
            continue
        if as_json:
            words = {"file": str(file), "text": transcript.text, "words": words_json(transcript)}
            click.echo(json.dumps(words, ensure_ascii=False))
        else:
            click.echo(transcript.text)
    return code


def understand(source: str) -> ExitCode:
    """Write a reading for each JSON line; a line that is no account is named, the others go on."""
    from assistant.conversation.wire import reading_json
    from assistant.understanding import understand as read_account

    code = ExitCode.OK
    for number, line in enumerate(_lines(source), 1):
        if not line.strip():
            continue
        try:
            account = _account(line, number, source)
        except Trouble as trouble:
            click.echo(line_of(trouble), err=True)
            code = code or trouble.code
            continue
        reading = {"id": account["id"], **reading_json(read_account(account["text"]))}
        click.echo(json.dumps(reading, ensure_ascii=False))
    return code


def _lines(source: str) -> Iterator[str]:
    """Yield the lines of a file or of standard input; raises Trouble."""
    try:
        with open(0, "rb", closefd=False) if source == "-" else Path(source).open("rb") as file:
            for raw in file:
                yield raw.decode("utf-8-sig", errors="replace")
    except FileNotFoundError as error:
        raise Trouble("no_such_file", ExitCode.NO_SUCH_FILE, file=source) from error
    except IsADirectoryError as error:
        raise Trouble("text_is_folder", ExitCode.UNREADABLE, file=source) from error
    except OSError as error:
        raise Trouble("file_unreadable", ExitCode.UNREADABLE, file=source) from error


def _account(line: str, number: int, source: str) -> dict[str, Any]:
    """Return one JSON line as an account; raises Trouble bad_line with what is wrong with it."""
    reason = ""
    account: Any = None
    try:
        account = json.loads(line)
    except (ValueError, RecursionError):
        reason = _prompt("screen/bad_line/no_json")
    if not reason and not isinstance(account, dict):
        reason = _prompt("screen/bad_line/no_object")
    elif not reason and "id" not in account:
        reason = _prompt("screen/bad_line/no_id")
    elif not reason and not isinstance(account.get("text"), str):
        reason = _prompt("screen/bad_line/no_text")
    if reason:
        raise Trouble("bad_line", ExitCode.BAD_INPUT, line=number, file=source, reason=reason)
    return dict(account)


def explain(source: str) -> None:
    """Show how an account is understood: a text, a file or standard input."""
    from assistant.conversation.ears import checked, read_text
    from assistant.understanding.explaining import explanation

    from_file = source == "-" or (len(source) < 256 and Path(source).is_file())
    click.echo(explanation(checked(read_text(source) if from_file else source)))


def say(text: str, silent: bool, save_speech: Path | None) -> ExitCode:
    """Speak a text; the code says whether sound came out as asked."""
    from assistant.conversation.ears import read_text
    from assistant.conversation.mouth import Voice
    from assistant.reflecting.wording import sentences

    words = read_text("-") if text == "-" else text
    if not words.strip():
        raise Trouble("empty_text", ExitCode.EMPTY)
    rate = settings_module.load().words_a_minute
    voice = Voice(Screen(), aloud=not silent, save_to=save_speech, words_a_minute=rate)
    report = voice.speak(tuple(s for line in words.splitlines() for s in sentences(line)))
    return ExitCode.OK if report.saved or not report.problems else report.problems[0].code


def demo(out: Path | None, silent: bool) -> ExitCode:
    """Have a synthetic voice tell an account, then do the real job on its sound."""
    from assistant.conversation.ears import FileEars
    from assistant.reflecting.wording import prompts
    from assistant.speaking.speak import speak

    settings = settings_module.load()
    screen = Screen()
    folder = _folder(out)
    account, answer = folder / "verhaal.wav", folder / "antwoord.wav"
    screen.notice("demo/intro")
    report = speak(prompts().wordings("demo/demo/account"), None, account, settings.words_a_minute)
    if report.problems:
        raise report.problems[0]
    screen.notice("demo/account", file=str(account))
    ears = FileEars(account, _model(None, settings), screen)
    return _converse(ears, screen, Options(silent=silent, save_speech=answer, no_journal=True), settings)


def _folder(out: Path | None) -> Path:
    """Return the folder for the sound of the demo, made where it is missing; raises Trouble."""
    if out is None:
        return Path(tempfile.mkdtemp(prefix="verbonden-demo-"))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=out) from error
    return out


def _model(option: Path | None, settings: settings_module.Settings) -> ChosenModel:
    from assistant.hearing.model import choose

    return choose(option, os.environ, settings.model)


def _prompt(key: str) -> str:
    from assistant.reflecting.wording import prompts

    return prompts().say(key)
