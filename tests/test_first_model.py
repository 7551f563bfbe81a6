"""The first session with a microphone and only the bundled model, at a terminal."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import model_server
import pytest
from model_server import Publisher
from terminal import terminal
from test_model_command import NAME, archive

from assistant.commands import first_model
from assistant.fetching import install
from assistant.fetching import publisher as publisher_module
from assistant.hearing import store
from assistant.trouble import ExitCode, Trouble

ROW = (
    "Gisteren hadden we ruzie over de afwas. Ik zei dat hij nooit iets doet, ik werd steeds harder. "
    "Hij zei ja maar ik wilde net beginnen, en toen zei hij niets meer en liep hij naar boven."
)


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    return {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def publisher(bundled_model_path: Path, folders: dict[str, str]) -> Iterator[Publisher]:
    with model_server.serving(Publisher(archive({}, bundled_model_path))) as publisher:
        folders[publisher_module.VARIABLE] = publisher.list_url
        yield publisher


def models(folders: dict[str, str]) -> Path:
    return Path(folders["XDG_DATA_HOME"]) / "verbonden" / "models"


def test_yes_fetches_it_while_one_types(publisher: Publisher, folders: dict[str, str]) -> None:
    with terminal("reflect", "--once", "--silent", **folders) as screen:
        screen.until("(ja/nee)")
        assert "39 MB, licentie Apache-2.0" in screen.text()
        assert publisher.asked == []
        screen.type("ja\n")
        screen.until("Typ je verhaal")
        screen.type(ROW + "\n\n")
        screen.until("Wat ik hoor")
        assert screen.end() == 0
        assert "De volgende keer kun je gewoon praten" in screen.text()
    assert [each.name for each in store.installed(models(folders))] == [NAME]


def test_no_asks_nothing_of_the_network_and_is_remembered(publisher: Publisher, folders: dict[str, str]) -> None:
    with terminal("reflect", "--once", "--silent", **folders) as screen:
        screen.until("(ja/nee)")
        screen.type("nee\n")
        screen.until("typen (t)")
        screen.type("s\n")
        assert screen.end() == 0
    with terminal("reflect", "--once", "--silent", **folders) as screen:
        screen.until("typen (t)")
        assert "(ja/nee)" not in screen.text()
        assert f"verbonden model install {NAME}" in screen.text()
        screen.type("s\n")
        assert screen.end() == 0
    assert publisher.asked == []


def test_where_there_is_no_network_typing_goes_on(folders: dict[str, str]) -> None:
    folders[publisher_module.VARIABLE] = "http://127.0.0.1:9/model-list.json"
    with terminal("reflect", "--once", "--silent", **folders) as screen:
        screen.until("(ja/nee)")
        screen.type("ja\n")
        screen.until("Controleer het internet")
        screen.until("Typ je verhaal")
        screen.type(ROW + "\n\n")
        screen.until("Wat ik hoor")
        assert screen.end() == 0


def test_ctrl_c_while_waiting_keeps_what_came(publisher: Publisher, folders: dict[str, str]) -> None:
    publisher.drop_after = [20 * publisher_module.PIECE] + [0] * 50
    with terminal("reflect", "--once", "--silent", **folders) as screen:
        screen.until("(ja/nee)")
        screen.type("ja\n")
        screen.until("Typ je verhaal")
        screen.type(ROW + "\n\n")
        screen.until("Het ophalen is nog bezig")
        screen.interrupt()
        assert screen.end() == 0
        assert "ga ik verder waar ik was" in screen.text(), screen.text()
    assert (models(folders) / ".downloads" / f"{NAME}.zip.part").stat().st_size == 20 * publisher_module.PIECE


def test_a_bar_shows_how_far_it_is(publisher: Publisher, folders: dict[str, str]) -> None:
    with terminal("model", "install", NAME, **folders) as screen:
        assert screen.end() == 0
        assert "Ophalen" in screen.text()
        assert "100%" in screen.text()


def test_a_licence_can_be_refused_at_the_terminal(publisher: Publisher, folders: dict[str, str]) -> None:
    for answer, code in (("nee\n", ExitCode.NOT_AGREED), ("\n", ExitCode.NOT_AGREED), ("ja\n", ExitCode.OK)):
        publisher.name = "vosk-model-nl-spraakherkenning-0.6"
        with terminal("model", "install", publisher.name, **folders) as screen:
            screen.until("akkoord? (ja/nee)")
            screen.type(answer)
            assert screen.end() == code
    assert os.listdir(models(folders))


def test_a_fetch_that_fails_while_one_types_is_said_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = threading.Event()

    def fails(*_: object, **__: object) -> None:
        typed.wait(10)
        raise Trouble("download_broken", ExitCode.NO_NETWORK, name=NAME)

    monkeypatch.setattr(install, "install", fails)
    monkeypatch.setattr(first_model, "QUICK_SECONDS", 0.05)
    fetching = first_model.Fetching(NAME)
    fetching.begin()
    with fetching:
        typed.set()
        fetching._thread.join(10)
    assert "is afgebroken" in capsys.readouterr().err
