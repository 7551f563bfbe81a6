"""Clauses of an account: where each begins, who acts in it and whose words it gives.

Dutch turns its word order ("toen liep hij weg"), splits its verbs and, when spoken, quotes
without marks ("en zij van ja maar jij"). So the subject is looked for on both sides of the verb,
and after a verb of saying the following clauses are that person's words until somebody else acts.
Punctuation is used where there is any, and never needed. `spans.py` says where clauses begin, `people.py` who
is meant by a word, `speech.py` whose words are open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.understanding import speech
from assistant.understanding.lexicon import Lexicon
from assistant.understanding.people import (
    ADDRESSEE,
    BOTH,
    NOBODY,
    OTHER,
    PARTNER,
    TELLER,
    People,
    Subject,
    addressed,
    meant,
    meet,
    subject,
    they,
)
from assistant.understanding.spans import spans
from assistant.understanding.speech import Talk, Words
from assistant.understanding.tokens import Token, tokenize

__all__ = [
    "ADDRESSEE",
    "BOTH",
    "NOBODY",
    "OTHER",
    "PARTNER",
    "TELLER",
    "Account",
    "Clause",
    "speaker_lines",
    "take_apart",
]

_LABEL = re.compile(r"^[ \t]*([^\W\d_][\w'’ .-]{0,24}?)[ \t]*:[ \t]*", re.MULTILINE)
_BACK = 6


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of words: `tokens[start:end]`.

    `actor` is who does what the clause tells; `speaker` is whose words it gives where it is
    (indirect) speech or announces it, else NOBODY. `negated` and `unreal` say that it did not happen.
    `quoted` says that the clause is part of the words themselves, not their announcement.
    """

    start: int
    end: int
    actor: str
    speaker: str
    negated: bool
    unreal: bool
    quoted: bool = False


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
        return Account(text, tokens, _clauses(tokens, lexicon, meet(tokens, lexicon)))
    who = _roles([label for label, _, _ in lines], lexicon)
    named = {form.lower(): role for form, role in who.items() if form in lexicon.names or " " not in form}
    third = OTHER if PARTNER in who.values() else PARTNER
    tokens_all: list[Token] = []
    clauses: list[Clause] = []
    for label, start, end in lines:
        offset = len(tokens_all)
        line = tokenize(text, start, end)
        tokens_all.extend(line)
        met = meet(line, lexicon, third)
        people = replace(met, names={name: OTHER for name in met.names} | named)
        clauses.extend(_said_by(who[label.lower()], offset, _clauses(line, lexicon, people)))
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
    """Turn clauses as a speaker of a dialogue says them into clauses about teller and partner.

    Words that the speaker reports keep whose they are ("je moeder zei | dat ik niet kan koken").
    """
    return [
        replace(
            c,
            start=c.start + offset,
            end=c.end + offset,
            actor=meant(c.actor, role),
            speaker=meant(c.speaker, role) if c.quoted else role,
        )
        for c in clauses
    ]


def _clauses(tokens: tuple[Token, ...], lexicon: Lexicon, people: People) -> tuple[Clause, ...]:
    found: list[Clause] = []
    forms = tuple(token.form for token in tokens)
    roles: list[str] = []
    talk, last, met, unreal = Talk(), NOBODY, "", False
    for start, end in spans(tokens, lexicon, people):
        who = subject(start, end, tokens, lexicon, people)
        before = NOBODY if talk.fresh else last
        role = _role(who, start, end, tokens, lexicon, people, met, before)
        roles.append(role)
        words = _words(start, end, role, who, tokens, forms)
        if who.role == OTHER and who.form not in lexicon.subjects:
            met = _pronoun_of(who.form, lexicon)
        wished = bool(found) and tokens[start - 1].form in ("wou", "wilde") and words.forms[0] == "dat"
        unreal = wished or _unreal(words.forms, words.breaks, unreal, lexicon)
        negated = _negated(words.forms, lexicon)
        if found and speech.named_afterwards(words, forms[found[-1].start : found[-1].start + 3], lexicon):
            _name_speaker(found, roles, role, tokens)
            talk = Talk(role, True, False, False, speech.OPEN, role)
            found.append(Clause(start, end, role, role, negated, unreal))
            last = role
            continue
        actor, speaker, strength, mode = _spoken(words, talk, lexicon, people)
        found.append(Clause(start, end, actor, speaker, negated, unreal, bool(mode)))
        talk = speech.next_talk(words, talk, speaker, strength, mode, lexicon)
        last = role if role not in (NOBODY, ADDRESSEE) and not mode else last
    return tuple(found)


