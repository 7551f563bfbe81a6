from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import score

from assistant.understanding.reading import Reading


def account(number: int, **labels: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "pattern": "none",
        "teller": None,
        "partner": None,
        "topic": None,
        "fears": [],
        "step": None,
    }
    return {"id": f"x-{number}", "safety": "none", **plain, **labels}


def test_figures_of_a_few_accounts() -> None:
    accounts = [
        account(1, pattern="attack-attack", teller="attack", partner="attack", step="find"),
        account(2, safety="violence"),
        account(3, fears=["failing"], step="name"),
        account(4),
    ]
    readings = [
        Reading("attack-attack", "attack", "defend", step="find"),
        Reading(),
        Reading(fears=("failing", "unloved"), step="name"),
        Reading(safety="child"),
    ]
    figures = score.figures(accounts, readings)
    assert figures["pattern right"] == 1
    assert (figures["teller right"], figures["partner right"]) == (1, 0)
    assert figures["fears micro-F1"] == pytest.approx(2 / 3)
    assert figures["danger recognised"] == 0
    assert figures["false alarms"] == pytest.approx(1 / 3)


def test_calibration_counts_what_is_right_at_each_confidence() -> None:
    sure = MappingProxyType({"pattern": 0.95})
    table = score.calibration([account(1), account(2, pattern="attack-attack")], [Reading(confidence=sure)] * 2)
    (line,) = [line for line in table.splitlines() if line.startswith("0.9")]
    assert "0.50 (  2)" in line


def test_a_known_failure_that_passes_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text("# waarom\nx-1\nx-2\n", encoding="utf-8")
    monkeypatch.setattr(score, "KNOWN", known)
    accounts = [account(1), account(2, pattern="attack-attack"), account(3)]
    assert score.surprises(accounts, [Reading()] * 3) == ["x-1"]
