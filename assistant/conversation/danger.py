"""Does an answer speak of danger? Asked of every answer, before anything else is done with it.

Understanding was made for whole accounts; three words ("de kinderen", "ik weet het niet meer") are hard for
it. So what rests on a rule about danger is believed at once; what rests on learned weights alone, or is
improbable, is asked about: one plain question, and everything but a no is answered with the way to help.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.conversation.phrases import answers
from assistant.understanding import Reading, understand

CERTAIN_FROM = 0.5
"""From this probability on danger that rests on a rule is taken as told."""
FEWEST_WORDS = 3
"""In fewer words learned weights alone mean nothing."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Danger that was heard: its kind ("violence", "suicide", "child"), and whether to ask before believing it."""

    kind: str
    certain: bool


def heard_in(answer: str, account: str = "") -> Alarm | None:
    """Return what danger an answer speaks of, given what was told before; None where there is none."""
    answer = answers().harmless.sub("", answer)
    alone = understand(answer)
    if alone.safety != "none":
        probability = alone.confidence["safety"]
        if _by_rule(alone):
            return Alarm(alone.safety, probability >= CERTAIN_FROM)
        if probability >= CERTAIN_FROM and len(answer.split()) >= FEWEST_WORDS:
            return Alarm(alone.safety, False)
    if not account:
        return None
    together = understand(f"{account}\n{answer}")
    said_now = any(e.conclusion == "safety" and e.start > len(account) for e in together.evidence)
    if together.safety != "none" and said_now and _by_rule(together):
        return Alarm(together.safety, together.confidence["safety"] >= CERTAIN_FROM)
    return None


def _by_rule(reading: Reading) -> bool:
    return any(e.conclusion == "safety" and not e.rule.startswith("learned:") for e in reading.evidence)
