"""A sentence out of the teller's own words, turned to the partner: "dat hij me niet ziet" → "dat je me niet ziet".

Pure and careful: where the words cannot be turned with certainty (other people in them, a reproach, too
long, words heard with doubt) the answer is None, and a sentence of `prompts/nl/sentences.toml` is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant import resources
from assistant.conversation.phrases import forms
from assistant.understanding.lexicon import lexicon
from assistant.understanding.people import PARTNER, meet
from assistant.understanding.tokens import tokenize

LONGEST, SHORTEST = 14, 2
_LEAD = r"(?:(?:ja|nee|nou|eh|uh|tja|maar|dus|en|eigenlijk|gewoon|denk ik|misschien|liever|toen|dan|daar)[ ,]+)*"
_AFRAID = re.compile(
    rf"^{_LEAD}(?:(?:ik (?:ben|was|had|word|werd)|was ik|ben ik) (?:\w+ ){{0,3}}?)?"
    r"(?:bang|angst|doodsbang|de angst)[ ,]+(?:was |ben ik |voor |om )?(?P<link>dat|om)[ ,]+(?P<rest>.+)$",
    re.IGNORECASE,
)
_FEELING_THAT = re.compile(
    rf"^{_LEAD}(?:ik (?:had|heb|kreeg|krijg) (?:\w+ ){{0,2}}?(?:het )?gevoel"
    r"|het (?:voelt|voelde)(?: dan)?|ik (?:dacht|denk)(?: dan)?)"
    r"[ ,]+(?:dat|alsof|of)[ ,]+(?P<rest>.+)$",
    re.IGNORECASE,
)
_THAT = re.compile(rf"^{_LEAD}dat[ ,]+(?P<rest>.+)$", re.IGNORECASE)
_FEELS = re.compile(
    rf"^{_LEAD}(?:(?:dan|toen) )?(?:ik (?:voel|voelde) (?:me|mij)|(?:voel|voelde) ik (?:me|mij))"
    r"(?: dan| toen| gewoon| soms| altijd)* (?P<rest>[\w ]+)$",
    re.IGNORECASE,
)
_WISH = re.compile(
    rf"^{_LEAD}(?:ik (?:zou|wil|wou|wilde|hoop) (?:\w+ ){{0,3}}?(?:willen )?"
    r"|het liefst (?:zou ik |wil ik )?(?:willen )?)"
    r"dat[ ,]+(?P<rest>.+)$",
    re.IGNORECASE,
)
_WISH_THING = re.compile(
    rf"^{_LEAD}(?:ik (?:zou|wil|wou|wilde)(?: heel| zo)?(?: graag| gewoon| het liefst)* )?(?P<rest>.+?)(?: willen)?$",
    re.IGNORECASE,
)
_PARTNER = re.compile(
    r"\b(?:mijn|m'n) "
    r"(?:man|vrouw|vriend|vriendin|partner|lief|mannetje|vrouwtje|echtgenoot|echtgenote)\b",
    re.IGNORECASE,
)
_TO_YOU = {"is": "bent", "heeft": "hebt", "wil": "wilt", "zal": "zult", "kan": "kunt", "mag": "mag"}
_JOINTS = frozenset(["dat", "of", "als", "omdat", "en", "maar", "want", "terwijl", "wanneer", "hoe", "wat"])
_SUBJECTS = frozenset(
    [
        "hij",
        "ze",
        "zij",
        "ik",
        "we",
        "wij",
        "het",
        "er",
        "je",
        "mijn",
        "zijn",
        "haar",
        "ons",
        "onze",
        "iemand",
        "niemand",
        "alles",
    ]
)
_OBJECT_ENDS = frozenset(["voor", "met", "bij", "van", "aan", "op", "naar", "tegen", "over", "door", "zonder"])


@lru_cache(maxsize=1)
def _infinitives() -> frozenset[str]:
    """Return the infinitives that the rules of understanding know."""
    return frozenset(resources.read_toml(resources.rules() / "verbs.toml")["verbs"])


@lru_cache(maxsize=1)
def _words() -> Mapping[str, frozenset[str]]:
    """Return the word lists of `prompts/nl/heard/own_words.toml`, loaded once."""
    table = resources.read_toml(resources.folder("prompts/nl/heard") / "own_words.toml")
    return {name: frozenset(words) for name, words in table.items()}


@dataclass(frozen=True, slots=True)
class Own:
    """The teller's words as they fit a frame of `sentences.toml` ("is_afraid", "wish_that", …)."""

    frame: str
    words: str


def fear(answer: str, account: str = "", asked: bool = True) -> Own | None:
    """Return what the teller is afraid of, or how they feel, turned to the partner; None where that is unsure.

    `asked`: the question was what they were afraid of, so that a bare "dat …" says it.
    """
    text = _flat(answer)
    for pattern in (_AFRAID, _FEELING_THAT, *((_THAT,) if asked else ())):
        found = pattern.match(text)
        if found:
            rest = found["rest"]
            if found.groupdict().get("link") == "om":
                rest = _om(rest)
            words = _turned(rest, account)
            return None if words is None else Own("was_afraid" if _past(words) else "is_afraid", words)
    found = _FEELS.match(text)
    if found and len(found["rest"].split()) <= 6 and not _people(found["rest"]):
        return Own("feels", found["rest"].strip())
    return None


