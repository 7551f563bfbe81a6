"""A publisher of speech models on this machine, honest or not, and models small enough to publish."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass
class Publisher:
    """What the server does: which archive it has, what its list says of it, and how it misbehaves."""

    archive: bytes
    name: str = "vosk-model-small-nl-0.22"
    address: str = ""
    listed_size: int | None = None
    listed_md5: str | None = None
    announced: int | None = None
    """A Content-Length of its own for the archive."""
    drop_after: list[int] = field(default_factory=list)
    """After so many bytes of an answer the line drops; one for each answer, then no more."""
    ranges: bool = True
    status: int = 200
    redirect: str | None = None
    list_body: bytes | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range of each request."""

    @property
    def list_url(self) -> str:
        return f"{self.address}/model-list.json"

    def listing(self) -> bytes:
        """Return the list as the real publisher writes it: sizes as numbers, "obsolete" as a word."""
        if self.list_body is not None:
            return self.list_body
        size = self.listed_size if self.listed_size is not None else len(self.archive)
        md5 = self.listed_md5 or hashlib.md5(self.archive).hexdigest()
        row: dict[str, Any] = {"lang": "nl", "lang_text": "Dutch", "md5": md5, "name": self.name, "obsolete": "false"}
        row |= {"size": size, "size_text": "39.3MiB", "type": "small", "version": "0.22"}
        other = {**row, "lang": "de", "name": "vosk-model-small-de-0.15"}
        return json.dumps([other, {**row, "url": f"{self.address}/{self.name}.zip"}]).encode()


class Handler(BaseHTTPRequestHandler):
    """Answers as `publisher` says; each server has a class of its own."""

    publisher: ClassVar[Publisher]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.publisher.asked.append((self.path, self.headers.get("Range")))
        if self.path == "/model-list.json":
            self._send(200, self.publisher.listing(), {})
        elif self.publisher.redirect:
            self._send(302, b"", {"Location": self.publisher.redirect})
        elif self.publisher.status != 200:
            self._send(self.publisher.status, b"nothing here", {})
        else:
            self._archive(self.publisher, self.headers.get("Range"))

    def _archive(self, publisher: Publisher, asked: str | None) -> None:
        whole = len(publisher.archive)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and publisher.ranges else 0
        body = publisher.archive[start:]
        headers = {"Content-Range": f"bytes {start}-{whole - 1}/{whole}"} if start else {}
        if publisher.announced is not None or publisher.drop_after:
            headers["Content-Length"] = str((publisher.announced or whole) - start)
        if publisher.drop_after:
            body = body[: publisher.drop_after.pop(0)]
        self._send(206 if start else 200, body, headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if int(headers.get("Content-Length", len(body))) != len(body):
            self.close_connection = True  # the line drops

    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def serving(publisher: Publisher) -> Iterator[Publisher]:
    """Run the server while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"publisher": publisher}))
    publisher.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield publisher
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
