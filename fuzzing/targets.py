"""What is fuzzed: functions that take bytes and must not raise, hang, or leave a file outside their own folder.

A target lets through what its part of the program raises on purpose (`Trouble`, `BrokenData`, `NoEntry`); every
other exception is a find. Each has seeds: good input, from which the fuzzer goes astray.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import shutil
import tempfile
import wave
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assistant import resources
from assistant.journal.store import Store
from assistant.trouble import BrokenData, Trouble

ACCOUNT = (
    "Gisteren hadden we ruzie over de afwas. Ik zei dat hij nooit iets doet, ik werd steeds harder. "
    "Hij zei ja maar ik wilde net beginnen, en toen zei hij niets meer en liep hij naar boven."
)
SCRIPT = "Ik: kun je die tv niet uitzetten?\nZij: ik luister, maar ik wil het nieuws zien.\nIk: jij luistert nooit!\n"
CUE = """
[[cue]]
id = "walks_away"
shows = "withdraw"
by = "actor"
strength = 2
words = ["=lopen .. weg", "deur uit =zijn", "schreeuw~ <insult>?"]
fires = ["toen liep hij zomaar weg"]
silent = ["de tijd liep weg"]
"""
SETTINGS = 'model = "~/model"\ndevice = 3\npatience = 2.5\nwords_a_minute = 150\nsilent = true\n'
PROMPTS = '[opening]\nany = ["Dank je wel, {words}.", "Goed zo."]\none = "{times} keer."\n'
PASSPHRASE = "vier gewone woorden hier"


@dataclass(frozen=True)
class Target:
    """`run` takes one input; `seeds` are good ones; `words` are pieces that such input is made of."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()


@lru_cache(maxsize=1)
def workplace() -> Path:
    """The one folder that targets may write in; a new one for each process, in the temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="fuzzing-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _file(name: str, data: bytes) -> Path:
    path = workplace() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def account(data: bytes) -> None:
    """Text of an account, from the file to what is said about it."""
    from assistant.conversation.ears import checked, read_text
    from assistant.reflecting.reflection import reflect
    from assistant.understanding import understand

    try:
        text = checked(read_text(str(_file("account.txt", data))))
    except Trouble:
        text = data.decode("utf-8", "replace")
    reflect(understand(text[:3000]))


def json_line(data: bytes) -> None:
    """A line of `verbonden understand`."""
    from assistant.app import _account

    for line in data.decode("utf-8", "replace").splitlines() or [""]:
        try:
            account_of = _account(line, 1, "-")
            json.dumps(account_of["id"])
        except Trouble:
            continue


def sound(data: bytes) -> None:
    """A sound file, all of it."""
    from assistant.hearing import audio_file

    try:
        for number, _ in enumerate(audio_file.blocks(_file("sound.wav", data))):
            if number > 300:
                break
    except Trouble:
        pass


def rules(data: bytes) -> None:
    """A cue file, with the verbs and groups that come along."""
    from assistant.understanding import cues

    folder = _rules_folder()
    (folder / "cues" / "a.toml").write_bytes(data)
    with contextlib.suppress(BrokenData):
        cues.load(folder)


@lru_cache(maxsize=1)
def _rules_folder() -> Path:
    folder = workplace() / "rules"
    (folder / "cues").mkdir(parents=True)
    (folder / "verbs.toml").write_text('[verbs]\nlopen = ["loop", "loopt", "liep"]\nzijn = ["ben", "is", "was"]\n')
    (folder / "groups.toml").write_text('[groups]\ninsult = ["sukkel", "trut"]\n')
    return folder


def prompts(data: bytes) -> None:
    """A prompt file, and every sentence in it."""
    from assistant.reflecting import wording

    file = _file("prompts/opening.toml", data)
    try:
        loaded = wording.load(file.parent)
        for table, keys in loaded.tables["opening"].items():
            for key in keys if isinstance(keys, dict) else ():
                if "/" not in table:
                    loaded.say(f"opening/{table}/{key}", words="woord", times="drie")
    except BrokenData:
        pass


def settings(data: bytes) -> None:
    """The user's own settings."""
    from assistant import settings as settings_module

    with contextlib.suppress(Trouble):
        settings_module.load(_file("settings.toml", data))


