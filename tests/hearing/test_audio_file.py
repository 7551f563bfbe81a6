import os
import stat
import subprocess
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import virtual_sound

from assistant.hearing import audio_file
from assistant.hearing.sound import Block, to_samples
from assistant.trouble import ExitCode, Trouble

RATES = [8000, 11025, 16000, 22050, 44100, 48000, 96000]
KINDS = [
    ("WAV", "PCM_U8", 0.02),
    ("WAV", "PCM_16", 0.001),
    ("WAV", "PCM_24", 0.001),
    ("WAV", "PCM_32", 0.001),
    ("WAV", "FLOAT", 0.001),
    ("WAV", "DOUBLE", 0.001),
    ("WAVEX", "PCM_16", 0.001),
    ("FLAC", "PCM_16", 0.001),
    ("FLAC", "PCM_24", 0.001),
    ("OGG", "VORBIS", 0.05),
    ("AIFF", "PCM_16", 0.001),
]


def _tone(rate: int, seconds: float = 0.5) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


def _read(path: Path) -> tuple[np.ndarray, set[int]]:
    blocks = list(audio_file.blocks(path))
    return to_samples(b"".join(block.pcm for block in blocks)), {block.rate for block in blocks}


def _trouble(path: Path) -> Trouble:
    with pytest.raises(Trouble) as caught:
        list(audio_file.blocks(path))
    assert caught.value.values["file"] == str(path)
    return caught.value


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_every_rate_and_number_of_channels(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "geluid.wav"
    soundfile.write(path, np.stack([_tone(rate)] * channels, axis=1), rate)
    samples, rates = _read(path)
    assert rates == {rate}
    np.testing.assert_allclose(samples, _tone(rate), atol=0.001)


@pytest.mark.parametrize(("format_", "subtype", "error"), KINDS)
def test_every_format_and_depth(tmp_path: Path, format_: str, subtype: str, error: float) -> None:
    path = tmp_path / "geluid"  # without an ending: the content says what it is
    soundfile.write(path, _tone(16000), 16000, format=format_, subtype=subtype)
    samples, _ = _read(path)
    np.testing.assert_allclose(samples, _tone(16000), atol=error)


@pytest.mark.parametrize("subtype", ["OPUS", "VORBIS"])
def test_ogg_at_48_khz(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "geluid.ogg"
    soundfile.write(path, _tone(48000), 48000, format="OGG", subtype=subtype)
    samples, rates = _read(path)
    assert rates == {48000}
    assert abs(len(samples) - 24000) < 2400
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.354, abs=0.05)


def test_blocks_are_as_long_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "geluid.wav"
    soundfile.write(path, _tone(16000), 16000)
    lengths = [block.samples for block in audio_file.blocks(path, seconds=0.2)]
    assert lengths == [3200, 3200, 1600]


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    path = tmp_path / "lang.wav"
    with soundfile.SoundFile(path, "w", 16000, 1) as file:
        for _ in range(200):
            file.write(_tone(16000, 1.0))
    tracemalloc.start()
    seconds = sum(block.seconds for block in audio_file.blocks(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds == pytest.approx(200)
    assert peak < 2_000_000  # the samples alone are 6.4 MB


def test_a_wav_file_from_a_pipe_does_not_know_its_size_and_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pijp.wav"
    said = subprocess.run(
        [virtual_sound.need("espeak-ng"), "-v", "nl", "--stdout", "goedemorgen"],
        check=True,
        capture_output=True,
        timeout=30,
    )
    path.write_bytes(said.stdout)
    assert sum(block.seconds for block in audio_file.blocks(path)) > 0.5


def test_no_such_file(tmp_path: Path) -> None:
    trouble = _trouble(tmp_path / "nergens.wav")
    assert (trouble.key, trouble.code) == ("no_such_file", ExitCode.NO_SUCH_FILE)


def test_a_folder(tmp_path: Path) -> None:
    trouble = _trouble(tmp_path)
    assert (trouble.key, trouble.code) == ("file_is_folder", ExitCode.NOT_SOUND)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "geheim.wav"
    soundfile.write(path, _tone(16000), 16000)
    path.chmod(0)
    if os.geteuid() == 0:  # root may read everything, so the refusal has to be made

        def refuse(self: Path, *options: Any) -> Any:
            raise PermissionError(13, "Permission denied", str(self))

        monkeypatch.setattr(Path, "open", refuse)
    trouble = _trouble(path)
    assert (trouble.key, trouble.code) == ("file_unreadable", ExitCode.UNREADABLE)


@pytest.mark.parametrize("content", [b"geen geluid, maar een brief", b"RIFF", bytes(1000), b"OggS", b"fLaC"])
def test_not_sound(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "brief.wav"
    path.write_bytes(content)
    trouble = _trouble(path)
    assert (trouble.key, trouble.code) == ("not_sound", ExitCode.NOT_SOUND)


def test_a_device_or_a_pipe_is_not_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pijp"
    os.mkfifo(path)
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert _trouble(path).key == "not_sound"


def test_empty(tmp_path: Path) -> None:
    path = tmp_path / "leeg.wav"
    path.touch()
    trouble = _trouble(path)
    assert (trouble.key, trouble.code) == ("file_empty", ExitCode.EMPTY)


def test_a_header_without_samples_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "leeg.wav"
    soundfile.write(path, np.zeros(0, dtype=np.float32), 16000)
    assert _trouble(path).key == "file_empty"


@pytest.mark.parametrize("amplitude", [0.0, 1 / 32768])
def test_silence_all_through(tmp_path: Path, amplitude: float) -> None:
    path = tmp_path / "stil.wav"
    soundfile.write(path, np.full(16000, amplitude, dtype=np.float32), 16000)
    trouble = _trouble(path)
    assert (trouble.key, trouble.code) == ("file_silent", ExitCode.SILENT)


def test_silence_that_ends_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "laat.wav"
    soundfile.write(path, np.concatenate([np.zeros(48000, dtype=np.float32), _tone(16000)]), 16000)
    assert len(_read(path)[0]) == 56000


def test_a_rate_that_is_too_low(tmp_path: Path) -> None:
    path = tmp_path / "traag.wav"
    soundfile.write(path, _tone(7999), 7999)
    trouble = _trouble(path)
    assert (trouble.key, trouble.code) == ("rate_too_low", ExitCode.NOT_SOUND)
    assert trouble.values["rate"] == "7999"


@pytest.mark.parametrize("share", [0.3, 0.9])
@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
def test_a_truncated_file_gives_what_there_is_and_then_says_so(
    tmp_path: Path, ending: str, share: float, capfd: pytest.CaptureFixture[str]
) -> None:
    whole, cut = tmp_path / f"heel.{ending}", tmp_path / f"half.{ending}"
    noise = (0.1 * np.random.default_rng(1).standard_normal(80000)).astype(np.float32)
    soundfile.write(whole, noise, 16000)
    content = whole.read_bytes()
    cut.write_bytes(content[: int(share * len(content))])
    got: list[Block] = []
    with pytest.raises(Trouble) as caught:
        got.extend(audio_file.blocks(cut))
    assert (caught.value.key, caught.value.code) == ("file_truncated", ExitCode.NOT_SOUND)
    assert sum(block.seconds for block in got) > 0.15 * 5
    assert capfd.readouterr().err == ""  # libmpg123 would complain
