"""Mouths: where the answer goes. Screen, loudspeaker and sound file, or one JSON object."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.conversation import commands
from assistant.conversation.screen import Screen, line_of, wrapped
from assistant.conversation.script import Heard, Say
from assistant.conversation.wire import answer_json
from assistant.reflecting.reflection import Reflection
from assistant.reflecting.wording import prompts, sentences
from assistant.speaking.rendering import SpokenSentence
from assistant.speaking.speak import SpeechReport, speak
from assistant.trouble import Trouble

SLOW = 0.85
"""How fast, compared with otherwise, a sentence is said that the teller is to say themselves."""
PACES = (0.6, 1.5)
SOFTEST, LOUDEST = 0.25, 2.0
MOST_PAUSE = 2.0
if TYPE_CHECKING:
    from assistant.conversation.ears import MicrophoneEars
UNSURE = {True: "screen/unsure/again", False: "screen/unsure/file"}
"""What is said when the words came out unsure, by whether they can be told again now."""


class Voice:
    """Speaks sentences through the loudspeaker and into a file, as asked.

    `failed` holds the Trouble of a sound file that was asked for and could not be made. In a conversation
    (`whole`) all that was said goes into the file together, by `close`.
    """

    def __init__(
        self, screen: Screen, *, aloud: bool, save_to: Path | None, words_a_minute: int, whole: bool = False
    ) -> None:
        self._screen = screen
        self._aloud = aloud
        self._save_to = save_to
        self._words_a_minute = words_a_minute
        self._whole = whole
        self._said: list[str] = []
        self._pace = self._volume = 1.0
        self.failed: Trouble | None = None

    @property
    def aloud(self) -> bool:
        """Whether there is anything to hear."""
        return self._aloud

    def speak(
        self,
        spoken: tuple[str, ...],
        *,
        slow: bool = False,
        stop: threading.Event | None = None,
        played: Callable[[bytes], None] | None = None,
    ) -> SpeechReport:
        """Speak; Ctrl-C or `stop` meanwhile makes the assistant fall silent and breaks nothing off."""
        stop = stop or threading.Event()
        pace = self._pace * (SLOW if slow else 1.0)
        with_sound = _player(stop, self._volume, pace, played) if self._aloud else None
        save_to = None if self._whole else self._save_to
        self._said += spoken
        report = _until_ctrl_c(lambda: speak(spoken, with_sound, save_to, self._words_a_minute * pace), stop)
        self._tell(report)
        return report

    def adjust(self, how: str) -> None:
        """Speak "langzamer", "sneller", "zachter" or "harder" from now on, within what can still be followed."""
        low, high = PACES
        if how in ("langzamer", "sneller"):
            self._pace = min(high, max(low, self._pace * (1.15 if how == "sneller" else 1 / 1.15)))
        else:
            self._volume = min(LOUDEST, max(SOFTEST, self._volume * (1.4 if how == "harder" else 1 / 1.4)))

    def close(self) -> None:
        """Write the sound file of a whole conversation, where one was asked for."""
        if self._whole and self._save_to and self._said:
            self._tell(speak(tuple(self._said), None, self._save_to, self._words_a_minute))

    def _tell(self, report: SpeechReport) -> None:
        """Show what became of it; a loudspeaker that is not there is named once in a conversation."""
        for problem in report.problems:
            if report.saved and problem.key == "no_sound_out":
                self._screen.notice("speech/not_played")
            else:
                self._screen.line(line_of(problem))
        if report.saved:
            self._screen.notice("speech/saved", file=str(report.saved))
        elif self._save_to and report.problems and (not self._whole or not self._aloud):
            self.failed = report.problems[-1]
        if self._whole and report.problems:
            self._aloud = False


def _player(
    stop: threading.Event, volume: float, pace: float, played: Callable[[bytes], None] | None
) -> Callable[[Iterator[SpokenSentence]], bool]:
    def player(rendered: Iterator[SpokenSentence]) -> bool:
        from assistant.speaking import playing
        from assistant.speaking.shaping import louder

        pauses = min(MOST_PAUSE, max(1.0, 1 / pace**2))
        return playing.play(
            (replace(each, pcm=louder(each.pcm, volume), pause=each.pause * pauses) for each in rendered),
            stop=stop,
            played=played,
        )

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

    def say(self, said: Say, heard: Heard) -> Heard | None:
        """Show and speak what is said."""
        click.echo("\n" + "\n\n".join(wrapped(line) for line in said.reflection.lines) + "\n")
        self._voice.speak(said.reflection.sentences, slow=said.slow)
        return None

    def adjust(self, how: str) -> None:
        """Speak "langzamer", "sneller", "zachter" or "harder" from now on."""
        self._voice.adjust(how)

    def unsure(self, heard: Heard, more: bool) -> None:
        """Say that it was not understood well, and what to do next."""
        line = prompts().say(UNSURE[more])
        click.echo("\n" + wrapped(line) + "\n")
        self._voice.speak(sentences(line))


class ListeningMouth(PlainMouth):
    """A mouth that hears the words that always work while it speaks, through the same microphone as the ears."""

    def __init__(self, voice: Voice, ears: MicrophoneEars) -> None:
        super().__init__(voice)
        self._ears = ears

    def say(self, said: Say, heard: Heard) -> Heard | None:
        """Show and speak what is said; return the command that broke it off, if one did."""
        if not self._voice.aloud:
            return super().say(said, heard)
        from assistant.hearing.echo import EchoGuard
        from assistant.hearing.spotting import spotting

        click.echo("\n" + "\n\n".join(wrapped(line) for line in said.reflection.lines) + "\n")
        stop, guard = threading.Event(), EchoGuard()
        sentences = said.reflection.sentences
        with spotting(self._ears.device, self._ears.model(), commands.phrases(), guard, stop, sentences) as found:
            self._voice.speak(sentences, slow=said.slow, stop=stop, played=guard.played)
        if not found:
            return None
        command = commands.parse(found[0].phrase)
        return Heard("", sure=found[0].sure, command=command.value) if command else None


class JsonMouth:
    """Writes an object a line on standard output; still makes a sound file where one is asked for."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def say(self, said: Say, heard: Heard) -> Heard | None:
        """Write what was heard, read and said."""
        click.echo(json.dumps(answer_json(heard, said), ensure_ascii=False))
        self._voice.speak(said.reflection.sentences, slow=said.slow)
        return None

    def adjust(self, how: str) -> None:
        """Speak "langzamer", "sneller", "zachter" or "harder" from now on."""
        self._voice.adjust(how)

    def unsure(self, heard: Heard, more: bool) -> None:
        """Write that it was not understood well."""
        line = prompts().say(UNSURE[more])
        said = Say(Reflection("unsure", (line,), (UNSURE[more],)))
        click.echo(json.dumps(answer_json(heard, said), ensure_ascii=False))
        self._voice.speak(sentences(line))
