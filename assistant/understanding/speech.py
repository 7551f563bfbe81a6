"""Whose words a clause gives: who announces them, how they go on, and who is named afterwards.

`Talk` is what is known before a clause: whose words are open. `announces` says whether a clause opens words,
`goes_on` whether it still belongs to them, `named_afterwards` whether it is a "..., zei ze".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.understanding.lexicon import Lexicon
from assistant.understanding.people import ADDRESSEE, BOTH, NOBODY, OTHER, PARTNER, TELLER

SILENT, ONLY_TOLD, OPEN = 0, 1, 2
_SPEAKERS = frozenset({TELLER, PARTNER, OTHER})
_HAVE = frozenset({"heb", "heeft", "had", "hebben", "hadden"})


@dataclass(frozen=True, slots=True)
class Words:
    """A clause as speech sees it.

    `breaks` is that of its first word, `colon` and `stop` say what stands behind it, `role` who acts
    as the words stand ("je" is ADDRESSEE), `at` where in the clause that one is named (-1: nowhere), `after` the first
    words of what comes next.
    """

    forms: tuple[str, ...]
    breaks: int
    colon: bool
    stop: bool
    role: str
    at: int
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """Whose words are open, and how.

    `direct`: their "ik" is theirs; `colon`: a colon opened them; `fresh`: the clause before announced them, `strength`
    how; `last`: who acted or spoke last, whose words a bare "Dat ik ..." gives.
    """

    speaker: str = NOBODY
    direct: bool = False
    colon: bool = False
    fresh: bool = False
    strength: int = SILENT
    last: str = NOBODY


def announces(words: Words, lexicon: Lexicon) -> int:
    """Return how far the clause opens words of who acts in it: OPEN, ONLY_TOLD (only with "dat"), or SILENT."""
    if words.role not in _SPEAKERS and not (words.role == ADDRESSEE and words.colon):
        return SILENT
    forms = words.forms
    if "niets" in forms or "geen" in forms:
        return SILENT
    if forms[-1] != "van" and subordinate(forms, lexicon):
        return ONLY_TOLD if any(form in lexicon.verbs["saying"] for form in forms) else SILENT
    if any(form in lexicon.verbs["saying"] for form in forms):
        unsaid = ("niet" in forms or "nooit" in forms) and forms[-2:] != ("van", "niet")
        return SILENT if unsaid else OPEN
    if "horen" in forms and "te" in forms:
        return OPEN
    if any(form in lexicon.verbs["telling"] for form in forms):
        return OPEN if words.colon else ONLY_TOLD
    if words.colon and not lexicon.verbs["sending"].isdisjoint(forms):
        return OPEN
    if any(form in lexicon.verbs["beginning"] for form in forms):
        return ONLY_TOLD if words.colon or "weer" in forms or not lexicon.verbs["to_say"].isdisjoint(forms) else SILENT
    if not lexicon.verbs["to_say"].isdisjoint(forms) and "te" in forms:
        return ONLY_TOLD
    return _without_verb(words, lexicon)


def subordinate(forms: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Say whether the clause is one that stands before a main clause: "als ik iets vraag", "en toen ze dat zei"."""
    if len(forms) > 2 and forms[0] in ("en", "maar", "want", "dus"):
        forms = forms[1:]
    return forms[0] in lexicon.words["first"] and not (len(forms) > 1 and forms[1] in lexicon.finite)


def _without_verb(words: Words, lexicon: Lexicon) -> int:
    """Judge "Zij weer:", "en hij zo van", "ze had iets van", "en ik" before "dat jij ..."."""
    forms = words.forms
    if forms[-1] == "van" and (len(forms) < 2 or forms[-2] in ("zo", "zoiets", "iets")):
        return OPEN
    rest = [form for index, form in enumerate(forms) if index != words.at and form not in lexicon.words["fillers"]]
    if words.at < 0 or len(forms) > 5:
        return OPEN if words.colon and _says_by_colon(words, lexicon) else SILENT
    if not rest:
        if words.colon or forms[-1] == "van":
            return OPEN
        alone = len(forms) == 1 and words.breaks == 0 and words.after[:1] in (("ik",), ("ja",), ("nee",))
        quotes = alone or "je" in words.after[:3] or words.after[:1] in (("dat",), ("of",))
        return OPEN if quotes and not words.stop and words.after[:1] != ("en",) else SILENT
    return OPEN if words.colon and _says_by_colon(words, lexicon) else SILENT


def _says_by_colon(words: Words, lexicon: Lexicon) -> bool:
    """Say whether a colon behind the clause opens words: there is no verb in it, or none of thinking."""
    if not lexicon.verbs["thinking"].isdisjoint(words.forms) or words.role == BOTH:
        return False
    return not any(form in lexicon.finite for form in words.forms)


