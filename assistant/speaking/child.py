"""The child process that turns sentences into sound files: `python -m assistant.speaking.child`.

pyttsx3 may hang, may take the process with it, and plays sound in a way that cannot be stopped; so
it runs in here, only ever writes files, and the parent (`rendering.py`) may kill it. Both talk in
lines of JSON, so that no sentence shows in the list of processes:

    in   {"folder": where to write, "words_a_minute": 140}      once, at the start
         {"text": a sentence}                                   for each sentence
    out  {"voice": its id}   or {"trouble": a key}              once
         {"file": a name in the folder} or {"trouble": a key}   for each sentence, in their order

When standard input ends, because the parent is ready or is no more, the folder is removed.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assistant.speaking import voice

FINISH_SECONDS = 60
"""The last resort of this process; the parent's limit for a sentence is shorter."""
SUFFIX = ".aiff" if sys.platform == "darwin" else ".wav"
"""Apple's engine writes AIFF, and nothing at all under another name."""


class Refused(Exception):
    """The engine does not do what it should; the argument is the key of the trouble."""


class Engine:
    """pyttsx3 with a Dutch voice, one utterance at a time."""

    def __init__(self, words_a_minute: float) -> None:
        """Choose a voice. Raises Refused no_speech_engine, no_voice."""
        try:
            import pyttsx3

            self._engine = pyttsx3.init()
            chosen = voice.choose(voice.all_of(self._engine.getProperty("voices")))
        except Exception:  # whatever a driver raises: without an engine there is no speech
            raise Refused("no_speech_engine") from None
        if chosen is None:
            raise Refused("no_voice")
        self.voice = chosen.id
        self._name = str(self._engine.driver_name)
        self._finished = threading.Event()
        self._engine.connect("finished-utterance", lambda name, completed: self._finished.set())
        self._engine.setProperty("voice", chosen.id)
        self._rate = voice.engine_rate(self._name, words_a_minute)
        self._engine.setProperty("rate", self._rate)
        if self._name == "espeak":
            self._engine.proxy.setBusy(False)  # carries out what waits: the voice and the rate

    def save(self, text: str, file: Path) -> None:
        """Write a sentence to a file. Raises Refused no_voice, speech_failed.

        `runAndWait` may return before the engine has finished, hence the wait for its event; SAPI5
        writes its file before it returns and never sends one. A voice that the engine does not
        have is refused without an error, hence the check.
        """
        self._settle()
        self._finished.clear()
        self._engine.save_to_file(text, str(file))
        self._engine.runAndWait()
        if self._name != "sapi5" and not self._finished.wait(FINISH_SECONDS):
            raise Refused("speech_failed")
        self._settle()
        if str(self._engine.getProperty("voice")).lower() != self.voice.lower():
            raise Refused("no_voice")
        if not file.exists():
            raise Refused("speech_failed")

    def _settle(self) -> None:
        """Wait until espeak's own thread has nothing left to do.

        Every `runAndWait` of pyttsx3 begins with a stop, and while espeak is still taking over the
        rate, or still returning from the last sentence, that stop throws away the rate or the next
        sentence: seen in six of sixty reflections on a busy machine.
        """
        if self._name != "espeak":
            return
        from pyttsx3.drivers import _espeak

        end = time.monotonic() + FINISH_SECONDS
        # pyttsx3's own getProperty("rate") leaves out that it wants the current rate, and gets any
        while _espeak.IsPlaying() or _espeak.dll.espeak_GetParameter(_espeak.RATE, 1) != self._rate:
            if time.monotonic() > end:
                raise Refused("speech_failed")
            time.sleep(0.001)


def serve(requests: Iterator[dict[str, Any]], answer: Callable[[dict[str, str]], None]) -> None:
    """Answer requests until there are no more."""
    first = next(requests)
    folder = Path(first["folder"])
    try:
        try:
            engine = Engine(float(first["words_a_minute"]))
        except Refused as refused:
            answer({"trouble": str(refused)})
            return
        answer({"voice": engine.voice})
        for number, request in enumerate(requests):
            name = f"{number}{SUFFIX}"
            try:
                engine.save(request["text"], folder / name)
            except Refused as refused:
                answer({"trouble": str(refused)})
                return
            answer({"file": name})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Serve on standard input and output; what pyttsx3 prints to either of them leads nowhere."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())

    def answer(message: dict[str, str]) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    serve((json.loads(line) for line in sys.stdin.buffer), answer)
    out.flush()
    # pyttsx3 and espeak may hang while the interpreter takes them down; everything is done by now
    os._exit(0)


if __name__ == "__main__":
    main()
