"""Where clauses begin: at marks where there are any, at connectives and a new subject where there are none."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.lexicon import Lexicon
from assistant.understanding.people import People, owned
from assistant.understanding.tokens import Token

_LONGEST = 18
_SHORTEST = 3
_PLAIN_SUBJECTS = frozenset({"ik", "hij", "we"})
_STRESSED = frozenset({"jij", "gij", "ge", "zij", "gijle", "gulder", "zulder"})


def spans(tokens: Sequence[Token], lexicon: Lexicon, people: People) -> list[tuple[int, int]]:
    """Return the clauses as pairs of word indices; linear in the number of words."""
    forms = [token.form for token in tokens] + ["", "", ""]
    found: list[tuple[int, int]] = []
    start, subject, verb = 0, -1, -1
    for index, token in enumerate(tokens):
        form = forms[index]
        near = index - 1 in (subject, verb) or forms[index - 1] == "van" or index - start >= _LONGEST
        may = near or token.breaks or form in lexicon.cutters or form in people.names
        if may and index > start and _cuts(index, start, subject, verb, forms, token, lexicon, people):
            found.append((start, index))
            start, subject, verb = index, -1, -1
        if subject < 0 and _may_be_subject(index, tokens, lexicon, people):
            subject = index
        if verb < 0 and (form in lexicon.finite or (subject == index - 1 >= 0 and _ends_as_verb(form, lexicon))):
            verb = index
    if start < len(tokens):
        found.append((start, len(tokens)))
    return found


def _may_be_subject(index: int, tokens: Sequence[Token], lexicon: Lexicon, people: People) -> bool:
    form = tokens[index].form
    if form in lexicon.subjects:
        before = tokens[index - 1].form if index else ""
        if form in _PLAIN_SUBJECTS or tokens[index].written.lower() in _STRESSED:
            return True
        return before not in lexicon.words["prepositions"] or before == "als"
    if form in people.names:
        return True
    return (form in lexicon.other or form in lexicon.partner_nouns) and owned(index, tokens, lexicon)


def _cuts(
    index: int,
    start: int,
    subject: int,
    verb: int,
    forms: list[str],
    token: Token,
    lexicon: Lexicon,
    people: People,
) -> bool:
    """Say whether a clause begins at `index`, in a clause that began at `start`."""
    length = index - start
    if token.breaks == 2 or token.opens or length >= _LONGEST:
        return True
    if token.breaks == 1:
        return length >= 2 or forms[index] in lexicon.verbs["saying"] or forms[start] == "nee"
    form = forms[index]
    if _after_van(index, subject, verb, forms, lexicon):
        return True
    if form in lexicon.words["opens"] or form in lexicon.words["questions"]:
        return _opens(index, start, subject, verb, forms, lexicon)
    if subject < 0 and verb < 0:
        return False
    if form in lexicon.words["turns"] and forms[index + 1] in lexicon.finite:
        return _subject_at(index + 2, forms, lexicon)
    if _fronted(index, forms, lexicon) or _new_noun(index, subject, verb, forms, lexicon, people):
        return True
    if subject < 0:
        late = forms[start + 1] in lexicon.words["impersonal"] and forms[start] in lexicon.words["reporting"]
        return (verb < index - 1 or late) and _second_verb(index, forms, token, lexicon, late)
    if subject == index - 1 and form in lexicon.finite and verb != subject - 1:
        return False
    return (
        _new_subject(index, subject, verb, forms, token, lexicon)
        or _turned(index, start, subject, verb, forms, lexicon, people)
        or _content(index, subject, verb, forms, lexicon)
    )


def _fronted(index: int, forms: list[str], lexicon: Lexicon) -> bool:
    """Say whether "volgens haar ..", "van hem moest ik ..", "stel dat .." begins here."""
    form = forms[index]
    if form == "van":
        return forms[index + 1] in ("hem", "haar", "me") and forms[index + 2] in lexicon.words["demands"]
    if form == "voor":
        return forms[index + 1] in _PLAIN_SUBJECTS
    return form == "volgens" or (form == "stel" and forms[index + 1] == "dat")


def _new_noun(index: int, subject: int, verb: int, forms: list[str], lexicon: Lexicon, people: People) -> bool:
    """Say whether a noun or "het" with its verb begins a clause: "mijn zus belde", "els zei", "het bleef stil"."""
    form, before, after = forms[index], forms[index - 1], forms[index + 1]
    if before in lexicon.words["prepositions"] or before in ("en", "of") or before in lexicon.words["opens"]:
        return False
    if form in lexicon.words["impersonal"]:
        return after in lexicon.finite and before not in lexicon.finite and before not in lexicon.subjects
    if verb < 0 or (verb == index - 1 and subject < 0):
        return False
    if form in people.names:
        told = after in lexicon.finite and (index - 1 != verb or subject >= 0)
        return told and before not in lexicon.words["determiners"] and before not in lexicon.persons
    if form == "die" and after == "van":
        return forms[index + 2] == "me"
    if form in ("zijn", "haar"):
        return after in lexicon.other and forms[index + 2] in lexicon.finite
    if form in lexicon.people["owners"] or form == "de":
        if after in people.names or after in lexicon.persons:
            return forms[index + 2] in lexicon.finite or forms[index + 3] in lexicon.finite
        return form != "de" and forms[index + 2] in lexicon.persons and forms[index + 3] in lexicon.finite
    return False


def _second_verb(index: int, forms: list[str], token: Token, lexicon: Lexicon, late: bool) -> bool:
    """Say whether "ik", or a verb before it, begins a clause after one without a subject: "zoek het uit | ik ging"."""
    if forms[index] in _PLAIN_SUBJECTS or token.written.lower() in _STRESSED:
        return (late or forms[index - 1] not in lexicon.finite) and forms[index - 1] not in lexicon.words["opens"]
    return forms[index] in lexicon.finite and forms[index + 1] in _PLAIN_SUBJECTS


def _ends_as_verb(form: str, lexicon: Lexicon) -> bool:
    if form in lexicon.known:
        return form.endswith("en")
    return len(form) > 4 and form.endswith(("t", "de", "te"))


def _verbal(form: str, lexicon: Lexicon) -> bool:
    """Say whether the word behind "ze" or "je" is its verb, as far as its form tells."""
    return form in lexicon.finite or (len(form) > 4 and form.endswith(("de", "te")))


def _after_van(index: int, subject: int, verb: int, forms: list[str], lexicon: Lexicon) -> bool:
    """Say whether a "van" that quotes stands before: "en hij van | ..", "ze had zoiets van | ..", "ik zo van | .."."""
    if forms[index - 1] != "van" or subject < 0:
        return False
    if forms[index - 2] in ("zo", "zoiets", "iets"):
        told = forms[index].startswith("ge") or forms[index] in lexicon.verbs["telling"]
        return not (told and forms[index - 2] == "iets")
    quotes = verb < 0 and subject >= index - 3 and forms[subject] in lexicon.subjects
    return quotes and forms[index] not in lexicon.words["starters"] and forms[index] not in ("me", "hem")


def _subject_at(index: int, forms: list[str], lexicon: Lexicon) -> bool:
    return forms[index] in lexicon.subjects or forms[index] in lexicon.words["starters"]


def _new_subject(index: int, subject: int, verb: int, forms: list[str], token: Token, lexicon: Lexicon) -> bool:
    """Say whether a second subject begins a clause: "hij pakte zijn jas | ik bleef", "zij weer | jij doet niets"."""
    form, before = forms[index], forms[index - 1]
    if form not in lexicon.subjects or before in ("en", "of", "dan", form) or before in lexicon.words["opens"]:
        return False
    if form in _PLAIN_SUBJECTS or token.written.lower() in _STRESSED:
        fronted = forms[subject] not in lexicon.subjects and subject == index - 2 == verb - 1 and before[-1:] != "t"
        return not fronted
    if before in lexicon.words["prepositions"] or not _verbal(forms[index + 1], lexicon):
        return False
    return before in lexicon.verbs["saying"] or before in lexicon.verbs["plural"] or before not in lexicon.finite


def _turned(
    index: int, start: int, subject: int, verb: int, forms: list[str], lexicon: Lexicon, people: People
) -> bool:
    """Say whether a verb with its subject behind it begins a clause: "als ik iets vraag | wordt hij kwaad"."""
    late = verb < 0 and index >= start + 3 and forms[start] in lexicon.words["first"]
    if forms[index] not in lexicon.finite or (verb < 0 and not late):
        return False
    if verb == index - 1 and subject == index - 2:
        return _said_then_turned(index, forms, lexicon)
    if forms[index + 1] in people.names:
        return verb != index
    if forms[index + 1] in lexicon.words["impersonal"]:
        begins = forms[start + 1] if forms[start] in ("en", "maar", "want", "dus") else forms[start]
        return begins in lexicon.words["first"] and verb != start + 1
    return forms[index + 1] in lexicon.subjects and verb != index


def _said_then_turned(index: int, forms: list[str], lexicon: Lexicon) -> bool:
    turned = forms[index] in lexicon.finite and forms[index + 1] in lexicon.subjects
    return turned and forms[index - 1] in lexicon.verbs["saying"]


def _content(index: int, subject: int, verb: int, forms: list[str], lexicon: Lexicon) -> bool:
    """Say whether the words that somebody says begin right behind "zei hij": "zegt hij | seffens"."""
    said = max(subject, verb)
    if said != index - 1 or abs(subject - verb) != 1 or forms[verb] not in lexicon.verbs["saying"]:
        return False
    return forms[index] not in lexicon.words["after_saying"]


def _opens(index: int, start: int, subject: int, verb: int, forms: list[str], lexicon: Lexicon) -> bool:
    """Say whether the connective or question word at `index` begins a clause."""
    form, before, after = forms[index], forms[index - 1], forms[index + 1]
    begun = index - start >= _SHORTEST or subject >= 0 or verb >= 0
    if not begun or before == "stel" or (before in lexicon.words["opens"] and (form != "en" or before == "maar")):
        return False
    if form in lexicon.words["questions"]:
        asked = _subject_at(index + 1, forms, lexicon) or after in lexicon.finite or before in lexicon.verbs["saying"]
        return asked and before not in lexicon.words["prepositions"]
    if form in lexicon.words["adverbs"]:
        return after in lexicon.finite
    if form in lexicon.words["before_subject"]:
        return _opens_before_subject(index, start, subject, verb, forms, lexicon)
    if form == "maar":
        return _opens_maar(before, after, lexicon)
    if form == "en":
        return not _joins(index, subject, verb, forms, lexicon)
    return form != "of" or after not in ("zo", "iets", "wat", "twee", "drie", "niet", "nee")


def _joins(index: int, subject: int, verb: int, forms: list[str], lexicon: Lexicon) -> bool:
    """Say whether "en" joins two who act together: "mijn vriend Joris en ik", "mijn moeder en mijn zus"."""
    after = forms[index + 1]
    if after == "ik" and forms[index - 1] in lexicon.names and forms[index - 2] not in lexicon.finite:
        return True
    two = subject >= 0 and verb < 0 and after in ("ik", "mijn", "onze", "zijn", "haar")
    return two and index - subject <= 2 and not (after == "ik" and forms[subject] in ("ze", "hij"))


def _opens_before_subject(index: int, start: int, subject: int, verb: int, forms: list[str], lexicon: Lexicon) -> bool:
    form, before, after = forms[index], forms[index - 1], forms[index + 1]
    if form == "dat" and before == "niet" and index - 1 == start:
        return False
    if form == "dat" and verb < 0 and subject == index - 1 and after in ("is", "was", "klopt"):
        return True
    if after in lexicon.subjects or after in lexicon.names or after in ("u", "jullie"):
        return True
    if form in ("toen", "dat", "dus") and after in lexicon.finite:
        return _subject_at(index + 2, forms, lexicon)
    if form == "als" and after == "een":
        return False
    return after in lexicon.words["starters"] and before not in lexicon.words["prepositions"]


def _opens_maar(before: str, after: str, lexicon: Lexicon) -> bool:
    if before in lexicon.words["before_maar"] or before in lexicon.subjects:
        return False
    return after in lexicon.subjects or after in lexicon.words["starters"] or after in lexicon.known