def named_afterwards(words: Words, before: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Say whether the clause names the speaker of what stands before it: "..., zei ze", "..., heb ik gezegd".

    The verb comes first, and what stands before is no subordinate clause ("toen ze thuiskwam, zei ze").
    """
    forms = words.forms
    if words.breaks == 2 or words.colon or words.role not in _SPEAKERS or not before or len(forms) > 6:
        return False
    if subordinate(before, lexicon):
        return False
    saying = lexicon.verbs["saying"]
    tag = forms[0] in saying or forms[0] in lexicon.verbs["telling"] or forms[0] in lexicon.verbs["sending"]
    if tag and not forms[0].startswith("ge") and not forms[0].endswith("en"):
        return words.at in (1, 2)
    told = forms[-1] in saying or forms[-1] in lexicon.verbs["sending"]
    return forms[0] in _HAVE and words.at == 1 and told and len(forms) <= 5


def goes_on(words: Words, talk: Talk, lexicon: Lexicon) -> str:
    """Return how the clause gives words that are open: "direct", "indirect", or "" if it does not."""
    if talk.colon and words.breaks < 2:
        return "direct"
    reported = _reported(words, lexicon)
    if talk.speaker == NOBODY:
        return ""
    if words.breaks == 2:
        return _after_a_stop(words, talk, reported, lexicon)
    if reported:
        return "direct" if talk.direct and not talk.fresh else "indirect"
    if words.forms[0] in ("want", "omdat") and not talk.fresh and words.role != TELLER:
        return "direct" if talk.direct else "indirect"
    if words.role == ADDRESSEE:
        return "direct"
    if talk.strength == ONLY_TOLD or not (talk.fresh or (talk.direct and words.breaks == 1)):
        return ""
    about_him = words.role == PARTNER and words.breaks == 0
    return "" if about_him or words.forms[0] in lexicon.words["telling_on"] else "direct"


def _reported(words: Words, lexicon: Lexicon) -> bool:
    """Say whether the clause begins as reported speech does: "dat ik ..", "en of ik ..", no verb second."""
    forms = words.forms[1:] if words.forms[0] in ("en", "maar") and len(words.forms) > 1 else words.forms
    if forms[0] not in lexicon.words["reporting"] or len(forms) < 2:
        return False
    return forms[1] not in lexicon.finite or forms[1] == "laat"


def _after_a_stop(words: Words, talk: Talk, reported: bool, lexicon: Lexicon) -> str:
    if reported:
        return "indirect"
    if words.role == ADDRESSEE:
        return "direct"
    if not talk.direct or words.role != NOBODY or words.forms[0] in lexicon.words["telling_on"]:
        return ""
    return "" if any(form in lexicon.verbs["past"] for form in words.forms) or len(words.forms) > 6 else "direct"


def unannounced(words: Words, talk: Talk, lexicon: Lexicon) -> str:
    """Return whose words a sentence "Dat ik nooit iets doe." gives that nobody announced, or NOBODY."""
    forms = words.forms
    if words.breaks == 0 or len(forms) < 3 or forms[2] in ("was", "is") or forms[0] not in ("dat", "of", "waarom"):
        return NOBODY
    someone = forms[1] in lexicon.subjects or forms[1] in ("mijn", "onze") or forms[1] in lexicon.names
    if forms[1] == "we" or not (someone or (forms[0] == "of" and forms[1] in lexicon.words["impersonal"])):
        return NOBODY
    if talk.last == TELLER:
        return NOBODY if forms[:2] == ("dat", "ik") or words.breaks == 1 else TELLER
    return talk.last if talk.last in (PARTNER, OTHER) else PARTNER


def next_talk(words: Words, talk: Talk, speaker: str, strength: int, mode: str, lexicon: Lexicon) -> Talk:
    """Return what is known after the clause: opened by it (`strength`), gone on with (`mode`), or closed."""
    aside = words.role in (ADDRESSEE, NOBODY) or subordinate(words.forms, lexicon) or _reported(words, lexicon)
    acted = talk.last if aside else words.role
    if strength:
        return Talk(speaker, words.colon or strength == OPEN, words.colon, True, strength, speaker)
    hinted = _hinted(words, lexicon) if not mode else NOBODY
    if hinted != NOBODY:
        return Talk(hinted, False, False, True, ONLY_TOLD, hinted)
    if mode:
        direct = mode == "direct"
        return Talk(speaker, direct, talk.colon and direct and not words.stop, False, talk.strength, speaker)
    return Talk(last=acted)


def _hinted(words: Words, lexicon: Lexicon) -> str:
    """Return who is likely to say what a "dat ik .." gives next: "ze begon over .. en | dat", "het verwijt | dat"."""
    if words.role in _SPEAKERS:
        return NOBODY if lexicon.verbs["beginning"].isdisjoint(words.forms) else words.role
    return PARTNER if "verwijt" in words.forms or "verwijten" in words.forms else NOBODY


def demanded_by(words: Words, names: Mapping[str, str], lexicon: Lexicon) -> str:
    """Return whose demand or opinion a clause gives: "van hem moest ik ..", "volgens haar ben ik .."; or NOBODY."""
    forms = words.forms[1:] if words.forms[0] in ("en", "maar", "dus", "want") else words.forms
    if len(forms) < 3 or forms[0] not in ("van", "volgens"):
        return NOBODY
    if forms[0] == "van" and forms[2] not in lexicon.words["demands"]:
        return NOBODY
    if forms[1] in ("hem", "haar"):
        return PARTNER
    if forms[1] in names:
        return names[forms[1]]
    return TELLER if forms[:2] == ("van", "me") else NOBODY
