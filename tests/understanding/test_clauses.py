from __future__ import annotations

import time

import pytest

from assistant.understanding.clauses import BOTH, NOBODY, OTHER, PARTNER, TELLER, Account, speaker_lines, take_apart
from assistant.understanding.lexicon import lexicon


def apart(text: str) -> Account:
    return take_apart(text, lexicon())


def actors(text: str) -> list[str]:
    return [clause.actor for clause in apart(text).clauses]


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("toen liep hij weg", PARTNER),
        ("daarna ben ik boos geworden", TELLER),
        ("mijn man zat op de bank", PARTNER),
        ("die van mij zei niets", PARTNER),
        ("onze oudste stond te schreeuwen", OTHER),
        ("mijn moeder hing op", OTHER),
        ("we zwegen", BOTH),
        ("gisteren begon Femke weer", PARTNER),
        ("het regende", NOBODY),
    ],
)
def test_who_acts(text: str, actor: str) -> None:
    assert actors(text)[0] == actor


def test_quoted_words_belong_to_who_says_them() -> None:
    account = apart("Toen zei hij dat ik nooit luister en dat ik altijd zeur. Ik ging naar boven.")
    said = [clause.speaker for clause in account.clauses]
    assert said[:3] == [PARTNER, PARTNER, PARTNER]
    assert said[-1] == NOBODY


def test_quotes_without_marks() -> None:
    account = apart("En zij weer: jij doet nooit iets. En ik van ja maar ik werk ook.")
    by_words = {account.words(c.start, c.end): c.speaker for c in account.clauses}
    assert by_words["jij doet nooit iets"] == PARTNER


@pytest.mark.parametrize(
    "text", ["had ik maar gezegd dat ik bang was", "als ik dat nou had gevraagd", "dan zou hij weggaan"]
)
def test_might_have_been(text: str) -> None:
    assert any(clause.unreal for clause in apart(text).clauses)


def test_clauses_cover_all_words_in_order_without_punctuation() -> None:
    text = "ik kwam thuis en hij zat op de bank en toen zei ik dat hij nooit iets doet en hij zei niets meer"
    account = apart(text)
    assert [i for c in account.clauses for i in range(c.start, c.end)] == list(range(len(account.tokens)))
    assert len(account.clauses) >= 4


def test_dialogue_knows_its_speakers() -> None:
    account = apart("Hij: Je luistert niet.\nIk: Jawel, ik luister.\nHij: Laat maar.")
    assert account.dialogue
    assert account.clauses[0].speaker == PARTNER
    assert account.clauses[0].actor == TELLER


def test_dialogue_with_a_sister() -> None:
    account = apart("Zus: En, heb je het gezegd?\nIk: Nee, ik ben weer weggelopen.")
    assert {clause.speaker for clause in account.clauses} == {OTHER, TELLER}


def test_a_colon_makes_no_dialogue() -> None:
    assert speaker_lines("Ik zei: hou op. Zij zei: nee.") == []


def heard(text: str) -> list[tuple[str, str, str]]:
    """Return (words, actor, speaker) of each clause."""
    account = apart(text)
    return [(account.words(c.start, c.end), c.actor, c.speaker) for c in account.clauses]


def row(text: str, words: str) -> tuple[str, str]:
    """Return (actor, speaker) of the clause that holds `words`."""
    return next((actor, speaker) for written, actor, speaker in heard(text) if words in written)


