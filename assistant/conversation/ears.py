"""Ears: where the teller's words come from. Sound and keyboard live here, at the rim."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.conversation.script import Heard, Listen
from assistant.trouble import ExitCode, Trouble
from assistant.understanding.language import seems_dutch

if TYPE_CHECKING:
    from assistant.conversation.screen import Screen
    from assistant.hearing.model import ChosenModel
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


def _heard(transcript: Transcript) -> Heard:
    """Return what was recognised as a turn: pauses as full stops, and whether it is sure enough."""
    from assistant.hearing import certainty

    return Heard(transcript.punctuated(), transcript, certainty.sure_enough(transcript).sure)


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


class FileEars:
    """One account in a sound file, heard by Vosk; the words are shown as they are recognised."""

    again = False

    def __init__(self, path: Path, chosen: ChosenModel, screen: Screen) -> None:
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
    """Turns spoken into a microphone. What is recorded is kept until it has been answered."""

    again = True

    def __init__(self, chosen: ChosenModel, screen: Screen, device: str | None, patience: float) -> None:
        self._chosen = chosen
        self._screen = screen
        self._device = device
        self._patience = patience
        self._model: Any = None
        self._spools: list[Any] = []

    def listen(self, request: Listen) -> Heard | None:
        """Return one spoken turn; None where nothing was said after a question."""
        from assistant.hearing import turn

        spool = self._new_spool()
        with self._open(spool) as microphone:
            self._screen.notice("listen/again" if request.again else "listen/start")
            try:
                with _enter_pressed() as stop:
                    heard = turn.listen(microphone, self._recogniser, self._patience, self._screen.heard, stop)
            except turn.NoSpeech:
                if request.again:
                    return None
                raise
        self._screen.end_of_turn()
        if heard.overflows:
            self._screen.notice("listen/overflow", count=str(heard.overflows))
        if microphone.spool_failed:
            self._screen.notice("listen/no_spool")
        return _heard(heard.transcript)

    def _open(self, spool: Any) -> Any:
        from assistant.hearing.microphone import Microphone

        return Microphone(_device(self._device), spool)

    def _recogniser(self, rate: int) -> Any:
        from assistant.hearing.recogniser import Recogniser

        return Recogniser(self.model(), rate)

    def model(self) -> Any:
        """Return the speech model, loaded once."""
        from assistant.hearing.model import load

        self._model = self._model or load(self._chosen)
        return self._model

    def _new_spool(self) -> Any:
        from assistant.hearing.spool import Spool

        try:
            spool = Spool.start()
        except OSError:
            self._screen.notice("listen/no_spool")
            return None
        self._spools.append(spool)
        return spool

    def answered(self) -> None:
        """Delete what was recorded: the answer was given."""
        for spool in self._spools:
            spool.discard()
        self._spools.clear()

    def kept(self) -> list[Path]:
        """Keep what was recorded, because it was not answered; return where it is."""
        paths = [spool.keep() for spool in self._spools]
        self._spools.clear()
        return [path for path in paths if path]


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
