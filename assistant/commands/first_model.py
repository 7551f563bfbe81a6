"""The first time somebody wants to speak and only the bundled model is there: fetch the real one meanwhile."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from assistant.commands.model import asked, progress_bar, tell
from assistant.trouble import ExitCode, Trouble

if TYPE_CHECKING:
    from assistant.conversation.screen import Screen

QUICK_SECONDS = 2.0
"""A network that is not there at all shows this soon, before anybody has begun to type."""
LOOK_SECONDS = 0.2


def _mark() -> Path:
    from platformdirs import user_state_path

    return user_state_path("verbonden", appauthor=False) / "offered-model"


def offer() -> Fetching | None:
    """Ask once and for all whether to fetch the real model; None where not, or where it was asked before.

    Size and licence are said first; nothing goes over the network before a yes.
    """
    from assistant.fetching.catalogue import catalogue

    if _mark().exists():
        return None
    entry = catalogue().advised
    tell("first/offer", name=entry.name, megabytes=str(entry.megabytes), licence=entry.licence)
    yes = asked("first/question")
    _note(_mark())
    if not yes:
        return None
    fetching = Fetching(entry.name)
    fetching.begin()
    return fetching


def mention(screen: Screen) -> None:
    """Say in one line that people need another model, and how to get it; once and for all, and nothing is asked.

    Where the real model was offered before, this has been said.
    """
    from assistant.fetching.catalogue import catalogue

    mentioned = _mark().with_name("mentioned-model")
    if screen.quiet or _mark().exists() or mentioned.exists():
        return
    screen.notice("model/mention", name=catalogue().advised.name)
    _note(mentioned)


def _note(mark: Path) -> None:
    """Remember that something was said; where that cannot be written it is said again."""
    with contextlib.suppress(OSError):
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


class Fetching:
    """A model that is being fetched while its future user types; `with` it, and leaving waits for the end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.trouble: Trouble | None = None
        self._stop = threading.Event()
        # Asked instead of the thread: is_alive() is wrong after a Ctrl-C within join() (CPython 3.11, bpo-45274).
        self._over = threading.Event()
        self._there, self._whole = 0, 0
        self._told_end = False
        self._thread = threading.Thread(target=self._fetch, name="fetch-model", daemon=True)

    def begin(self) -> None:
        """Start, and say at once where it cannot be done."""
        self._thread.start()
        self._over.wait(QUICK_SECONDS)
        if self.trouble:
            self._tell_end()
        elif not self._over.is_set():
            tell("first/meanwhile")

    def _fetch(self) -> None:
        from assistant.fetching import install

        try:
            install.install(self.name, self._progress, stop=self._stop)
        except Trouble as trouble:
            self.trouble = trouble
        except Exception as error:  # a thread must not die with a traceback over somebody's words
            self.trouble = Trouble("internal", ExitCode.INTERNAL, reason=type(error).__name__)
        finally:
            self._over.set()

    def _progress(self, there: int, whole: int) -> None:
        self._there, self._whole = there, whole

    def __enter__(self) -> Fetching:
        """Let the user go on."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the end with a progress bar; Ctrl-C stops, and what came is kept."""
        if self._told_end:
            return
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self._stop.set()
        try:
            self._wait()
        except (KeyboardInterrupt, click.Abort):
            self._stop.set()
            self._over.wait(QUICK_SECONDS)
        self._tell_end()

    def _wait(self) -> None:
        if self._over.is_set():
            return
        if not self._stop.is_set():
            tell("first/waiting")
        with progress_bar() as progress:
            while not self._over.wait(LOOK_SECONDS):
                if self._whole:
                    progress(self._there, self._whole)

    def _tell_end(self) -> None:
        from assistant.conversation.screen import line_of, wrapped

        self._told_end = True
        over = self._over.is_set()  # asked first: after that nothing changes any more
        trouble = self.trouble
        if not over and self._stop.is_set():
            trouble = Trouble("download_stopped", ExitCode.INTERRUPTED, name=self.name)
        if trouble:
            click.echo(wrapped(line_of(trouble)), err=True)
        elif over:
            tell("first/arrived")
