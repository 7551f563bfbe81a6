import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.hearing import spool
from assistant.hearing.sound import Block
from assistant.hearing.spool import Spool, leftovers

BLOCK = Block(np.full(1600, 1000, dtype="<i2").tobytes(), 16000)

RECORDER = """
import sys, time
from pathlib import Path
from assistant.hearing.sound import Block
from assistant.hearing.spool import Spool
recording = Spool.start(Path(sys.argv[1]))
for _ in range(25):
    recording.write(Block(b"\\x10\\x10" * 1600, 16000))
    time.sleep(0.05)
print("bezig", flush=True)
time.sleep(60)
"""


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    recording = Spool.start(tmp_path / "opnames")
    recording.write(BLOCK)
    assert stat.S_IMODE(recording.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(recording.path.parent.stat().st_mode) == 0o700
    recording.discard()


def test_it_lies_in_the_users_own_state_folder(home: Path) -> None:
    recording = Spool.start()
    assert recording.path.parent == home / "xdg_state_home" / "verbonden" / "opnames"
    recording.discard()
    assert leftovers() == []


def test_what_is_kept_is_an_ordinary_sound_file(tmp_path: Path) -> None:
    recording = Spool.start(tmp_path)
    for _ in range(7):
        recording.write(BLOCK)
    assert recording.keep() == recording.path
    assert recording.keep() == recording.path
    samples, rate = soundfile.read(recording.path, dtype="int16")
    assert (len(samples), rate, set(samples)) == (7 * 1600, 16000, {1000})


def test_nothing_is_left_after_discarding(tmp_path: Path) -> None:
    recording = Spool.start(tmp_path)
    recording.write(BLOCK)
    recording.discard()
    recording.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_recording_without_sound_is_not_kept(tmp_path: Path) -> None:
    assert Spool.start(tmp_path).keep() is None
    assert list(tmp_path.iterdir()) == []


def test_a_recording_in_progress_is_no_leftover(tmp_path: Path) -> None:
    recording = Spool.start(tmp_path)
    recording.write(BLOCK)
    assert leftovers(tmp_path) == []
    recording.keep()
    assert leftovers(tmp_path) == [recording.path]


def test_a_killed_process_loses_less_than_a_second(tmp_path: Path) -> None:
    recorder = subprocess.Popen(
        [sys.executable, "-c", RECORDER, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(spool.__file__).parent.parent.parent,
    )
    assert recorder.stdout
    with recorder.stdout:
        assert recorder.stdout.readline() == b"bezig\n"
    assert leftovers(tmp_path) == []
    recorder.send_signal(signal.SIGKILL)
    recorder.wait(10)
    (left,) = leftovers(tmp_path)
    assert 1.4 <= soundfile.info(left).duration <= 2.5
    assert set(soundfile.read(left, dtype="int16")[0]) == {0x1010}


FULL = """
import resource, sys
from pathlib import Path
from assistant.hearing.sound import Block
from assistant.hearing.spool import Spool
recording = Spool.start(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # from here the disk is full
try:
    for _ in range(200):
        recording.write(Block(b"\\x10\\x10" * 1600, 16000))
except OSError as error:
    print("vol", error.errno)
print(recording.keep())
if sys.argv[2] == "discard":
    recording.discard()
"""


@pytest.mark.parametrize("then", ["keep", "discard"])
def test_a_disk_that_fills_up_keeps_what_is_on_it(then: str, tmp_path: Path) -> None:
    recorder = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), then],
        capture_output=True, text=True, timeout=30, check=False, cwd=Path(spool.__file__).parent.parent.parent,
    )  # fmt: skip
    assert recorder.returncode == 0, recorder.stderr
    assert recorder.stdout.startswith("vol ")
    if then == "discard":
        assert list(tmp_path.iterdir()) == []
        return
    (left,) = leftovers(tmp_path)
    assert spool.mend(left) == pytest.approx(100_000 / 32000, abs=0.01)
    samples, _ = soundfile.read(left, dtype="int16")
    assert set(samples) == {0x1010}
    assert len(samples) * 2 == pytest.approx(100_000, abs=100)


def test_a_leftover_is_mended_to_its_last_sample(tmp_path: Path) -> None:
    """Killed after the header was last written, or without power before all of the sound was."""
    recording = Spool.start(tmp_path)
    for _ in range(10):
        recording.write(BLOCK)
    path = recording.keep()
    assert path
    whole = path.read_bytes()
    for change, seconds in ((BLOCK.pcm * 5, 1.5), (b"", 1.0), (b"x", 1.0)):
        path.write_bytes(whole + change)
        assert spool.mend(path) == pytest.approx(seconds)
        assert soundfile.info(path).duration == pytest.approx(seconds)
    path.write_bytes(whole[:-5001])
    assert spool.mend(path) == pytest.approx(1 - 5001 / 32000, abs=0.001)
    assert soundfile.info(path).duration == pytest.approx(1 - 5001 / 32000, abs=0.001)
    path.write_bytes(b"something else of fifty bytes, no sound, no header.")
    assert spool.mend(path) == 0


def test_only_recordings_of_our_own_are_deleted_once_answered(tmp_path: Path, home: Path) -> None:
    other = tmp_path / "opname-20260101-120000-mijn.wav"
    other.write_bytes(b"x")
    spool.answered(other)
    assert other.exists()
    recording = Spool.start()
    recording.write(BLOCK)
    spool.answered(recording.path)
    assert recording.path.exists()  # somebody is still recording it
    path = recording.keep()
    assert path
    assert spool.made_at(path)
    assert spool.made_at(tmp_path / "x.wav") is None
    spool.answered(path)
    assert not path.exists()


def test_a_second_is_the_longest_that_sound_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    recording = Spool.start(tmp_path)
    recording.write(BLOCK)
    on_disk = recording.path.stat().st_size
    assert on_disk == spool.HEADER_BYTES + len(BLOCK.pcm)
    recording.write(BLOCK)
    assert recording.path.stat().st_size == on_disk
    now[0] += spool.FLUSH_SECONDS
    recording.write(BLOCK)
    assert recording.path.stat().st_size == on_disk + 2 * len(BLOCK.pcm)
    recording.discard()


def test_leftovers_of_an_unborn_folder(tmp_path: Path) -> None:
    assert leftovers(tmp_path / "nergens") == []


def test_where_no_recording_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "bestand").touch()
    with pytest.raises(NotADirectoryError):
        Spool.start(tmp_path / "bestand" / "opnames")
