import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.hearing.sound import peak_dbfs, rms_dbfs, to_samples
from assistant.speaking import child, rendering
from assistant.speaking.rendering import COMMAND, SpokenSentence, render
from assistant.speaking.shaping import shape
from assistant.trouble import ExitCode, Trouble

REFLECTION = [
    "Wat ik je hoor zeggen is dat het gisteravond over de afwas ging.",
    "Je zei dat je je best had gedaan en dat hij er niets van zag.",
    "Toen hij wegliep, werd je nog bozer.",
    "Misschien gebeurt er tussen jullie iets wat vaker gebeurt.",
    "De een vraagt steeds harder om een antwoord, en de ander trekt zich steeds verder terug.",
    "Dat is niet jouw schuld en ook niet die van hem.",
    "Onder je boosheid zit misschien de angst dat je er voor hem niet toe doet.",
    "Je zou het hem zo kunnen zeggen.",
    "Toen jij wegliep, was ik bang dat ik je kwijt was.",
    "Kun je even bij me blijven zitten?",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let temporary folders be made in one of the test's own; whatever happens, it is empty afterwards."""
    own = tmp_path / "tijdelijk"
    own.mkdir()
    monkeypatch.setenv("TMPDIR", str(own))
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    yield own
    assert [path for path in own.rglob("*") if path.is_file() or "verbonden" in path.name] == []


def _seconds(sentence: SpokenSentence) -> float:
    return len(sentence.pcm) / 2 / sentence.rate


def _children() -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True, timeout=10
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "assistant.speaking.child" in line]


def _trouble(**options: Any) -> Trouble:
    with pytest.raises(Trouble) as caught:
        list(render(REFLECTION[:3], **options))
    assert caught.value.code is ExitCode.NO_VOICE
    return caught.value


def test_a_reflection_is_spoken_at_about_140_words_a_minute() -> None:
    spoken = list(render(REFLECTION))
    assert [sentence.text for sentence in spoken] == REFLECTION
    seconds = sum(_seconds(sentence) + sentence.pause for sentence in spoken)
    words = sum(len(sentence.split()) for sentence in REFLECTION)
    assert 128 <= words / seconds * 60 <= 152  # texts differ: benchmarks/sound.py measures many
    assert all(0.5 <= sentence.pause <= 0.9 for sentence in spoken[:-1])
    assert spoken[-1].pause == 0


def test_it_is_evenly_loud_and_never_clipped() -> None:
    for sentence in render(REFLECTION):
        assert -24 < rms_dbfs(sentence.pcm) < -19
        assert peak_dbfs(sentence.pcm) < -1
        assert np.abs(to_samples(sentence.pcm)[[0, -1]]).max() < 0.005


def test_the_speed_can_be_chosen() -> None:
    slow, fast = (sum(map(_seconds, render(REFLECTION[:2], speed))) for speed in (110, 180))
    assert slow / fast == pytest.approx(180 / 110, rel=0.1)


def test_it_is_the_dutch_voice_and_no_other(say: Callable[..., Path]) -> None:
    def similarity(voice: str) -> float:
        samples, rate = soundfile.read(say(REFLECTION[4], voice, 134), dtype="float32")
        direct = to_samples(shape(samples, rate))
        length = min(len(direct), len(rendered))
        return float(np.corrcoef(direct[:length], rendered[:length])[0, 1])

    (sentence,) = render(REFLECTION[4:5])
    rendered = to_samples(sentence.pcm)
    assert similarity("nl") > 0.99
    assert similarity("en") < 0.5


def test_one_child_makes_all_sentences_and_is_one_ahead() -> None:
    sound = render(REFLECTION)
    next(sound)
    (pid,) = _children()
    for _ in range(4):
        next(sound)
        assert _children() == [pid]
    sound.close()
    assert _children() == []


def test_no_sentence_shows_in_the_list_of_processes() -> None:
    sound = render(["Dit mag niemand zien staan.", *REFLECTION])
    next(sound)
    listed = subprocess.run(["ps", "axww"], capture_output=True, text=True, check=True, timeout=10).stdout
    assert "assistant.speaking.child" in listed
    assert "niemand" not in listed
    sound.close()


def test_while_it_works_only_its_owner_can_look_in(folder: Path) -> None:
    sound = render(REFLECTION)
    next(sound)
    (own,) = folder.glob("verbonden-*")
    assert own.stat().st_mode & 0o777 == 0o700
    sound.close()


def test_sentences_without_anything_to_say_are_left_out() -> None:
    assert [sentence.text for sentence in render(["", "…", "Hallo.", "  "])] == ["Hallo."]
    assert list(render(["…"])) == []


def test_a_child_killed_in_the_middle_is_a_trouble_and_leaves_nothing() -> None:
    sound = render(REFLECTION)
    next(sound)
    (pid,) = _children()
    os.kill(pid, 9)
    with pytest.raises(Trouble) as caught:
        list(sound)
    assert caught.value.key == "speech_failed"
    assert _children() == []


def test_a_sentence_that_takes_too_long_is_given_up() -> None:
    start = time.monotonic()
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    assert _trouble(limit=0.3, command=sleeper).key == "speech_timeout"
    assert time.monotonic() - start < 5


def _scripted(answers: str) -> list[str]:
    """A child that answers as it is told and then waits."""
    return [sys.executable, "-c", f"import time; print({answers!r}, end='', flush=True); time.sleep(60)"]


def test_a_hanging_engine_is_given_up_after_it_has_named_its_voice() -> None:
    hanging = _scripted(json.dumps({"voice": "gmw/nl"}) + "\n")
    assert _trouble(limit=0.5, command=hanging).key == "speech_timeout"


