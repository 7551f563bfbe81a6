"""How the assistant sounds: 20 reflections and 5 conversations, rendered by the real voice and measured.

    python -m benchmarks.sound [--save DIR]

Measured on the samples, not on what the program meant to do: words a minute (pauses between sentences
included; numbers count as the words in which they are said), the silences between sentences, samples at
full scale, sound that is cut off at an end, and how loud each sentence is. The exit code is 1 where a figure
lies outside its bounds. `--save` keeps what was rendered, to listen to.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.conversation.guide import guided
from assistant.conversation.script import Heard, Listen, Say
from assistant.conversation.states import script
from assistant.hearing.sound import to_samples
from assistant.reflecting.reflection import reflect
from assistant.speaking.playing import save
from assistant.speaking.rendering import SpokenSentence, render
from assistant.speaking.shaping import QUIET
from assistant.speaking.spoken_text import spoken
from assistant.understanding import understand

REFLECTIONS, CONVERSATIONS = 20, 5
WORDS_A_MINUTE = (130.0, 150.0)
PAUSES = (0.5, 0.92)
"""The edges of sentences, where there is sound that nobody hears, count as silence."""
SPREAD_DB = 1.0
"""So far a sentence may lie from the middle one."""
LOUDEST = 0.98
END = 0.02
"""How loud, compared with full scale, the first and last three milliseconds of a sentence may be."""
ACCOUNTS = Path(__file__).resolve().parents[1] / "accounts" / "build"
ANSWERS = (
    "ik was bang dat ik er alleen voor sta",
    "ja",
    "dat je naar me luistert",
    "ja",
    "ik ben bang dat ik alleen sta",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one reflection or conversation sounds like."""

    name: str
    words_a_minute: float
    pauses: tuple[float, ...]
    before_questions: tuple[float, ...]
    peak: float
    ends: float
    loudness: tuple[float, ...]

    def faults(self) -> Iterator[str]:
        """Yield what lies outside the bounds."""
        if not WORDS_A_MINUTE[0] <= self.words_a_minute <= WORDS_A_MINUTE[1]:
            yield f"{self.words_a_minute:.0f} words a minute"
        if any(not PAUSES[0] <= pause <= PAUSES[1] for pause in (*self.pauses, *self.before_questions)):
            yield f"pauses from {min(self.pauses):.2f} to {max(self.pauses):.2f} s"
        if self.before_questions and self.pauses and min(self.before_questions) <= float(np.median(self.pauses)):
            yield f"only {min(self.before_questions):.2f} s before a question"
        if self.peak > LOUDEST:
            yield f"a peak of {self.peak:.2f}"
        if self.ends > END:
            yield f"an end of {self.ends:.3f}"
        if max(self.loudness) - min(self.loudness) > 2 * SPREAD_DB:
            yield f"sentences {max(self.loudness) - min(self.loudness):.1f} dB apart"


def measure(name: str, parts: Sequence[Sequence[SpokenSentence]]) -> Measured:
    """Measure what is said in one go (`parts`: between two turns of the teller)."""
    seconds, words = 0.0, 0
    pauses: list[float] = []
    before: list[float] = []
    edges: list[float] = []
    for part in parts:
        sound = np.concatenate([_with_pause(each) for each in part])
        seconds += len(sound) / part[0].rate
        words += sum(len(spoken(each.text).split()) for each in part)
        for each, following in itertools.pairwise(part):
            silence = _silence_after(each) + _silence_before(following)
            (before if following.text.rstrip("”").endswith("?") else pauses).append(silence)
        edges += [float(np.abs(piece).max()) for each in part for piece in _edges(each)]
    every = [to_samples(each.pcm) for part in parts for each in part]
    return Measured(
        name, 60 * words / seconds, tuple(pauses), tuple(before), max(float(np.abs(one).max()) for one in every),
        max(edges), tuple(_loudness(one) for one in every),
    )  # fmt: skip


def _with_pause(sentence: SpokenSentence) -> np.ndarray:
    return np.concatenate([to_samples(sentence.pcm), np.zeros(round(sentence.pause * sentence.rate), dtype=np.float32)])


def _silence_after(sentence: SpokenSentence) -> float:
    samples = _with_pause(sentence)
    loud = np.flatnonzero(np.abs(samples) > QUIET)
    return float((len(samples) - 1 - loud[-1]) / sentence.rate)


def _silence_before(sentence: SpokenSentence) -> float:
    return float(np.flatnonzero(np.abs(to_samples(sentence.pcm)) > QUIET)[0] / sentence.rate)


def _edges(sentence: SpokenSentence) -> tuple[np.ndarray, np.ndarray]:
    samples, size = to_samples(sentence.pcm), round(0.003 * sentence.rate)
    return samples[:size], samples[-size:]


def _loudness(samples: np.ndarray) -> float:
    voiced = samples[np.abs(samples) > QUIET].astype(np.float64)
    return float(20 * np.log10(np.sqrt(np.mean(voiced**2))))


def accounts() -> Iterator[str]:
    """Yield accounts that get a reflection, of all writers in turn."""
    files = [path.read_text(encoding="utf-8").splitlines() for path in sorted(ACCOUNTS.glob("*.jsonl"))]
    for number in range(max(map(len, files))):
        for lines in files:
            if number < len(lines):
                account = json.loads(lines[number])
                if account["kind"] == "account" and reflect(understand(account["text"])).kind == "reflection":
                    yield str(account["text"])


def conversation(account: str) -> Iterator[Say]:
    """Yield all that is said in a conversation with fixed answers."""
    talk = guided(script("guided"))
    turns = iter((account, *ANSWERS))
    step = next(talk)
    try:
        while True:
            reply = None
            if isinstance(step, Say):
                yield step
            elif isinstance(step, Listen):
                reply = Heard(next(turns, "nee"))
            step = talk.send(reply)
    except StopIteration:
        return


def main(arguments: Sequence[str] | None = None) -> int:
    """Render, measure, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--save", type=Path)
    options = parser.parse_args(arguments)
    wanted = accounts()
    spoken_parts: list[tuple[str, list[tuple[str, ...]]]] = []
    for number in range(REFLECTIONS):
        spoken_parts.append((f"reflection {number + 1}", [reflect(understand(next(wanted)), turn=number).sentences]))
    for number in range(CONVERSATIONS):
        said = [each.reflection.sentences for each in conversation(next(wanted))]
        spoken_parts.append((f"conversation {number + 1}", said))
    faults = 0
    print("what              words/min   pauses (s)   before questions   peak   loudness (dBFS)")
    for name, texts in spoken_parts:
        parts = [list(render(each)) for each in texts]
        found = measure(name, parts)
        faults += _row(found)
        if options.save:
            options.save.mkdir(parents=True, exist_ok=True)
            save(options.save / f"{name.replace(' ', '-')}.wav", [each for part in parts for each in part])
    print(f"{len(spoken_parts)} rendered, {faults} with a fault")
    return 1 if faults else 0


def _row(found: Measured) -> bool:
    """Print one line; return whether something is outside its bounds."""
    faults = list(found.faults())
    spread = f"{min(found.loudness):.1f} to {max(found.loudness):.1f}"
    pauses = f"{min(found.pauses):.2f}-{max(found.pauses):.2f}" if found.pauses else "-"
    before = f"{min(found.before_questions):.2f}-{max(found.before_questions):.2f}" if found.before_questions else "-"
    print(f"{found.name:18}{found.words_a_minute:8.0f}     {pauses:12} {before:18} {found.peak:.2f}   {spread}", end="")
    print(f"   {'; '.join(faults)}" if faults else "")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
