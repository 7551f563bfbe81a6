"""Sentences to sound, by pyttsx3 in a child process; nothing of it stays on disk.

The child is always one sentence ahead of whoever takes the sound, so that the next sentence is
there when one has been played.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import assistant
from assistant.speaking.shaping import pause_between, shape
from assistant.speaking.spoken_text import spoken
from assistant.trouble import ExitCode, Trouble

WORDS_A_MINUTE = 140
SENTENCE_SECONDS = 20.0
"""How long one sentence may take to render; espeak-ng needs 20 ms, a slow voice on a slow machine 2 s."""
AHEAD = 2
"""One sentence is being taken and one is being made."""
COMMAND = (sys.executable, "-m", "assistant.speaking.child")
EXITS = {
    "no_voice": ExitCode.NO_VOICE,
    "no_speech_engine": ExitCode.NO_VOICE,
    "speech_failed": ExitCode.NO_VOICE,
    "speech_timeout": ExitCode.NO_VOICE,
}


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence as it stands on the screen, its sound (mono, 16 bits) and the seconds of silence after."""

    text: str
    pcm: bytes
    rate: int
    pause: float


def render(
    sentences: Sequence[str],
    words_a_minute: float = WORDS_A_MINUTE,
    limit: float = SENTENCE_SECONDS,
    command: Sequence[str] = COMMAND,
) -> Generator[SpokenSentence, None, None]:
    """Yield the sound of each sentence, in their order; the last one has no pause after it.

    Raises Trouble no_speech_engine, no_voice, speech_failed, and speech_timeout where a sentence
    takes more than `limit` seconds. However it ends, also by `close()`, the child and its folder are gone.
    """
    sentences = [sentence for sentence in sentences if spoken(sentence)]
    if not sentences:
        return
    begun = _take_ready(words_a_minute) if command is COMMAND else None
    folder = begun.folder if begun else Path(tempfile.mkdtemp(prefix="verbonden-"))  # 0700: nobody else can look in
    child = begun.child if begun else None
    try:
        child = child or _begin(command, folder, words_a_minute)
        waiting = deque(sentences)
        for sentence in _take(waiting, AHEAD):
            child.ask({"text": spoken(sentence)})
        child.answer(limit)
        for number, sentence in enumerate(sentences, 1):
            file = folder / child.answer(limit)["file"]
            pcm, rate = _read(file)
            for following in _take(waiting, 1):
                child.ask({"text": spoken(following)})
            pause = pause_between(sentence, sentences[number]) if number < len(sentences) else 0.0
            yield SpokenSentence(sentence, pcm, rate, pause)
    finally:
        if child:
            child.end()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A child with its voice loaded, that waits for sentences."""

    folder: Path
    child: _Child
    words_a_minute: float


_ready: list[_Ready] = []
_ready_lock = threading.Lock()


def prepare(words_a_minute: float = WORDS_A_MINUTE) -> None:
    """Start a child for the next `render`, while there is time: loading its voice takes longer than a sentence."""
    with _ready_lock:
        if _ready:
            return
        folder = Path(tempfile.mkdtemp(prefix="verbonden-"))
        try:
            _ready.append(_Ready(folder, _begin(COMMAND, folder, words_a_minute), words_a_minute))
        except OSError:  # then `render` finds out, and says so
            shutil.rmtree(folder, ignore_errors=True)


def _begin(command: Sequence[str], folder: Path, words_a_minute: float) -> _Child:
    child = _Child(command)
    child.ask({"folder": str(folder), "words_a_minute": words_a_minute})
    return child


def _take_ready(words_a_minute: float) -> _Ready | None:
    """Return the child that was prepared, if there is one that speaks this fast; another is ended."""
    with _ready_lock:
        begun = _ready.pop() if _ready else None
    if begun and begun.words_a_minute == words_a_minute and begun.child.lives:
        return begun
    if begun:
        _drop(begun)
    return None


@atexit.register
def _drop_ready() -> None:
    """Leave nothing behind where it was never asked to speak."""
    while _ready:
        _drop(_ready.pop())


def _drop(begun: _Ready) -> None:
    begun.child.end()
    shutil.rmtree(begun.folder, ignore_errors=True)


def _take(waiting: deque[str], count: int) -> list[str]:
    return [waiting.popleft() for _ in range(min(count, len(waiting)))]


def _read(file: Path) -> tuple[bytes, int]:
    """Return the shaped sound of a rendered file, and its rate; the file is gone afterwards."""
    import soundfile

    try:
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError):
        raise Trouble("speech_failed", ExitCode.NO_VOICE) from None
    finally:
        file.unlink(missing_ok=True)
    pcm = shape(samples.mean(axis=1), int(rate))
    if not pcm:
        raise Trouble("speech_failed", ExitCode.NO_VOICE)
    return pcm, int(rate)


class _Child:
    """The child process; its answers are collected by a thread, so that waiting can be limited."""

    def __init__(self, command: Sequence[str]) -> None:
        apart: dict[str, Any] = (  # Ctrl-C is for the parent alone
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        self._process = subprocess.Popen(
            command,
            # The same copy of the package, and no module that happens to lie in the user's folder.
            cwd=Path(assistant.__file__).resolve().parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **apart,
        )
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="speech-answers", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(b"")

    @property
    def lives(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def ask(self, request: dict[str, object]) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            pass  # it has died; its last answers, or their absence, say so

    def answer(self, limit: float) -> dict[str, str]:
        """Return the next answer. Raises Trouble for a bad one, none within `limit`, or a dead child."""
        try:
            line = self._answers.get(timeout=limit)
        except queue.Empty:
            raise Trouble("speech_timeout", ExitCode.NO_VOICE) from None
        whole = line.endswith(b"\n")  # otherwise it died, perhaps in the middle of an answer
        answer: dict[str, str] = json.loads(line) if whole else {"trouble": "speech_failed"}
        if "trouble" in answer:
            raise Trouble(answer["trouble"], EXITS[answer["trouble"]])
        return answer

    def end(self) -> None:
        """Kill it, if it still lives: nothing that it could still do is wanted."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            with contextlib.suppress(OSError):  # a request that it no longer read
                pipe.close()
