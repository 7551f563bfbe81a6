"""The publisher's list of models, and a model's archive, over HTTPS.

Nothing else in the program opens a connection; nothing of the user's is sent. A download goes on
where it broke off, and never writes more than the publisher says that there is.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from assistant.fetching.catalogue import catalogue
from assistant.hearing import store
from assistant.trouble import ExitCode, Trouble

if TYPE_CHECKING:
    import requests

VARIABLE = "VERBONDEN_MODEL_LIST"
"""Another place for the publisher's list: a mirror, or a test."""
LONGEST_LIST = 4_000_000
LARGEST_ARCHIVE = 4_000_000_000
CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
ATTEMPTS = 5
"""In a row without a single new byte; a line that keeps dropping but gets on is not given up."""
WAIT_SECONDS = 1.0
MOST_REDIRECTS = 5
PIECE = 1 << 16

Progress = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes that there will be."""


@dataclass(frozen=True, slots=True)
class Published:
    """A model as the publisher lists it: where its archive is, its size in bytes and its md5."""

    name: str
    url: str
    size: int
    md5: str


def list_url() -> str:
    """Return where the publisher's list is."""
    return os.environ.get(VARIABLE) or catalogue().list_url


def published(name: str) -> Published:
    """Fetch the list and return the model of that name.

    Raises Trouble no_network, not_at_publisher, list_unreadable, no_such_model.
    """
    url = list_url()
    with _trouble_for(url), _get(url, {}) as response:
        _expect(response, url)
        raw = b""
        for piece in response.iter_content(PIECE):
            raw += piece
            if len(raw) > LONGEST_LIST:
                raise Trouble("list_unreadable", ExitCode.WRONG_DOWNLOAD, url=url)
    return find(raw, name, url)


def find(raw: bytes, name: str, url: str) -> Published:
    """Return a model from the publisher's list; raises Trouble list_unreadable, no_such_model."""
    try:
        models = json.loads(raw)
        dutch = [each for each in models if each["lang"] == "nl" and store.NAME.fullmatch(each["name"])]
        row = next((each for each in dutch if each["name"] == name), None)
        if row is None:
            known = ", ".join(each["name"] for each in dutch if str(each.get("obsolete")).lower() != "true")
            raise Trouble("no_such_model", ExitCode.NO_MODEL, name=name, known=known)
        found = Published(name, urljoin(url, row["url"]), int(row["size"]), str(row["md5"]).lower())
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Trouble("list_unreadable", ExitCode.WRONG_DOWNLOAD, url=url) from None
    if not re.fullmatch("[0-9a-f]{32}", found.md5) or not 0 < found.size <= LARGEST_ARCHIVE:
        raise Trouble("list_unreadable", ExitCode.WRONG_DOWNLOAD, url=url)
    return found


def download(model: Published, part: Path, progress: Progress, stop: threading.Event | None = None) -> bool:
    """Fetch an archive into `part`, going on with what is there; True where something was there before.

    Raises Trouble download_broken (what came is kept), no_network, not_at_publisher, wrong_size,
    not_https, download_stopped, cannot_write.
    """
    stop = stop or threading.Event()
    resumed = _size(part) > 0
    left = ATTEMPTS
    while _size(part) != model.size:
        before = _size(part)
        try:
            _fetch_rest(model, part, progress, stop)
        except Trouble as trouble:
            if trouble.key not in ("no_network", "publisher_busy"):
                raise
            left = left - 1 if _size(part) <= before else ATTEMPTS - 1
            if left == 0:
                key = "download_broken" if _size(part) else trouble.key
                raise Trouble(key, ExitCode.NO_NETWORK, url=model.url, name=model.name) from None
            if stop.wait(WAIT_SECONDS):
                raise Trouble("download_stopped", ExitCode.INTERRUPTED, name=model.name) from None
    return resumed


def _fetch_rest(model: Published, part: Path, progress: Progress, stop: threading.Event) -> None:
    """Ask once for what is missing, and write what comes."""
    have = _size(part)
    if have > model.size:
        part.unlink()
        have = 0
    asked = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with _trouble_for(model.url), _get(model.url, asked) as response:
        if response.status_code == 416 or (response.status_code == 206 and _start(response) != have):
            part.unlink(missing_ok=True)  # what is here is no beginning of what is there
            return
        _expect(response, model.url)
        if response.status_code == 200:
            have = 0
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and have + int(announced) != model.size:
            raise Trouble("wrong_size", ExitCode.WRONG_DOWNLOAD, url=model.url)
        _write(response, model, part, have, progress, stop)


def _write(
    response: requests.Response, model: Published, part: Path, have: int, progress: Progress, stop: threading.Event
) -> None:
    try:
        with part.open("r+b" if have else "wb") as file:
            file.seek(have)
            file.truncate()
            for piece in response.iter_content(PIECE):
                have += len(piece)
                if have > model.size:
                    raise Trouble("wrong_size", ExitCode.WRONG_DOWNLOAD, url=model.url)
                file.write(piece)
                progress(have, model.size)
                if stop.is_set():
                    raise Trouble("download_stopped", ExitCode.INTERRUPTED, name=model.name)
    except OSError as error:
        if _is_network(error):
            raise
        raise Trouble("cannot_write", ExitCode.CANNOT_WRITE, file=part) from None
    if have < model.size:
        raise Trouble("no_network", ExitCode.NO_NETWORK, url=model.url)


def _is_network(error: OSError) -> bool:
    import requests

    return isinstance(error, requests.RequestException)


def _start(response: requests.Response) -> int | None:
    """Return the byte at which a partial answer begins."""
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(match[1]) if match else None


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except OSError:
        return 0


@contextmanager
def _get(url: str, headers: dict[str, str]) -> Iterator[requests.Response]:
    """Ask for something; never over plain HTTP, wherever the publisher sends us, except to this machine itself."""
    import requests

    with requests.Session() as session:
        for _ in range(MOST_REDIRECTS):
            if not safe(url):
                raise Trouble("not_https", ExitCode.WRONG_DOWNLOAD, url=url)
            response = session.get(
                url, headers=headers, stream=True, allow_redirects=False, timeout=(CONNECT_SECONDS, READ_SECONDS)
            )
            if not response.is_redirect:
                break
            url = urljoin(url, response.headers["location"])
            response.close()
        with response:
            yield response


def safe(url: str) -> bool:
    """Whether an address is HTTPS, or leads no further than this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _expect(response: requests.Response, url: str) -> None:
    """Raise the Trouble that fits an answer that is not the thing asked for."""
    if response.status_code in (200, 206):
        return
    if response.status_code in (429, 500, 502, 503, 504):
        raise Trouble("publisher_busy", ExitCode.NO_NETWORK, url=url, status=response.status_code)
    raise Trouble("not_at_publisher", ExitCode.NO_NETWORK, url=url, status=response.status_code)


@contextmanager
def _trouble_for(url: str) -> Iterator[None]:
    """Turn whatever a connection can suffer into one Trouble."""
    import requests

    try:
        yield
    except requests.exceptions.SSLError:
        raise Trouble("no_certificate", ExitCode.NO_NETWORK, url=url) from None
    except (requests.RequestException, ValueError):
        raise Trouble("no_network", ExitCode.NO_NETWORK, url=url) from None
