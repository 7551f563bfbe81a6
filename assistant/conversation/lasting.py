"""Ears that lose nothing: they go on with an account that broke off, and where the microphone does.

An account that was being told when the machine or the program stopped is heard again first; then its
teller goes on. A microphone that vanishes in mid-sentence is waited for; whoever does not want to
wait presses Enter and types the rest.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.conversation.ears import KeyboardEars, LineEars, MicrophoneEars, _heard
from assistant.conversation.script import Heard, Listen
from assistant.trouble import Trouble

WAIT_SECONDS = 90.0
"""How long a microphone that vanished is waited for before the answer is given on what was said."""
GAP_SECONDS = 2.0
"""Between an account that broke off and its rest: more than a pause, so that no sentence runs on."""
NO_SOUND = frozenset({"microphone_lost", "no_speech", "no_microphone", "microphone_refused", "microphone_silent"})


class LastingEars(MicrophoneEars):
    """The microphone, with what came before it and a keyboard behind it."""

    def __init__(self, *words: Any, before: Sequence[Path] = (), words_a_minute: int | None = None) -> None:
        """Take the arguments of MicrophoneEars.

        `before`: recordings that got no answer, oldest first; `words_a_minute`: how fast the answer
        will be spoken, None where it is only shown.
        """
        super().__init__(*words)
        self._ready_for = (words_a_minute,)
        self._before = list(before)
        self._warm = False
        self._microphone: Any = None

    def _open(self, spool: Any) -> Any:
        from assistant.hearing.microphone import Microphone

        if not self._warm:
            self._warm = True
            threading.Thread(target=get_ready, args=self._ready_for, name="get-ready", daemon=True).start()
        self._microphone = Microphone(self.device, spool, self._proven, wait=WAIT_SECONDS, on_lost=self._lost)
        return self._microphone

    def _lost(self, gone: bool) -> None:
        gone_key = "lost/typing" if sys.stdin.isatty() else "lost/waiting"
        self._screen.notice(gone_key if gone else "lost/back")

    def listen(self, request: Listen) -> Heard | None:
        """Return one turn: what broke off before, what is spoken now, and what is typed where sound fails."""
        earlier = self._earlier()
        try:
            heard = super().listen(request)
        except Trouble as trouble:
            if trouble.key not in NO_SOUND or not (earlier or self._can_type(trouble)):
                raise
            heard = None if earlier and trouble.key == "no_speech" else self._typed(request, trouble)
            if heard is None and not earlier:
                raise
        else:
            if self._is_lost():
                heard = joined(heard, self._typed(request, None) if sys.stdin.isatty() else None)
        return joined(earlier, heard)

    def _is_lost(self) -> bool:
        return self._microphone is not None and bool(self._microphone.lost)

    def _can_type(self, trouble: Trouble) -> bool:
        return sys.stdin.isatty() and (trouble.key != "no_speech" or self._is_lost())

    def _typed(self, request: Listen, trouble: Trouble | None) -> Heard | None:
        """Let the rest be typed; where nobody can, None."""
        from assistant.conversation.screen import line_of

        if trouble and trouble.key != "no_speech":
            self._screen.line(line_of(trouble))
        if not sys.stdin.isatty():
            return None
        keyboard = KeyboardEars(self._screen) if request.kind == "account" else LineEars(self._screen)
        return keyboard.listen(dataclasses.replace(request, again=True))

    def _earlier(self) -> Heard | None:
        """Return the words of the recordings that broke off, the first time."""
        from assistant.hearing import recogniser

        earlier: Heard | None = None
        while self._before:
            path = self._before.pop(0)
            self._screen.notice("resume/hearing")
            try:
                transcript = recogniser.hear_file(path, self.model(), self._screen.recognised)
            except Trouble as trouble:
                if trouble.key not in ("no_speech_in_file", "file_silent", "file_empty"):
                    raise
                self._screen.notice("resume/nothing")
                continue
            self.recordings.goes_on_with(path)
            earlier = joined(earlier, _heard(transcript))
        if earlier:
            self._screen.notice("resume/go_on")
        return earlier


def get_ready(words_a_minute: int | None) -> None:
    """Load what the answer needs while somebody is speaking: rules, weights and the voice."""
    from assistant.hearing import certainty, voice_activity
    from assistant.reflecting.reflection import reflect
    from assistant.speaking import playing, rendering
    from assistant.understanding import understand

    with contextlib.suppress(Exception):  # whatever is wrong is found, and said, when it is needed
        if words_a_minute is not None:
            rendering.prepare(words_a_minute)
        reflect(understand("we hadden ruzie"), turn=0)
        del certainty, voice_activity, playing


def joined(first: Heard | None, second: Heard | None) -> Heard | None:
    """Return two pieces of one account as one; the words of the second come after those of the first."""
    if first is None or (first.silent and second):
        return second
    if second is None or second.silent:
        return first
    words = first.transcript.words
    start = words[-1].end + GAP_SECONDS if words else 0.0
    return dataclasses.replace(
        second,
        text=f"{first.text}\n{second.text}".strip(),
        transcript=first.transcript + second.transcript.later(start),
        sure=first.sure and second.sure,
    )


def offer(screen: Any) -> list[Path]:
    """Ask for each recording that got no answer whether to go on with it; return those, oldest first.

    Where nobody can answer it is only said where they are.
    """
    from assistant.hearing import spool

    wanted: list[Path] = []
    for path in spool.leftovers():
        try:
            seconds = spool.mend(path)
        except OSError:
            continue
        if not sys.stdin.isatty() or not seconds:
            screen.notice("listen/leftover", file=str(path))
            continue
        answer = _answer(screen, path, seconds)
        if answer == "j":
            wanted.append(path)
        elif answer == "w":
            spool.answered(path)
            screen.notice("resume/gone")
        else:
            screen.notice("resume/later", file=str(path))
    return wanted


def mention(screen: Any) -> None:
    """Say in one line that there are recordings that got no answer, and what goes on with them; ask nothing."""
    from assistant.hearing import spool

    there = spool.leftovers()
    if there:
        key = "resume/mention_one" if len(there) == 1 else "resume/mention_several"
        day, clock = _when(there[-1])
        screen.notice(key, day=day, time=clock, count=str(len(there)))


def _when(path: Path) -> tuple[str, str]:
    """Return the day ("1-12") and the time ("21:05") of a recording."""
    from assistant.hearing import spool

    made = spool.made_at(path) or time.localtime(path.stat().st_mtime)
    return f"{made.tm_mday}-{made.tm_mon}", f"{made.tm_hour}:{made.tm_min:02}"


def _answer(screen: Any, path: Path, seconds: float) -> str:
    import click

    from assistant.reflecting.wording import prompts

    day, clock = _when(path)
    minutes, rest = divmod(round(seconds), 60)
    key = "resume/offer_minutes" if minutes else "resume/offer_seconds"
    screen.notice(key, day=day, time=clock, minutes=str(minutes), seconds=str(rest))
    question = prompts().say("screen/resume/question")
    answer = click.prompt(question, default="l", show_default=False, err=True, prompt_suffix=" ")
    return str(answer).strip().lower()[:1]
