"""Ears: where the teller's words come from. Sound and keyboard live here, at the rim."""

from __future__ import annotations

import contextlib
import errno
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.conversation import commands
from assistant.conversation.commands import Command
from assistant.conversation.recordings import Recordings
from assistant.conversation.script import Heard, Listen
from assistant.trouble import ExitCode, Trouble
from assistant.understanding.language import seems_dutch

if TYPE_CHECKING:
    from assistant.conversation.screen import Screen
    from assistant.hearing import turn
    from assistant.hearing.microphone import Microphone
    from assistant.hearing.model import ChosenModel
    from assistant.hearing.spool import Spool
    from assistant.hearing.transcript import Transcript

LONGEST_TEXT = 2_000_000


def read_text(source: str) -> str:
    """Return an account from a file or, for "-", from standard input; raises Trouble with what to do."""
    try:
        raw = sys.stdin.buffer.read(LONGEST_TEXT + 1) if source == "-" else _bytes_of(Path(source))
    except FileNotFoundError as error:
        raise Trouble("no_such_file", ExitCode.NO_SUCH_FILE, file=source) from error
    except IsADirectoryError as error:
        raise Trouble("text_is_folder", ExitCode.NOT_SOUND, file=source) from error
    except OSError as error:
        raise Trouble("file_unreadable", ExitCode.UNREADABLE, file=source) from error
    if len(raw) > LONGEST_TEXT:
        raise Trouble("text_too_long", ExitCode.BAD_INPUT, file=source)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\x00" in raw:
            raise Trouble("not_text", ExitCode.BAD_INPUT, file=source) from error
        text = raw.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise Trouble("not_text", ExitCode.BAD_INPUT, file=source)
    return text


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST_TEXT + 1)


def checked(text: str) -> str:
    """Return `text` if it is a Dutch account; raises Trouble empty_text or not_dutch."""
    if not any(char.isalpha() for char in text):
        raise Trouble("empty_text", ExitCode.EMPTY)
    if not seems_dutch(text):
        raise Trouble("not_dutch", ExitCode.NOT_DUTCH)
    return text


_NOTICES = {"account": "listen/again", "answer": "listen/answer", "wait": "listen/wait"}
_PATIENCE = {"account": 1.0, "answer": 0.7, "wait": 0.3}
"""How long to wait after the last voice, compared with the patience that was asked for."""
_SILENT_PATIENCES = 3
"""An answer is silent after so many times the patience without any voice: twelve seconds unless it was set."""
_NO_SPEECH = {"account": 30.0, "wait": 120.0}
"""The same, in seconds, for an account and for waiting in a pause."""
_SURE_COMMAND = 0.8
_FULL = (errno.ENOSPC, errno.EDQUOT)


def _alone(kind: str) -> frozenset[tuple[str, ...]]:
    """Return the words that are a command where they stand between two pauses; in an account only the plainest."""
    few = (Command.STOP, Command.HELP, Command.PAUSE, Command.AFRESH)
    wanted = [phrase for phrase, each in commands.phrases().items() if kind != "account" or each in few]
    return frozenset(tuple(phrase.split()) for phrase in wanted)


def _with_command(transcript: Transcript, size: int) -> Heard:
    """Return a turn that a command ended, its `size` last words."""
    from assistant.hearing import certainty
    from assistant.hearing.transcript import Transcript as Words

    before, said = Words(transcript.words[:-size]), transcript.words[-size:]
    command = commands.parse(" ".join(word.text for word in said))
    sure = all(word.confidence >= _SURE_COMMAND for word in said)
    if before.words:
        sure = sure and certainty.sure_enough(before).sure
    return Heard(before.punctuated(), before, sure, command=command.value if command else None)


def _heard(transcript: Transcript, doubt: float = 1.0) -> Heard:
    """Return what was recognised as a turn: pauses as full stops, and whether it is sure enough."""
    from assistant.hearing import certainty

    return Heard(transcript.punctuated(), transcript, certainty.sure_enough(transcript, doubt=doubt).sure)


