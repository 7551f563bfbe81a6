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
        line = tuple(replace(t, start=t.start + start, end=t.end + start) for t in tokenize(text[start:end]))
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
    return [
        replace(c, start=c.start + offset, end=c.end + offset, actor=_meant(c.actor, role), speaker=role)
        for c in clauses
    ]


def _meant(actor: str, speaker: str) -> str:
    """Return who acts in the direct speech of `speaker`: their "ik" is the speaker, their "je" the other one."""
    if speaker == TELLER:
        return PARTNER if actor == ADDRESSEE else actor
    if speaker == PARTNER:
        return {TELLER: PARTNER, ADDRESSEE: TELLER, PARTNER: OTHER}.get(actor, actor)
    return actor


def _clauses(tokens: tuple[Token, ...], lexicon: Lexicon) -> tuple[Clause, ...]:
    found: list[Clause] = []
    last_actor, speaker, direct = NOBODY, NOBODY, False
    for start, end in _spans(tokens, lexicon):
        forms = [token.form for token in tokens[start:end]]
        actor = _actor(tokens[start:end], lexicon)
        if actor == NOBODY and forms[0] in lexicon.inheriting:
            actor = last_actor
        direct = tokens[start].breaks < 2 and (direct or tokens[start].opens) and speaker != NOBODY
        if direct:
            found.append(Clause(start, end, _meant(actor, speaker), speaker, _negated(forms, lexicon), _unreal(forms)))
            continue
        if actor in (TELLER, PARTNER, OTHER) and _announces_speech(forms, lexicon):
            speaker = actor
            if found and forms[0] in lexicon.saying and len(forms) <= 4:
                found[-1] = replace(found[-1], speaker=speaker)
        elif not _goes_on_speaking(forms, actor, speaker):
            speaker = NOBODY
        found.append(Clause(start, end, actor, speaker, _negated(forms, lexicon), _unreal(forms)))
        if actor != NOBODY:
            last_actor = actor
    return tuple(found)


def _negated(forms: list[str], lexicon: Lexicon) -> bool:
    return any(form in lexicon.negation for form in forms)


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
        before = tokens[index - 1].form
        yes_but = token.form == "maar" and before in ("ja", "nee")
        soft = token.form in lexicon.opens and length >= _SHORTEST and before not in lexicon.opens and not yes_but
        long = length >= _LONGEST or (length >= 8 and token.form in lexicon.subjects)
        if hard or soft or long:
            spans.append((start, index))
            start = index
    if start < len(tokens):
        spans.append((start, len(tokens)))
    return spans


def _actor(tokens: tuple[Token, ...], lexicon: Lexicon) -> str:
    """Return who acts: the first word that can be the subject decides.

    Not behind a preposition ("na de hond kom ik"), and somebody who is called ("Griet, ik ben bang") only
    where nobody else acts.
    """
    called = NOBODY
    for index, token in enumerate(tokens):
        role = _role(index, tokens, lexicon)
        if role == NOBODY or _behind_preposition(index, tokens, lexicon):
            continue
        if index + 1 < len(tokens) and tokens[index + 1].breaks and token.form not in lexicon.subjects:
            called = called if called != NOBODY else role
            continue
        return role
    return called


def _role(index: int, tokens: tuple[Token, ...], lexicon: Lexicon) -> str:
    """Return whom the word at `index` stands for if it is the subject, or NOBODY."""
    token, after = tokens[index], tokens[index + 1 : index + 3]
    form, owned = token.form, index > 0 and tokens[index - 1].form in ("mijn", "onze", "ons", "die")
    if form in lexicon.pronouns:
        return lexicon.pronouns[form]
    if form in lexicon.other:
        return OTHER
    if form == "die" and [t.form for t in after] == ["van", "me"]:
        return PARTNER
    if form in lexicon.partner_nouns and (owned or form not in ("vriend", "vriendin", "vrouw", "man", "schat")):
        return PARTNER
    if form in ("je", "u", "jullie"):
        # "je moeder": possessive, not a subject
        return NOBODY if after and after[0].form in lexicon.other else ADDRESSEE
    if form in lexicon.names or token.name:
        return OTHER if owned and form not in lexicon.names else PARTNER
    return BOTH if form == "allebei" and index < 2 else NOBODY


def _behind_preposition(index: int, tokens: tuple[Token, ...], lexicon: Lexicon) -> bool:
    """Say whether a preposition stands before the word, perhaps with an article or "mijn" between."""
    before = [t.form for t in tokens[max(0, index - 2) : index]]
    if not before or tokens[index].form in lexicon.pronouns:
        return False
    return before[-1] in lexicon.prepositions or (
        len(before) == 2 and before[0] in lexicon.prepositions and before[1] in lexicon.determiners
    )


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
