"""What was understood of an account: conclusions, each with the words it rests on.

The terms are those of emotionally focused therapy as `accounts/SCHEMA.md` uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

PATTERNS = ("attack-defend-withdraw", "attack-attack", "withdraw-withdraw", "none")
POSITIONS = ("attack", "defend", "withdraw")
TOPICS = (
    "attention",
    "household",
    "money",
    "children",
    "family",
    "work",
    "intimacy",
    "trust",
    "agreements",
    "other",
)
FEARS = ("unloved", "unimportant", "abandoned", "failing", "controlled")
STEPS = ("find", "name", "ask", "keep")
SAFETIES = ("none", "violence", "suicide", "child")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of what a conclusion rests on.

    `conclusion` is "pattern", "teller", "partner", "topic", "fear:failing", "step" or "safety";
    `rule` names the cue (`rules/nl/`) or, as "learned:…", the learned sign; `words` are the
    teller's own, `start` and `end` their place in the account, in characters.
    """

    conclusion: str
    rule: str
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a careful reader hears in one account.

    `confidence` gives for each conclusion ("pattern", "teller", …) a probability from 0 to 1;
    `question` is the key of the one question that would settle what is unsure, or None.
    """

    pattern: str = "none"
    teller: str | None = None
    partner: str | None = None
    topic: str | None = None
    fears: tuple[str, ...] = ()
    step: str | None = None
    safety: str = "none"
    evidence: tuple[Evidence, ...] = ()
    confidence: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    question: str | None = None

    def words_for(self, conclusion: str) -> str | None:
        """Return the teller's own words that carry `conclusion` most, or None."""
        return next((e.words for e in self.evidence if e.conclusion == conclusion), None)
