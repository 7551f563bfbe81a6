"""Long recordings in pieces: nothing lost, cut in pauses, the words and their times as in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.hearing import audio_file, recogniser
from assistant.hearing.pieces import Piece, cut
from assistant.hearing.recogniser import Recogniser, Segment, hear_file, hear_files
from assistant.hearing.sound import Block
from assistant.hearing.transcript import Transcript
from assistant.trouble import ExitCode, Trouble

RATE = 8000
Speak = Callable[..., Path]
SENTENCES = (
    "we hadden gisteren ruzie over de afwas",
    "ik zei dat hij nooit iets doet in huis",
    "toen liep hij boos weg en zei niets meer",
    "ik bleef alleen achter in de keuken",
)


def blocks(loud: np.ndarray, size: int = 800) -> Iterator[Block]:
    for start in range(0, len(loud), size):
        yield Block(loud[start : start + size].astype("<i2").tobytes(), RATE)


def talk(seconds: float, pauses: tuple[float, ...] = (), noise: float = 20.0) -> np.ndarray:
    """Noise at the level of a voice, with a second of quiet from each of `pauses`."""
    generator = np.random.default_rng(1)
    loud = generator.normal(0, 3000, int(seconds * RATE))
    for at in pauses:
        loud[int(at * RATE) : int((at + 1) * RATE)] = generator.normal(0, noise, RATE)
    return loud


def whole(pieces: list[Piece]) -> bytes:
    return b"".join(piece.pcm for piece in pieces)


def test_it_is_cut_in_pauses_and_nothing_is_lost() -> None:
    loud = talk(100, (5, 15, 24, 33, 50, 71, 90))
    pieces = list(cut(blocks(loud)))
    assert whole(pieces) == loud.astype("<i2").tobytes()
    assert [piece.start for piece in pieces] == pytest.approx([0, 24.4, 50.4, 71.4], abs=0.3)
    assert [pieces[0].seconds, sum(piece.seconds for piece in pieces)] == pytest.approx([24.4, 100], abs=0.3)


def test_pauses_in_noise_are_found() -> None:
    pieces = list(cut(blocks(talk(60, (25, 47), noise=500))))
    assert [piece.start for piece in pieces] == pytest.approx([0, 25.4, 47.4], abs=0.3)


def test_who_never_pauses_is_cut_all_the_same_at_the_quietest_place() -> None:
    loud = talk(150)
    loud[54 * RATE : int(54.3 * RATE)] *= 0.5
    pieces = list(cut(blocks(loud)))
    assert max(piece.seconds for piece in pieces) <= 61
    assert pieces[1].start == pytest.approx(54.15, abs=0.1)
    assert whole(pieces) == loud.astype("<i2").tobytes()


def test_silence_and_short_and_nothing() -> None:
    assert [piece.seconds for piece in cut(blocks(np.zeros(RATE)))] == [1.0]
    assert list(cut(iter(()))) == []
    assert sum(piece.seconds for piece in cut(blocks(np.zeros(100 * RATE)))) == 100


@pytest.fixture(scope="module")
def account(say: Speak, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute and a half of sentences with pauses of a second."""
    path = tmp_path_factory.mktemp("lang") / "lang.wav"
    sound: list[np.ndarray] = []
    for number in range(26):
        samples, rate = soundfile.read(say(SENTENCES[number % 4]), dtype="int16")
        sound += [samples, np.random.default_rng(number).normal(0, 10, rate).astype("int16")]
    soundfile.write(path, np.concatenate(sound), rate)
    return path


def test_the_words_and_times_are_those_of_one_go(account: Path, bundled_model: Any) -> None:
    listener = Recogniser(bundled_model, soundfile.info(account).samplerate)
    once = Transcript()
    for block in audio_file.blocks(account):
        event = listener.accept(block)
        if isinstance(event, Segment):
            once += event.transcript
    once += listener.finish().transcript
    segments: list[Segment] = []
    together = hear_file(account, bundled_model, segments.append, threads=2)
    assert together.text == " ".join(SENTENCES[number % 4] for number in range(26))
    assert together.text == once.text
    for one, other in zip(once.words, together.words, strict=True):
        assert other.start == pytest.approx(one.start, abs=0.1)
    assert sum((segment.transcript for segment in segments), Transcript()) == together


def test_it_is_really_cut(account: Path, bundled_model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[float] = []
    real = recogniser._hear_piece

    def counting(piece: Piece, model: Any) -> list[Segment]:
        heard.append(piece.seconds)
        return real(piece, model)

    monkeypatch.setattr(recogniser, "_hear_piece", counting)
    hear_file(account, bundled_model)
    assert len(heard) >= 3


def test_a_file_that_was_cut_short_still_hands_over_what_there_was(
    account: Path, bundled_model: Any, tmp_path: Path
) -> None:
    short = tmp_path / "kort.wav"
    short.write_bytes(account.read_bytes()[: account.stat().st_size * 2 // 3])
    segments: list[Segment] = []
    with pytest.raises(Trouble) as caught:
        hear_file(short, bundled_model, segments.append)
    assert caught.value.key == "file_truncated"
    assert sum(len(segment.transcript.words) for segment in segments) > 50


def test_several_files_come_in_their_order_with_their_troubles(
    account: Path, say: Speak, bundled_model: Any, tmp_path: Path
) -> None:
    paths = [account, tmp_path / "niets.wav", *(say(sentence) for sentence in SENTENCES)]
    heard = list(hear_files(paths, bundled_model))
    assert [path for path, _ in heard] == paths
    assert [transcript().text for _, transcript in heard[2:]] == list(SENTENCES)
    with pytest.raises(Trouble) as caught:
        heard[1][1]()
    assert caught.value.code is ExitCode.NO_SUCH_FILE
