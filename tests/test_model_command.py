"""`verbonden model` as a user calls it, against a publisher on this machine who is not always honest."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import model_server
import pytest
from model_server import Publisher

from assistant.fetching import publisher as publisher_module
from assistant.fetching.catalogue import catalogue
from assistant.hearing import model, store
from assistant.trouble import ExitCode

NAME = "vosk-model-small-nl-0.22"


def archive(members: dict[str, bytes], folder: Path | None = None, top: str = NAME) -> bytes:
    """Return a zip file with the files of a folder under `top`, and others."""
    made = io.BytesIO()
    files = [(file, folder) for file in sorted(folder.rglob("*")) if file.is_file()] if folder else []
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
        for file, base in files:
            opened.write(file, f"{top}/{file.relative_to(base).as_posix()}")
        for name, content in members.items():
            opened.writestr(name, content)
    return made.getvalue()


@pytest.fixture(scope="session")
def good(bundled_model_path: Path) -> bytes:
    """A whole model, as the publisher packs one: the bundled one under another name."""
    return archive({}, bundled_model_path)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "verbonden" / "models"


@pytest.fixture
def honest(good: bytes) -> Iterator[Publisher]:
    with model_server.serving(Publisher(good)) as publisher:
        yield publisher


def verbonden(*words: str | Path, publisher: Publisher | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **more}
    if publisher:
        environment[publisher_module.VARIABLE] = publisher.list_url
    done = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "model", *map(str, words)],
        input="", capture_output=True, text=True, timeout=120, env=environment, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def refused(done: subprocess.CompletedProcess[str], code: ExitCode, words: str, data: Path) -> None:
    """Check that it said so, with the right code, and that no model and nothing half done is left."""
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert words in " ".join(done.stderr.split())
    assert store.installed(data) == ()
    assert not list(data.glob(".new-*"))


def info() -> dict[str, Any]:
    return dict(json.loads(verbonden("info", "--json").stdout))


def test_list_works_without_a_network_and_says_what_matters() -> None:
    shown = verbonden("list", VERBONDEN_MODEL_LIST="http://127.0.0.1:9/").stdout
    assert len([line for line in shown.splitlines() if "CC-BY-NC-SA: alleen voor gebruik zonder winst" in line]) == 2
    assert "39 MB, licentie Apache-2.0: vrij te gebruiken" in shown
    assert "26,8 (televisie)" in shown
    assert "verbonden-nl (luistert nu)" in shown
    assert "28-11-2026" in shown
    assert verbonden().stdout == shown
    listed = json.loads(verbonden("list", "--json").stdout)
    assert [each["name"] for each in listed["models"]] == [*(e.name for e in catalogue().entries), "verbonden-nl"]
    assert [each["non_commercial"] for each in listed["models"]] == [False, True, True, None]
    assert listed["models"][0]["wer"]["television"] == 26.8


def test_info_before_anything_is_installed(data: Path, bundled_model_path: Path) -> None:
    told = info()
    assert (told["name"], told["path"], told["reason"]) == ("verbonden-nl", str(bundled_model_path), "bundled")
    assert "er is geen ander model gekozen" in verbonden("info").stdout


def test_install_use_info_remove(honest: Publisher, good: bytes, data: Path, say: Any) -> None:
    done = verbonden("install", NAME, publisher=honest)
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stderr.split())
    assert "Apache-2.0. Die laat elk gebruik toe" in told
    assert hashlib.sha256(good).hexdigest() in told
    facts = info()
    assert (facts["name"], facts["path"], facts["reason"]) == (NAME, str(data / NAME), "installed")
    assert facts["sha256"] == hashlib.sha256(good).hexdigest()
    assert facts["licence"] == "Apache-2.0"
    assert not list(data.glob(".downloads/*.part"))
    assert f"{NAME} (luistert nu, aangeraden)" in verbonden("list").stdout

    heard = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "hear", str(say("we hadden gisteren ruzie over de afwas"))],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert heard.stdout == "we hadden gisteren ruzie over de afwas\n"

    again = verbonden("install", NAME, publisher=honest)
    assert (again.returncode, len(honest.asked)) == (0, 2)
    assert verbonden("use", "verbonden-nl").returncode == 0
    assert info()["reason"] == "bundled"
    assert verbonden("use", NAME).returncode == 0
    assert info()["reason"] == "installed"
    assert verbonden("remove", NAME).returncode == ExitCode.NOT_AGREED
    assert info()["name"] == NAME
    removed = verbonden("remove", NAME, "--yes")
    assert removed.returncode == 0
    assert "Nu luistert verbonden-nl" in " ".join(removed.stderr.split())
    assert store.installed(data) == ()
    assert info()["reason"] == "bundled"


def test_the_order_of_choosing(data: Path, bundled_model_path: Path, tmp_path: Path) -> None:
    """Option, environment, settings, installed, bundled; each also by the name of an installed model."""
    for name in ("een", "twee", "drie", "vier"):
        shutil.copytree(bundled_model_path, data / name)
    store.use("vier", data)
    config = tmp_path / "config"
    (config / "verbonden").mkdir(parents=True)
    (config / "verbonden" / "settings.toml").write_text('model = "drie"')
    every = {"XDG_CONFIG_HOME": str(config), "VERBONDEN_MODEL": "twee"}

    def reason(*words: str, **environment: str) -> tuple[str, str]:
        told = json.loads(verbonden("info", "--json", *words, publisher=None, **environment).stdout)
        return told["name"], told["reason"]

    assert reason("--model", "een", **every) == ("een", "option")
    assert reason(**every) == ("twee", "environment")
    assert reason(XDG_CONFIG_HOME=str(config)) == ("drie", "settings")
    assert reason() == ("vier", "installed")
    shutil.rmtree(data)
    assert reason() == ("verbonden-nl", "bundled")
    assert "dat gaat voor" in " ".join(verbonden("use", "verbonden-nl", VERBONDEN_MODEL=str(tmp_path)).stderr.split())


def test_a_non_commercial_licence_is_said_and_asked_for(honest: Publisher, data: Path) -> None:
    done = verbonden("install", "vosk-model-nl-spraakherkenning-0.6-lgraph", publisher=honest)
    refused(done, ExitCode.NOT_AGREED, "alleen gebruik zonder winst", data)
    assert honest.asked == []
    honest.name = "vosk-model-nl-spraakherkenning-0.6-lgraph"
    assert verbonden("install", honest.name, "--yes", publisher=honest).returncode == 0
    assert info()["licence"] == "CC-BY-NC-SA"


def test_a_line_that_drops_is_taken_up_again(honest: Publisher, good: bytes, data: Path) -> None:
    piece = publisher_module.PIECE  # the last piece, where it is not whole, is fetched again
    honest.drop_after = [20 * piece, 30 * piece]
    assert verbonden("install", NAME, publisher=honest).returncode == 0
    assert [asked for _, asked in honest.asked] == [None, None, f"bytes={20 * piece}-", f"bytes={50 * piece}-"]
    assert info()["sha256"] == hashlib.sha256(good).hexdigest()


def test_a_line_that_stays_dead_leaves_what_came_for_the_next_time(honest: Publisher, data: Path) -> None:
    honest.drop_after = [20 * publisher_module.PIECE] + [0] * 10
    refused(verbonden("install", NAME, publisher=honest), ExitCode.NO_NETWORK, "ga ik verder waar ik was", data)
    assert (data / ".downloads" / f"{NAME}.zip.part").stat().st_size == 20 * publisher_module.PIECE
    honest.drop_after, honest.asked = [], []
    assert verbonden("install", NAME, publisher=honest).returncode == 0
    assert honest.asked[-1] == (f"/{NAME}.zip", f"bytes={20 * publisher_module.PIECE}-")


def test_a_killed_download_goes_on(honest: Publisher, good: bytes, data: Path) -> None:
    part = data / ".downloads" / f"{NAME}.zip.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(good[:2_000_000])
    honest.ranges = False  # and the server begins at the beginning all the same
    assert verbonden("install", NAME, publisher=honest).returncode == 0


def test_a_part_of_something_else_is_fetched_anew(honest: Publisher, good: bytes, data: Path) -> None:
    part = data / ".downloads" / f"{NAME}.zip.part"
    part.parent.mkdir(parents=True)
    for left in (b"something else", good + b"too much"):
        part.write_bytes(left)
        assert verbonden("install", NAME, publisher=honest).returncode == 0
        store.remove(NAME, data)


def test_a_size_that_is_not_what_the_publisher_lists(honest: Publisher, good: bytes, data: Path) -> None:
    for lie in (-1000, 1000):
        honest.listed_size = len(good) + lie
        refused(verbonden("install", NAME, publisher=honest), ExitCode.WRONG_DOWNLOAD, "niet zo groot", data)
    honest.listed_size, honest.announced = None, len(good) + 1000
    refused(verbonden("install", NAME, publisher=honest), ExitCode.WRONG_DOWNLOAD, "niet zo groot", data)


def test_a_wrong_checksum_is_thrown_away(honest: Publisher, data: Path) -> None:
    honest.listed_md5 = "0" * 32
    refused(verbonden("install", NAME, publisher=honest), ExitCode.WRONG_DOWNLOAD, "weggegooid", data)
    assert not list(data.glob(".downloads/*.part"))


def test_a_recorded_sha256_is_compared_as_well(honest: Publisher, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    from assistant.fetching import install
    from assistant.trouble import Trouble

    known = catalogue()
    other = dataclasses.replace(known.entries[0], sha256="0" * 64)
    monkeypatch.setattr(install, "catalogue", lambda: dataclasses.replace(known, entries=(other,)))
    monkeypatch.setenv(publisher_module.VARIABLE, honest.list_url)
    with pytest.raises(Trouble) as caught:
        install.install(NAME, directory=data)
    assert caught.value.key == "wrong_sum"


@pytest.mark.parametrize("status", [404, 403, 410])
def test_an_archive_that_is_not_there(status: int, honest: Publisher, data: Path) -> None:
    honest.status = status
    refused(verbonden("install", NAME, publisher=honest), ExitCode.NO_NETWORK, f"({status} bij", data)


def test_a_publisher_who_cannot_be_reached(data: Path) -> None:
    done = verbonden("install", NAME, VERBONDEN_MODEL_LIST="http://127.0.0.1:9/model-list.json")
    refused(done, ExitCode.NO_NETWORK, "Controleer het internet", data)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"<html>", b'[{"lang": "nl", "name": "x"}]', b"[" * 100_000])
def test_a_list_that_is_none(body: bytes, honest: Publisher, data: Path) -> None:
    honest.list_body = body
    done = verbonden("install", NAME, publisher=honest)
    assert done.returncode in (ExitCode.WRONG_DOWNLOAD, ExitCode.NO_MODEL)
    assert store.installed(data) == ()


def test_a_model_that_does_not_exist(honest: Publisher, data: Path) -> None:
    refused(verbonden("install", "vosk-nl-9", "--yes", publisher=honest), ExitCode.NO_MODEL, f"Kies uit: {NAME}", data)
    for words in (("use", "vosk-nl-9"), ("remove", "vosk-nl-9", "--yes"), ("remove", "../verbonden", "--yes")):
        refused(verbonden(*words), ExitCode.NO_MODEL, "Er staat geen model", data)


def test_only_https_is_followed(honest: Publisher, data: Path) -> None:
    honest.redirect = "http://example.org/vosk.zip"
    refused(verbonden("install", NAME, publisher=honest), ExitCode.WRONG_DOWNLOAD, "niet beveiligd", data)
    assert not publisher_module.safe("http://alphacephei.com/vosk/models/model-list.json")
    assert not publisher_module.safe("ftp://127.0.0.1/x")
    assert not publisher_module.safe("file:///etc/passwd")
    assert publisher_module.safe(catalogue().list_url)


def link(name: str, to: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        member = zipfile.ZipInfo(name)
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(member, to)
        opened.writestr(f"{name}/x", b"through the link")
    return made.getvalue()


CLIMBING = {
    "up": lambda: archive({"../../climbed.txt": b"x"}),
    "up in the middle": lambda: archive({"a/../../../climbed.txt": b"x"}),
    "absolute": lambda: archive({"/tmp/climbed-verbonden.txt": b"x"}),
    "backslash": lambda: archive({"..\\..\\climbed.txt": b"x"}),
    "drive": lambda: archive({"C:/climbed.txt": b"x"}),
    "link": lambda: link("model", "/tmp"),
    "twice": lambda: archive({"a/am/x": b"x", "A/am/X": b"y"}),
    "device": lambda: archive({"model/con": b"x"}),
    "bomb": lambda: archive({"model/am/final.mdl": bytes(80_000_000)}),
    "many": lambda: archive({f"model/{number}": b"" for number in range(3000)}),
}


@pytest.mark.parametrize("kind", CLIMBING)
def test_an_archive_that_wishes_us_ill(kind: str, data: Path, tmp_path: Path) -> None:
    raw = CLIMBING[kind]()
    with model_server.serving(Publisher(raw)) as publisher:
        refused(verbonden("install", NAME, publisher=publisher), ExitCode.UNSAFE_ARCHIVE, "pak het niet uit", data)
    (tmp_path / "model.zip").write_bytes(raw)
    refused(verbonden("import", tmp_path / "model.zip"), ExitCode.UNSAFE_ARCHIVE, "pak het niet uit", data)
    assert not list(tmp_path.rglob("climbed*"))
    assert not Path("/tmp/climbed-verbonden.txt").exists()


def test_a_bomb_that_lies_about_its_size(data: Path, tmp_path: Path) -> None:
    raw = archive({"model/am/final.mdl": bytes(60_000_000)})
    lied = raw.replace((60_000_000).to_bytes(4, "little"), (60).to_bytes(4, "little"))
    assert lied != raw
    (tmp_path / "model.zip").write_bytes(lied)
    done = verbonden("import", tmp_path / "model.zip")
    assert done.returncode in (ExitCode.WRONG_DOWNLOAD, ExitCode.UNSAFE_ARCHIVE), done.stderr
    assert store.installed(data) == ()
    assert not list(data.glob(".new-*"))


def test_archives_that_hold_no_whole_model(good: bytes, data: Path, tmp_path: Path, bundled_model_path: Path) -> None:
    folder = tmp_path / "kopie"
    shutil.copytree(bundled_model_path, folder)
    (folder / "graph" / "words.txt").unlink()
    (folder / "graph" / "Gr.fst").write_bytes(b"no transducer")
    for name, raw, code, words in (
        ("tekst.zip", b"this is no zip file", ExitCode.WRONG_DOWNLOAD, "geen zipbestand"),
        ("kort.zip", good[:-5000], ExitCode.WRONG_DOWNLOAD, "geen zipbestand"),
        ("krom.zip", good[:3_000_000] + b"\0" * 5000 + good[3_005_000:], ExitCode.WRONG_DOWNLOAD, "beschadigd"),
        ("leeg.zip", archive({}), ExitCode.BROKEN_MODEL, "geen spraakmodel"),
        ("anders.zip", archive({"readme.txt": b"hello"}), ExitCode.BROKEN_MODEL, "geen spraakmodel"),
        ("stuk.zip", archive({}, folder), ExitCode.BROKEN_MODEL, "spraakmodel"),
    ):
        (tmp_path / name).write_bytes(raw)
        refused(verbonden("import", tmp_path / name), code, words, data)
    refused(verbonden("import", tmp_path / "niets.zip"), ExitCode.NO_SUCH_FILE, "Er is geen bestand", data)


def test_import_without_a_network(good: bytes, data: Path, tmp_path: Path) -> None:
    (tmp_path / "mijn-model.zip").write_bytes(good)
    done = verbonden("import", tmp_path / "mijn-model.zip", VERBONDEN_MODEL_LIST="http://127.0.0.1:9/")
    assert done.returncode == 0, done.stderr
    told = info()
    assert (told["name"], told["reason"]) == ("mijn-model", "installed")
    assert told["origin"] == str(tmp_path / "mijn-model.zip")
    again = verbonden("import", tmp_path / "mijn-model.zip")
    assert again.returncode == ExitCode.BAD_INPUT
    assert "verbonden model use mijn-model" in " ".join(again.stderr.split())
    assert "mijn-model (luistert nu)" in verbonden("list").stdout


def test_a_folder_where_nothing_can_be_written(honest: Publisher, tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("")
    done = verbonden("install", NAME, publisher=honest, XDG_DATA_HOME=str(tmp_path / "bestand"))
    assert done.returncode == ExitCode.CANNOT_WRITE


def test_a_broken_installed_model_is_said_and_not_passed_over(data: Path) -> None:
    (data / "half" / "am").mkdir(parents=True)
    done = verbonden("info")
    assert done.returncode == ExitCode.BROKEN_MODEL
    assert "verbonden model remove" not in done.stdout
    assert model.VARIABLE == "VERBONDEN_MODEL"


OFFLINE = """
import socket, sys
class Guarded(socket.socket):
    def connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            print("NETWORK", address, file=sys.stderr)
            raise OSError("no network in this test")
        return super().connect(address)
    connect_ex = connect
