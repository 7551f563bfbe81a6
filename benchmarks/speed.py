"""How fast and how lean Verbonden is, beside the least that could do the same, on this machine, now.

    python -m benchmarks.speed [--minutes 10] [--model FOLDER] [--runs 3] [hear] [files] [live] [answer] [help]

hear    `verbonden hear` on one long file, beside a bare ten-line loop around Vosk: wall time, processor time, peak
        memory, and how many words each gets wrong
files   as many files as there are cores, beside the loop on one after the other
live    a turn as the microphone brings it, beside the loop: processor time
answer  from the Enter that ends a turn to the first sound of the answer, on a virtual microphone in real time
help    `verbonden --help` beside a bare click program

Without a name all of them run. The two sides take turns, and the median of the runs counts: other work on the
machine disturbs wall times, processor times hardly. Needs espeak-ng, and for `answer` also pulseaudio; not on Windows.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

PROJECT = Path(__file__).resolve().parent.parent
SENTENCES = PROJECT / "benchmarks" / "data" / "wer_sentences.txt"
MODEL = PROJECT / "models" / "verbonden-nl"
VOICES = ("nl+f3", "nl+m4", "nl+f5", "nl+m6")
RATE = 16000
HEAR = 0.65
LIVE = 1.05
MEMORY_MB = 60
ANSWER_SECONDS = 0.5
HELP = 1.5

LOOP = """
import json, sys, wave
import vosk
vosk.SetLogLevel(-1)
model = vosk.Model(sys.argv[1])
for path in sys.argv[2:]:
    sound = wave.open(path)
    recogniser = vosk.KaldiRecognizer(model, sound.getframerate())
    recogniser.SetWords(True)
    texts = []
    while data := sound.readframes(4000):
        if recogniser.AcceptWaveform(data):
            texts.append(json.loads(recogniser.Result())["text"])
    print(*texts, json.loads(recogniser.FinalResult())["text"])
"""

LIVE_LOOP = """
import sys, wave
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from assistant.hearing import turn
from assistant.hearing.microphone import Microphone
from assistant.hearing.model import choose, load
from assistant.hearing.recogniser import Recogniser
from assistant.hearing.sound import Block

class FromFile(Microphone):
    rate = 16000
    def blocks(self, timeout=2.0):
        sound = wave.open(sys.argv[2])
        while data := sound.readframes(800):
            yield Block(data, 16000)
    def stop(self):
        pass

model = load(choose(Path(sys.argv[1]), {}, None))
microphone = FromFile()
microphone.rate = 16000
heard = turn.listen(microphone, lambda rate: Recogniser(model, rate))
print(heard.transcript.text)
"""

BARE_CLICK = """
import click
@click.group()
def main(): "Listen to an account of a row and reflect on it."
for name in ("reflect", "hear", "understand", "explain", "say", "demo", "doctor", "model"):
    main.command(name)(lambda: None)
main()
"""


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds of wall and processor, peak memory in megabytes, and what it printed."""

    wall: float
    processor: float
    memory: float
    printed: str


def run(command: Sequence[str]) -> Cost:
    """Run a command to its end and return what it took."""
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE, cwd=PROJECT)
        assert process.stderr
        noise = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read().decode()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)[:200]}\n{noise.decode()}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1e6, printed)


