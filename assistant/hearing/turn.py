"""One turn of the user: from opening the microphone to knowing that they have finished.

Vosk's own idea of an end comes after half a second, in the middle of a thought. So a turn ends by
several seconds without a voice, by the words "ik ben klaar", by a key, or by Ctrl-C. `Turn` decides
that, as a value that changes with each event and knows nothing of microphones; its clock is the
sound itself. `listen` feeds it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.hearing.microphone import Microphone
from assistant.hearing.recogniser import UNKNOWN_WORD, Partial, Recogniser, Segment
from assistant.hearing.sound import Block, rms_dbfs
from assistant.hearing.transcript import Transcript
from assistant.hearing.voice_activity import CHUNK_SECONDS, CHUNKS_OF_VOICE, Chunk, Voice, VoiceActivity, run_of_voice
from assistant.trouble import ExitCode, Trouble

PATIENCE = 4.0
NO_SPEECH_SECONDS = 30.0
CLOSING_WORDS = ("ik", "ben", "klaar")


class Ending(enum.Enum):
    """Why a turn was over."""

    SILENCE = "silence"
    WORDS = "words"
    KEY = "key"
    INTERRUPT = "interrupt"
    LOST = "lost"
    NO_SPEECH = "no_speech"


@dataclass(frozen=True, slots=True)
class Words:
    """The recogniser has new words; `final` when they stand."""

    words: tuple[str, ...]
    final: bool


class Press(enum.Enum):
    """The user says by hand that the turn is over."""

    KEY = "key"
    INTERRUPT = "interrupt"


@dataclass(frozen=True, slots=True)
class Turn:
    """How far a turn is: seconds of sound so far, when the last voice was, and why it is over, if it is.

    `alone` are words that end it where they stand between two pauses, with nothing else ("stop").
    """

    patience: float = PATIENCE
    no_speech: float = NO_SPEECH_SECONDS
    now: float = 0.0
    chunks_of_voice: int = 0
    detector_hears: bool = False
    last_voice: float | None = None
    ending: Ending | None = None
    alone: frozenset[tuple[str, ...]] = frozenset()

    def after(self, event: Chunk | Voice | Words | Press) -> Turn:
        """Return the turn after one more event. Once it is over it stays as it is."""
        if self.ending:
            return self
        if isinstance(event, Press):
            ending = Ending.KEY if event is Press.KEY else Ending.INTERRUPT
            return dataclasses.replace(self, ending=ending)
        if isinstance(event, Words):
            return self._after_words(event)
        if isinstance(event, Voice):
            return self._with_voice(self.now + event.chunks * CHUNK_SECONDS, CHUNKS_OF_VOICE)
        return self._after_chunk(event.probability)

    def matters(self, chunks: int) -> bool:
        """Return whether anything hangs on there being a voice in the next so many chunks.

        Once a voice has been heard, nothing does before the patience has run out.
        """
        if self.last_voice is None or not self.detector_hears:
            return True
        return self.now + chunks * CHUNK_SECONDS - self.last_voice >= self.patience

    def _after_words(self, event: Words) -> Turn:
        if event.final and (event.words[-len(CLOSING_WORDS) :] == CLOSING_WORDS or event.words in self.alone):
            return dataclasses.replace(self, ending=Ending.WORDS)
        # The detector is deaf to a whisper, so until it has heard something, words count as a voice.
        # After that they do not: a recogniser also finds words in noise, and the turn would never end.
        if self.detector_hears or not any(word != UNKNOWN_WORD for word in event.words):
            return self
        return dataclasses.replace(self, last_voice=self.now)

    def _with_voice(self, now: float, run: int) -> Turn:
        return dataclasses.replace(self, now=now, chunks_of_voice=run, detector_hears=True, last_voice=now)

    def _after_chunk(self, probability: float) -> Turn:
        now = self.now + CHUNK_SECONDS
        run = run_of_voice(self.chunks_of_voice, probability)
        if run >= CHUNKS_OF_VOICE:
            return self._with_voice(now, run)
        ending = None
        if self.last_voice is None and now >= self.no_speech:
            ending = Ending.NO_SPEECH
        elif self.last_voice is not None and now - self.last_voice >= self.patience:
            ending = Ending.SILENCE
        return dataclasses.replace(self, now=now, chunks_of_voice=run, ending=ending)


@dataclass(frozen=True, slots=True)
class Level:
    """How loud the last twentieth of a second was, in dBFS (0 is the loudest, -inf is nothing at all)."""

    dbfs: float


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The first voice of the turn was heard, at this second."""

    at: float


Event = Level | SpeechStarted | Partial | Segment
"""What a display may want to show while somebody speaks."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole turn: its words (at least one), why it ended, its length, and how often sound was lost.

    `alone`: the words of `Turn.alone` that ended it, which are the last ones of the transcript; or none.
    """

    transcript: Transcript
    ended_by: Ending
    seconds: float
    overflows: int
    alone: tuple[str, ...] = ()