def _spoken(words: Words, talk: Talk, lexicon: Lexicon, people: People) -> tuple[str, str, int, str]:
    """Return who acts, whose words they are, how far the clause opens words, and how it goes on with open ones."""
    strength = speech.announces(words, lexicon)
    mode = speech.goes_on(words, talk, lexicon)
    speaker = talk.speaker
    if mode and strength and words.colon:
        mode = ""
    if not mode and not strength:
        speaker = speech.unannounced(words, talk, lexicon)
        mode = "indirect" if speaker != NOBODY else ""
    if mode:
        turn = meant if mode == "direct" else addressed
        return turn(words.role, speaker), speaker, speech.SILENT, mode
    if strength:
        return words.role, words.role, strength, ""
    demander = speech.demanded_by(words, people.names, lexicon)
    return words.role, demander, speech.SILENT, ""


def _role(
    who: Subject, start: int, end: int, tokens: Sequence[Token], lexicon: Lexicon, people: People, met: str, last: str
) -> str:
    """Return who acts in the clause: its subject resolved, inherited where there is none, the doer of a passive."""
    role = who.role
    if who.form in ("hij", "ze"):
        role = _third(who, start, end, tokens, lexicon, people, met)
    if role == NOBODY:
        return last if _inherits(start, end, tokens, lexicon) else NOBODY
    return _doer(role, who, start, end, tokens, lexicon, people)


def _third(
    who: Subject, start: int, end: int, tokens: Sequence[Token], lexicon: Lexicon, people: People, met: str
) -> str:
    """Return whom "hij" or "ze" means: the partner, unless it is plural or the partner has the other pronoun.

    `met` is the pronoun of the last other person who was named as acting ("any" if unknown).
    """
    if who.form == "ze" and they(who, start, end, tokens, lexicon):
        return OTHER
    if not people.pronoun or people.pronoun == who.form or people.third == OTHER:
        return people.third
    return OTHER if people.sure or met in (who.form, "any") else PARTNER


def _pronoun_of(form: str, lexicon: Lexicon) -> str:
    if form in lexicon.people["male"]:
        return "hij"
    return "ze" if form in lexicon.people["female"] or form in lexicon.people["plural"] else "any"


