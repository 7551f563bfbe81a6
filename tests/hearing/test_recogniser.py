import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.hearing import audio_file, recogniser
from assistant.hearing.recogniser import Partial, Recogniser, Segment, hear_file
from assistant.hearing.resampling import Resampler
from assistant.hearing.sound import Block
from assistant.hearing.transcript import Transcript
from assistant.trouble import ExitCode, Trouble

SENTENCE = "we hadden gisteren ruzie over de afwas en toen liep hij boos weg"
Speak = Callable[..., Path]
Event = Partial | Segment


def errors(said: str, heard: str) -> int:
    """Return how many words must be changed, added or left out to come from one text to the other."""
    wanted, found = said.split(), heard.split()
    costs = list(range(len(found) + 1))
    for row, word in enumerate(wanted, 1):
        before, costs[0] = costs[0], row
        for column, other in enumerate(found, 1):
            cheapest = min(costs[column] + 1, costs[column - 1] + 1, before + (word != other))
            before, costs[column] = costs[column], cheapest
    return costs[-1]


def _hear(path: Path, model: Any) -> tuple[Transcript, list[Event]]:
    events: list[Event] = []
    return hear_file(path, model, events.append), events


def test_a_rendered_sentence_is_understood(say: Speak, bundled_model: Any) -> None:
    transcript, events = _hear(say(SENTENCE), bundled_model)
    assert errors(SENTENCE, transcript.text) <= 1
    segments = [event for event in events if isinstance(event, Segment)]
    assert sum((segment.transcript for segment in segments), Transcript()) == transcript


def test_words_appear_while_they_are_spoken_and_no_partial_comes_twice(say: Speak, bundled_model: Any) -> None:
    path = say(SENTENCE)
    recogniser = Recogniser(bundled_model, soundfile.info(path).samplerate)
    heard = [recogniser.accept(block) for block in audio_file.blocks(path)]
    events: list[Event] = [event for event in [*heard, recogniser.finish()] if event]
    partials = [event.text for event in events if isinstance(event, Partial)]
    assert len(partials) > 5
    assert all(before != after for before, after in pairwise(partials))
    assert isinstance(events[-1], Segment)


def test_times_and_confidences_are_those_of_the_words(say: Speak, bundled_model: Any) -> None:
    path = say(SENTENCE)
    transcript, _ = _hear(path, bundled_model)
    for word in transcript.words:
        assert 0 <= word.start < word.end <= soundfile.info(path).duration
        assert 0 <= word.confidence <= 1
    starts = [word.start for word in transcript.words]
    assert starts == sorted(starts)


def test_times_count_from_the_beginning_across_pauses(say: Speak, bundled_model: Any, tmp_path: Path) -> None:
    samples, rate = soundfile.read(say(SENTENCE))
    pause = np.zeros(2 * rate)
    path = tmp_path / "twee.wav"
    soundfile.write(path, np.concatenate([samples, pause, samples]), rate)
    transcript, events = _hear(path, bundled_model)
    segments = [event.transcript for event in events if isinstance(event, Segment)]
    assert len(segments) >= 2
    later = len(samples) / rate + 2
    first, second = segments[0].words[0], next(word for word in transcript.words if word.start > later - 0.1)
    assert second.start - first.start == pytest.approx(later, abs=0.1)
    assert max(after.start - before.end for before, after in pairwise(transcript.words)) > 1.5


@pytest.mark.parametrize("rate", [8000, 11025, 12000, 15999, 16000, 22050, 32000, 44100, 48000, 96000, 192000])
def test_every_rate_from_8_khz_on_is_understood(rate: int, say: Speak, bundled_model: Any, tmp_path: Path) -> None:
    samples, own = soundfile.read(say(SENTENCE), dtype="float32")
    path = tmp_path / f"{rate}.wav"
    soundfile.write(path, Resampler(own, rate).push(samples), rate)
    transcript, _ = _hear(path, bundled_model)
    # a telephone at 8 kHz leaves out half of what the model listens to
    assert errors(SENTENCE, transcript.text) <= (6 if rate < 11000 else 2)
    assert abs(transcript.words[-1].end - soundfile.info(path).duration) < 1.0


@pytest.mark.parametrize("channels", [1, 2, 8])
@pytest.mark.parametrize(
    ("format_", "subtype"), [("WAV", "PCM_24"), ("WAV", "FLOAT"), ("FLAC", "PCM_16"), ("OGG", "VORBIS")]
)
def test_every_format_is_understood(
    format_: str, subtype: str, channels: int, say: Speak, bundled_model: Any, tmp_path: Path
) -> None:
    samples, rate = soundfile.read(say(SENTENCE), dtype="float32")
    path = tmp_path / "geluid"
    soundfile.write(path, np.stack([samples] * channels, axis=1), rate, format=format_, subtype=subtype)
    assert errors(SENTENCE, _hear(path, bundled_model)[0].text) <= 2


def test_a_block_of_another_rate_is_a_mistake_of_the_caller(bundled_model: Any) -> None:
    with pytest.raises(ValueError, match="8000"):
        Recogniser(bundled_model, 16000).accept(Block(bytes(200), 8000))


def test_no_sound_and_very_little_sound(bundled_model: Any) -> None:
    for rate in (8000, 16000):
        assert Recogniser(bundled_model, rate).finish() == Segment(Transcript())
        heard = Recogniser(bundled_model, rate)
        assert heard.accept(Block(b"", rate)) is None
        assert heard.accept(Block(bytes(2), rate)) is None
        assert heard.finish() == Segment(Transcript())


def test_a_file_without_speech(bundled_model: Any, tmp_path: Path) -> None:
    path = tmp_path / "ruis.wav"
    soundfile.write(path, 0.0005 * np.random.default_rng(1).standard_normal(32000), 16000)
    with pytest.raises(Trouble) as caught:
        hear_file(path, bundled_model)
    assert (caught.value.key, caught.value.code) == ("no_speech_in_file", ExitCode.NO_SPEECH)


def test_two_recognisers_share_a_model_at_the_same_time(say: Speak, bundled_model: Any) -> None:
    other = "ik was bang dat je weg zou gaan"
    heard: dict[str, str] = {}

    def hear(said: str) -> None:
        heard[said] = hear_file(say(said), bundled_model).text

    threads = [threading.Thread(target=hear, args=(said,)) for said in (SENTENCE, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for said in (SENTENCE, other):
        assert errors(said, heard[said]) <= 1


def test_memory_of_a_long_recording_is_not_kept(say: Speak, bundled_model: Any) -> None:
    blocks = list(audio_file.blocks(say(SENTENCE)))
    heard = Recogniser(bundled_model, blocks[0].rate)
    segments = 0
    for _ in range(10):
        for block in [*blocks, Block(bytes(2 * blocks[0].rate), blocks[0].rate)]:
            segments += isinstance(heard.accept(block), Segment)
    assert segments >= 10
    assert not heard.finish().transcript.words


@pytest.mark.parametrize(
    ("said", "understood"), [(0.5, 0.5), (1, 1.0), (1.0000001, 1.0), (-0.1, 0.0), (float("nan"), 0.0), (None, 0.0)]
)
def test_a_confidence_is_a_number_from_0_to_1(said: object, understood: float) -> None:
    assert recogniser._confidence(said) == understood
