"""Entries for tests: as many as wanted, always the same."""

from __future__ import annotations

import random
import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

from assistant.journal.entries import Entry, Made

CET = timezone(timedelta(hours=1))
START = datetime(2026, 1, 1, 21, tzinfo=CET)
CYCLES = (
    ("attack-defend-withdraw", "attack", "withdraw"),
    ("attack-defend-withdraw", "attack", "defend"),
    ("attack-attack", "attack", "attack"),
    ("withdraw-withdraw", "withdraw", "withdraw"),
    ("none", None, None),
)
PASSPHRASE = "vier gewone woorden hier"
QUICK = Path(__file__).with_name("quick")
ASK = "Ik zou graag willen dat je naar me luistert."


def entry(number: int = 0, **values: object) -> Entry:
    """One entry of a row, on the day with this number."""
    pattern, teller, partner = CYCLES[0]
    base: dict[str, object] = {
        "moment": START + timedelta(days=number), "pattern": pattern, "teller": teller, "partner": partner,
        "topic": "household", "fears": ("unimportant",), "step": "name",
    }  # fmt: skip
    return Entry(**{**base, **values})  # type: ignore[arg-type]


def many(count: int) -> list[Entry]:
    """An entry a day, by a dice that always falls the same."""
    dice = random.Random(7)
    entries = []
    for number in range(count):
        pattern, teller, partner = dice.choice(CYCLES)
        made = (Made("name", "Ik ben bang dat ik er niet toe doe."), Made("ask", ASK)) if dice.random() < 0.3 else ()
        entries.append(
            entry(
                number, pattern=pattern, teller=teller, partner=partner, made=made, day=dice.randint(1, 5),
                topic=dice.choice(("household", "money", None)), said=dice.choice((None, True, False)),
            )
        )  # fmt: skip
    return entries


def quick_journal(folder: Path) -> Path:
    """Make a journal that is on, whose key opens without the second that a real one takes."""
    (folder / "moving").mkdir(mode=0o700, parents=True)
    folder.chmod(0o700)
    for name in ("identity", "recipient"):
        shutil.copyfile(QUICK / name, folder / name)
        (folder / name).chmod(0o600)
    return folder
