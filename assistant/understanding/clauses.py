"""Clauses of an account: where each begins, who acts in it and whose words it gives.

Dutch turns its word order ("toen liep hij weg"), splits its verbs and, when spoken, quotes
without marks ("en zij van ja maar jij"). So the subject is looked for on both sides of the verb,
and after a verb of saying the following clauses are that person's words until somebody else acts.
Punctuation is used where there is any, and never needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.understanding.lexicon import Lexicon
from assistant.understanding.tokens import Token, tokenize

TELLER, PARTNER, BOTH, OTHER, ADDRESSEE, NOBODY = "teller", "partner", "both", "other", "addressee", "nobody"

_LABEL = re.compile(r"^[ \t]*([^\W\d_][\w'’ .-]{0,24}?)[ \t]*:[ \t]*", re.MULTILINE)
_LONGEST = 16
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of words: `tokens[start:end]`.

    `actor` is who does what the clause tells; `speaker` is whose words it gives where it is
    (indirect) speech, else NOBODY. `negated` and `unreal` say that it did not happen.
    """

    start: int
    end: int
    actor: str
    speaker: str
    negated: bool
    unreal: bool


@dataclass(frozen=True, slots=True)
class Account:
    """An account taken apart: its text, words and clauses; `dialogue` if its lines have speakers."""

    text: str
    tokens: tuple[Token, ...]
    clauses: tuple[Clause, ...]
    dialogue: bool = False

    def words(self, start: int, end: int) -> str:
        """Return the written text of the words from `start` up to `end`."""
        if start >= end:
            return ""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]


def speaker_lines(text: str) -> list[tuple[str, int, int]]:
    """Return (label, start, end) for each line "Label: words" if `text` is a dialogue, else [].

    A dialogue has at least two labelled lines and no line without a label but the first.
    """
    found = list(_LABEL.finditer(text))
    lines = [line for line in text.splitlines() if line.strip()]
    if len(found) < 2 or len(found) < 0.6 * len(lines):
        return []
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [(match.group(1).strip(), match.end(), end) for match, end in zip(found, ends, strict=True)]


def take_apart(text: str, lexicon: Lexicon) -> Account:
    """Return `text` as an `Account`; linear in the length of the text."""
    lines = speaker_lines(text)
    if not lines:
        tokens = tokenize(text)
        return Account(text, tokens, _clauses(tokens, lexicon))
    who = _roles([label for label, _, _ in lines], lexicon)
    tokens_all: list[Token] = []
    clauses: list[Clause] = []
    for label, start, end in lines:
        offset = len(tokens_all)
        line = tuple(
            Token(t.form, t.written, t.start + start, t.end + start, t.breaks, t.name)
            for t in tokenize(text[start:end])
        )
        tokens_all.extend(line)
        clauses.extend(_said_by(who[label.lower()], offset, _clauses(line, lexicon)))
    return Account(text, tuple(tokens_all), tuple(clauses), dialogue=True)


def _roles(labels: list[str], lexicon: Lexicon) -> dict[str, str]:
    """Give each label its role: "Ik" is the teller, else the first speaker; the second one is the partner.

    Where the teller talks to somebody who is clearly not the partner (a sister), that one is OTHER.
    """
    order = list(dict.fromkeys(label.lower() for label in labels))
    teller = "ik" if "ik" in order else order[0]
    roles = {teller: TELLER}
    for label in order:
        if label not in roles:
            outsider = label.split()[-1] in lexicon.outsiders
            roles[label] = OTHER if outsider or PARTNER in roles.values() else PARTNER
    return roles


def _said_by(role: str, offset: int, clauses: tuple[Clause, ...]) -> list[Clause]:
    """Turn clauses as a speaker of a dialogue says them into clauses about teller and partner."""
    if role == TELLER:
        turned = {ADDRESSEE: PARTNER}
    elif role == PARTNER:
        turned = {TELLER: PARTNER, ADDRESSEE: TELLER, PARTNER: OTHER}
    else:
        turned = {}
    return [
        Clause(c.start + offset, c.end + offset, turned.get(c.actor, c.actor), role, c.negated, c.unreal)
        for c in clauses
    ]


