"""Mouths: where the answer goes. Screen, loudspeaker and sound file, or one JSON object."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from assistant.conversation.screen import Screen, line_of, wrapped
from assistant.conversation.script import Heard, Say
from assistant.conversation.wire import answer_json
from assistant.reflecting.reflection import Reflection
from assistant.reflecting.wording import prompts, sentences
from assistant.speaking.rendering import SpokenSentence
from assistant.speaking.speak import SpeechReport, speak
from assistant.trouble import Trouble

UNSURE = {True: "screen/unsure/again", False: "screen/unsure/file"}
"""What is said when the words came out unsure, by whether they can be told again now."""


class Voice:
    """Speaks sentences through the loudspeaker and into a file, as asked.

    `failed` holds the Trouble of a sound file that was asked for and could not be made.
    """

    def __init__(self, screen: Screen, *, aloud: bool, save_to: Path | None, words_a_minute: int) -> None:
        self._screen = screen
        self._aloud = aloud
        self._save_to = save_to
        self._words_a_minute = words_a_minute
        self.failed: Trouble | None = None

    def speak(self, spoken: tuple[str, ...]) -> SpeechReport:
        """Speak; Ctrl-C meanwhile makes the assistant fall silent and breaks nothing off."""
        stop = threading.Event()
        with_sound = _player(stop) if self._aloud else None
        report = _until_ctrl_c(lambda: speak(spoken, with_sound, self._save_to, self._words_a_minute), stop)
        for problem in report.problems:
            if report.saved and problem.key == "no_sound_out":
                self._screen.notice("speech/not_played")
            else:
                self._screen.line(line_of(problem))
        if report.saved:
            self._screen.notice("speech/saved", file=str(report.saved))
        elif self._save_to and report.problems:
            self.failed = report.problems[-1]
        return report


def _player(stop: threading.Event) -> Callable[[Iterator[SpokenSentence]], bool]:
    def player(rendered: Iterator[SpokenSentence]) -> bool:
        from assistant.speaking import playing

        return playing.play(rendered, stop=stop)

    return player


def _until_ctrl_c(work: Callable[[], SpeechReport], stop: threading.Event) -> SpeechReport:
    if threading.current_thread() is not threading.main_thread():
        return work()
    before = signal.signal(signal.SIGINT, lambda number, frame: stop.set())
    try:
        return work()
    finally:
        signal.signal(signal.SIGINT, before)


class PlainMouth:
    """Shows the answer on standard output, then speaks it."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def say(self, said: Say, heard: Heard) -> None:
        """Show and speak a reflection."""
        click.echo("\n" + "\n\n".join(wrapped(line) for line in said.reflection.lines) + "\n")
        self._voice.speak(said.reflection.sentences)

    def unsure(self, heard: Heard, more: bool) -> None:
        """Say that it was not understood well, and what to do next."""
        line = prompts().say(UNSURE[more])
        click.echo("\n" + wrapped(line) + "\n")
        self._voice.speak(sentences(line))


class JsonMouth:
    """Writes an object a line on standard output; still makes a sound file where one is asked for."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def say(self, said: Say, heard: Heard) -> None:
        """Write what was heard, read and said."""
        click.echo(json.dumps(answer_json(heard, said), ensure_ascii=False))
        self._voice.speak(said.reflection.sentences)

    def unsure(self, heard: Heard, more: bool) -> None:
        """Write that it was not understood well."""
        line = prompts().say(UNSURE[more])
        said = Say(Reflection("unsure", (line,), (UNSURE[more],)))
        click.echo(json.dumps(answer_json(heard, said), ensure_ascii=False))
        self._voice.speak(sentences(line))
