"""How an account is understood, readable in a terminal: clauses, who acts, cues, conclusions and why.

The terms are those of the schema, in English: this is for whoever repairs the rules.
"""

from __future__ import annotations

import math

from assistant.understanding import scores
from assistant.understanding.clauses import NOBODY, Account
from assistant.understanding.cues import Found
from assistant.understanding.decide import chances, decide
from assistant.understanding.reading import Reading


def explanation(text: str) -> str:
    """Return a report on an account: one line per clause, then the conclusions with their words."""
    learned = scores.learned()
    seen = scores.look(text)
    judged = scores.judge(seen, learned)
    return "\n".join(
        [
            *_clause_lines(seen.account, seen.found, judged.table, learned.clause.heads),
            "",
            *_chance_lines(chances(learned.final, judged.inputs)),
            "",
            *_conclusion_lines(decide(judged, learned)),
        ]
    )


def _clause_lines(
    account: Account, found: tuple[Found, ...], table: list[list[float]], heads: tuple[str, ...]
) -> list[str]:
    lines = []
    for clause, row in zip(account.clauses, table, strict=True):
        said = "" if clause.speaker == NOBODY else f" “{clause.speaker}”"
        flags = (" niet" if clause.negated else "") + (" onwerkelijk" if clause.unreal else "")
        lines.append(f"{clause.actor + said + flags:28} {account.words(clause.start, clause.end)}")
        for cue in found:
            if clause.start <= cue.start < clause.end:
                words = account.words(cue.start, cue.end)
                lines.append(f"{'':30}{cue.cue.id}: {cue.cue.shows} ({cue.who}, {cue.cue.strength}) «{words}»")
        seen = sorted(((x, h) for x, h in zip(row, heads, strict=True) if x > 0), reverse=True)
        if seen:
            lines.append(f"{'':30}" + ", ".join(f"{head} {scores.squash(x):.2f}" for x, head in seen))
    return lines


def _chance_lines(logs: dict[str, dict[str, float]]) -> list[str]:
    lines = []
    for task, values in logs.items():
        best = sorted(values.items(), key=lambda item: -item[1])[:3]
        lines.append(f"{task:20}" + "  ".join(f"{name} {math.exp(value):.2f}" for name, value in best))
    return lines


def _conclusion_lines(reading: Reading) -> list[str]:
    lines = [
        f"{name:10}{getattr(reading, name)}  {reading.confidence.get(name, math.nan):.2f}"
        for name in ("pattern", "teller", "partner", "topic", "fears", "step", "safety")
    ]
    lines.append(f"{'question':10}{reading.question}")
    return lines + [f"  {e.conclusion:18} {e.rule:32} «{e.words}»" for e in reading.evidence]
