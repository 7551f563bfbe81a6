"""Is it somebody, or the assistant's own voice coming back from the loudspeaker?

What is played is known; how loud it comes back is learned while it plays. Whoever speaks at the same time
is taken for a person only where the microphone is clearly louder than the echo can be. With headphones there is
no echo, and every voice is somebody.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from assistant.hearing.sound import Block, rms_dbfs

MARGIN_DB = 5.0
"""So much louder than the echo a voice must be."""
QUIETEST_DB = -50.0
"""Below this there is no voice in a microphone."""
AUDIBLE_DB = -40.0
"""Below this nothing that is played comes back."""
LATEST_SECONDS = 0.6
"""So long after it was handed to PortAudio a sound may come back (sound servers keep some ready)."""
UNKNOWN_ECHO_DB = 0.0
"""Until it is known, which takes less than a second, an echo is taken to be as loud as what is played."""
ENOUGH_FRAMES = 16
KEPT_SECONDS = 20.0
LOUDEST_FRAMES = 3


@dataclass(frozen=True, slots=True)
class _Frame:
    at: float
    dbfs: float
    played: float


class EchoGuard:
    """Follows what is played and what the microphone brings; both may be told from threads of their own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._played: deque[tuple[float, float]] = deque()
        self._heard: deque[_Frame] = deque()
        self._at: float | None = None
        self._lock = threading.Lock()

    def played(self, pcm: bytes) -> None:
        """A piece of 16-bit sound, a few hundredths of a second, goes to the loudspeaker now."""
        level = rms_dbfs(pcm)
        with self._lock:
            self._played.append((self._clock(), level))

    def begin(self) -> None:
        """The microphone was opened just now; its first block may be told later."""
        with self._lock:
            self._at = self._clock()

    def heard(self, block: Block) -> None:
        """The next block of the microphone; its time is that of the sound, however late it is told."""
        level = rms_dbfs(block.pcm)
        with self._lock:
            now = self._clock()
            at = now if self._at is None else min(now, self._at + block.seconds)
            self._at = at
            while self._played and self._played[0][0] < at - KEPT_SECONDS:
                self._played.popleft()
            while self._heard and self._heard[0].at < at - KEPT_SECONDS:
                self._heard.popleft()
            since, until = at - LATEST_SECONDS - block.seconds, at + block.seconds
            loudest = max((dbfs for when, dbfs in self._played if since <= when <= until), default=-math.inf)
            self._heard.append(_Frame(at, level, loudest))

    def somebody(self, seconds: float, frames_wanted: int = LOUDEST_FRAMES) -> bool:
        """Say whether the last `seconds` hold a voice that is not the assistant's own, in so many blocks at least."""
        with self._lock:
            frames = tuple(self._heard)
        if not frames:
            return False
        since = frames[-1].at - seconds
        echo = self._echo([frame for frame in frames if frame.at <= since])
        last = sorted((frame for frame in frames if frame.at > since), key=lambda frame: -frame.dbfs)[:frames_wanted]
        return bool(last) and all(
            frame.dbfs > QUIETEST_DB and (frame.played < AUDIBLE_DB or frame.dbfs > frame.played + echo + MARGIN_DB)
            for frame in last
        )

    def echoes(self) -> bool:
        """Say whether what is played comes back at all: with headphones it does not."""
        with self._lock:
            frames = [frame.dbfs for frame in self._heard if frame.played >= AUDIBLE_DB]
        return len(frames) >= ENOUGH_FRAMES and sorted(frames)[len(frames) // 2] > QUIETEST_DB

    def _echo(self, frames: list[_Frame]) -> float:
        """Return how much louder than played (mostly less than 0) sound comes back, in dB."""
        differences = sorted(frame.dbfs - frame.played for frame in frames if frame.played >= AUDIBLE_DB)
        if len(differences) < ENOUGH_FRAMES:
            return UNKNOWN_ECHO_DB
        return differences[int(0.95 * (len(differences) - 1))]
