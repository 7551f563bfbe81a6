"""Whether `tools/noise.py` mishears as a recogniser does: its errors beside those of Vosk on spoken accounts.

    python -m benchmarks.noise_check [--accounts N] [--model FOLDER]

Accounts of accounts/measure are spoken by espeak-ng in voices that the bundled model does not know, drowned in noise
until about every fourth word is heard wrong, and heard by Vosk; the same accounts are misheard by `tools/noise.py` at
the same rate. Printed for both: the word error rate, what share of the errors are words replaced, lost and put in, how
often a short word is lost, how near the sound of a replaced word lies to that of the right one (0 alike, 1 nothing in
common), and what understanding makes of both. Needs vosk, espeak-ng and the extra "learn".
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import vosk
from rapidfuzz.distance import Levenshtein

PROJECT = Path(__file__).resolve().parent.parent
for folder in (PROJECT, PROJECT / "tools"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import noise  # noqa: E402
import score  # noqa: E402

from assistant.understanding import understand  # noqa: E402
from assistant.understanding.sounds import sound  # noqa: E402
from benchmarks import wer  # noqa: E402
from models.making.voices import held_out_voices  # noqa: E402

LOUDNESS = (15, 9, 5, 2, 0, -2)  # dB of speech above the noise, tried in this order
AIM = 0.25
SURE = (0.5, 0.7)  # what understanding makes of the words that Vosk is so sure of, the others left out


def main() -> int:
    """Print both columns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=40)
    parser.add_argument("--model", type=Path, default=wer.MODEL)
    options = parser.parse_args()
    files = sorted((PROJECT / "accounts" / "measure").glob("*.jsonl"))
    accounts = [a for a in score.read(files) if a["kind"] == "account"]
    accounts = random.Random(5).sample(accounts, options.accounts)
    said = [noise.words_of(each["text"]) for each in accounts]
    vosk.SetLogLevel(-1)
    words = hear(vosk.Model(str(options.model)), said)
    heard = [[word["word"] for word in each] for each in words]
    rate = errors(said, heard)
    rng = random.Random(3)
    files = sorted((PROJECT / "accounts").glob("*/*.jsonl"))
    mishear = noise.Mishearing(noise.neighbours(noise.vocabulary(a["text"] for a in score.read(files))), rate)
    misheard = [mishear.words(words, rng) for words in said]
    columns = {"Vosk": describe(said, heard), "noise.py": describe(said, misheard)}
    texts = {"Vosk": heard, "noise.py": misheard, "as said": said}
    for least in SURE:
        texts[f"Vosk>{least}"] = [[word["word"] for word in each if word["conf"] >= least] for each in words]
    for name, each in texts.items():
        readings = [understand(" ".join(words)) for words in each]
        columns.setdefault(name, {}).update(score.figures(accounts, readings))
    print(f"{'':32}" + "".join(f"{name:>10}" for name in columns))
    for key in columns["Vosk"]:
        print(
            f"{key:32}"
            + "".join(f"{column[key]:10.3f}" if key in column else f"{'':10}" for column in columns.values())
        )
    return 0


def hear(model: vosk.Model, said: Sequence[Sequence[str]]) -> list[list[wer.Heard]]:
    """Return what Vosk hears of each account, in as much noise as makes about every fourth word wrong."""
    voices = held_out_voices()
    rng = np.random.default_rng(1)
    sounds = [wer.speak(" ".join(words), voices[n % len(voices)]) for n, words in enumerate(said)]
    found: list[list[list[wer.Heard]]] = [[] for _ in said]
    for loudness in LOUDNESS:
        wer.NOISE_RATIO = loudness
        for n, spoken in enumerate(sounds):
            found[n].append(wer.recognise(model, wer.with_noise(spoken, rng)))
    return [nearest(words, tries) for words, tries in zip(said, found, strict=True)]


def nearest(said: Sequence[str], tries: Sequence[list[wer.Heard]]) -> list[wer.Heard]:
    """Return the try whose word error rate lies nearest to `AIM`."""
    return min(tries, key=lambda heard: abs(errors([said], [[word["word"] for word in heard]]) - AIM))


def errors(said: Sequence[Sequence[str]], heard: Sequence[Sequence[str]]) -> float:
    """Return the word error rate."""
    wrong = sum(Levenshtein.distance(one, other) for one, other in zip(said, heard, strict=True))
    return wrong / sum(map(len, said))


def describe(said: Sequence[Sequence[str]], heard: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return figures about the errors between what was said and what was heard."""
    pairs = [pair for one, other in zip(said, heard, strict=True) for pair in wer.align(one, other)]
    replaced = [(a, b) for a, b in pairs if a and b and a != b]
    lost = [a for a, b in pairs if a and not b]
    added = [b for a, b in pairs if b and not a]
    wrong = len(replaced) + len(lost) + len(added)
    short = [a for a, _ in pairs if a and len(a) <= 3]
    apart = [Levenshtein.normalized_distance(sound(a), sound(b)) for a, b in replaced]
    return {
        "word error rate": wrong / sum(map(len, said)),
        "of the errors: replaced": len(replaced) / wrong,
        "lost": len(lost) / wrong,
        "put in": len(added) / wrong,
        "short words that are lost": sum(len(a) <= 3 for a in lost) / len(short),
        "replaced, difference in sound": float(np.mean(apart)),
        "replaced, sound more than half off": float(np.mean(np.array(apart) > 0.5)),
    }


if __name__ == "__main__":
    raise SystemExit(main())