def wish(answer: str, account: str = "") -> Own | None:
    """Return what the teller would like of the partner, turned to the partner; None where that is unsure."""
    text = _flat(answer)
    found = _WISH.match(text) or _THAT.match(text)
    if found:
        words = _turned(found["rest"], account)
        return None if words is None else Own("wish_that", words)
    found = _WISH_THING.match(text)
    if found is None or _verb(found["rest"]) or len(found["rest"].split()) > 8:
        return None
    words = _turned(found["rest"], account, loose=True)
    if words is None:
        return None
    rest, _, last = words.rpartition(" ")
    return Own("wish_do", f"{rest} willen {last}") if last in _infinitives() else Own("wish_thing", words)


def _flat(answer: str) -> str:
    text = re.sub(r"\s+", " ", answer.replace("’", "'")).strip(" .,;:!?…\"“”'")
    return re.split(r"[.;!?…]", text)[0].strip()


def _om(rest: str) -> str:
    """Return "alleen te blijven" as "ik alleen blijf", where that is certain; else nothing."""
    lost = re.fullmatch(r"(?P<what>.+) kwijt te raken", rest)
    if lost:
        return f"ik {lost['what']} kwijtraak"
    found = re.fullmatch(r"(?P<what>.+) te (?P<verb>blijven|zijn|staan|verliezen|falen)", rest)
    turned = {"blijven": "blijf", "zijn": "ben", "staan": "sta", "verliezen": "verlies", "falen": "faal"}
    return f"ik {found['what']} {turned[found['verb']]}" if found else ""


def _verb(words: str) -> bool:
    """Say whether there is a finite verb or a subject in it: then it is no thing that can be wished for."""
    said = set(forms(words))
    return bool(said & {"ik", "hij", "ze", "we", "is", "heeft", "was", "weet", "niet"}) or not said


def _past(words: str) -> bool:
    return any(form in _words()["past"] for form in forms(words))


def _people(words: str) -> bool:
    """Say whether anybody but the two is spoken of."""
    said = forms(words)
    return any(form in lexicon().other or form in lexicon().names for form in said if form not in ("ik", "me", "je"))


def _turned(words: str, account: str, loose: bool = False) -> str | None:
    """Return a clause about the partner as it is said to the partner, or None; `loose`: it need not be a clause."""
    people = meet(tokenize(account), lexicon())
    text = _PARTNER.sub("hij", words)
    for name in (name for name, role in people.names.items() if role == PARTNER):
        text = re.sub(rf"\b{re.escape(name)}\b", "hij", text, flags=re.IGNORECASE)
    parts = re.findall(r"[\w'-]+", text.lower())
    if not SHORTEST <= len(parts) <= LONGEST or "unk" in parts or _people(text):
        return None
    if parts[0] not in _SUBJECTS and not loose:  # "dat zou fijn zijn" wishes for nothing
        return None
    if set(parts) & _words()["always"] and parts[0] != "ik":  # "dat je nooit luistert" blames
        return None
    if set(parts) & _words()["reproach"] or set(parts) & {"jij", "jou", "jullie", "hun", "hen"}:
        return None
    if people.pronoun == "hij" and set(parts) & {"ze", "zij"} and "mijn vrouw" not in words:
        return None
    return " ".join(_to_you(parts))


def _to_you(parts: Sequence[str]) -> list[str]:
    said: list[str] = []
    conjugate = False
    for at, word in enumerate(parts):
        last = at == len(parts) - 1
        if word in ("hij", "ze", "zij"):
            said.append("je")
            conjugate = True
        elif word in ("hem", "haar", "'m"):
            said.append("jou" if last and at and parts[at - 1] in _OBJECT_ENDS else "je")
        elif word == "zijn" and not last and parts[at - 1] not in ("te", "we", "samen"):
            said.append("je")
        elif word in ("zich", "zichzelf") and conjugate:
            said.append("je" if word == "zich" else "jezelf")
        elif conjugate and word in _TO_YOU:
            said.append(_TO_YOU[word])
            conjugate = False
        else:
            if word in _JOINTS:
                conjugate = False
            said.append(word)
    return said


_WISH_WITHIN = re.compile(
    r"\bik zou (?:\w+ ){0,3}?(?:graag|liefst|fijn) (?:\w+ ){0,2}?(?:willen|hebben) dat"
    r"[ ,]+(?P<rest>[^.;!?…]+)",
    re.IGNORECASE,
)


def wish_within(account: str) -> Own | None:
    """Return a wish that an account says in so many words ("ik zou zo graag willen dat …"), or None."""
    found = _WISH_WITHIN.search(account)
    words = _turned(found["rest"].strip(" ,"), account) if found else None
    return Own("wish_that", words) if words else None


def as_said(answer: str) -> Own | None:
    """Return a sentence that somebody made themselves ("ik mis je"), where it is about "ik" and holds no reproach."""
    text = re.sub(rf"^{_LEAD}", "", _flat(answer), flags=re.IGNORECASE)
    parts = re.findall(r"[\w'-]+", text.lower())
    if not 3 <= len(parts) <= LONGEST or parts[0] != "ik" or "unk" in parts or _people(text):
        return None
    if (
        set(parts) & (_words()["reproach"] | {"hij", "ze", "zij", "hem", "zeg", "weet", "vind", "krijg"})
        or "jij" in parts
    ):
        return None
    return Own("own", text[:1].lower() + text[1:])
