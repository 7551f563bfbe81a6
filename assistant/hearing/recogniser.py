"""Words from sound, by Vosk.

Vosk ends a "result" at every short pause in the speech. Here that is a `Segment` and nothing
more: whether somebody has finished speaking is decided elsewhere (`turn.py`).
"""

from __future__ import annotations

import json
import math
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.hearing import audio_file
from assistant.hearing.pieces import Piece, cut
from assistant.hearing.resampling import Resampler
from assistant.hearing.sound import BYTES_PER_SAMPLE, Block, to_pcm, to_samples
from assistant.hearing.transcript import Transcript, Word
from assistant.trouble import ExitCode, Trouble

LOWEST_RATE = 16000
"""The rate that models are made for. Vosk brings higher rates down itself; on a lower one it aborts."""
BLOCK_SECONDS = 0.25
"""How much of a file is given to Vosk at a time."""
PARTIAL_SECONDS = 0.1
"""How often it is asked what the segment now being spoken looks like so far."""
UNKNOWN_WORD = "[unk]"
"""What a model says where it heard a word that it does not know. It stays in the transcript."""


@dataclass(frozen=True, slots=True)
class Partial:
    """What the segment now being spoken looks like so far; it may still change or vanish ("")."""

    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of speech up to a pause, as it will stand; times count from the start of the sound."""

    transcript: Transcript


class Recogniser:
    """Hears one stream of sound at one rate. Several may share a model, each in its own thread."""

    def __init__(self, model: Any, rate: int, partials: bool = True) -> None:
        """Prepare for blocks of `rate` samples a second; `partials`: also say what may still change.

        Raises Trouble model_unusable.
        """
        import vosk

        self._rate = rate
        self._upsampler = Resampler(rate, LOWEST_RATE) if rate < LOWEST_RATE else None
        try:
            self._vosk = vosk.KaldiRecognizer(model, float(max(rate, LOWEST_RATE)))
        except Exception:  # the wheel raises nothing more precise
            raise Trouble("model_unusable", ExitCode.BROKEN_MODEL) from None
        self._vosk.SetWords(True)
        self._shown = ""
        self._partials = partials
        self._unasked = 0.0  # seconds since the last partial result

    def accept(self, block: Block) -> Partial | Segment | None:
        """Hear one block; None means that nothing is new."""
        if block.rate != self._rate:
            raise ValueError(f"a block of {block.rate} Hz in a stream of {self._rate} Hz")
        pcm = block.pcm
        if self._upsampler:
            pcm = to_pcm(self._upsampler.push(to_samples(pcm)))
        return self._accept(pcm) if pcm else None

    def finish(self) -> Segment:
        """Return what was still being spoken when the sound ended; perhaps no words at all."""
        if self._upsampler:
            held_back = self._accept(to_pcm(self._upsampler.finish()))
            if isinstance(held_back, Segment):
                rest = _transcript(self._vosk.FinalResult())
                return Segment(held_back.transcript + rest)
        return Segment(_transcript(self._vosk.FinalResult()))

    def _accept(self, pcm: bytes) -> Partial | Segment | None:
        if self._vosk.AcceptWaveform(pcm):
            self._shown = ""
            transcript = _transcript(self._vosk.Result())
            return Segment(transcript) if transcript.words else None
        self._unasked += len(pcm) / BYTES_PER_SAMPLE / max(self._rate, LOWEST_RATE)
        if not self._partials or self._unasked < PARTIAL_SECONDS:
            return None
        self._unasked = 0.0
        text = str(json.loads(self._vosk.PartialResult()).get("partial", ""))
        if text == self._shown:
            return None
        self._shown = text
        return Partial(text)


def _transcript(result: str) -> Transcript:
    """Read one result of Vosk: {"result": [{"word", "start", "end", "conf"}, ...], "text"}."""
    return Transcript(
        tuple(
            Word(str(word["word"]), float(word["start"]), float(word["end"]), _confidence(word.get("conf")))
            for word in json.loads(result).get("result", ())
        )
    )


def _confidence(value: object) -> float:
    """Return a number from 0 to 1; Vosk's may lie a rounding error outside, or not be a number."""
    number = float(value) if isinstance(value, int | float) else 0.0
    return 0.0 if math.isnan(number) else min(1.0, max(0.0, number))


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def hear_file(
    path: Path,
    model: Any,
    on_segment: Callable[[Segment], None] = lambda segment: None,
    threads: int | None = None,
) -> Transcript:
    """Return the words in a sound file; `on_segment` is called with each Segment, in their order.

    A long file is cut at pauses and its pieces are heard side by side, by `threads` (as a rule one a
    core); memory does not grow with its length.
    Raises Trouble as `audio_file.blocks` does, and no_speech_in_file where there is not one word.
    """
    heard = Transcript()
    with ThreadPoolExecutor(threads or cores(), "hear") as pool:
        for segment in _side_by_side(pool, threads or cores(), cut(audio_file.blocks(path, BLOCK_SECONDS)), model):
            heard += segment.transcript
            on_segment(segment)
    if not heard.words:
        raise Trouble("no_speech_in_file", ExitCode.NO_SPEECH, file=path)
    return heard


def hear_files(paths: Sequence[Path], model: Any) -> Iterator[tuple[Path, Callable[[], Transcript]]]:
    """Yield each file with what returns its words or raises its Trouble; as many at a time as cores."""
    together = max(1, min(len(paths), cores()))
    pool = ThreadPoolExecutor(together, "file")
    try:
        futures = [pool.submit(hear_file, path, model, threads=max(1, cores() // together)) for path in paths]
        for path, future in zip(paths, futures, strict=True):
            wait([future])
            yield path, future.result
    finally:
        pool.shutdown(cancel_futures=True)


def _side_by_side(pool: ThreadPoolExecutor, threads: int, pieces: Iterator[Piece], model: Any) -> Iterator[Segment]:
    """Yield the segments of all pieces in order; no more pieces are read than are being heard and one."""
    waiting: deque[Future[list[Segment]]] = deque()
    try:
        for piece in pieces:
            waiting.append(pool.submit(_hear_piece, piece, model))
            if len(waiting) > threads:
                yield from waiting.popleft().result()
    except Trouble:
        for future in waiting:  # what there was before the trouble is still handed over
            yield from future.result()
        raise
    for future in waiting:
        yield from future.result()


def _hear_piece(piece: Piece, model: Any) -> list[Segment]:
    """Return the segments of one piece, their times counted from the start of the recording."""
    recogniser = Recogniser(model, piece.rate, partials=False)
    size = int(piece.rate * BLOCK_SECONDS) * BYTES_PER_SAMPLE
    segments: list[Segment] = []
    for start in range(0, len(piece.pcm), size):
        event = recogniser.accept(Block(piece.pcm[start : start + size], piece.rate))
        if isinstance(event, Segment):
            segments.append(event)
    segments.append(recogniser.finish())
    return [Segment(each.transcript.later(piece.start)) for each in segments if each.transcript.words]
