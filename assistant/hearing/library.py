"""Loads the library `vosk` without the sockets that come along with it."""

from __future__ import annotations

import socket
from typing import Any


def vosk() -> Any:
    """Return the module; raises ImportError, OSError, TypeError where it cannot be loaded.

    It imports `requests` for its own downloads, which are never used here; and `requests` opens a socket on the
    machine's own address to see whether there is IPv6. Nothing is sent, but a program that promises to
    keep quiet opens none (tests/whole_way/test_keeps_quiet.py looks).
    """
    before, socket.has_ipv6 = socket.has_ipv6, False
    try:
        import vosk as module
    finally:
        socket.has_ipv6 = before
    return module