@pytest.mark.parametrize(
    ("text", "words", "actor", "speaker"),
    [
        # a name with a colon inside a running account
        ("Hij kwam laat. Ik: waar was je? Hij: bij Tom.", "waar was je", PARTNER, TELLER),
        ("Ik zuchtte. Zij weer: jij zucht altijd.", "jij zucht", TELLER, PARTNER),
        ("Ik zo van hou eens op. Hij werd stil.", "hou eens op", NOBODY, TELLER),
        # "van" that is no saying
        ("Ik hou van hem, maar ik ben moe.", "maar ik ben moe", TELLER, NOBODY),
        ("Hij at er niks van. Ik ruimde af.", "Ik ruimde af", TELLER, NOBODY),
        ("Ze had iets van zoek het uit.", "zoek het uit", NOBODY, PARTNER),
        # fillers
        ("Iemand moest het doen en dat was ik dus. De hond blafte.", "dat was ik", TELLER, NOBODY),
        # a speaker named afterwards
        ("Ik ga naar mijn broer, heb ik gezegd. Ze bleef zitten.", "Ik ga naar", TELLER, TELLER),
        ("Je bent er nooit, zegt ze. Ik ging weg.", "Je bent er nooit", TELLER, PARTNER),
        ("Ik ben moe, zegt ze. Ik ging weg.", "Ik ging weg", TELLER, NOBODY),
        ("Ik kan niet meer, zei ik, je bent er nooit.", "je bent er nooit", PARTNER, TELLER),
        # a subordinate clause first
        ("als ik iets vraag wordt hij kwaad", "wordt hij", PARTNER, NOBODY),
        ("Toen hij dat zei ben ik weggelopen.", "ben ik", TELLER, NOBODY),
        # "dat" before a noun
        ("Hij liet dat ene glas staan.", "dat ene glas staan", PARTNER, NOBODY),
        # what an outsider said, inside a dialogue
        ("Ik: Waar was je?\nRuben: Mijn moeder zei dat ik moest blijven.", "dat ik moest", PARTNER, OTHER),
        ("Ik: Waar was je?\nRuben: Mijn moeder zei dat ik moest blijven.", "Mijn moeder zei", OTHER, PARTNER),
        # "Dat ik .." after a full stop
        ("Ze begon weer. Dat ik nooit iets doe.", "Dat ik nooit", TELLER, PARTNER),
        ("Ik heb hem de waarheid gezegd. Dat hij een lafaard is.", "Dat hij", PARTNER, TELLER),
        # names
        ("Mijn vriend Joris en ik wonen samen. Gisteren riep Joris iets.", "riep Joris", PARTNER, PARTNER),
        ("Mijn man sliep. Mijn zus Els belde. Els huilde.", "Els huilde", OTHER, NOBODY),
        ("Mijn man sliep. Onze Bram kwam. Bram huilde.", "Bram huilde", OTHER, NOBODY),
        # Flemish
        ("Ge zit altijd op uw gsm, zegt ze.", "Ge zit", TELLER, PARTNER),
        ("'k Heb gezegd: gij moet zwijgen.", "gij moet", PARTNER, TELLER),
        # passives, demands, opinions
        ("Ik werd weer uitgescholden.", "uitgescholden", PARTNER, NOBODY),
        ("Ik werd boos.", "boos", TELLER, NOBODY),
        ("Dan krijg ik te horen dat ik lui ben.", "dat ik lui", TELLER, PARTNER),
        ("Van hem moest ik thuisblijven.", "moest ik", TELLER, PARTNER),
        ("Volgens haar ben ik lui.", "ben ik", TELLER, PARTNER),
        # whom "ze" means
        ("Mijn man at. Mijn moeder belde. Ze vroeg iets. Hij zweeg.", "Ze vroeg", OTHER, OTHER),
        ("Mijn vrouw at. Mijn moeder belde. Haar broer zweeg. Ze stond op.", "Ze stond", PARTNER, NOBODY),
        ("Hij zweeg. Ze bleven tot elf uur.", "Ze bleven", OTHER, NOBODY),
        # a question without marks
        ("ik kom thuis en ze vraagt waar was je", "waar was je", TELLER, PARTNER),
    ],
)
def test_as_a_careful_reader_takes_it(text: str, words: str, actor: str, speaker: str) -> None:
    assert row(text, words) == (actor, speaker)


@pytest.mark.parametrize("text", ["dat had ik niet mogen zeggen", "hij doet alsof ik lucht ben", "hij had geen zin"])
def test_what_did_happen_is_real(text: str) -> None:
    assert not any(clause.unreal for clause in apart(text).clauses)


def test_time_grows_with_the_length_only() -> None:
    words = "ik zei dat hij nooit luistert en hij zei niets en mijn zus els lachte je bent gek zei ze en liep weg "

    def seconds(times: int) -> float:
        begun = time.process_time()
        apart(words * times)
        return time.process_time() - begun

    seconds(10)
    assert seconds(2000) < 30 * max(seconds(200), 0.005)
