"""The command `verbonden`: read options, call one function, choose the exit code.

Answers go to standard output, all else to standard error. Heavy parts (Vosk, sound, rules) are
imported where they are used, so that `--help` is quick.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from assistant import __version__
from assistant.commands.checkin import checkin
from assistant.commands.doctor import doctor
from assistant.commands.journal import journal
from assistant.commands.model import model
from assistant.dutch_help import DutchGroup, mistake
from assistant.trouble import BrokenData, ExitCode, Trouble

FILE = click.Path(path_type=Path)


@click.group(cls=DutchGroup, name="verbonden")
@click.version_option(__version__, prog_name="verbonden")
def verbonden() -> None:
    """Listen to an account of a row and reflect on it."""


verbonden.add_command(journal)


@verbonden.command()
@click.option("--audio", type=FILE, metavar="BESTAND")
@click.option("--text", metavar="BESTAND|-")
@click.option("--json", "as_json", is_flag=True)
@click.option("--silent", is_flag=True)
@click.option("--save-speech", type=FILE, metavar="BESTAND")
@click.option("--device", metavar="MICROFOON")
@click.option("--model", type=FILE, metavar="MAP")
@click.option("--patience", type=click.FloatRange(0.5, 60), metavar="SECONDEN")
@click.option("--once", is_flag=True)
@click.option("--keyboard", is_flag=True)
@click.option("--keep-words", is_flag=True)
@click.option("--no-journal", is_flag=True)
def reflect(audio: Path | None, text: str | None, **options: Any) -> None:
    """Hear, read or be told one account, and answer it."""
    from assistant import app

    if audio is not None and text is not None:
        raise Trouble("audio_and_text", ExitCode.USAGE)
    if options["keyboard"] and (audio is not None or text is not None):
        raise Trouble("keyboard_and_other", ExitCode.USAGE)
    sys.exit(app.reflect(audio, text, app.Options(**options)))


@verbonden.command()
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="BESTAND...")
@click.option("--json", "as_json", is_flag=True)
@click.option("--model", type=FILE, metavar="MAP")
def hear(files: tuple[Path, ...], as_json: bool, model: Path | None) -> None:
    """Write down what is said in sound files."""
    from assistant import app

    sys.exit(app.hear(files, as_json, model))


@verbonden.command()
@click.argument("source", metavar="BESTAND|-")
def understand(source: str) -> None:
    """Read accounts as JSON lines, write what is heard in them as JSON lines."""
    from assistant import app

    sys.exit(app.understand(source))


@verbonden.command()
@click.argument("source", metavar="TEKST|BESTAND|-")
def explain(source: str) -> None:
    """Show how an account is understood."""
    from assistant import app

    app.explain(source)


@verbonden.command()
@click.argument("text", metavar="TEKST|-")
@click.option("--silent", is_flag=True)
@click.option("--save-speech", type=FILE, metavar="BESTAND")
def say(text: str, silent: bool, save_speech: Path | None) -> None:
    """Speak a text."""
    from assistant import app

    sys.exit(app.say(text, silent, save_speech))


@verbonden.command()
@click.option("--out", type=FILE, metavar="MAP")
@click.option("--silent", is_flag=True)
def demo(out: Path | None, silent: bool) -> None:
    """Show the main job without a microphone."""
    from assistant import app

    sys.exit(app.demo(out, silent))


verbonden.add_command(checkin)
verbonden.add_command(doctor)
verbonden.add_command(model)


def main() -> None:
    """Run the command; leave with an exit code of its kind and one line, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        verbonden.main(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        _leave(mistake(error), ExitCode.USAGE)
    except Trouble as trouble:
        _leave_with(trouble)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    except Exception as error:
        if os.environ.get("VERBONDEN_DEBUG"):
            raise
        _leave_with(_unexpected(error))


def _unexpected(error: Exception) -> Trouble:
    """Return a mistake of the program, or of its data, as a Trouble."""
    if isinstance(error, BrokenData):
        return Trouble("broken_data", ExitCode.BROKEN_DATA, reason=str(error).splitlines()[0])
    return Trouble("internal", ExitCode.INTERNAL, reason=type(error).__name__)


def _leave_with(trouble: Trouble) -> None:
    from assistant.conversation.screen import line_of

    _leave(line_of(trouble), trouble.code)


def _leave(line: str, code: ExitCode) -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        from assistant.conversation.screen import wrapped

        line = wrapped(line)
    click.echo(line, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