@pytest.mark.parametrize("key", ["no_voice", "no_speech_engine", "speech_failed"])
def test_what_the_child_reports_becomes_the_trouble(key: str) -> None:
    assert _trouble(command=_scripted(json.dumps({"trouble": key}) + "\n")).key == key


def test_a_child_that_dies_in_the_middle_of_an_answer() -> None:
    dying = [sys.executable, "-c", "print('{\"voice\": \"gm', end='')"]
    assert _trouble(command=dying).key == "speech_failed"


def test_a_file_that_is_no_sound_is_a_trouble() -> None:
    lying = json.dumps({"voice": "gmw/nl"}) + "\n" + json.dumps({"file": "0.wav"}) + "\n"
    assert _trouble(command=_scripted(lying)).key == "speech_failed"


def test_when_its_parent_dies_the_child_removes_the_folder_and_ends(folder: Path) -> None:
    own = folder / "verbonden-test"
    own.mkdir(mode=0o700)
    process = subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(child.__file__).parent.parent.parent
    )
    assert process.stdin
    assert process.stdout
    with process.stdin, process.stdout:
        for request in ({"folder": str(own), "words_a_minute": 140}, {"text": "Hallo."}):
            process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"voice": "gmw/nl"}
        assert json.loads(process.stdout.readline()) == {"file": "0.wav"}
        assert (own / "0.wav").stat().st_size > 1000
        process.stdin.close()
        assert process.wait(10) == 0
    assert not own.exists()


class _FakeEngine:
    """pyttsx3 as it behaves when something is wrong with it."""

    driver_name = "nsss"  # its end also comes later than the return, and there is no espeak to ask

    def __init__(self, voices: list[Any], taken: str = "gmw/nl", writes: bool = True, reports: bool = True) -> None:
        self.voices, self.taken, self.writes, self.reports = voices, taken, writes, reports
        self.callbacks: list[Any] = []
        self.file = ""

    def connect(self, topic: str, callback: Any) -> None:
        assert topic == "finished-utterance"
        self.callbacks.append(callback)

    def getProperty(self, name: str) -> Any:
        return {"voices": self.voices, "voice": self.taken}[name]

    def setProperty(self, name: str, value: Any) -> None:
        pass

    def save_to_file(self, text: str, file: str) -> None:
        self.file = file

    def runAndWait(self) -> None:
        if self.writes:
            Path(self.file).write_bytes(b"geluid")
        if self.reports:  # like espeak, from another thread, after it has returned
            threading.Timer(0.05, lambda: [call(name=None, completed=True) for call in self.callbacks]).start()


class _Voice:
    id, name, languages = "gmw/nl", "Dutch", ("nl",)


def _child_refuses(monkeypatch: pytest.MonkeyPatch, file: Path, engine: Any) -> str:
    import pyttsx3

    monkeypatch.setattr(pyttsx3, "init", lambda: engine)
    with pytest.raises(child.Refused) as caught:
        child.Engine(140).save("Hallo.", file)
    return str(caught.value)


def test_the_child_refuses_to_speak_with_another_voice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    english = _FakeEngine([_Voice()], taken="gmw/en")
    assert _child_refuses(monkeypatch, tmp_path / "0.wav", english) == "no_voice"
    assert _child_refuses(monkeypatch, tmp_path / "0.wav", _FakeEngine([])) == "no_voice"


def test_the_child_notices_what_pyttsx3_does_not_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(child, "FINISH_SECONDS", 0.2)
    without_end = _FakeEngine([_Voice()], reports=False)
    assert _child_refuses(monkeypatch, tmp_path / "0.wav", without_end) == "speech_failed"
    without_file = _FakeEngine([_Voice()], writes=False)
    assert _child_refuses(monkeypatch, tmp_path / "1.wav", without_file) == "speech_failed"
    assert _child_refuses(monkeypatch, tmp_path / "2.wav", None) == "no_speech_engine"


def test_the_child_waits_for_the_end_that_comes_late(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import pyttsx3

    monkeypatch.setattr(pyttsx3, "init", lambda: _FakeEngine([_Voice()]))
    child.Engine(140).save("Hallo.", tmp_path / "0.wav")
    assert (tmp_path / "0.wav").exists()


def test_every_rendering_is_the_same_on_a_busy_machine() -> None:
    """pyttsx3 loses the rate or a whole sentence when espeak's thread is late; see `child.py`."""
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        lengths = {tuple(len(sentence.pcm) for sentence in render(REFLECTION[:3])) for _ in range(10)}
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait(10)
    assert len(lengths) == 1


def test_a_child_that_was_prepared_speaks_first_and_only_once() -> None:
    rendering.prepare(140)
    rendering.prepare(140)
    (prepared,) = _children()
    spoken = render(REFLECTION[:2], 140)
    next(spoken)
    assert _children() == [prepared]
    assert len(list(spoken)) == 1
    assert _children() == []
    assert len(list(render(REFLECTION[:1], 140))) == 1


def test_a_child_prepared_for_another_pace_is_ended() -> None:
    rendering.prepare(100)
    (prepared,) = _children()
    assert len(list(render(REFLECTION[:1], 140))) == 1
    assert prepared not in _children()
    assert _children() == []


def test_a_prepared_child_that_died_is_replaced() -> None:
    rendering.prepare(140)
    rendering._ready[0].child._process.kill()
    rendering._ready[0].child._process.wait(10)
    assert len(list(render(REFLECTION[:1], 140))) == 1


def test_a_prepared_child_that_is_never_asked_leaves_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from assistant.speaking import rendering as r; r.prepare(); print(r._ready)"],
        capture_output=True, text=True, timeout=30, check=True, cwd=Path(rendering.__file__).parents[2],
    )  # fmt: skip
    assert "_Ready" in done.stdout
    assert done.stderr == ""
