"""What a person sees: the answer on standard output, all else on standard error."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from typing import Any

import click

from assistant.reflecting.wording import prompts
from assistant.trouble import Trouble

_COMMAND = re.compile(r"verbonden(?: (?:journal|model)(?: [a-z]+)?| (?:doctor|checkin))?(?: --[a-z-]+)*")
_GLUE = str.maketrans({" ": "\u00a0", "-": "\u2011"})
_UNGLUE = str.maketrans({"\u00a0": " ", "\u2011": "-"})
_BARS = " ▁▂▃▄▅▆▇█"


class Screen:
    """Notices, the level of the microphone and the words as they are recognised, on standard error."""

    def __init__(self, quiet: bool = False) -> None:
        self._live = sys.stderr.isatty() and not quiet
        self._quiet = quiet
        self._bar = " "
        self._said = ""
        self._shown = 0

    @property
    def quiet(self) -> bool:
        """Whether notices are left out."""
        return self._quiet

    def notice(self, key: str, **values: str) -> None:
        """Show one line of `prompts/nl/screen.toml`."""
        if not self._quiet:
            self.line(prompts().wordings(f"screen/{key}")[0].format(**values))

    def line(self, text: str) -> None:
        """Show one line that must be seen."""
        self._clear()
        click.echo(wrapped(text), err=True)

    def recognised(self, event: Any) -> None:
        """Show words as they are recognised: Partial, then Segment for good."""
        if self._quiet:
            return
        transcript = getattr(event, "transcript", None)
        if transcript is None:
            if self._live:
                self._line(event.text)
            return
        self._clear()
        if transcript.words:
            click.echo(wrapped(f"… {transcript.text}"), err=True)

    def heard(self, event: Any) -> None:
        """Show whatever the microphone brings: level, start of speech, words."""
        if hasattr(event, "dbfs"):
            level = max(0.0, min(1.0, (event.dbfs + 60) / 50))
            self._bar = _BARS[round(level * (len(_BARS) - 1))]
            if self._live:
                self._line(self._said)
        elif hasattr(event, "text") or hasattr(event, "transcript"):
            self._said = getattr(event, "text", "")
            self.recognised(event)

    def end_of_turn(self) -> None:
        """Take the live line away and say that the answer is on its way."""
        self._said = ""
        self.notice("listen/thinking")

    def _line(self, words: str) -> None:
        width = max(20, shutil.get_terminal_size().columns - 6)
        line = f"● {self._bar} {words[-width:]}"
        sys.stderr.write("\r\x1b[2K" + line)
        sys.stderr.flush()
        self._shown = len(line)

    def clear(self) -> None:
        """Take the live line away."""
        self._clear()

    def _clear(self) -> None:
        if self._live and self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._shown = 0


def wrapped(text: str) -> str:
    """Return `text` in lines that fit the terminal, at most 88 characters; a command to be typed is never broken."""
    width = min(88, shutil.get_terminal_size((88, 24)).columns)
    glued = _COMMAND.sub(lambda found: found[0].translate(_GLUE), text)
    lines = "\n".join(textwrap.fill(line, width) for line in glued.splitlines())
    return lines.translate(_UNGLUE)


def line_of(trouble: Trouble) -> str:
    """Return the Dutch line for a Trouble."""
    try:
        return str(prompts().tables["troubles"][trouble.key]).format(**trouble.values)
    except (KeyError, OSError, ValueError):  # the prompts themselves are missing or broken
        return f"Er ging iets mis ({trouble.key}). Installeer het programma opnieuw."
