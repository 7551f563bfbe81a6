"""What becomes of a recording: deleted as soon as what it holds was answered, kept where it was not.

One rule for every conversation. A turn of an account waits for the reflection on it. Any other turn (an answer to a
question, a word that was waited for) has done its work when the next one begins. What broke off is kept and its place
is said; a conversation that its teller ended leaves nothing; and what was not understood has not been answered.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.conversation.script import Heard, Say
from assistant.reflecting.reflection import ANSWERS
from assistant.trouble import ExitCode, Trouble

if TYPE_CHECKING:
    from assistant.conversation.drive import Mouth
    from assistant.conversation.screen import Screen
    from assistant.hearing.spool import Spool


class Recordings:
    """The recordings of one conversation that got no answer yet: its own, and those that broke off before it."""

    def __init__(self, screen: Screen) -> None:
        """Begin without any; `screen` is where it is said what is kept."""
        self._screen = screen
        self._accounts: list[Spool] = []
        self._passing: list[Spool] = []
        self._newest: Spool | None = None
        self._before: list[Path] = []

    def begin(self, of_account: bool) -> Spool:
        """Start to record a turn, of an account or of anything else; raises OSError."""
        from assistant.hearing import spool

        self._delete_passing()
        self._newest = None
        self._newest = recording = spool.Spool.start()
        (self._accounts if of_account else self._passing).append(recording)
        return recording

    def silent(self) -> None:
        """In the turn that was just recorded nobody spoke: it need not wait for an answer."""
        if self._newest in self._accounts:
            self._passing.append(self._accounts.pop())

    def goes_on_with(self, path: Path) -> None:
        """Take in a recording that broke off before; if it is one of ours it gets its answer now."""
        self._before.append(path)

    def answered(self) -> None:
        """Delete all of them: the answer was given."""
        from assistant.hearing import spool

        self._delete_new()
        for path in self._before:
            spool.answered(path)
        self._before.clear()

    @contextlib.contextmanager
    def until_answered(self) -> Iterator[Answering]:
        """Wait for the end of a conversation, whose mouth and ending the block tells to what is yielded.

        A recording that is kept gets a line that says where it is. Ctrl-C before a word of a turn means that nothing
        is to be kept of this conversation; what broke off before it stays.
        """
        answering = Answering(self)
        try:
            yield answering
        except Trouble as trouble:
            if trouble.key != "interrupted":
                self._keep()
                raise
            self._delete_new()
            if not self._before:
                raise
            files = ", ".join(map(str, self._before))
            raise Trouble("interrupted_again", trouble.code, file=files) from trouble
        except BaseException:
            self._keep()
            raise
        if answering.understood:
            self.answered()
        else:
            self._delete_passing()
            self._keep()

    def _keep(self) -> None:
        from assistant.conversation.screen import line_of

        for recording in (*self._accounts, *self._passing):
            if file := recording.keep():
                self._screen.line(line_of(Trouble("kept", ExitCode.OK, file=file)))
        self._accounts.clear()
        self._passing.clear()

    def _delete_new(self) -> None:
        for recording in self._accounts:
            recording.discard()
        self._accounts.clear()
        self._delete_passing()

    def _delete_passing(self) -> None:
        for recording in self._passing:
            recording.discard()
        self._passing.clear()


class Answering:
    """What has been said to the teller, as far as recordings depend on it."""

    def __init__(self, recordings: Recordings) -> None:
        """Begin where nothing has been said."""
        self._recordings = recordings
        self._said = False
        self._unsure = False

    def through(self, mouth: Mouth) -> Mouth:
        """Return a mouth that says the same and lets the recordings know."""
        return _Mouth(mouth, self)

    def said(self, said: Say) -> None:
        """Something was said: a reflection, or the way to help, is the answer to all that was told."""
        self._said = True
        if said.reading is not None:
            self._unsure = False
        if said.reflection.kind in ANSWERS:
            self._recordings.answered()

    def not_understood(self) -> None:
        """The last turn was not understood."""
        self._unsure = True

    def ended_by_teller(self) -> None:
        """The teller wanted to stop, and waits for no answer."""
        self._unsure = False

    @property
    def understood(self) -> bool:
        """Whether what was told last was understood and got some reply."""
        return self._said and not self._unsure


class _Mouth:
    def __init__(self, mouth: Mouth, answering: Answering) -> None:
        self._mouth, self._answering = mouth, answering

    def say(self, said: Say, heard: Heard) -> Heard | None:
        reply = self._mouth.say(said, heard)
        self._answering.said(said)
        return reply

    def unsure(self, heard: Heard, more: bool) -> None:
        self._answering.not_understood()
        self._mouth.unsure(heard, more)

    def adjust(self, how: str) -> None:
        self._mouth.adjust(how)