def _inherits(start: int, end: int, tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether the clause has the subject of the one before: "en liep weg", ", deed het licht uit"."""
    first = tokens[start].form
    if tokens[start].breaks == 1 and first in lexicon.finite:
        return not tokens[start].opens
    after = tokens[start + 1].form if start + 1 < end else ""
    if first in ("en", "maar", "dus", "of"):
        if after not in ("toen", "dan", "daarna"):
            return tokens[start].breaks < 2 and after in lexicon.finite
        impersonal = any(token.form in lexicon.words["impersonal"] for token in tokens[start + 2 : start + 4])
        return tokens[start].breaks < 2 and not impersonal
    one = after in lexicon.finite and after not in lexicon.verbs["plural"]
    return first == "die" and tokens[start].breaks == 2 and one


def _doer(
    role: str, who: Subject, start: int, end: int, tokens: Sequence[Token], lexicon: Lexicon, people: People
) -> str:
    """Return who does what is told passively: "ik werd uitgescholden", "ik krijg de schuld"."""
    if role not in (TELLER, PARTNER):
        return role
    forms = [token.form for token in tokens[start:end]]
    verbs = lexicon.verbs
    opposite = PARTNER if role == TELLER else TELLER
    if any(form in verbs["receiving"] for form in forms):
        heard = "horen" in forms and "te" in forms
        return opposite if heard or not verbs["received"].isdisjoint(forms) else role
    if verbs["passive"].isdisjoint(forms):
        return role
    if not any(_suffered(form, lexicon) for form in forms):
        return role
    return _agent(start, end, tokens, lexicon, people) or (opposite if role == TELLER else NOBODY)


def _suffered(form: str, lexicon: Lexicon) -> bool:
    """Say whether the word looks like a participle of what is done to somebody: "uitgescholden", "vernederd"."""
    if form in lexicon.verbs["states"] or form in lexicon.verbs["passive"] or not form.endswith(("d", "t", "en")):
        return False
    at = form.find("ge")
    if at >= 0 and len(form) - at > 5:
        return at == 0 or form[:at] in lexicon.verbs["particles"]
    return form.startswith(("ver", "be", "ont")) and len(form) > 6


def _agent(start: int, end: int, tokens: Sequence[Token], lexicon: Lexicon, people: People) -> str:
    """Return who stands behind "door" in a passive, or ""."""
    for index in range(start, end - 1):
        if tokens[index].form != "door":
            continue
        behind = [token.form for token in tokens[index + 1 : index + 4]]
        if behind[0] in ("hem", "haar"):
            return PARTNER
        if any(form in lexicon.other or people.names.get(form) == OTHER for form in behind):
            return OTHER
        if any(form in lexicon.partner_nouns or form in people.names for form in behind):
            return PARTNER
    return ""


def _words(start: int, end: int, role: str, who: Subject, tokens: Sequence[Token], forms: tuple[str, ...]) -> Words:
    behind = tokens[end] if end < len(tokens) else None
    return Words(
        forms=forms[start:end],
        breaks=tokens[start].breaks,
        colon=behind is not None and behind.opens,
        stop=behind is None or behind.breaks == 2,
        role=role,
        at=who.at - start if who.at >= 0 else -1,
        after=forms[end : end + 3],
    )


def _name_speaker(found: list[Clause], roles: list[str], speaker: str, tokens: Sequence[Token]) -> None:
    """Give the clauses before "..., zei ze" to her: back to the full stop, or without marks what says "je"."""
    marked = False
    for index in range(len(found) - 1, max(-1, len(found) - 1 - _BACK), -1):
        clause = found[index]
        written = tokens[clause.end].breaks if index == len(found) - 1 else tokens[found[index + 1].start].breaks
        if written == 2 or (clause.speaker != NOBODY and not clause.quoted):
            break
        if index < len(found) - 1 and not marked and clause.actor != ADDRESSEE:
            break
        marked = marked or written == 1
        found[index] = replace(clause, actor=meant(roles[index], speaker), speaker=speaker, quoted=True)


def _negated(forms: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether the clause is negated; "niet alleen" affirms."""
    negation = lexicon.words["negation"]
    if negation.isdisjoint(forms):
        return False
    for index, form in enumerate(forms):
        if form in negation and not (form == "niet" and forms[index + 1 : index + 2] == ("alleen",)):
            return True
    return False


def _unreal(forms: tuple[str, ...], breaks: int, before: bool, lexicon: Lexicon) -> bool:
    """Say whether the clause tells what might have been ("had ik maar gezegd", "dan zou hij").

    `before` says that the clause before was unreal: "als hij sorry had gezegd, had ik hem vergeven".
    """
    if "zou" in forms or "zouden" in forms or "zoudt" in forms:
        return not ("graag" in forms and "ik" in forms)
    if "had" in forms or "hadden" in forms:
        return _had_been(forms, before, lexicon)
    if breaks == 2 and forms[0] == "moest" and forms[1:2] in (("hij",), ("ze",), ("je",)) and "eens" in forms:
        return True
    if forms[0] == "stel":
        return True
    supposed = (before and breaks < 2) or "misschien" in forms
    return supposed and forms[0] == "dan" and ("was" in forms or "waren" in forms)


def _had_been(forms: tuple[str, ...], before: bool, lexicon: Lexicon) -> bool:
    """Judge a clause with "had": "had ik maar", "ik had moeten", "ik had bijna", "als hij had"."""
    if forms[0] in ("had", "hadden"):
        return before or "maar" in forms or "dan" in forms or "nu" in forms
    if "bijna" in forms or forms[0] in ("als", "stel"):
        return True
    if forms[0] == "dan" and "je" not in forms:
        return True
    if not lexicon.words["negation"].isdisjoint(forms):
        return False
    return any(form in lexicon.verbs["modal_unreal"] for form in forms)
