"""Whether memory grows with the length of an account: its peak at 5, 20 and 60 minutes of speech.

    python -m benchmarks.memory [hear] [turn] [--minutes 5 20 60] [--model FOLDER]

hear    `verbonden hear` on one file
turn    `verbonden reflect --once`, spoken into the microphone: the whole way from PortAudio's callback over the spool
        file to the answer on screen, in one turn (with much patience, so that none of the pauses ends it); only
        PortAudio itself is replaced, by a file that is fed as fast as the turn takes it

Without a name both run. The speech is espeak-ng's, sentences with pauses of 0.3 to 2.5 seconds, repeated. An hour takes
some ten minutes for each, so this is no test; leaves with 1 where memory grows. Not on Windows.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SENTENCES = PROJECT / "benchmarks" / "data" / "wer_sentences.txt"
MODEL = PROJECT / "models" / "verbonden-nl"
VOICES = ("nl+f3", "nl+m4", "nl+f5", "nl+m6")
RATE = 22050
"""What espeak-ng speaks with."""
BASE_MINUTES = 4.0
"""So much is different; after that it is repeated."""
GROWTH_MB = 30.0
"""An hour may take so much more than five minutes; the sound of an hour alone would be 159 MB. What does grow: Vosk's
own caches in the first twenty minutes, then only the words, and what understanding 7,000 of them takes."""
ALL_OF_IT = 0.75
"""Of the words a minute of the shortest; some of what is printed there is no word of the account."""

TURN = """
import sys
from pathlib import Path
project, path, model = sys.argv[1:]
sys.path[:0] = [project, f"{project}/tests"]
from file_microphone import FileMicrophone
FileMicrophone(Path(path)).plug_in()
from assistant.cli import main
sys.argv[1:] = ["reflect", "--once", "--silent", "--no-journal", "--patience", "20", "--model", model]
main()
"""


def base(folder: Path, minutes: float) -> Path:
    """Speak sentences with pauses for so many minutes; return the file. This process itself stays small."""
    chance = random.Random(7)
    room = array("h", chance.choices((-9, -6, -3, 0, 3, 6, 9), k=3 * RATE)).tobytes()
    path = folder / "begin.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        for number, sentence in enumerate(SENTENCES.read_text("utf-8").splitlines()):
            voice = VOICES[number // 8 % len(VOICES)]
            file = folder / "zin.wav"
            subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(file), sentence], check=True)
            with wave.open(str(file)) as spoken:
                out.writeframes(spoken.readframes(spoken.getnframes()))
            out.writeframes(room[: 2 * int(chance.uniform(0.3, 2.5) * RATE)])
            if out.getnframes() >= 60 * minutes * RATE:
                break
    return path


def repeated(beginning: Path, to: Path, minutes: float) -> Path:
    """Write a file of so many minutes that says `beginning` again and again."""
    left = int(60 * minutes * RATE)
    with wave.open(str(to), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        while left > 0:
            with wave.open(str(beginning)) as sound:
                while left > 0 and (frames := sound.readframes(min(left, RATE))):
                    out.writeframes(frames)
                    left -= len(frames) // 2
    return to


def peak(command: Sequence[str], home: Path) -> tuple[float, int]:
    """Run a command to its end; return its peak memory in megabytes (10^6 bytes), and how many words it printed.

    Raises SystemExit where it fails. The peak counts from the fork on, so this process must be the smaller one.
    """
    folders = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    environment = {**os.environ, **{name: str(home / name.lower()) for name in folders}}
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=PROJECT, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read().decode()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)[-200:]}\n{printed[-2000:]}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6, len(printed.split())


def commands(model: Path, sound: Path) -> dict[str, Sequence[str]]:
    """Return what is measured, by name."""
    return {
        "hear": (sys.executable, "-m", "assistant.cli", "hear", "--model", str(model), str(sound)),
        "turn": (sys.executable, "-c", TURN, str(PROJECT), str(sound), str(model)),
    }


def main() -> int:
    """Print the peaks; return 1 where they grow."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help="hear or turn")
    parser.add_argument("--minutes", type=float, nargs="+", default=[5, 20, 60])
    parser.add_argument("--model", type=Path, default=MODEL)
    arguments = parser.parse_args()
    grows = False
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        beginning = base(folder, min(BASE_MINUTES, *arguments.minutes))
        for part in arguments.parts or ("hear", "turn"):
            peaks, rates = [], []
            for minutes in arguments.minutes:
                sound = repeated(beginning, folder / "verhaal.wav", minutes)
                megabytes, words = peak(commands(arguments.model, sound)[part], folder)
                peaks.append(megabytes)
                rates.append(words / minutes)
                print(f"{part:<5} {minutes:5.1f} minutes: peak {megabytes:6.1f} MB, {words} words printed", flush=True)
            if min(rates) < ALL_OF_IT * rates[0]:
                raise SystemExit(f"{part}: not all of it was heard, so the figures say nothing")
            growth = max(peaks) - peaks[0]
            grows = grows or growth > GROWTH_MB
            good = "ok" if growth <= GROWTH_MB else "NOT MET"
            print(f"{part:<5} grows by {growth:.1f} MB   target <= {GROWTH_MB:.0f} MB   {good}", flush=True)
    return int(grows)


if __name__ == "__main__":
    sys.exit(main())