def side_by_side(runs: int, **commands: Sequence[str]) -> dict[str, Cost]:
    """Run commands in turn, and return for each the median of each figure."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            costs[name].append(run(command))
    return {name: middle(each) for name, each in costs.items()}


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.processor for cost in costs),
        statistics.median(cost.memory for cost in costs),
        costs[0].printed,
    )


def recording(folder: Path, minutes: float) -> tuple[Path, str]:
    """Speak sentences with pauses of 0.3 to 2.5 seconds until there is enough; return the file and its words."""
    sentences = SENTENCES.read_text("utf-8").splitlines()
    chance = np.random.default_rng(7)
    sound: list[np.ndarray] = []
    said: list[str] = []
    seconds, number = 0.0, 0
    while seconds < 60 * minutes:
        sentence = sentences[number % len(sentences)]
        voice = VOICES[number // 8 % len(VOICES)]
        file = folder / "zin.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(file), sentence], check=True)
        spoken, rate = soundfile.read(file)
        spoken = np.interp(np.arange(0, len(spoken), rate / RATE), np.arange(len(spoken)), spoken)
        pause = np.zeros(int(chance.uniform(0.3, 2.5) * RATE))
        sound += [spoken, pause]
        said.append("".join(letter for letter in sentence.lower() if letter.isalnum() or letter in " '"))
        seconds += (len(spoken) + len(pause)) / RATE
        number += 1
    samples = np.concatenate(sound)
    samples += chance.normal(0, 3e-4, len(samples))
    path = folder / "verhaal.wav"
    soundfile.write(path, samples, RATE, subtype="PCM_16")
    return path, " ".join(said)


def wrong(said: str, heard: str) -> float:
    """Return the word error rate, in percent."""
    wanted, found = said.split(), heard.split()
    costs = np.arange(len(found) + 1)
    for row, word in enumerate(wanted, 1):
        step = np.minimum(costs[1:] + 1, costs[:-1] + np.array([word != other for other in found]))
        costs = np.concatenate(([row], step))
        costs = np.minimum.accumulate(costs - np.arange(len(costs))) + np.arange(len(costs))
    return 100 * float(costs[-1]) / len(wanted)


def show(name: str, value: str, limit: str, good: bool) -> None:
    """Print one figure with its target."""
    print(f"  {name:<46} {value:>22}   target {limit:<12} {'ok' if good else 'NOT MET'}", flush=True)


def hear(folder: Path, model: Path, minutes: float, runs: int) -> None:
    """One long file."""
    path, said = recording(folder, minutes)
    print(f"hear: one file of {soundfile.info(path).duration / 60:.1f} minutes, {os.cpu_count()} cores, {runs} runs")
    costs = side_by_side(runs, loop=loop(model, path), ours=verbonden("hear", "--model", str(model), str(path)))
    one, ours = costs["loop"], costs["ours"]
    for label, cost in costs.items():
        print(f"  {label:<6} wall {cost.wall:7.2f} s   processor {cost.processor:7.2f} s   memory {cost.memory:6.0f} MB"
              f"   words wrong {wrong(said, cost.printed):5.2f} %")  # fmt: skip
    share, more = ours.wall / one.wall, ours.memory - one.memory
    worse = wrong(said, ours.printed) - wrong(said, one.printed)
    show("wall time, of the loop's", f"{share:.2f} x", f"<= {HEAR} x", share <= HEAR)
    show("peak memory above the loop's", f"{more:.0f} MB", f"<= {MEMORY_MB} MB", more <= MEMORY_MB)
    show("words wrong, more than the loop", f"{worse:+.2f} points", "<= 0", worse <= 0)


def files(folder: Path, model: Path, minutes: float, runs: int) -> None:
    """Several files."""
    count = os.cpu_count() or 1
    path, _ = recording(folder, minutes / count / 2)
    paths = [str(path)] * count
    print(f"files: {count} files of {soundfile.info(path).duration / 60:.1f} minutes")
    costs = side_by_side(runs, loop=loop(model, *paths), ours=verbonden("hear", "--model", str(model), *paths))
    share = costs["ours"].wall / costs["loop"].wall
    show("wall time, of the loop's", f"{share:.2f} x", f"<= {HEAR} x", share <= HEAR)


def live(folder: Path, model: Path, minutes: float, runs: int) -> None:
    """A turn, fed as fast as it is taken."""
    path, _ = recording(folder, minutes)
    print(f"live: a turn of {soundfile.info(path).duration / 60:.1f} minutes")
    ours = (sys.executable, "-c", LIVE_LOOP, str(model), str(path), str(PROJECT))
    costs = side_by_side(runs, loop=loop(model, path), ours=ours)
    share = costs["ours"].processor / costs["loop"].processor
    of_one = (costs["ours"].processor - costs["loop"].processor) / soundfile.info(path).duration
    show("processor time, of the loop's", f"{share:.2f} x", f"<= {LIVE} x", share <= LIVE)
    print(f"  that is {100 * of_one:+.1f} % of one core while somebody speaks")
    show("peak memory above the loop's", f"{costs['ours'].memory - costs['loop'].memory:.0f} MB",
         f"<= {MEMORY_MB} MB", costs["ours"].memory - costs["loop"].memory <= MEMORY_MB)  # fmt: skip


def answer(folder: Path, model: Path, minutes: float, runs: int) -> None:
    """From Enter to the first sound."""
    sys.path.insert(0, str(PROJECT / "tests"))
    import virtual_sound
    from terminal import terminal

    told = folder / "ruzie.wav"
    account = (
        "gisteren hadden we ruzie over de afwas, ik zei dat hij nooit iets doet en ik werd steeds harder, "
        "toen zei hij niets meer en hij liep naar boven"
    )
    subprocess.run(["espeak-ng", "-v", "nl", "-s", "140", "-w", str(told), account], check=True)
    home = {name: str(folder / name) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    took = []
    print(f"answer: from Enter to the first sound, {runs} runs")
    with (
        tempfile.TemporaryDirectory(prefix="vs-") as place,
        virtual_sound.sound_server(Path(place)) as server,
    ):
        for _ in range(runs):
            with terminal("reflect", "--once", "--patience", "30", **home, **server.environment) as screen:
                through(screen)
                server.play(told).wait(60)
                time.sleep(1.0)
                with first_sound(server) as heard:
                    begin = time.monotonic()
                    screen.type("\n")
                    took.append(heard() - begin)
    median = statistics.median(took)
    print("  each: " + ", ".join(f"{1000 * each:.0f} ms" for each in took))
    show(
        "from the end of the turn to the first sound", f"{1000 * median:.0f} ms", "<= 500 ms", median <= ANSWER_SECONDS
    )


def through(screen: object) -> None:
    """Answer what is asked at a first start with the bundled model, up to where it listens."""
    from terminal import Terminal

    assert isinstance(screen, Terminal)
    end = time.monotonic() + 60
    answered: set[str] = set()
    while "Ik luister" not in screen.text():
        for question, reply in (("of weg)", "weg\n"), ("(ja/nee)", "nee\n"), ("typen (t)", "p\n")):
            if question in screen.text() and question not in answered:
                answered.add(question)
                screen.type(reply)
        if time.monotonic() > end:
            raise SystemExit(f"it does not listen: {screen.text()}")
        screen.look()


class first_sound:
    """Listen to the virtual loudspeaker; calling it waits for sound and returns when it came."""

    def __init__(self, server: object) -> None:
        import virtual_sound

        assert isinstance(server, virtual_sound.SoundServer)
        self._command = [virtual_sound.need("parec"), "--device=speaker.monitor", "--raw", "--rate=16000",
                         "--channels=1", "--format=s16le", "--latency-msec=10"]  # fmt: skip
        self._environment = {**os.environ, **server.environment}

    def __enter__(self) -> Callable[[], float]:
        """Start to listen."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, env=self._environment)
        time.sleep(0.5)
        return self._wait

    def _wait(self) -> float:
        assert self._process.stdout
        while piece := self._process.stdout.read(320):
            if np.abs(np.frombuffer(piece, dtype="<i2")).max() > 200:
                return time.monotonic()
        raise SystemExit("nothing was heard")

    def __exit__(self, *words: object) -> None:
        """Stop listening."""
        self._process.kill()
        self._process.wait(10)


