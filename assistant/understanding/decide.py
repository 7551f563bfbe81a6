"""From numbers to conclusions that fit together, with their confidence and their evidence.

Every reading that the schema allows gets a score, the sum of the log probabilities of its parts;
the best one is chosen, and the confidence of a part is its share of all readings. Safety is
decided first and on its own: a miss costs more than an alarm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from types import MappingProxyType

from assistant.understanding.clauses import Account
from assistant.understanding.cues import Found
from assistant.understanding.reading import FEARS, STEPS, Evidence, Reading
from assistant.understanding.scores import Final, Judged, Learned, Look, judge, look

SHAPES: Mapping[str, tuple[str, str | None, str | None]] = {
    "none": ("none", None, None),
    "aa": ("attack-attack", "attack", "attack"),
    "ww": ("withdraw-withdraw", "withdraw", "withdraw"),
    "ad": ("attack-defend-withdraw", "attack", "defend"),
    "aw": ("attack-defend-withdraw", "attack", "withdraw"),
    "da": ("attack-defend-withdraw", "defend", "attack"),
    "wa": ("attack-defend-withdraw", "withdraw", "attack"),
}
Combination = tuple[float, str, str, tuple[str, ...]]
# A shorter account that says that it tells little is believed (36 of 37 in accounts/build).
LITTLE_WORDS = 45
# Danger is taken as told from this probability on; measured by `tools/score.py` on accounts/build.
DANGER_FROM = 0.2
# Below this probability no pattern is claimed; one question is asked instead.
SURE_FROM = 0.6


def _log_chances(row: Sequence[float]) -> list[float]:
    top = max(row)
    total = math.log(sum(math.exp(x - top) for x in row)) + top
    return [x - total for x in row]


def chances(final: Final, inputs: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Return for each task the log probability of each class."""
    return {
        task: dict(zip(final.tasks[task], _log_chances(row), strict=True)) for task, row in final.score(inputs).items()
    }


def fits(shape: str, step: str, fears: int) -> bool:
    """Say whether shape, step and number of fears go together (accounts/SCHEMA.md)."""
    if step == "null":
        return shape == "none" and fears == 0
    if step == "find":
        return fears == 0
    if step in ("name", "ask"):
        return fears > 0
    return shape == "none" or fears > 0


_FEAR_SETS = tuple(
    tuple(fear for fear, said in zip(FEARS, flags, strict=True) if said)
    for flags in product((False, True), repeat=len(FEARS))
    if sum(flags) <= 3
)
_COMBINATIONS = tuple(
    (shape, step, fears)
    for shape in SHAPES
    for step in (*STEPS, "null")
    for fears in _FEAR_SETS
    if fits(shape, step, len(fears))
)


def _joint(logs: Mapping[str, Mapping[str, float]]) -> list[Combination]:
    """Return (probability, shape, step, fears) of all readings without danger, the best one first."""
    none = sum(logs[f"fear:{fear}"]["no"] for fear in FEARS)
    more = {fear: logs[f"fear:{fear}"]["yes"] - logs[f"fear:{fear}"]["no"] for fear in FEARS}
    sets = {fears: none + sum(more[fear] for fear in fears) for fears in _FEAR_SETS}
    rows = [
        (logs["shape"][shape] + logs["step"][step] + sets[fears], shape, step, fears)
        for shape, step, fears in _COMBINATIONS
    ]
    top = max(row[0] for row in rows)
    total = sum(math.exp(row[0] - top) for row in rows)
    return sorted(((math.exp(s - top) / total, a, b, c) for s, a, b, c in rows), reverse=True)


def _too_little(joint: list[Combination], account: Account, found: Sequence[Found]) -> list[Combination]:
    """Leave only "too little told" where a short account says so itself ("verder zeg ik er niets over")."""
    says_so = any(each.cue.shows == "little" and each.cue.strength >= 2 for each in found)
    moves = any(each.cue.shows in ("attack", "defend") for each in found)
    left = [row for row in joint if row[1:3] == ("none", "find")]
    if len(account.tokens) >= LITTLE_WORDS or not says_so or moves:
        return joint
    total = sum(row[0] for row in left)
    return [(chance / total, shape, step, fears) for chance, shape, step, fears in left] if total else joint


def read(text: str, learned: Learned) -> Reading:
    """Return the reading of a text; one without words tells too little."""
    seen = look(text)
    if not seen.account.tokens:
        return Reading(step="find", question="tell_more")
    return decide(judge(seen, learned), learned)


