"""Conversations by voice, in real time: a virtual microphone and loudspeaker, the real voice, the real recogniser."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from virtual_sound import SoundServer

from assistant.conversation import commands
from assistant.conversation.mouth import Voice
from assistant.conversation.screen import Screen
from assistant.hearing.echo import EchoGuard
from assistant.hearing.recogniser import hear_file
from assistant.hearing.spool import leftovers
from assistant.hearing.spotting import Spotted, spotting

Speak = Callable[..., Path]
ACCOUNT = (
    "ik zei dat de was er nog lag, hij zei niets, ik zei het nog een keer, harder, hij zei weer niets en liep weg, "
    "ik ben klaar"
)


class Talk:
    """A running conversation: what it shows on standard error, line by line as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.told: list[str] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._shown: list[str] = []
        self._threads = [
            threading.Thread(target=self._read_told, daemon=True),
            threading.Thread(target=self._read_shown, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _read_told(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.told.append(line)
            self._lines.put(line)

    def _read_shown(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._shown.append(line)

    @property
    def shown(self) -> str:
        return " ".join("".join(self._shown).split())

    def wait_for(self, words: str, seconds: float = 90) -> None:
        """Wait until a line with these words comes on standard error."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if words in self._lines.get(timeout=0.5):
                    time.sleep(0.4)
                    return
            except queue.Empty:
                assert self.process.poll() is None, "".join(self.told)
        raise AssertionError(f"no {words!r} in {''.join(self.told)}\n{self.shown}")

    def wait_shown(self, words: str, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while words not in self.shown:
            assert time.monotonic() < end, self.shown
            time.sleep(0.05)

    def ended(self, seconds: float = 90) -> int:
        code = self.process.wait(seconds)
        self.close()
        return code

    def close(self) -> None:
        for thread in self._threads:
            thread.join(10)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream
            stream.close()


@contextmanager
def conversation(folder: Path, *options: str) -> Iterator[Talk]:
    """Start `verbonden` on the virtual microphone, speaking quickly so that the test is short."""
    import os

    (folder / "verbonden").mkdir(exist_ok=True)
    (folder / "verbonden" / "settings.toml").write_text("words_a_minute = 220\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "reflect", "--patience", "2", *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        env={**os.environ, "XDG_CONFIG_HOME": str(folder), "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    talk = Talk(process)
    try:
        yield talk
    finally:
        process.kill()
        process.wait(10)
        talk.close()


def test_an_account_and_answers_by_voice(
    sound_server: SoundServer, say: Speak, tmp_path: Path, bundled_model: object
) -> None:
    with sound_server.recording(tmp_path / "said.wav") as recorded, conversation(tmp_path) as talk:
        talk.wait_for("Ik luister. Vertel maar")
        sound_server.play(say(ACCOUNT)).wait(60)
        for answer in (
            "ik was bang dat hij niet meer van me houdt",
            "ja",
            "dat hij even bij me komt zitten",
            "nee",
        ):
            talk.wait_for("Ik luister.")
            sound_server.play(say(answer)).wait(60)
        code = talk.ended()
    assert code == 0, "".join(talk.told)
    assert "“Ik ben bang dat je niet meer van me houdt.”" in talk.shown
    assert "“Ik zou graag willen dat je even bij me komt zitten.”" in talk.shown
    assert "in één keer te lukken" in talk.shown
    heard = hear_file(recorded, bundled_model).text
    assert "ik ben bang dat je niet meer van me houdt" in heard
    assert "dat je even bij me komt zitten" in heard
    assert leftovers() == []


def test_stop_while_it_speaks(sound_server: SoundServer, say: Speak, tmp_path: Path) -> None:
    with conversation(tmp_path) as talk:
        talk.wait_for("Ik luister. Vertel maar")
        sound_server.play(say(ACCOUNT)).wait(60)
        talk.wait_shown("Wat ik hoor")
        time.sleep(3.0)  # it is in the middle of its reflection now
        asked = time.monotonic()
        sound_server.play(say("stop")).wait(60)
        code = talk.ended(30)
        took = time.monotonic() - asked
    assert code == 0, "".join(talk.told)
    assert "Goed, we stoppen." in talk.shown
    assert "boos werd" not in talk.shown
    assert took < 12  # its goodbye included; the reflection alone would have taken longer
    assert leftovers() == []


def test_a_silence_by_voice(sound_server: SoundServer, say: Speak, tmp_path: Path) -> None:
    with conversation(tmp_path) as talk:
        talk.wait_for("Ik luister. Vertel maar")
        sound_server.play(say(ACCOUNT)).wait(60)
        code = talk.ended(150)
    assert code == 0, "".join(talk.told)
    assert talk.shown.count("Neem gerust de tijd.") == 1
    assert "We laten het hierbij." in talk.shown
    assert talk.shown.count("boos werd") == 1  # the question was not asked again
    assert leftovers() == []


# ------------------------------------------------------------------ its own voice

OWN = (
    "Zeg stop als het genoeg is.",
    "Je kunt ook pauze zeggen, of verder, of een stap terug.",
    "Hulp vragen mag. Opnieuw beginnen mag ook.",
)


@contextmanager
def echo(server: SoundServer, volume: str) -> Iterator[None]:
    """Let the loudspeaker be heard in the microphone, at a volume in percent ("50%" is 18 dB softer)."""
    number = server.control(
        "load-module", "module-loopback", "source=speaker.monitor", "sink=mic", "latency_msec=60"
    ).strip()
    try:
        time.sleep(0.5)
        inputs = server.control("list", "short", "sink-inputs").split()
        server.control("set-sink-input-volume", inputs[0], volume)
        yield
    finally:
        server.control("unload-module", number)


def spoken(model: object, meanwhile: Callable[[threading.Event], None] | None = None) -> list[Spotted]:
    """Say `OWN`; without somebody else the echo guard alone has to tell that it is its own voice."""
    stop, guard = threading.Event(), EchoGuard()
    voice = Voice(Screen(quiet=True), aloud=True, save_to=None, words_a_minute=140)
    with spotting(None, model, commands.phrases(), guard, stop, OWN if meanwhile else ()) as found:
        other = threading.Thread(target=meanwhile or (lambda stop: None), args=(stop,))
        other.start()
        voice.speak(OWN, stop=stop, played=guard.played)
        other.join()
    return found


@pytest.mark.parametrize("room", ["headphones", "echo"])
def test_a_word_is_heard_while_it_speaks(
    sound_server: SoundServer, say: Speak, bundled_model: object, room: str, tmp_path: Path
) -> None:
    def say_stop(over: threading.Event) -> None:
        """Say it, and where the assistant drowns it, say it again, as people do."""
        time.sleep(5.0)
        for _ in range(1 if room == "headphones" else 3):
            sound_server.play(say("stop")).wait(30)
            if over.wait(1.0):
                return

    if room == "headphones":
        found = spoken(bundled_model, say_stop)
    else:
        with echo(sound_server, "50%"):
            found = spoken(bundled_model, say_stop)
    assert len(found) == 1
    if found[0].sure:  # two voices at once may be taken for another word: then it is asked about, never acted on
        assert commands.parse(found[0].phrase) is commands.Command.STOP, found
    else:
        assert room == "echo"


@pytest.mark.parametrize("volume", ["100%", "60%"])
def test_its_own_voice_is_no_command(sound_server: SoundServer, bundled_model: object, volume: str) -> None:
    """Its own sentences are full of commands, and the microphone hears each of them, as loud as they are played."""
    with echo(sound_server, volume):
        assert spoken(bundled_model) == []
