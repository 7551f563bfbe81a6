"""What becomes of recordings: one rule, with real files in the state folder of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.conversation.drive import run
from assistant.conversation.guide import guided
from assistant.conversation.recordings import Recordings
from assistant.conversation.screen import Screen
from assistant.conversation.script import Heard, Listen, Say, Script, once
from assistant.conversation.states import script
from assistant.hearing import spool
from assistant.hearing.sound import Block
from assistant.trouble import ExitCode, Trouble

ROW = (
    "Gisteren hadden we ruzie over de afwas. Ik zei dat hij nooit iets doet, ik werd steeds harder. "
    "Hij zei niets meer en liep naar boven."
)
SOUND = Block(b"\x10\x10" * 1600, 16000)


def there() -> list[Path]:
    """Return the files of all recordings, those in the making too."""
    return sorted(spool.folder().glob("*.wav"))


@pytest.fixture(autouse=True)
def empty_folder() -> Iterator[None]:
    for file in there():
        file.unlink()
    yield
    for file in there():
        file.unlink()


class RecordingEars:
    """Each turn is recorded, and then heard as it stands in a list; a Trouble there is raised."""

    again = True

    def __init__(self, *turns: Heard | Trouble) -> None:
        self.recordings = Recordings(Screen())
        self._turns = list(turns)
        self.there: list[int] = []
        """How many recordings there were when each turn began, its own included."""

    def listen(self, request: Listen) -> Heard | None:
        self.recordings.begin(of_account=request.kind == "account").write(SOUND)
        self.there.append(len(there()))
        turn = self._turns.pop(0)
        if isinstance(turn, Trouble):
            raise turn
        if turn.silent:
            self.recordings.silent()
        return turn


class Mouth:
    """Says nothing; remembers how many recordings there were while it spoke."""

    def __init__(self) -> None:
        self.there: dict[str, int] = {}

    def say(self, said: Say, heard: Heard) -> Heard | None:
        self.there[said.reflection.kind] = len(there())
        return None

    def unsure(self, heard: Heard, more: bool) -> None:
        self.there["unsure"] = len(there())

    def adjust(self, how: str) -> None:
        pass


def talk(ears: RecordingEars, conversation: Script) -> tuple[Mouth, bool]:
    mouth = Mouth()
    with ears.recordings.until_answered() as answering:
        _, outcome = run(conversation, ears, answering.through(mouth))
        if getattr(outcome, "how", "") == "stopped":
            answering.ended_by_teller()
    return mouth, answering.understood


def test_an_account_is_there_until_its_reflection_was_said() -> None:
    mouth, understood = talk(RecordingEars(Heard(ROW)), once())
    assert (mouth.there, understood) == ({"reflection": 1}, True)
    assert there() == []


def test_an_account_outlives_a_pause_in_the_middle_of_it() -> None:
    """The pause was heard with doubt, so it is asked about; all that was told is recorded until the reflection."""
    ears = RecordingEars(
        Heard(ROW, sure=False, command="pauze"),
        Heard("ja"),
        Heard("verder", command="verder"),
        Heard("ik ben klaar", command="klaar"),
        Heard("stop", command="stop"),
    )
    mouth, _ = talk(ears, guided(script("guided")))
    assert ears.there[:4] == [1, 2, 2, 2]
    assert mouth.there["reflection"] == 2
    assert there() == []


def test_an_answer_is_done_with_when_the_next_turn_begins() -> None:
    ears = RecordingEars(Heard(ROW), Heard("ik was bang dat hij wegging"), Heard("ja"), Heard("stop"))
    talk(ears, guided(script("guided")))
    assert ears.there == [1, 1, 1, 1]
    assert there() == []


def test_what_was_not_understood_is_kept_and_it_is_said_where(capsys: pytest.CaptureFixture[str]) -> None:
    _mouth, understood = talk(RecordingEars(*[Heard("x", sure=False)] * 3), guided(script("guided")))
    assert not understood
    assert len(spool.leftovers()) == 3
    told = capsys.readouterr().err
    assert all(file.name in told.replace("\n", "") for file in spool.leftovers())


def test_silence_after_what_was_not_understood_does_not_answer_it() -> None:
    _, understood = talk(RecordingEars(Heard("x", sure=False), Heard("", silent=True)), guided(script("guided")))
    assert not understood
    assert len(there()) == 1  # the account; nobody needs the silence


def test_who_says_stop_leaves_nothing() -> None:
    ears = RecordingEars(Heard("x", sure=False), Heard("stop", command="stop"))
    assert talk(ears, guided(script("guided")))[1]
    assert there() == []


def test_ctrl_c_before_a_word_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    interrupted = Trouble("interrupted", ExitCode.INTERRUPTED)
    with pytest.raises(Trouble) as caught:
        talk(RecordingEars(Heard("x", sure=False), interrupted), once())
    assert caught.value is interrupted
    assert there() == []
    assert capsys.readouterr().err == ""


def test_ctrl_c_leaves_what_broke_off_before(tmp_path: Path) -> None:
    """It was heard once more and got no answer: it is still the only one that there is."""
    old = spool.Spool.start()
    old.write(SOUND)
    path = old.keep()
    assert path
    ears = RecordingEars(Trouble("interrupted", ExitCode.INTERRUPTED))
    ears.recordings.goes_on_with(path)
    with pytest.raises(Trouble) as caught:
        talk(ears, once())
    assert (caught.value.key, caught.value.code) == ("interrupted_again", ExitCode.INTERRUPTED)
    assert caught.value.values == {"file": str(path)}
    assert there() == [path]


def test_what_broke_off_before_goes_with_its_answer_and_another_file_stays(tmp_path: Path) -> None:
    old = spool.Spool.start()
    old.write(SOUND)
    path = old.keep()
    other = tmp_path / "opname-van-mij.wav"
    other.touch()
    assert path
    ears = RecordingEars(Heard(ROW))
    for file in (path, other):
        ears.recordings.goes_on_with(file)
    talk(ears, once())
    assert there() == []
    assert other.exists()


@pytest.mark.parametrize("error", [Trouble("microphone_lost", ExitCode.MICROPHONE_LOST), KeyboardInterrupt()])
def test_what_breaks_off_is_kept(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    recordings = Recordings(Screen())

    def break_off() -> None:
        with recordings.until_answered():
            recordings.begin(of_account=True).write(SOUND)
            raise error

    with pytest.raises(type(error)):
        break_off()
    (left,) = spool.leftovers()
    assert left.name in capsys.readouterr().err.replace("\n", "")
