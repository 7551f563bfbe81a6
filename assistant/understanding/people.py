"""Who the words of an account stand for: teller, partner, somebody else.

Before the clauses, the whole account is looked through once (`meet`): which names were introduced as
whom ("mijn vriend Joris", "mijn zus Els", "Joris en ik"), and whether the partner is a "hij" or a "ze".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from assistant.understanding.lexicon import Lexicon
from assistant.understanding.tokens import Token

TELLER, PARTNER, BOTH, OTHER, ADDRESSEE, NOBODY = "teller", "partner", "both", "other", "addressee", "nobody"

_NEVER_SUBJECT = frozenset({"jou", "jouw", "uw"})
_ALWAYS_SUBJECT = frozenset({"ik", "hij", "we"})
_STRESSED_SUBJECT = frozenset({"jij", "gij", "ge", "zij", "gijle", "gulder", "zulder"})
_FRIENDS = frozenset({"vriend", "vriendin"})


@dataclass(frozen=True, slots=True)
class People:
    """Whom the account is about.

    `names` gives the role of each name; `pronoun` is the partner's ("hij", "ze") or ""; `sure` says that a noun
    told so ("mijn man"); `friends` that "mijn vriend(in)" is not the partner, since there is a spouse; `third` is
    whom "hij" and "ze" mean if nothing else is known (in a dialogue of the two somebody else).
    """

    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pronoun: str = ""
    sure: bool = False
    friends: bool = False
    third: str = PARTNER


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a clause is about: the role, and the place and form of the word (-1 and "" if there is none)."""

    role: str = NOBODY
    at: int = -1
    form: str = ""


