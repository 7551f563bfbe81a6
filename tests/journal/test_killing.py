"""kill -9 at 200 random moments: nothing that was promised is lost, nothing is half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

KILLING = Path(__file__).with_name("killing.py")
MOMENTS = 200


@pytest.mark.parametrize("job", ["writing", "forgetting", "recording"])
def test_killed_at_random_moments(job: str) -> None:
    done = subprocess.run(
        [sys.executable, KILLING, job, str(MOMENTS)], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > MOMENTS / 4
