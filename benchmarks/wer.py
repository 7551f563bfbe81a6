"""How many words the bundled model gets wrong on speech of voices it has never heard.

    python -m benchmarks.wer [--model FOLDER] [--sentences FILE] [--limit N] [--errors]
                             [--recordings FOLDER [--left-out SPEAKER=MODEL ...]]

Every sentence of the file (one a line) is spoken by espeak-ng in the held-out voices at the held-out speeds (see
models/making/voices.py) and by the plain voice, clean and with noise, and heard by the stock Vosk. Printed are the
word error rate per voice and in all, the share of words outside the vocabulary, the recogniser's confidence, its
speed, its size and load time, and how many spoken orders a run-time grammar gets right.

With --recordings also what people say is heard: FOLDER holds human recordings and a manifest.jsonl with `audio`,
`text` and `speaker` for each, and those sentences are taken that no training sees (`is_test_sentence` in
models/making/voices.py), per speaker, clean and with noise. A model made without one of the speakers
(`models.making.build --leave-out SPEAKER`) is tried on that speaker with --left-out.
Needs vosk, numpy, the program espeak-ng, and for recordings the assistant.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import vosk

PROJECT = Path(__file__).resolve().parent.parent
if str(PROJECT) not in sys.path:  # so that `python benchmarks/wer.py` works too
    sys.path.insert(0, str(PROJECT))

from models.making.voices import Voice, held_out_voices, is_test_sentence  # noqa: E402
from models.making.writing import normalise  # noqa: E402

PLAIN_VOICES = [Voice("", speed) for speed in (120, 150, 175, 190)]
SENTENCES = PROJECT / "benchmarks" / "data" / "wer_sentences.txt"
MODEL = PROJECT / "models" / "verbonden-nl"
NOISE_RATIO = 15  # dB below the speech
SURE = 0.9  # confidence
TAIL = 0.3  # seconds of silence after the speech
CHIEF_ORDERS = ("ja", "nee", "stop", "klaar", "herhaal", "verder", "hulp", "langzamer")
ORDERS = (*CHIEF_ORDERS, "pauze", "ik ben klaar", "terug", "sneller", "zachter", "harder", "opnieuw")
NO_ORDERS = (
    "banaan", "morgen", "keuken", "gisteren", "hij zei dat niet", "mijn moeder", "altijd hetzelfde", "kijk eens",
    "dat vind ik ook", "in de slaapkamer",
)  # fmt: skip
Sound = tuple[npt.NDArray[np.int16], int]  # samples and their rate
Heard = dict[str, Any]  # a word by Vosk: `word`, `conf`, `start`, `end`


@dataclass
class Tally:
    """Counts of one condition."""

    words: int = 0
    errors: int = 0
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, said: Sequence[str], heard: Sequence[str]) -> None:
        """Count the errors of one sentence."""
        pairs = align(said, heard)
        self.words += len(said)
        self.errors += sum(one != other for one, other in pairs)
        self.confusions.update(pair for pair in pairs if pair[0] != pair[1])

    def rate(self) -> str:
        """The word error rate, for people."""
        return f"{100 * self.errors / max(self.words, 1):5.1f} %  ({self.errors} of {self.words} words)"


def main() -> int:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--sentences", type=Path, default=SENTENCES)
    parser.add_argument("--limit", type=int, help="only the first so many sentences")
    parser.add_argument("--errors", action="store_true", help="list the commonest errors")
    parser.add_argument("--recordings", type=Path, metavar="FOLDER", help="human recordings with a manifest.jsonl")
    parser.add_argument("--left-out", action="append", default=[], metavar="SPEAKER=MODEL", type=left_out)
    parser.add_argument("--humans-only", action="store_true", help="only the recordings")
    options = parser.parse_args()
    lines = [words for line in options.sentences.read_text(encoding="utf-8").splitlines() if (words := normalise(line))]
    sentences = lines[: options.limit]
    vosk.SetLogLevel(-1)
    began = time.perf_counter()
    model = vosk.Model(str(options.model))
    load = time.perf_counter() - began
    size = sum(path.stat().st_size for path in options.model.rglob("*") if path.is_file())
    print(f"model: {size / 1e6:.1f} MB on disk, loaded in {load:.2f} s")
    if not options.humans_only:
        print_vocabulary(model, sentences)
        print_error_rates(model, sentences, options.errors)
        print_orders(model)
    if options.recordings:
        recordings = test_recordings(options.recordings, options.limit)
        print("human recordings, sentences that no training sees:")
        print_vocabulary(model, [recording.words for recording in recordings])
        print_human_error_rates(model, recordings, options.errors)
        for speaker, folder in options.left_out:
            own = [recording for recording in recordings if recording.speaker == speaker]
            print(f"{folder.name}, made without {speaker}:")
            print_human_error_rates(vosk.Model(str(folder)), own, options.errors)
    return 0


def left_out(text: str) -> tuple[str, Path]:
    """SPEAKER=MODEL as the speaker and the folder."""
    speaker, _, folder = text.partition("=")
    if not Path(folder).is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not SPEAKER=MODEL with the folder of a model")
    return speaker, Path(folder)


@dataclass(frozen=True)
class Recording:
    """A sentence said by a human."""

    words: list[str]
    speaker: str
    sound: Sound


def test_recordings(folder: Path, limit: int | None) -> list[Recording]:
    """The recordings of the sentences kept for testing."""
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen = [line for line in lines if is_test_sentence(line["text"])][:limit]
    return [Recording(normalise(line["text"]), line["speaker"], _read(folder / line["audio"])) for line in chosen]


def _read(path: Path) -> Sound:
    from assistant.hearing import audio_file

    blocks = list(audio_file.blocks(path))
    rate = blocks[0].rate
    samples = np.frombuffer(b"".join(block.pcm for block in blocks), np.int16)
    return np.concatenate([samples, np.zeros(int(TAIL * rate), np.int16)]), rate


def print_human_error_rates(model: vosk.Model, recordings: Sequence[Recording], list_errors: bool) -> None:
    """Word error rates by speaker and noise."""
    rng = np.random.default_rng(1)
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    heard_seconds = spent = 0.0
    confidences: list[tuple[float, bool]] = []
    for recording in recordings:
        for condition, sound in (("clean", recording.sound), ("noisy", with_noise(recording.sound, rng))):
            began = time.process_time()
            words = recognise(model, sound)
            spent += time.process_time() - began
            heard_seconds += len(sound[0]) / sound[1]
            for name in (recording.speaker, "all human"):
                tallies[name, condition].add(recording.words, [word["word"] for word in words])
            confidences += [(word["conf"], word["word"] in recording.words) for word in words]
    for (name, condition), tally in sorted(tallies.items()):
        print(f"{name:22} {condition}  {tally.rate()}")
    sure = [right for confidence, right in confidences if confidence >= SURE]
    print(
        f"real-time factor {spent / max(heard_seconds, 1e-9):.3f}; words with confidence of at least {SURE}: "
        f"{100 * len(sure) / max(len(confidences), 1):.0f} %, of them said: {100 * sum(sure) / max(len(sure), 1):.0f} %"
    )
    if list_errors:
        _print_confusions(tally for (name, _), tally in tallies.items() if name.startswith("all"))


def print_vocabulary(model: vosk.Model, sentences: Sequence[Sequence[str]]) -> None:
    """The share of words that the model does not have."""
    words = [word for sentence in sentences for word in sentence]
    missing = Counter(word for word in words if model.vosk_model_find_word(word) < 0)
    share = 100 * missing.total() / max(len(words), 1)
    print(
        f"{len(sentences)} sentences, {len(words)} words, {share:.1f} % out of vocabulary: {', '.join(sorted(missing))}"
    )


def print_error_rates(model: vosk.Model, sentences: Sequence[Sequence[str]], list_errors: bool) -> None:
    """Word error rates by voice and noise; held-out voices speak every fourth sentence each, the plain voice all."""
    rng = np.random.default_rng(1)
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    confidences: list[float] = []
    heard_seconds = spent = 0.0
    for group, voices in (("held-out", held_out_voices()), ("plain", PLAIN_VOICES)):
        for number, voice in itertools.product(range(len(sentences)), voices):
            if (number + voices.index(voice)) % 4:
                continue
            said = sentences[number]
            clean = speak(" ".join(said), voice)
            for condition, sound in (("clean", clean), ("noisy", with_noise(clean, rng))):
                began = time.process_time()
                words = recognise(model, sound)
                spent += time.process_time() - began
                heard_seconds += len(sound[0]) / sound[1]
                heard = [word["word"] for word in words]
                confidences += [word["conf"] for word in words]
                for key in (f"{voice.name} at {voice.speed}", f"all {group}"):
                    tallies[key, condition].add(said, heard)
    for (name, condition), tally in sorted(tallies.items(), key=lambda item: (item[0][0].startswith("all"), item[0])):
        print(f"{name:22} {condition}  {tally.rate()}")
    print(f"real-time factor {spent / heard_seconds:.3f} on one core")
    quantiles = np.quantile(confidences, (0.01, 0.05, 0.1, 0.25, 0.5))
    print("word confidence at 1, 5, 10, 25, 50 %: " + ", ".join(f"{value:.3f}" for value in quantiles))
    if list_errors:
        _print_confusions(tally for (name, _), tally in tallies.items() if name.startswith("all"))


def _print_confusions(tallies: Iterable[Tally]) -> None:
    confusions: Counter[tuple[str, str]] = Counter()
    for tally in tallies:
        confusions.update(tally.confusions)
    for (one, other), count in confusions.most_common(40):
        print(f"  {count:4}  {one or '(nothing)'} heard as {other or '(nothing)'}")


def print_orders(model: vosk.Model) -> None:
    """How many orders are heard right with a run-time grammar, and how many other words are taken for one."""
    grammar = json.dumps([*ORDERS, "[unk]"])
    voices = [*held_out_voices(), *PLAIN_VOICES]
    right: Counter[str] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for order, voice in itertools.product(ORDERS, voices):
        heard = " ".join(word["word"] for word in recognise(model, speak(order, voice), grammar))
        right[order] += heard == order
        if heard != order:
            wrong[order, heard] += 1
    for name, orders in (("the eight chief orders", CHIEF_ORDERS), ("all orders", ORDERS)):
        number, count = sum(right[order] for order in orders), len(orders) * len(voices)
        print(f"{name} with a run-time grammar: {number} of {count} right ({100 * number / count:.1f} %)")
    for (order, heard), number in wrong.most_common(8):
        print(f"  {number:4}  {order} heard as {heard or '(nothing)'}")
    taken: Counter[str] = Counter()
    for other in NO_ORDERS:
        for voice in random.Random(1).sample(voices, 5):
            found = {word["word"] for word in recognise(model, speak(other, voice), grammar)}
            taken[other] += bool(found & set(ORDERS))
    print(f"other words taken for an order: {taken.total()} of {len(NO_ORDERS) * 5} {dict(+taken)}")


def speak(text: str, voice: Voice) -> Sound:
    """`text` by espeak-ng: int16 samples and their rate (22,050 Hz), as the assistant's own speech arrives."""
    command = ["espeak-ng", "-v", voice.name, "-s", str(voice.speed), "-p", str(voice.pitch), "--stdout", text]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    rate = int.from_bytes(wave[24:28], "little")
    samples = np.frombuffer(wave[44 : 44 + (len(wave) - 44) // 2 * 2], np.int16)
    return np.concatenate([samples, np.zeros(int(TAIL * rate), np.int16)]), rate


def with_noise(sound: Sound, rng: np.random.Generator) -> Sound:
    """The same with pinkish noise `NOISE_RATIO` dB below the speech."""
    samples, rate = sound
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    noise = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 10), len(samples))
    scale = np.std(samples.astype(np.float64)) * 10 ** (-NOISE_RATIO / 20) / np.std(noise)
    return np.clip(samples * 0.7 + noise * scale * 0.7, -32768, 32767).astype(np.int16), rate