def owned(index: int, tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether the noun at `index` is the teller's: "mijn man", "mijn lieve moeder", "ons moeder"."""
    owners = lexicon.people["owners"]
    if index and tokens[index - 1].form in owners:
        return True
    if index < 2 or tokens[index - 2].form not in owners:
        return False
    between = tokens[index - 1].form
    return between.endswith(("e", "en")) and between not in lexicon.known


def is_name(index: int, tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether the word looks like a name: a known one, or a capital where none is due."""
    token = tokens[index]
    if token.form in lexicon.names:
        return True
    if not token.written[:1].isupper() or token.opens or len(token.form) < 2:
        return False
    known = token.form in lexicon.known or token.form in lexicon.other or token.form in lexicon.partner_nouns
    return not known and (token.name or (index + 1 < len(tokens) and tokens[index + 1].form == "en"))


def meet(tokens: Sequence[Token], lexicon: Lexicon, third: str = PARTNER) -> People:
    """Look through an account once and return who is who; linear in its length."""
    spouses = lexicon.people["spouses"]
    friends = any(token.form in spouses and owned(i, tokens, lexicon) for i, token in enumerate(tokens))
    roles: dict[str, str] = {}
    candidates: Counter[str] = Counter()
    forms = ["", *(token.form for token in tokens), ""]
    titles = lexicon.persons | lexicon.people["owners"]
    for index, token in enumerate(tokens):
        before, form, after = forms[index : index + 3]
        if not (
            form in lexicon.names or before in titles or after == "en" or before == "en" or token.written[0].isupper()
        ):
            continue
        role = _introduced_as(index, tokens, lexicon, friends)
        if role != NOBODY:
            roles.setdefault(token.form, role)
        elif is_name(index, tokens, lexicon) and not _a_place_or_thing(index, tokens, lexicon):
            candidates[form] += 0 if before in lexicon.words["prepositions"] else 1
    if PARTNER not in roles.values():
        likely = next((name for name, _ in candidates.most_common() if name not in roles), None)
        if likely is not None:
            roles[likely] = PARTNER
    for name in candidates:
        roles.setdefault(name, OTHER)
    pronoun, sure = _pronoun(tokens, lexicon, friends)
    return People(MappingProxyType(roles), pronoun, sure, friends, third)


def _introduced_as(index: int, tokens: Sequence[Token], lexicon: Lexicon, friends: bool) -> str:
    """Return as whom the word at `index` is introduced by name here, or NOBODY."""
    form = tokens[index].form
    before = tokens[index - 1].form if index else ""
    noun = before in lexicon.other or before in lexicon.partner_nouns
    if _and_me(index, tokens) and _strange(form, lexicon) and before not in lexicon.words["determiners"]:
        plural = tokens[index + 3].form in lexicon.verbs["plural"] if index + 3 < len(tokens) else False
        if plural and tokens[index + 1].form == "en":
            return PARTNER
    if not noun and before not in ("onze", "ons") and not _and_me(index, tokens):
        return NOBODY
    if noun and tokens[index].breaks == 0 and _named(index, tokens, lexicon):
        if before in lexicon.other or (friends and before in _FRIENDS):
            return OTHER
        return PARTNER if owned(index - 1, tokens, lexicon) else NOBODY
    if not is_name(index, tokens, lexicon) or form in lexicon.other:
        return NOBODY
    return OTHER if before in ("onze", "ons") else PARTNER if not noun else NOBODY


def _named(index: int, tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether a name follows the noun; in lower case also a strange word with a verb after it."""
    if is_name(index, tokens, lexicon):
        return True
    form, after = tokens[index].form, tokens[index + 1].form if index + 1 < len(tokens) else ""
    return _strange(form, lexicon) and after in lexicon.finite and not form.endswith(("t", "de", "te", "d"))


def _strange(form: str, lexicon: Lexicon) -> bool:
    known = form in lexicon.known or form in lexicon.other or form in lexicon.partner_nouns
    return not known and form not in lexicon.subjects and form.isalpha()


def _and_me(index: int, tokens: Sequence[Token]) -> bool:
    if index + 2 < len(tokens) and tokens[index + 1].form == "en":
        return tokens[index + 2].form == "ik"
    return index > 1 and tokens[index - 1].form == "en" and tokens[index - 2].form == "ik"


def _a_place_or_thing(index: int, tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    return index > 0 and tokens[index - 1].form in lexicon.words["places"]


def _pronoun(tokens: Sequence[Token], lexicon: Lexicon, friends: bool) -> tuple[str, bool]:
    """Return the pronoun of the partner, "" if it is unsure, and whether a noun told it."""
    male, female = lexicon.people["male"], lexicon.people["female"]
    for index, token in enumerate(tokens):
        form = token.form
        if form not in lexicon.partner_nouns or (friends and form in _FRIENDS) or form in lexicon.other:
            continue
        if (form in male or form in female) and (
            form in lexicon.people["unowned"] or (owned(index, tokens, lexicon) and tokens[index - 1].form != "beste")
        ):
            return ("hij" if form in male else "ze"), True
    counts = Counter(token.form for token in tokens)
    others = [token.form for token in tokens if token.form in lexicon.other]
    men = counts["hij"] + counts["hem"] - 2 * sum(form in male for form in others)
    women = counts["ze"] + counts["haar"] - 2 * sum(form in female for form in others)
    if men > 2 * max(0, women):
        return "hij", False
    return ("ze" if women > 2 * max(0, men) else ""), False


def candidates(start: int, end: int, tokens: Sequence[Token], lexicon: Lexicon, people: People) -> Iterator[Subject]:
    """Yield everybody in the clause who can be its subject, in order."""
    for index in range(start, end):
        form = tokens[index].form
        if form in lexicon.subjects or form == "u":
            role = _pronoun_role(index, start, end, tokens, lexicon)
        elif form in lexicon.persons or form in people.names or tokens[index - 1].form in lexicon.people["owners"]:
            role = _noun_role(index, tokens, lexicon, people)
        else:
            continue
        if role != NOBODY:
            yield Subject(role, index, form)


def _pronoun_role(index: int, start: int, end: int, tokens: Sequence[Token], lexicon: Lexicon) -> str:
    token = tokens[index]
    form = token.form
    if form in _ALWAYS_SUBJECT:
        return lexicon.pronouns[form]
    written = token.written.lower()
    before = tokens[index - 1].form if index > start else ""
    after = tokens[index + 1].form if index + 1 < end else ""
    if written in _NEVER_SUBJECT or (form == "ze" and before in ("heb", "ben")):
        return NOBODY
    if written not in _STRESSED_SUBJECT:
        if before in lexicon.words["prepositions"] and before not in lexicon.words["conjoining"]:
            return NOBODY
        if form in ("je", "jullie") and (after == "eigen" or after in lexicon.other or after in lexicon.partner_nouns):
            return NOBODY
    return lexicon.pronouns.get(form, ADDRESSEE)


def _noun_role(index: int, tokens: Sequence[Token], lexicon: Lexicon, people: People) -> str:
    form = tokens[index].form
    if form in people.names:
        return NOBODY if _behind_preposition(index, tokens, lexicon) else people.names[form]
    known = form in lexicon.other or form in lexicon.partner_nouns
    if known:
        return NOBODY if _behind_preposition(index, tokens, lexicon) else _known_noun(index, tokens, lexicon, people)
    if form == "die":
        after = [token.form for token in tokens[index + 1 : index + 3]]
        return PARTNER if after == ["van", "me"] else NOBODY
    before = tokens[index - 1].form if index else ""
    if form == "mijne":
        return PARTNER if before in ("de", "den") else NOBODY
    # "mijn yogajuf", "onze buurjongen": a compound of a word for somebody
    compound = before in lexicon.people["owners"] and len(form) > 5 and form.endswith(lexicon.endings)
    return OTHER if compound and not _behind_preposition(index, tokens, lexicon) else NOBODY


def _known_noun(index: int, tokens: Sequence[Token], lexicon: Lexicon, people: People) -> str:
    form, before = tokens[index].form, tokens[index - 1].form if index else ""
    if form in lexicon.other:
        return OTHER
    if form in _FRIENDS and (people.friends or before == "beste"):
        return OTHER if owned(index, tokens, lexicon) or before in ("een", "haar", "zijn") else NOBODY
    if before in ("haar", "zijn"):
        return OTHER
    free = form in lexicon.people["unowned"] and before not in lexicon.words["determiners"]
    return PARTNER if free or owned(index, tokens, lexicon) or (before == "die" and form == "vent") else NOBODY


def _behind_preposition(index: int, tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether a preposition stands before the word, perhaps with an article or "mijn" between."""
    prepositions = lexicon.words["prepositions"]
    if not index or tokens[index].breaks:
        return False
    before = tokens[index - 1]
    if before.form in prepositions:
        return True
    return (
        index > 1
        and not before.breaks
        and (before.form in lexicon.words["determiners"] and tokens[index - 2].form in prepositions)
    )


def subject(start: int, end: int, tokens: Sequence[Token], lexicon: Lexicon, people: People) -> Subject:
    """Return the subject of the clause: the first who can be, but "ik" before "mijn moeder heb ik gebeld".

    Somebody who is called ("Griet, ik ben bang") only where nobody else acts.
    """
    found = list(candidates(start, end, tokens, lexicon, people))
    called = Subject()
    if found and tokens[start].form == "laat" and found[0].form not in lexicon.subjects:
        return called
    for number, who in enumerate(found):
        if who.form not in lexicon.subjects and who.at + 1 < len(tokens) and tokens[who.at + 1].breaks:
            called = called if called.at >= 0 else who
            continue
        return _joined(who, found[number + 1 :], start, tokens, lexicon)
    return called


def _joined(who: Subject, rest: Sequence[Subject], start: int, tokens: Sequence[Token], lexicon: Lexicon) -> Subject:
    """Return BOTH for "Joris en ik", the pronoun for "mijn moeder heb ik gebeld", else `who`."""
    if not rest:
        return who
    after = rest[0]
    if after.at == who.at + 2 and tokens[who.at + 1].form == "en" and {who.role, after.role} == {TELLER, PARTNER}:
        return Subject(BOTH, who.at, who.form)
    if who.form == "vriend" and after.role == PARTNER and len(rest) > 1:
        return _joined(after, rest[1:], start, tokens, lexicon)
    if after.at == who.at + 1 and after.role == who.role:
        return _joined(after, rest[1:], start, tokens, lexicon)
    fronted = after.form in _ALWAYS_SUBJECT and after.at == who.at + 2 and who.form not in lexicon.subjects
    return after if fronted and tokens[who.at + 1].form in lexicon.finite else who


def they(who: Subject, start: int, end: int, tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    """Say whether "ze" is more than one: "ze bleven", "toen ze weg waren"."""
    plural = lexicon.verbs["plural"]
    before = tokens[who.at - 1].form if who.at > start else ""
    after = tokens[who.at + 1].form if who.at + 1 < end else ""
    if before in lexicon.finite and before not in plural:
        return False
    if tokens[who.at].written.lower() in ("zulder", "zullie") or before in plural or after in plural:
        return True
    return tokens[end - 1].form in ("waren", "hadden", "gingen", "kwamen", "zouden") and end - 1 > who.at


def meant(role: str, speaker: str) -> str:
    """Return who acts in the direct speech of `speaker`: their "ik" is the speaker, their "je" the other one."""
    if speaker == TELLER:
        return PARTNER if role == ADDRESSEE else role
    if speaker == PARTNER:
        return {TELLER: PARTNER, ADDRESSEE: TELLER, PARTNER: OTHER}.get(role, role)
    if speaker == OTHER:
        return {TELLER: OTHER, ADDRESSEE: TELLER}.get(role, role)
    return role


def addressed(role: str, speaker: str) -> str:
    """Return who acts in the indirect speech of `speaker`: only "je" is somebody else than in the telling."""
    return {TELLER: PARTNER, PARTNER: TELLER, OTHER: TELLER}.get(speaker, role) if role == ADDRESSEE else role
