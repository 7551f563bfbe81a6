"""The key pair of the journal, in the age format.

Whoever has the public half can write an entry; to read one, the secret half is needed, and that is itself encrypted
with the passphrase (scrypt). So a hands-free check-in writes without any secret. Both files are what
the standard program `age` expects: `age --decrypt -i identity FILE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyrage

SHORTEST = 8
"""Characters that a passphrase has at least."""
_HEAD = b"age-encryption.org/v1\n-> scrypt "
_PREFIX = "AGE-SECRET-KEY-1"


class WrongPassphrase(Exception):
    """The secret half does not open with this passphrase."""


class BadKeys(Exception):
    """A key file that is no key."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Both halves as they are kept: `recipient` is public text, `identity` is protected by the passphrase."""

    recipient: str
    identity: bytes


def make(passphrase: str) -> Pair:
    """Return a new pair. Takes about a second, as every use of the passphrase is meant to."""
    identity = pyrage.x25519.Identity.generate()
    return Pair(str(identity.to_public()), protect(str(identity), passphrase))


def protect(secret: str, passphrase: str) -> bytes:
    """Return the secret half, encrypted with the passphrase."""
    return bytes(pyrage.passphrase.encrypt(secret.encode() + b"\n", passphrase))


def unlock(identity: bytes, passphrase: str) -> str:
    """Return the secret half; raises WrongPassphrase, BadKeys."""
    if not identity.startswith(_HEAD):
        raise BadKeys
    try:
        secret = bytes(pyrage.passphrase.decrypt(identity, passphrase)).decode("ascii").strip()
    except (pyrage.DecryptError, ValueError) as error:
        raise WrongPassphrase from error
    if not secret.startswith(_PREFIX):
        raise BadKeys
    return secret


def public_half(secret: str) -> str:
    """Return the public half of a secret half; raises BadKeys."""
    return str(_identity(secret).to_public())


def encrypt(data: bytes, recipient: str) -> bytes:
    """Return `data` for the owner of the secret half only; raises BadKeys."""
    try:
        to = pyrage.x25519.Recipient.from_str(recipient.strip())
    except (pyrage.RecipientError, ValueError) as error:
        raise BadKeys from error
    return bytes(pyrage.encrypt(data, [to]))


class Opener:
    """The secret half, ready to decrypt."""

    def __init__(self, secret: str) -> None:
        self._identity = _identity(secret)

    def decrypt(self, data: bytes) -> bytes:
        """Return what was encrypted for this key; raises ValueError for anything else, damaged or not."""
        try:
            return bytes(pyrage.decrypt(data, [self._identity]))
        except pyrage.DecryptError as error:
            raise ValueError(str(error)) from error


def _identity(secret: str) -> Any:
    try:
        return pyrage.x25519.Identity.from_str(secret)
    except (pyrage.IdentityError, ValueError) as error:
        raise BadKeys from error