socket.socket = Guarded
looked_up = socket.getaddrinfo
def no_look_up(*words, **more):
    print("NETWORK", words, file=sys.stderr)
    raise OSError("no network in this test")
socket.getaddrinfo = no_look_up
from assistant.cli import main
main()
"""


def test_only_install_opens_a_connection(say: Any, tmp_path: Path, good: bytes, data: Path, honest: Publisher) -> None:
    (tmp_path / "model.zip").write_bytes(good)
    told = "we hadden gisteren ruzie over de afwas en ik zei dat hij nooit iets doet"
    environment = {**os.environ, publisher_module.VARIABLE: honest.list_url}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", OFFLINE, *words],
            input=told, capture_output=True, text=True, timeout=120, check=False, env=environment,
        )  # fmt: skip

    for words in (
        ("--help",), ("hear", str(say(told))), ("--audio", str(say(told)), "--silent"), ("--text", "-", "--silent"),
        ("say", "hallo", "--silent", "--save-speech", str(tmp_path / "hallo.wav")), ("demo", "--silent"),
        ("model", "list"), ("model", "info"), ("model", "import", str(tmp_path / "model.zip")),
        ("model", "use", "verbonden-nl"), ("model", "remove", "model", "--yes"),
    ):  # fmt: skip
        assert "NETWORK" not in run(*words).stderr, words
    caught = run("model", "install", NAME)
    assert "NETWORK" in caught.stderr  # the guard does see a connection
    assert caught.returncode == ExitCode.NO_NETWORK
    assert honest.asked == []


def test_one_module_alone_uses_networks() -> None:
    source = Path(publisher_module.__file__).resolve().parents[1]
    knowing = {
        file.relative_to(source).as_posix()
        for file in source.rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        for word in ("requests", "urllib", "http", "socket", "ssl", "ftplib")
        if line.strip().startswith((f"import {word}", f"from {word}"))
    }
    # hearing/library.py keeps the library vosk from opening a socket of its own
    assert knowing == {"fetching/publisher.py", "hearing/library.py"}