def entry(data: bytes) -> None:
    """The inside of an entry, decrypted."""
    from assistant.journal.entries import NoEntry, decode, encode

    with contextlib.suppress(NoEntry):
        assert decode(encode(decode(data))) == decode(data)


def journal(data: bytes) -> None:
    """A file in the journal's folder that somebody else put there: an entry, the cache, either half of the key."""
    from assistant.journal import keys

    store, secret = _journal()
    name = ("f" * 32, "cache", "recipient", "identity")[data[0] % 4 if data else 0]
    kept = (store.folder / name).read_bytes() if (store.folder / name).exists() else None
    (store.folder / name).write_bytes(data[1:])
    try:
        contents = store.read(secret)
        assert len(contents.kept) >= 1
        store.is_own(secret)
        if name == "identity" and b"scrypt" not in data:  # a real one takes a second, which is no find
            store.secret(PASSPHRASE)
    except (keys.BadKeys, keys.WrongPassphrase):
        pass
    finally:
        if kept is None:
            (store.folder / name).unlink(missing_ok=True)
        else:
            (store.folder / name).write_bytes(kept)


@lru_cache(maxsize=1)
def _journal() -> tuple[Store, str]:
    import pyrage

    from assistant.journal.entries import decode

    store = Store(workplace() / "store")
    store.folder.mkdir()
    identity = pyrage.x25519.Identity.generate()
    (store.folder / "recipient").write_text(str(identity.to_public()))
    (store.folder / "identity").write_bytes(b"-")
    store.add(decode(_entry()))
    return store, str(identity)


def _entry() -> bytes:
    from datetime import datetime, timezone

    from assistant.journal.entries import Entry, Made, encode

    moment = datetime(2026, 11, 28, 21, tzinfo=timezone.utc)
    return encode(Entry(moment, pattern="attack-attack", fears=("failing",), made=(Made("ask", "ja"),), day=3))


def model(data: bytes) -> None:
    """A file of a speech model, as an archive would bring it: the shape is checked before libvosk sees it."""
    from assistant.hearing.model import check

    folder = _model_folder()
    files = ("am/final.mdl", "graph/Gr.fst", "graph/HCLr.fst", "graph/phones/word_boundary.int", "conf/model.conf")
    path = folder / files[data[0] % len(files) if data else 0]
    kept = path.read_bytes()
    path.write_bytes(data[1:])
    try:
        check(folder)
    except Trouble:
        pass
    finally:
        path.write_bytes(kept)


@lru_cache(maxsize=1)
def _model_folder() -> Path:
    """A model whose files are cut to their heads, which is all that is looked at."""
    folder = workplace() / "model"
    source = resources.bundled_model()
    for path in source.rglob("*"):
        if path.is_file():
            (folder / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            (folder / path.relative_to(source)).write_bytes(path.read_bytes()[:2000])
    shutil.copy(source / "graph/phones/word_boundary.int", folder / "graph/phones/word_boundary.int")
    return folder


def _wav() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(range(256)) * 12)
    return buffer.getvalue()


def _compressed(kind: str) -> bytes:
    import numpy as np
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, np.sin(np.arange(3000) / 9) / 2, 16000, format=kind)
    return buffer.getvalue()


def _model_seeds() -> tuple[bytes, ...]:
    folder = _model_folder()
    files = ("am/final.mdl", "graph/Gr.fst", "graph/HCLr.fst", "graph/phones/word_boundary.int", "conf/model.conf")
    return tuple(bytes([number]) + (folder / name).read_bytes() for number, name in enumerate(files))


