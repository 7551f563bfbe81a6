"""The loop that drives a script with ears and a mouth, whatever these are."""

from __future__ import annotations

from typing import Protocol

from assistant.conversation.script import Heard, Listen, Say, Script, Unsure


class Ears(Protocol):
    """Whatever brings the teller's words: microphone, file, keyboard. `again`: it can be told again."""

    again: bool

    def listen(self, request: Listen) -> Heard | None:
        """Return one turn, or None when there is nothing more to come."""


class Mouth(Protocol):
    """Whatever brings the answer: screen, loudspeaker, sound file, JSON."""

    def say(self, said: Say, heard: Heard) -> None:
        """Show and speak a reflection on what was heard."""

    def unsure(self, heard: Heard, more: bool) -> None:
        """Say that it was not understood well; `more`: the teller can tell it again now."""


def drive(script: Script, ears: Ears, mouth: Mouth) -> list[Say]:
    """Run a script to its end; return all that was said."""
    said: list[Say] = []
    heard = Heard("")
    answer: Heard | None = None
    try:
        step = next(script)
        while True:
            answer = None
            if isinstance(step, Listen):
                answer = ears.listen(step)
                heard = answer or heard
            elif isinstance(step, Unsure):
                mouth.unsure(heard, more=ears.again)
            else:
                said.append(step)
                mouth.say(step, heard)
            step = script.send(answer)
    except StopIteration:
        return said