class TextEars:
    """One account that is there already, as text."""

    again = False

    def __init__(self, text: str) -> None:
        self._text: str | None = checked(text)

    def listen(self, request: Listen) -> Heard | None:
        """Return the account the first time, None after that."""
        text, self._text = self._text, None
        return None if text is None else Heard(text)


class KeyboardEars:
    """Typed turns: each ends with an empty line, the last with the end of input."""

    again = True

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def listen(self, request: Listen) -> Heard | None:
        """Return what is typed, None where nothing more is."""
        self._screen.notice("type/again" if request.again else "type/start")
        lines: list[str] = []
        with contextlib.suppress(EOFError):
            while True:
                line = input()
                if not line.strip():
                    if lines:
                        break
                    continue
                lines.append(line)
        if not lines:
            return None
        return Heard(checked("\n".join(lines)))


class LineEars:
    """A typed conversation, from a terminal, a file or a pipe.

    The account ends with an empty line or "klaar", each answer is one line; an empty one says nothing.
    """

    again = True

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._told = False

    def listen(self, request: Listen) -> Heard | None:
        """Return what is typed, None where nothing more is; raises Trouble empty_text, not_dutch, not_text."""
        if request.kind == "account":
            return self._account(request)
        line = self._line()
        return None if line is None else Heard(line, silent=not line)

    def _account(self, request: Listen) -> Heard | None:
        self._screen.notice("keyboard/again" if request.again else "keyboard/start")
        lines: list[str] = []
        while (line := self._line()) is not None:
            command = commands.parse(line) if line else None
            if command is Command.DONE or (not line and lines):
                break
            if command:
                return Heard("\n".join(lines), command=command.value)
            if line:
                lines.append(line)
        if not lines:
            if self._told or line is not None:
                return None if line is None else Heard("", silent=True)
            raise Trouble("empty_text", ExitCode.EMPTY)
        self._told = True
        return Heard(checked("\n".join(lines)))

    def _line(self) -> str | None:
        """Return one line without the space around it, None at the end of input."""
        if sys.stdin.isatty():
            sys.stderr.write("> ")
            sys.stderr.flush()
        try:
            raw = sys.stdin.buffer.readline(LONGEST_TEXT)
        except (OSError, AttributeError):
            return None
        if b"\x00" in raw:
            raise Trouble("not_text", ExitCode.BAD_INPUT, file="-")
        return raw.decode("utf-8-sig", errors="replace").strip() if raw else None


class FileEars:
    """One account in a sound file, heard by Vosk; the words are shown as they are recognised."""

    again = False

    def __init__(self, path: Path, chosen: ChosenModel, screen: Screen) -> None:
        self.recordings = Recordings(screen)
        self.recordings.goes_on_with(path)
        self._path: Path | None = path
        self._chosen = chosen
        self._screen = screen

    def listen(self, request: Listen) -> Heard | None:
        """Return the words of the file the first time, None after that. Raises Trouble as hearing does."""
        from assistant.hearing import audio_file, recogniser
        from assistant.hearing.model import load

        path, self._path = self._path, None
        if path is None:
            return None
        next(iter(audio_file.blocks(path)), None)  # a bad file is refused before the model is loaded
        self._screen.notice("listen/file", file=path.name)
        transcript = recogniser.hear_file(path, load(self._chosen), self._screen.recognised)
        self._screen.end_of_turn()
        heard = _heard(transcript)
        if heard.sure and not seems_dutch(transcript.text):
            raise Trouble("not_dutch", ExitCode.NOT_DUTCH)
        return heard


