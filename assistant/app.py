"""What each command does: puts the parts together. Everything here is at the rim."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant import settings as settings_module
from assistant.conversation.screen import Screen, line_of
from assistant.trouble import ExitCode, Trouble

if TYPE_CHECKING:
    from assistant.conversation.drive import Ears
    from assistant.hearing.model import ChosenModel


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

    def chosen_model(self, settings: settings_module.Settings) -> ChosenModel:
        """Return the model to hear with; raises Trouble model_not_found and the like."""
        from assistant.hearing.model import choose

        return choose(self.model, os.environ, settings.model)

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

        return answer(LineEars(screen), screen, options, settings)
    if text is not None:
        from assistant.conversation.ears import KeyboardEars, TextEars, read_text

        typed = text == "-" and sys.stdin.isatty()
        ears = KeyboardEars(screen) if typed else TextEars(read_text(text))
        return answer(ears, screen, replace(options, once=True), settings)
    if audio is not None:
        from assistant.conversation.ears import FileEars

        chosen = options.chosen_model(settings)
        return answer(FileEars(audio, chosen, screen), screen, replace(options, once=True), settings)
    from assistant.commands.at_the_microphone import for_an_account

    with for_an_account(screen, options, settings) as somebody:
        return answer(somebody, screen, options, settings) if somebody else ExitCode.OK


def answer(ears: Ears, screen: Screen, options: Options, settings: settings_module.Settings) -> ExitCode:
    """Answer an account that these ears bring: once, or in a guided conversation; return what to leave with."""
    from assistant.commands.talking import converse

    turn = int(time.time()) // 60
    if options.once:
        from assistant.conversation.script import once

        ended = converse(once(turn), ears, screen, options, settings)
    else:
        from assistant.conversation.guide import guided
        from assistant.conversation.states import script

        ended = converse(guided(script("guided"), turn), ears, screen, options, settings)
    if ended.failed:
        return ended.failed.code
    return ExitCode.OK if ended.understood else ExitCode.UNSURE


def hear(files: Sequence[Path], as_json: bool, model: Path | None) -> ExitCode:
    """Write the words of each file; a file that cannot be heard gets a line, the others go on."""
    from assistant.conversation.wire import words_json
    from assistant.hearing import recogniser
    from assistant.hearing.model import load

    loaded = load(Options(model=model).chosen_model(settings_module.load()))
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
    account, spoken = folder / "verhaal.wav", folder / "antwoord.wav"
    screen.notice("demo/intro")
    report = speak(prompts().wordings("demo/demo/account"), None, account, settings.words_a_minute)
    if report.problems:
        raise report.problems[0]
    screen.notice("demo/account", file=str(account))
    options = Options(silent=silent, save_speech=spoken, no_journal=True, once=True)
    return answer(FileEars(account, options.chosen_model(settings), screen), screen, options, settings)


def _folder(out: Path | None) -> Path:
    """Return the folder for the sound of the demo, made where it is missing; raises Trouble."""
    if out is None:
        return Path(tempfile.mkdtemp(prefix="verbonden-demo-"))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=out) from error
    return out


def _prompt(key: str) -> str:
    from assistant.reflecting.wording import prompts

    return prompts().say(key)
