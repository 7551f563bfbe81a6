"""Keeps what is in memory from reaching the disk or another process, where the system lets us.

Python cannot wipe a string; so this is what can be had: no core dumps, no reading along by other programs of the
same user (Linux), and no swapping where the limits allow it. `docs/privacy.md` says what is left.
"""

from __future__ import annotations

import contextlib
import sys

_PR_SET_DUMPABLE = 4
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4


def protect(sound: bool = False) -> bool:
    """Do what can be done for this process; returns whether its memory stays out of the swap space. Never raises.

    `sound`: it is going to use the microphone or the loudspeaker. Then other programs of the user may look at it,
    because a sound server or a portal looks into /proc to decide who may use them.
    """
    if sys.platform == "win32":
        return False
    with contextlib.suppress(Exception):
        _no_dumps()
    with contextlib.suppress(Exception):
        _seen(sound)
    with contextlib.suppress(Exception):
        return sys.platform == "linux" and _locked()
    return False


def _no_dumps() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _seen(allowed: bool) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, int(allowed), 0, 0, 0)


def _locked() -> bool:
    """Lock all pages that get used. Not tried under a limit: there the next large allocation would fail instead."""
    import ctypes
    import os
    import resource

    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    if limit != resource.RLIM_INFINITY and os.geteuid() != 0:
        return False
    return bool(ctypes.CDLL(None).mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0)