def decide(judged: Judged, learned: Learned) -> Reading:
    """Return the reading of an account from its cues and signs."""
    reading = conclude(judged.look, judged.inputs, learned.final)
    return replace(reading, evidence=_evidence(reading, judged, learned))


def conclude(seen: Look, inputs: Mapping[str, float], final: Final, danger_from: float = DANGER_FROM) -> Reading:
    """Return the reading of an account, without its evidence, from the inputs of the last layer."""
    logs = chances(final, inputs)
    danger = 1 - math.exp(logs["safety"]["none"])
    joint = _too_little(_joint(logs), seen.account, seen.found)
    reading = _in_danger(logs, danger) if danger >= danger_from else _in_safety(logs, joint, danger)
    return replace(reading, question=_question(reading, joint))


def _in_danger(logs: Mapping[str, Mapping[str, float]], danger: float) -> Reading:
    kind = max((k for k in logs["safety"] if k != "none"), key=lambda k: logs["safety"][k])
    shape = max(logs["shape"], key=lambda s: logs["shape"][s])
    pattern, teller, partner = SHAPES[shape]
    confidence = {"safety": danger, "pattern": math.exp(logs["shape"][shape])}
    fears = tuple(f for f in FEARS if logs[f"fear:{f}"]["yes"] > math.log(0.6))
    topic = max(logs["topic"], key=lambda t: logs["topic"][t])
    confidence["topic"] = math.exp(logs["topic"][topic])
    return Reading(
        pattern, teller, partner, None if topic == "null" else topic, fears, None, kind,
        confidence=MappingProxyType(confidence),
    )  # fmt: skip


def _in_safety(
    logs: Mapping[str, Mapping[str, float]],
    joint: list[Combination],
    danger: float,
) -> Reading:
    _, shape, step, fears = _best_parts(joint)
    pattern, teller, partner = SHAPES[shape]
    topics = {t: s for t, s in logs["topic"].items() if not (step == "null" and t != "null")}
    topic = max(topics, key=lambda t: topics[t])
    confidence = {
        "pattern": sum(p for p, s, _, _ in joint if SHAPES[s][0] == pattern),
        "teller": sum(p for p, s, _, _ in joint if SHAPES[s][1] == teller),
        "partner": sum(p for p, s, _, _ in joint if SHAPES[s][2] == partner),
        "step": sum(p for p, _, st, _ in joint if st == step),
        "fears": sum(p for p, _, _, f in joint if f == fears),
        "topic": math.exp(logs["topic"][topic]),
        "safety": 1 - danger,
    }
    return Reading(
        pattern, teller, partner, None if topic == "null" else topic, fears,
        None if step == "null" else step, confidence=MappingProxyType(confidence),
    )  # fmt: skip


def _best_parts(joint: list[Combination]) -> Combination:
    """Return the best reading with the most probable pattern (a pattern is the sum of its shapes)."""
    mass: dict[str, float] = {}
    for chance, shape, _, _ in joint:
        mass[SHAPES[shape][0]] = mass.get(SHAPES[shape][0], 0.0) + chance
    pattern = max(mass, key=lambda p: mass[p])
    return next(row for row in joint if SHAPES[row[1]][0] == pattern)


def _question(reading: Reading, joint: list[Combination]) -> str | None:
    """Return the key of the one question that would settle what is unsure, or None."""
    if reading.safety != "none":
        return None
    if reading.pattern == "none" and reading.step == "find":
        return "tell_more"
    if reading.confidence["pattern"] >= SURE_FROM or reading.step is None:
        return None
    mass: dict[str, float] = {}
    for chance, shape, _, _ in joint:
        mass[shape] = mass.get(shape, 0.0) + chance
    first, second = sorted(mass, key=lambda s: -mass[s])[:2]
    pair = {first, second}
    if "none" in pair:
        return "was_it_a_row"
    if "ww" in pair:
        return "still_rows"
    if {p for _, p, _ in (SHAPES[s] for s in pair)} == {"attack"}:
        return "what_did_partner_do"
    return "what_did_you_do"