def recognise(model: vosk.Model, sound: Sound, grammar: str | None = None) -> list[Heard]:
    """What Vosk hears, as words with `word`, `conf`, `start` and `end`."""
    samples, rate = sound
    recogniser = vosk.KaldiRecognizer(model, rate, grammar) if grammar else vosk.KaldiRecognizer(model, rate)
    recogniser.SetWords(True)
    words: list[Heard] = []
    for start in range(0, len(samples), rate // 5):
        if recogniser.AcceptWaveform(samples[start : start + rate // 5].tobytes()):
            words += json.loads(recogniser.Result()).get("result", [])
    words += json.loads(recogniser.FinalResult()).get("result", [])
    return words


def align(said: Sequence[str], heard: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of words with the fewest differences; "" stands for a missing or an added word."""
    table = [[0] * (len(heard) + 1) for _ in range(len(said) + 1)]
    for i in range(len(said) + 1):
        for j in range(len(heard) + 1):
            if i == 0 or j == 0:
                table[i][j] = i + j
                continue
            change = table[i - 1][j - 1] + (said[i - 1] != heard[j - 1])
            table[i][j] = min(change, table[i - 1][j] + 1, table[i][j - 1] + 1)
    pairs, i, j = [], len(said), len(heard)
    while i or j:
        if i and j and table[i][j] == table[i - 1][j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((said[i], heard[j]))
        elif i and table[i][j] == table[i - 1][j] + 1:
            i -= 1
            pairs.append((said[i], ""))
        else:
            j -= 1
            pairs.append(("", heard[j]))
    return pairs[::-1]


if __name__ == "__main__":
    raise SystemExit(main())