def help_page(folder: Path, model: Path, minutes: float, runs: int) -> None:
    """The start of the program."""
    bare = folder / "bare.py"
    bare.write_text(BARE_CLICK)
    costs = side_by_side(5 * runs, bare=(sys.executable, str(bare), "--help"), ours=verbonden("--help"))
    share = costs["ours"].wall / costs["bare"].wall
    print(f"help: bare click {1000 * costs['bare'].wall:.0f} ms, verbonden {1000 * costs['ours'].wall:.0f} ms")
    show("`verbonden --help`, of a bare click program", f"{share:.2f} x", f"<= {HELP} x", share <= HELP)


def loop(model: Path, *paths: str | Path) -> Sequence[str]:
    """Return the command of the bare loop."""
    return (sys.executable, "-c", LOOP, str(model), *map(str, paths))


def verbonden(*words: str) -> Sequence[str]:
    """Return a command of ours."""
    return (sys.executable, "-m", "assistant.cli", *words)


PARTS = {"hear": hear, "files": files, "live": live, "answer": answer, "help": help_page}


def main() -> None:
    """Print the figures asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    for unknown in set(arguments.parts) - set(PARTS):
        parser.error(f"there is no part {unknown}")
    print(json.dumps({"model": arguments.model.name, "cores": os.cpu_count(), "load": os.getloadavg()[0]}))
    with tempfile.TemporaryDirectory() as folder:
        for part in arguments.parts or PARTS:
            PARTS[part](Path(folder), arguments.model, arguments.minutes, arguments.runs)


if __name__ == "__main__":
    main()