def _evidence(reading: Reading, judged: Judged, learned: Learned) -> tuple[Evidence, ...]:
    """Return the words on which each conclusion rests, the strongest ones first."""
    wanted: list[tuple[str, str, tuple[str, ...]]] = []
    for who, position in (("teller", reading.teller), ("partner", reading.partner)):
        if position:
            wanted.append((who, f"{who}:{position}", (f"{position}/{who}", f"{position}/both")))
    wanted += [(f"fear:{fear}", f"fear:{fear}", (f"fear:{fear}/",)) for fear in reading.fears]
    if reading.safety != "none":
        wanted.append(("safety", f"safety:{reading.safety}", ("safety:",)))
    if reading.step in ("ask", "keep") and reading.fears:
        wanted.append(("step", "told", ("told/",)))
    evidence: list[Evidence] = []
    for conclusion, head, shows in wanted:
        evidence += _for_head(conclusion, head, shows, judged, learned)
    if reading.topic:
        evidence += _for_topic(reading.topic, judged, learned)
    pattern = [
        Evidence("pattern", e.rule, e.words, e.start, e.end) for e in evidence if e.conclusion in ("teller", "partner")
    ]
    return (*pattern[:2], *evidence)


def _for_head(conclusion: str, head: str, shows: tuple[str, ...], judged: Judged, learned: Learned) -> list[Evidence]:
    """Return up to two clauses that speak most for a head: the cue that fired there, else the learned sign."""
    account, table = judged.look.account, judged.table
    column = learned.clause.heads.index(head)
    order = sorted(range(len(table)), key=lambda i: -table[i][column])
    evidence: list[Evidence] = []
    for n in order[: 2 if head not in ("told", "asked") else 1]:
        if evidence and table[n][column] < 0:
            break
        clause = account.clauses[n]
        fired = [
            f for f in judged.look.found
            if clause.start <= f.start < clause.end and f"{f.cue.shows}/{f.who}".startswith(shows)
        ]  # fmt: skip
        if fired:
            rule = max(fired, key=lambda f: f.cue.strength).cue.id
        else:
            rule = f"learned:{learned.clause.best_sign(judged.look.rows[n], column)}"
        evidence.append(_piece(conclusion, rule, account, *_sentence_around(account, n)))
    return evidence


def _for_topic(topic: str, judged: Judged, learned: Learned) -> list[Evidence]:
    """Return the words that name the topic: a cue, else the clause with the strongest learned sign."""
    account, rows = judged.look.account, judged.look.rows
    fired = [f for f in judged.look.found if f.cue.shows == f"topic:{topic}"]
    if fired:
        best = max(fired, key=lambda f: f.cue.strength)
        return [_piece("topic", best.cue.id, account, best.start, best.end)]
    layer = learned.whole["account"]
    column = layer.heads.index(f"topic={topic}")
    best_signs = [layer.best_sign(row, column) for row in rows]
    n = max(range(len(rows)), key=lambda i: layer.weight(best_signs[i], column))
    clause = account.clauses[n]
    return [_piece("topic", f"learned:{best_signs[n]}", account, clause.start, clause.end)]


def _piece(conclusion: str, rule: str, account: Account, start: int, end: int) -> Evidence:
    """Return the words from `start` up to `end` as evidence."""
    place = account.tokens[start].start, account.tokens[end - 1].end
    return Evidence(conclusion, rule, account.words(start, end), *place)


def _sentence_around(account: Account, n: int) -> tuple[int, int]:
    """Return the words around clause `n` that can be given back: a sentence, or as much of it as is short enough.

    Grows to the left until a clause that can begin a sentence, then to the right to the sentence's end, as long as it
    stays within `_QUOTE` words. A clause of one word is the verb of the one before it ("dat hij een luie vent | is").
    """
    first = last = n
    clauses, tokens = account.clauses, account.tokens

    def length(low: int, high: int) -> int:
        return clauses[high].end - clauses[low].start

    def begins(i: int) -> bool:
        start = clauses[i].start
        if i == 0 or tokens[start].breaks == 2 or tokens[start].form in _BEGINNINGS:
            return True
        after = tokens[start + 1].form if start + 1 < len(tokens) else ""
        return tokens[start].form in ("en", "maar", "dus") and after in _BEGINNINGS

    while not begins(first) and length(first - 1, last) <= _QUOTE:
        first -= 1
    while (
        last + 1 < len(clauses)
        and tokens[clauses[last + 1].start].breaks < 2
        and (tokens[clauses[last + 1].start].form in _GOING_ON or length(last + 1, last + 1) == 1)
        and length(first, last + 1) <= _QUOTE
    ):
        last += 1
    return clauses[first].start, clauses[last].end


_QUOTE = 14
_BEGINNINGS = frozenset({"ik", "hij", "ze", "we", "toen", "dan", "mijn", "daarna"})
_GOING_ON = frozenset({"dat", "of", "omdat", "als", "want", "om", "waar", "die", "voor", "hoe", "wat"})