def archive(data: bytes) -> None:
    """A zip file that says it is a model: unpacked into an empty folder, or refused."""
    from assistant.fetching.unpacking import unpack

    to = workplace() / "unpacked"
    to.mkdir()
    try:
        unpack(_file("model.zip", data), to)
    except Trouble:
        pass
    finally:
        shutil.rmtree(to)


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in ("model/am/final.mdl", "model/conf/model.conf", "model/README"):
            opened.writestr(name, b"--min-active=200\n" * 20)
    return buffer.getvalue()


def publishers_list(data: bytes) -> None:
    """The list of models as a publisher sends it."""
    from assistant.fetching.publisher import find

    with contextlib.suppress(Trouble):
        find(data, "vosk-model-small-nl-0.22", "https://example.org/models/list.json")


PUBLISHED = json.dumps(
    [
        {
            "lang": "nl",
            "name": "vosk-model-small-nl-0.22",
            "url": "a.zip",
            "size": 39,
            "md5": "0" * 32,
            "obsolete": "false",
        }
    ]
).encode()


def talk_script(data: bytes) -> None:
    """The script of a conversation, as a therapist edits it."""
    from assistant.conversation.states import load

    with contextlib.suppress(BrokenData):
        load(_file("script.toml", data))


def targets() -> Mapping[str, Callable[[], Target]]:
    """Return every target by name, made when it is wanted."""
    toml = (b"[[", b"]]", b'"""', b"=", b"[", b"{", b"\\u", b"1e999", b"inf", b"2026-01-01", b"\xff", b"\n")
    return {
        "account": lambda: Target(
            account, (ACCOUNT.encode(), SCRIPT.encode(), b""), (b" en ", b"niet ", b". ", b"\n", b": ")
        ),
        "script": lambda: Target(
            account, (SCRIPT.encode(), b"Hij: nee.\nZij: ja.\n"), (b"Ik: ", b"Zij:", b"\n", b'"', b":")
        ),
        "json-line": lambda: Target(
            json_line,
            (json.dumps({"id": 1, "text": ACCOUNT}).encode(), b"[]\n{}"),
            (b"{", b"[" * 50, b'"id"', b"1e999"),
        ),
        "sound": lambda: Target(sound, (_wav(), _compressed("FLAC"), _compressed("OGG")), (b"RIFF", b"data", b"OggS")),
        "rules": lambda: Target(rules, (CUE.encode(),), (*toml, b"=lopen", b"<insult>", b" .. ", b" ... ", b"?", b"|")),
        "prompts": lambda: Target(
            prompts, (PROMPTS.encode(),), (*toml, b"{words}", b"{", b"}", b"{0}", b"{a.b}", b"{x!r:>9}")
        ),
        "settings": lambda: Target(settings, (SETTINGS.encode(),), toml),
        "entry": lambda: Target(entry, (_entry(),), (b"null", b"[]", b"{}", b"1e999", b"NaN", b'"day":')),
        "journal": lambda: Target(journal, _journal_seeds(), (b"age-encryption.org/v1\n", b"-> X25519 ", b"\n--- ")),
        "archive": lambda: Target(
            archive, (_zip(),), (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"../", b"/", b"\xff" * 4)
        ),
        "publishers-list": lambda: Target(publishers_list, (PUBLISHED,), (b"null", b"[", b"-1", b"1e999", b'"size"')),
        "talk-script": lambda: Target(
            talk_script,
            tuple(
                (resources.folder("prompts/nl/scripts") / f"{name}.toml").read_bytes() for name in ("guided", "checkin")
            ),
            (*toml, b"[state.begin]", b'to = "begin"', b"room:1", b"{fear_sentence}"),
        ),
        "model": lambda: Target(model, _model_seeds(), (b"\0B", b"<Topology> ", b"\xd6\xfd\xb2\x7e")),
    }


def _journal_seeds() -> tuple[bytes, ...]:
    from assistant.journal import keys

    _store, secret = _journal()
    public = keys.public_half(secret)
    sealed = keys.encrypt(_entry(), public)
    return (b"\0" + sealed, b"\1" + keys.encrypt(b"{}", public), b"\2" + public.encode(), b"\3" + sealed)
