"""How well confidence tells words that were said from words that were not.

    python -m benchmarks.certainty --human DIR [--left-out SPEAKER=MODEL ...] [--synthetic FILE.jsonl]
                                   [--model FOLDER] [--limit N]

DIR holds human recordings and a manifest.jsonl with `audio`, `text` and `speaker` for each; the
recordings of a speaker are heard one by one and joined to accounts of 20 to 40 seconds. FILE.jsonl
holds accounts with `text`; each is spoken by espeak-ng in several voices. Printed is how the
confidences are spread, and how many of each kind the threshold of `assistant.hearing.certainty`
takes for the other.

The bundled model may have been trained with the speakers of DIR, so by it only sentences kept for
testing are heard, and what comes of that is shown, not judged. How it hears a stranger is told by
models made without one of the speakers (`models.making.build --leave-out SPEAKER`): all that this
speaker said is heard by that model, and no account may be sure. Every synthetic account must be;
the exit code is 1 where one of this does not hold. `--dump` writes all words for a closer look.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.hearing import audio_file, model
from assistant.hearing.certainty import THRESHOLD, Certainty, sure_enough
from assistant.hearing.recogniser import Recogniser, Segment
from assistant.hearing.sound import Block
from assistant.hearing.transcript import Transcript
from benchmarks.wer import left_out
from models.making.voices import is_test_sentence

VOICES = ("nl", "nl+f2", "nl+m3", "nl+f5", "nl+m7")
SPEEDS = (125, 140, 155, 170)
ACCOUNT_SECONDS = (20, 40)
KNOWN, STRANGER = "known human", "stranger"
PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Trial:
    """One thing that was heard."""

    kind: str
    name: str
    said: str
    heard: Transcript

    @property
    def certainty(self) -> Certainty:
        """What the program makes of it."""
        return sure_enough(self.heard)


def hear(loaded: Any, blocks: Iterable[Block]) -> Transcript:
    """Return the words in a stream of blocks, all at one rate."""
    recogniser: Recogniser | None = None
    heard = Transcript()
    for block in blocks:
        recogniser = recogniser or Recogniser(loaded, block.rate)
        event = recogniser.accept(block)
        if isinstance(event, Segment):
            heard += event.transcript
    return heard + recogniser.finish().transcript if recogniser else heard


def recordings(folder: Path, speaker: str | None, limit: int | None) -> list[dict[str, Any]]:
    """Return lines of the manifest: those of a speaker, or else those kept for testing.

    They come in an order that is the same every time but not theirs.
    """
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    lines = [line for line in lines if (line["speaker"] == speaker if speaker else is_test_sentence(line["text"]))]
    random.Random(1).shuffle(lines)
    return lines[:limit]


def single_humans(loaded: Any, folder: Path, lines: Sequence[dict[str, Any]], kind: str) -> Iterator[Trial]:
    """Hear each recording by itself."""
    for line in lines:
        heard = hear(loaded, audio_file.blocks(folder / line["audio"]))
        yield Trial(f"{kind}, one sentence", line["audio"], line["text"], heard)


def joined_humans(loaded: Any, folder: Path, lines: Sequence[dict[str, Any]], kind: str) -> Iterator[Trial]:
    """Hear recordings of one speaker behind one another, with pauses, as an account."""
    lines = sorted(lines, key=lambda line: str(line["speaker"]))
    dice = random.Random(2)
    for speaker, group in itertools.groupby(lines, key=lambda line: str(line["speaker"])):
        waiting = list(group)
        number = 0
        while waiting:
            seconds, wanted = 0.0, dice.uniform(*ACCOUNT_SECONDS)
            blocks: list[Block] = []
            said: list[str] = []
            while waiting and seconds < wanted:
                line = waiting.pop()
                blocks += audio_file.blocks(folder / line["audio"])
                blocks.append(Block(bytes(2 * int(PAUSE_SECONDS * blocks[-1].rate)), blocks[-1].rate))
                seconds = sum(block.seconds for block in blocks)
                said.append(line["text"])
            if seconds >= ACCOUNT_SECONDS[0]:
                number += 1
                yield Trial(f"{kind}, account", f"{speaker}-{number}", " ".join(said), hear(loaded, blocks))


def humans(loaded: Any, folder: Path, speaker: str | None, limit: int | None) -> list[list[Trial]]:
    """Hear sentences alone and joined: of a speaker whom the model has never heard, or those kept for testing."""
    lines = recordings(folder, speaker, limit)
    kind = f"{STRANGER} {speaker}" if speaker else KNOWN
    return [list(single_humans(loaded, folder, lines, kind)), list(joined_humans(loaded, folder, lines, kind))]


def synthetic(loaded: Any, accounts: Path, limit: int | None) -> Iterator[Trial]:
    """Hear each account spoken by espeak-ng, the voices and speeds in turn."""
    lines = [json.loads(line) for line in accounts.read_text("utf-8").splitlines()]
    turns = itertools.cycle(itertools.product(VOICES, SPEEDS))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        for line in lines[:limit]:
            for voice, speed in itertools.islice(turns, 3):
                command = ["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(file), "--stdin"]
                subprocess.run(command, input=line["text"].encode(), check=True)
                heard = hear(loaded, audio_file.blocks(file))
                yield Trial("synthetic, account", f"{line['id']} {voice} {speed}", line["text"], heard)


def show(trials: Sequence[Trial]) -> None:
    """Print how the figures of one kind are spread."""
    certainties = [trial.certainty for trial in trials]
    print(f"\n{trials[0].kind}: {len(trials)}, of them sure: {sum(one.sure for one in certainties)}")
    print(f"{'':18}   min    5%   25%   50%   75%   95%   max")
    for label in ("understood", "mean_confidence", "share_sure", "words"):
        values = sorted(float(getattr(one, label)) for one in certainties)
        marks = [values[round(share * (len(values) - 1))] for share in (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)]
        print(f"{label:18}" + "".join(f"{mark:6.0f}" if label == "words" else f"{mark:6.2f}" for mark in marks))


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--human", type=Path, metavar="DIR")
    parser.add_argument("--left-out", action="append", default=[], metavar="SPEAKER=MODEL", type=left_out)
    parser.add_argument("--synthetic", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--model", type=Path, metavar="FOLDER")
    parser.add_argument("--limit", type=int, metavar="N", help="so many recordings and accounts at most")
    parser.add_argument("--dump", type=Path, metavar="FILE.jsonl")
    options = parser.parse_args()
    chosen = model.choose(options.model, os.environ, None)
    loaded = model.load(chosen)
    kinds: list[list[Trial]] = []
    if options.human:
        kinds += humans(loaded, options.human, None, options.limit)
        for speaker, folder in options.left_out:
            without = model.load(model.choose(folder, os.environ, None))
            kinds += humans(without, options.human, speaker, options.limit)
    if options.synthetic:
        kinds += [list(synthetic(loaded, options.synthetic, options.limit))]
    trials = [trial for kind in kinds for trial in kind]
    if options.dump:
        with options.dump.open("w", encoding="utf-8") as out:
            for trial in trials:
                words = [[word.text, word.start, word.end, word.confidence] for word in trial.heard.words]
                out.write(json.dumps([trial.kind, trial.name, trial.said, words], ensure_ascii=False) + "\n")
    for kind in filter(None, kinds):
        show(kind)
    judged = [trial for trial in trials if not trial.kind.startswith(KNOWN)]
    wrong = [trial for trial in judged if trial.certainty.sure == trial.kind.startswith(STRANGER)]
    print(f"\nmodel {chosen.name}, threshold {THRESHOLD}: {len(wrong)} of {len(judged)} on the wrong side")
    for trial in wrong[:20]:
        print(f"  {trial.kind}: {trial.name}: {trial.certainty}: {trial.heard.text[:100]}")
    return 1 if wrong and chosen.bundled else 0


if __name__ == "__main__":
    sys.exit(main())