class NoSpeech(Trouble):
    """The turn is over and there was not one word in it."""

    def __init__(self) -> None:
        """Name the line and the exit code."""
        super().__init__("no_speech", ExitCode.NO_SPEECH)


def without_closing_words(transcript: Transcript) -> Transcript:
    """Return the words without "ik ben klaar" at their very end: that was said to the program."""
    closing = tuple(word.text for word in transcript.words[-len(CLOSING_WORDS) :])
    if closing == CLOSING_WORDS:
        return Transcript(transcript.words[: -len(CLOSING_WORDS)])
    return transcript


def listen(
    microphone: Microphone,
    make_recogniser: Callable[[int], Recogniser],
    patience: float = PATIENCE,
    on_event: Callable[[Event], None] = lambda event: None,
    stop: threading.Event | None = None,
    no_speech: float = NO_SPEECH_SECONDS,
    alone: frozenset[tuple[str, ...]] = frozenset(),
) -> Heard:
    """Listen to an open microphone until the turn is over, and return what was said.

    `make_recogniser` is given the microphone's rate; it may load the model, the sound waits.
    `stop` ends the turn when somebody sets it (a key); Ctrl-C ends it as well. `no_speech`: so many seconds without
    a voice end it; `alone`: words that end it where they stand between two pauses.
    Raises NoSpeech; Trouble interrupted where Ctrl-C came before any word; and what
    `Microphone.blocks` raises, though a microphone lost in the middle only ends the turn.
    """
    stop = stop or threading.Event()
    with _ctrl_c() as interrupted:
        turn = Turn(patience, no_speech, alone=alone)
        listening = _Listening(turn, make_recogniser(microphone.rate), microphone.rate, on_event)
        ending = None
        try:
            for block in microphone.blocks():
                listening.hear(block)
                for pressed, press in ((stop, Press.KEY), (interrupted, Press.INTERRUPT)):
                    if pressed.is_set() and not listening.turn.ending:
                        listening.turn = listening.turn.after(press)
                        microphone.stop()  # what was said before still comes out of blocks()
                if listening.turn.ending not in (None, Ending.KEY, Ending.INTERRUPT):
                    break
        except Trouble as trouble:
            if trouble.key != "microphone_lost" or not listening.finish().words:
                raise
            ending = Ending.LOST
        microphone.stop()
        whole = listening.finish()
        alone_at_the_end = listening.ended_with(whole)
        transcript = whole if alone_at_the_end else without_closing_words(whole)
    ending = ending or listening.turn.ending or Ending.KEY
    if not transcript.words and ending is Ending.INTERRUPT:
        raise Trouble("interrupted", ExitCode.INTERRUPTED)
    if not transcript.words:
        raise NoSpeech
    return Heard(transcript, ending, listening.seconds, microphone.overflows, alone_at_the_end)


class _Listening:
    """A turn in progress: the same sound for the recogniser, the voice detector and the display."""

    def __init__(self, turn: Turn, recogniser: Recogniser, rate: int, on_event: Callable[[Event], None]) -> None:
        self.turn = turn
        self.seconds = 0.0
        self._recogniser: Recogniser | None = recogniser
        self._activity = VoiceActivity(rate)
        self._on_event = on_event
        self._heard = Transcript()
        self._last: tuple[str, ...] = ()

    def hear(self, block: Block) -> None:
        self.seconds += block.seconds
        self._on_event(Level(rms_dbfs(block.pcm)))
        silent_before = self.turn.last_voice is None
        if self.turn.matters(self._activity.push(block)):
            for passed in self._activity.look_back():
                self.turn = self.turn.after(passed)
        event = self._recogniser.accept(block) if self._recogniser else None
        if event:
            self._words(event)
        if silent_before and self.turn.last_voice is not None:
            self._on_event(SpeechStarted(self.turn.last_voice))
        if event:
            self._on_event(event)

    def _words(self, event: Partial | Segment) -> None:
        if isinstance(event, Segment):
            self._heard += event.transcript
            self._last = words = tuple(word.text for word in event.transcript.words)
            self.turn = self.turn.after(Words(words, final=True))
        else:
            self.turn = self.turn.after(Words(tuple(event.text.split()), final=False))

    def finish(self) -> Transcript:
        """Return all words of the turn."""
        if self._recogniser:
            last, self._recogniser = self._recogniser.finish(), None
            self._heard += last.transcript
            if last.transcript.words:
                self._last = tuple(word.text for word in last.transcript.words)
                self._on_event(last)
        return self._heard

    def ended_with(self, transcript: Transcript) -> tuple[str, ...]:
        """Return the words that stood alone at the end of the turn, if they are among those looked for."""
        ends = tuple(word.text for word in transcript.words[-len(self._last) :]) if self._last else ()
        return ends if ends and ends == self._last and ends in self.turn.alone else ()


@contextlib.contextmanager
def _ctrl_c() -> Iterator[threading.Event]:
    """Let Ctrl-C set an event instead of breaking off; outside the main thread it cannot be caught."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.set())
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
