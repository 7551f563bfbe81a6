"""Does an answer speak of danger? Asked of every answer, before anything else is done with it.

Understanding was made for whole accounts; three words ("de kinderen", "dat hij rustig praat") are hard for
it. So what rests on a rule about danger is believed at once. What rests on learned weights alone, or is improbable,
is asked about where its words are worth it (`[worth_asking]` in prompts/nl/heard/answers.toml; a short answer of
`[always_asked]` whatever the probability): one plain question, and everything but a no is answered with the way
to help.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.conversation.phrases import answers
from assistant.understanding import Reading, understand

CERTAIN_FROM = 0.5
"""From this probability on danger that rests on a rule is taken as told."""
ASK_FROM = 0.3
"""From this probability on danger that rests on learned weights alone is asked about, if its words are worth it."""
_PLAIN = frozenset({"yes", "no", "unknown", "refusal", "joke", "anger"})
_PLAIN_WORDS = 6


@dataclass(frozen=True, slots=True)
class Alarm:
    """Danger that was heard: its kind ("violence", "suicide", "child"), and whether to ask before believing it."""

    kind: str
    certain: bool


def heard_in(answer: str, account: str = "") -> Alarm | None:
    """Return what danger an answer speaks of, given what was told before; None where there is none."""
    answer = answers().harmless.sub("", answer)
    kinds = answers().of(answer)
    plain = len(answer.split()) <= _PLAIN_WORDS and bool(kinds & _PLAIN)
    alone = understand(answer)
    if alone.safety != "none":
        probability, ruled = alone.confidence["safety"], _by_rule(alone)
        if ruled and (probability >= CERTAIN_FROM or not plain):
            return Alarm(alone.safety, probability >= CERTAIN_FROM)
        if probability >= ASK_FROM and "worth_asking" in kinds:
            return Alarm(alone.safety, False)
    if "always_asked" in kinds:
        return Alarm("suicide", False)
    return None if plain or not account else _with_account(answer, account)


def _with_account(answer: str, account: str) -> Alarm | None:
    """Return the danger that an answer speaks of in the light of what was told before."""
    together = understand(f"{account}\n{answer}")
    said_now = any(e.conclusion == "safety" and e.start > len(account) for e in together.evidence)
    if together.safety == "none" or not said_now or not _by_rule(together):
        return None
    return Alarm(together.safety, together.confidence["safety"] >= CERTAIN_FROM)


def _by_rule(reading: Reading) -> bool:
    return any(e.conclusion == "safety" and not e.rule.startswith("learned:") for e in reading.evidence)