def _clauses(tokens: tuple[Token, ...], lexicon: Lexicon) -> tuple[Clause, ...]:
    found: list[Clause] = []
    last_actor, last_other, speaker = NOBODY, False, NOBODY
    for start, end in _spans(tokens, lexicon):
        forms = [token.form for token in tokens[start:end]]
        actor = _actor(tokens[start:end], lexicon, last_other)
        if actor == NOBODY and forms[0] in lexicon.inheriting:
            actor = last_actor
        if actor in (TELLER, PARTNER, OTHER) and _announces_speech(forms, lexicon):
            speaker = actor
            if found and forms[0] in lexicon.saying and len(forms) <= 4:
                found[-1] = replace(found[-1], speaker=speaker)
        elif not _goes_on_speaking(forms, actor, speaker):
            speaker = NOBODY
        negated = any(form in lexicon.negation for form in forms)
        found.append(Clause(start, end, actor, speaker, negated, _unreal(forms)))
        last_other = actor == OTHER
        if actor != NOBODY:
            last_actor = actor
    return tuple(found)


def _announces_speech(forms: list[str], lexicon: Lexicon) -> bool:
    """Say whether what comes next is said by the actor: "toen zei ze", but also "zij weer" and "en ik"."""
    if any(form in lexicon.saying for form in forms):
        return True
    bare = [form for form in forms if form not in ("en", "maar", "toen", "dan", "weer", "meteen", "dus", "zo", "nu")]
    return len(bare) == 1 and len(forms) <= 4


def _spans(tokens: tuple[Token, ...], lexicon: Lexicon) -> list[tuple[int, int]]:
    """Return the clauses as pairs of word indices."""
    spans: list[tuple[int, int]] = []
    start = 0
    for index, token in enumerate(tokens):
        length = index - start
        if length == 0:
            continue
        hard = token.breaks == 2 or (token.breaks == 1 and length >= _SHORTEST)
        soft = token.form in lexicon.opens and length >= _SHORTEST and tokens[index - 1].form not in lexicon.opens
        long = length >= _LONGEST or (length >= 8 and token.form in lexicon.subjects)
        if hard or soft or long:
            spans.append((start, index))
            start = index
    if start < len(tokens):
        spans.append((start, len(tokens)))
    return spans


def _actor(tokens: tuple[Token, ...], lexicon: Lexicon, other_before: bool) -> str:
    """Return who acts: the first subject-like word of the clause decides."""
    owned = False
    for index, token in enumerate(tokens):
        form = token.form
        if form in lexicon.other:
            return OTHER
        if form == "die" and [t.form for t in tokens[index + 1 : index + 3]] == ["van", "me"]:
            return PARTNER
        if form in lexicon.partner_nouns and (owned or form not in ("vriend", "vriendin", "vrouw", "man", "schat")):
            return PARTNER
        if form == "ik":
            return TELLER
        if form == "we" or (form == "allebei" and index < 2):
            return BOTH
        if form in ("hij", "ze"):
            return OTHER if other_before and index < 2 and form == "hij" and len(tokens) < 3 else PARTNER
        if form in ("je", "u", "jullie") and not (index + 1 < len(tokens) and _noun_like(tokens[index + 1], lexicon)):
            return ADDRESSEE
        if form in lexicon.names or (token.name and form not in lexicon.common):
            return OTHER if owned and form not in lexicon.names else PARTNER
        owned = form in ("mijn", "onze", "ons", "die")
    return NOBODY


def _noun_like(token: Token, lexicon: Lexicon) -> bool:
    """Say whether "je" before this word is possessive ("je moeder") rather than a subject."""
    return token.form in lexicon.other or token.form in lexicon.owned_things


def _goes_on_speaking(forms: list[str], actor: str, speaker: str) -> bool:
    """Say whether a clause without a verb of saying goes on with the words of the last speaker."""
    if speaker == NOBODY:
        return False
    if forms[0] in ("dat", "of", "waarom", "omdat", "want") or (len(forms) > 1 and forms[1] in ("dat", "of")):
        return True
    return actor in (ADDRESSEE, NOBODY) and forms[0] not in ("toen", "daarna", "sindsdien")


def _unreal(forms: list[str]) -> bool:
    """Say whether the clause tells what might have been ("had ik maar gezegd", "dan zou hij")."""
    if "zou" in forms or "zouden" in forms:
        return not ("graag" in forms and "ik" in forms)
    if forms[0] in ("had", "hadden") and ("maar" in forms or "dan" in forms or "nu" in forms):
        return True
    return forms[0] in ("als", "stel") and ("had" in forms or "hadden" in forms or "zou" in forms)
