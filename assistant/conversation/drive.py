"""The loop that drives a script with ears and a mouth, whatever these are."""

from __future__ import annotations

from typing import Protocol

from assistant.conversation.script import Adjust, Heard, Listen, Say, Script, Unsure


class Ears(Protocol):
    """Whatever brings the teller's words: microphone, file, keyboard. `again`: it can be told again."""

    again: bool

    def listen(self, request: Listen) -> Heard | None:
        """Return one turn, or None when there is nothing more to come."""


class Mouth(Protocol):
    """Whatever brings the answer: screen, loudspeaker, sound file, JSON."""

    def say(self, said: Say, heard: Heard) -> Heard | None:
        """Show and speak what is said on what was heard; return what the teller said meanwhile, if anything."""

    def unsure(self, heard: Heard, more: bool) -> None:
        """Say that it was not understood well; `more`: the teller can tell it again now."""

    def adjust(self, how: str) -> None:
        """Speak "langzamer", "sneller", "zachter" or "harder" from now on."""


def drive(script: Script, ears: Ears, mouth: Mouth) -> list[Say]:
    """Run a script to its end; return all that was said."""
    return run(script, ears, mouth)[0]


def run(script: Script, ears: Ears, mouth: Mouth) -> tuple[list[Say], object]:
    """Run a script to its end; return all that was said, and what the script returned."""
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
            elif isinstance(step, Adjust):
                mouth.adjust(step.how)
            else:
                said.append(step)
                answer = mouth.say(step, heard)
            step = script.send(answer)
    except StopIteration as end:
        return said, end.value