class MicrophoneEars:
    """Turns spoken into a microphone; `recordings` holds them until they have been answered."""

    again = True

    def __init__(self, chosen: ChosenModel, screen: Screen, device: str | None, patience: float) -> None:
        self.recordings = Recordings(screen)
        self._chosen = chosen
        self._screen = screen
        self._device = device
        self._patience = patience
        self._model: Any = None
        self._proven = False
        self._said_not_kept = False

    def listen(self, request: Listen) -> Heard | None:
        """Return one spoken turn; a silent one where nothing was said after a question."""
        from assistant.hearing import certainty, turn

        with self._open(self._new_spool(request)) as microphone:
            self._screen.notice(_NOTICES[request.kind] if request.again else "listen/start")
            try:
                heard = self._turn(request, microphone)
            except turn.NoSpeech:
                if request.again:
                    self.recordings.silent()
                    return Heard("", silent=True)
                raise
            finally:
                self._tell_losses(microphone)
        self._proven = True
        if heard.alone:
            return _with_command(heard.transcript, len(heard.alone))
        return _heard(heard.transcript, certainty.DOUBT_SECONDS if request.kind == "account" else 0.0)

    def _turn(self, request: Listen, microphone: Microphone) -> turn.Heard:
        """Listen to one turn, and show what comes in."""
        from assistant.hearing import turn

        def shown(event: turn.Event) -> None:
            if microphone.spool_failed:
                self._tell_not_kept(microphone.spool_failed)
            self._screen.heard(event)

        with _enter_pressed() as stop:
            heard = turn.listen(
                microphone,
                self._recogniser,
                self._patience * _PATIENCE[request.kind],
                shown,
                stop,
                _NO_SPEECH.get(request.kind, _SILENT_PATIENCES * self._patience),
                _alone(request.kind),
            )
        if request.kind == "account":
            self._screen.end_of_turn()
        return heard

    def _tell_losses(self, microphone: Microphone) -> None:
        """Say how often sound was lost, and where the recording could not be kept."""
        if microphone.overflows:
            self._screen.notice("listen/overflow", count=str(microphone.overflows))
        if microphone.spool_failed:
            self._tell_not_kept(microphone.spool_failed)

    def _tell_not_kept(self, error: OSError) -> None:
        """Say, once in a conversation, that it would not outlive a crash."""
        if not self._said_not_kept:
            self._said_not_kept = True
            self._screen.notice("listen/disk_full" if error.errno in _FULL else "listen/no_spool")

    def _open(self, spool: Spool | None) -> Microphone:
        from assistant.hearing.microphone import Microphone

        return Microphone(self.device, spool, self._proven)

    @property
    def device(self) -> str | int | None:
        """Which microphone: a number, a part of a name, or None for the default."""
        return _device(self._device)

    def _recogniser(self, rate: int) -> Any:
        from assistant.hearing.recogniser import Recogniser

        return Recogniser(self.model(), rate)

    def model(self) -> Any:
        """Return the speech model, loaded once."""
        from assistant.hearing.model import load

        self._model = self._model or load(self._chosen)
        return self._model

    def _new_spool(self, request: Listen) -> Spool | None:
        try:
            return self.recordings.begin(of_account=request.kind == "account")
        except OSError as error:
            self._tell_not_kept(error)
            return None


def _device(wanted: str | None) -> str | int | None:
    return int(wanted) if wanted is not None and wanted.isdigit() else wanted


@contextlib.contextmanager
def _enter_pressed() -> Iterator[threading.Event]:
    """Give an event that is set when Enter is pressed at a terminal; elsewhere it never is."""
    stop = threading.Event()
    over = threading.Event()
    if not sys.stdin or not sys.stdin.isatty():
        yield stop
        return
    watch: Callable[[threading.Event, threading.Event], None] = (
        _watch_console if sys.platform == "win32" else _watch_terminal
    )
    watcher = threading.Thread(target=watch, args=(stop, over), daemon=True, name="enter-key")
    watcher.start()
    try:
        yield stop
    finally:
        over.set()
        watcher.join(timeout=0.5)


def _watch_terminal(stop: threading.Event, over: threading.Event) -> None:
    import select

    while not over.is_set():
        ready, _, _ = select.select([sys.stdin], [], [], 0.1)
        if ready:
            sys.stdin.readline()
            stop.set()
            return


def _watch_console(stop: threading.Event, over: threading.Event) -> None:  # pragma: no cover - Windows
    import importlib

    keyboard = importlib.import_module("msvcrt")
    while not over.wait(0.1):
        if keyboard.kbhit() and keyboard.getwch() in "\r\n":
            stop.set()
            return
