"""The passphrase in the system's own keyring, only where the user chose that. The library `keyring` is optional."""

from __future__ import annotations

from typing import Any

SERVICE, USER = "verbonden", "journal"


class NoRing(Exception):
    """There is no keyring that can be used."""


def _ring() -> Any:
    try:
        import keyring
        from keyring.backends import fail, null
    except ImportError as error:
        raise NoRing from error
    ring = keyring.get_keyring()
    if isinstance(ring, fail.Keyring | null.Keyring):
        raise NoRing
    return ring


def put(passphrase: str) -> None:
    """Put the passphrase into the keyring; raises NoRing."""
    _call("set_password", SERVICE, USER, passphrase)


def get() -> str | None:
    """Return the passphrase from the keyring, or None; raises NoRing."""
    found = _call("get_password", SERVICE, USER)
    return None if found is None else str(found)


def remove() -> bool:
    """Take the passphrase out of the keyring; returns whether it was in there. Raises NoRing."""
    if get() is None:
        return False
    _call("delete_password", SERVICE, USER)
    return True


def _call(name: str, *values: str) -> Any:
    ring = _ring()
    try:
        return getattr(ring, name)(*values)
    except Exception as error:  # whatever a back end raises: locked, no bus, refused
        raise NoRing from error
