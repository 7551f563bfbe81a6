"""Say sentences: render, play, keep. Whatever goes wrong, the text is still on the screen."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.speaking.playing import Player, save
from assistant.speaking.rendering import WORDS_A_MINUTE, SpokenSentence, render
from assistant.trouble import Trouble


@dataclass(frozen=True, slots=True)
class SpeechReport:
    """What became of it: heard to its end, stopped by the user, saved where, and what went wrong."""

    played: bool = False
    stopped: bool = False
    saved: Path | None = None
    problems: tuple[Trouble, ...] = ()


def speak(
    sentences: Sequence[str],
    player: Player | None,
    save_to: Path | None,
    words_a_minute: float = WORDS_A_MINUTE,
) -> SpeechReport:
    """Say sentences through `player`, into a file, or both; the caller has closed the microphone.

    Raises nothing for what goes wrong with sound: a text that was shown has done most of its work,
    so such Troubles come back in the report. A file is written only where all sentences are in it.
    """
    if player is None and save_to is None:
        return SpeechReport()
    sound = _Sound(sentences, words_a_minute, keep=save_to is not None)
    problems: list[Trouble] = []
    played = stopped = False
    try:
        if player:
            try:
                played = player(sound.sentences)
                stopped = not played
            except Trouble as trouble:
                problems.append(trouble)
        if save_to:
            try:
                sound.save(save_to)
            except Trouble as trouble:
                problems.append(trouble)
    finally:
        sound.sentences.close()
    if sound.failure:
        problems.insert(0, sound.failure)
    saved = save_to if save_to and sound.saved else None
    return SpeechReport(played and not sound.failure, stopped, saved, tuple(problems))


class _Sound:
    """The sentences being rendered, remembering those taken if they are to be saved, and what failed."""

    def __init__(self, sentences: Sequence[str], words_a_minute: float, keep: bool) -> None:
        self.failure: Trouble | None = None
        self.saved = False
        self._keep = keep
        self._kept: list[SpokenSentence] = []
        self.sentences = self._rendered(sentences, words_a_minute)

    def _rendered(self, sentences: Sequence[str], words_a_minute: float) -> Generator[SpokenSentence, None, None]:
        try:
            with contextlib.closing(render(sentences, words_a_minute)) as rendered:
                for sentence in rendered:
                    if self._keep:
                        self._kept.append(sentence)
                    yield sentence
        except Trouble as trouble:
            self.failure = trouble

    def save(self, path: Path) -> None:
        """Render what nobody has taken, and save everything if everything could be rendered."""
        for _ in self.sentences:
            pass
        if not self.failure:
            save(path, self._kept)
            self.saved = True
