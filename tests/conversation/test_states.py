"""Scripts as data: what is refused at load, that every path ends within its bound, and the pictures in docs/."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_talks import TALKS, Played, Told

from assistant import resources
from assistant.conversation.commands import Command, parse, phrases
from assistant.conversation.diagram import page
from assistant.conversation.guide import MOST_WAITS, checkin, guided
from assistant.conversation.phrases import answers
from assistant.conversation.script import Heard
from assistant.conversation.states import Script, ScriptError, load, script
from assistant.hearing.transcript import Transcript, Word

SCRIPTS = ("guided", "checkin")
GOOD = """
start = "a"
most_questions = 2
asked_before = 0
[state.a]
ask = ["Hoe?"]
next = [{ if = ["yes"], to = "b" }, { to = "c" }]
[state.b]
say = ["Goed."]
next = [{ to = "c" }]
[state.c]
say = ["Dag."]
end = "done"
"""


def written(tmp_path: Path, text: str) -> Script:
    file = tmp_path / "proef.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def test_a_good_script_is_read(tmp_path: Path) -> None:
    assert set(written(tmp_path, GOOD).states) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('to = "b"', 'to = "x"', "leads to 'x', which is not there"),
        ('start = "a"', 'start = "z"', "start = 'z' is not there"),
        ('start = "a"\n', "", "start is missing"),
        ('{ if = ["yes"], to = "b" }, ', "", "is never reached"),
        ('next = [{ to = "c" }]', 'next = [{ to = "a" }]', "goes round in a circle: a -> b -> a"),
        ('next = [{ to = "c" }]', 'next = [{ if = ["yes"], to = "c" }]', "the last way of next must always hold"),
        ('end = "done"', "", "needs either next or end"),
        ('end = "done"', 'end = "weg"', "end = 'weg'"),
        ('["yes"]', '["jazeker"]', "'jazeker' is no known condition"),
        ('["yes"]', '"yes"', "must be a list"),
        ('say = ["Goed."]', 'zeg = ["Goed."]', "unknown key 'zeg'"),
        ('say = ["Goed."]', 'say = [""]', "a line without text"),
        ('say = ["Goed."]', 'say = ["Dag {naam}."]', "no value for {naam}"),
        ('ask = ["Hoe?"]', 'ask = ["Hoe?"]\ntake = "alles"', "take = 'alles'"),
        ('say = ["Dag."]', 'ask = ["Dag?"]', "a state that asks cannot be the end"),
        ("most_questions = 2", "most_questions = 0", "asks 1 questions"),
        ("asked_before = 0", "asked_before = 2", "asks 3 questions, 2 of them before: a"),
        ('[state.a]', '[[when]]\nif = "huilen"\nmost = 1\nsay = ["Ach."]\n[state.a]', "is no known answer"),
        ('[state.a]', '[[when]]\nif = "tears"\nmost = 1\nsay = ["Ach."]\nafter = "x"\n[state.a]', "leads to 'x'"),
        ('[state.a]', '[[when]]\nif = "tears"\nsay = ["Ach."]\n[state.a]', "most is missing"),
    ],
)  # fmt: skip
def test_a_bad_script_is_refused_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(ScriptError) as refused:
        written(tmp_path, GOOD.replace(old, new))
    assert says in str(refused.value)
    assert "proef.toml" in str(refused.value)


def test_all_errors_are_shown_at_once(tmp_path: Path) -> None:
    with pytest.raises(ScriptError) as refused:
        written(tmp_path, GOOD.replace('["yes"]', '["ja"]').replace('say = ["Goed."]', "say = [1]"))
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_pictures_are_up_to_date(name: str) -> None:
    file = Path(__file__).resolve().parents[2] / "docs" / f"script-{name}.md"
    assert file.read_text(encoding="utf-8") == page(script(name))


# ------------------------------------------------------------------ every path ends

_FIRST = (next(text for mark, text in told.lines if mark == ">") for told in TALKS if not told.facts)
ACCOUNTS = list(dict.fromkeys(_FIRST))
ANSWERS = [
    "ja",
    "nee",
    "weet ik niet",
    "dat wil ik niet zeggen",
    "ik moet huilen",
    "rot op",
    "haha",
    "dat hij me niet ziet staan",
    "ik was bang dat hij wegging",
    "ik voelde me alleen",
    "dat hij me vasthoudt",
    "de eerste",
    "een vier",
    "slecht",
    "goed",
    "en vanochtend weer ruzie gehad",
    "een wandeling",
    "nee, ik ben bang dat ik tekortschiet",
    "later",
    "niet vandaag",
    "ik wil niet meer",
    "hij zei niets en keek weg",
    "x",
    "?",
    "ja ja nee ja",
    "ik ben bang",
]
TURNS = st.one_of(
    st.sampled_from(ANSWERS).map(Heard),
    st.just(Heard("", silent=True)),
    st.sampled_from(ANSWERS).map(lambda text: Heard(text, sure=False)),
)


def bound(told: Script) -> int:
    """The most turns of a teller who gives no commands: the account and its questions, answers, questions of safety."""
    return 1 + 2 + 2 + told.most_answers + 3


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(ACCOUNTS), st.lists(TURNS, min_size=40, max_size=40))
def test_every_guided_talk_ends_within_its_bound(account: str, turns: list[Heard]) -> None:
    played = Played(guided(script("guided")))
    played.until_listening()
    used = 0
    for turn in (Heard(account), *turns):
        if played.outcome:
            break
        used += 1
        played.on(turn)
    assert played.outcome is not None
    assert used <= bound(script("guided"))
    questions = [s for s in played.said if s.reflection.kind == "question" and "talk/check" not in s.reflection.keys[0]]
    assert len(questions) <= 6
    own = [s.reflection.lines[-1] for s in questions if s.reflection.keys[0].startswith("scripts/")]
    assert len(own) == len(set(own))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(TURNS, min_size=30, max_size=30),
    st.booleans(),
    st.one_of(st.none(), st.just("haar bellen")),
    st.sampled_from(["morning", "afternoon", "evening", "night"]),
)
def test_every_checkin_ends_within_its_bound(turns: list[Heard], scheduled: bool, last: str | None, part: str) -> None:
    facts = frozenset({f"part:{part}", *(["scheduled"] if scheduled else [])})
    played = Played(checkin(script("checkin"), facts, last))
    played.until_listening()
    used = 0
    for turn in turns:
        if played.outcome:
            break
        used += 1
        played.on(turn)
    assert played.outcome is not None
    assert used <= bound(script("checkin"))
    assert sum(s.reflection.kind == "question" and "talk/check" not in s.reflection.keys[0] for s in played.said) <= 6


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.sampled_from([c.value for c in Command]), st.sampled_from(ANSWERS)), max_size=60))
def test_any_mixture_of_commands_and_answers_never_breaks_it(texts: list[str]) -> None:
    played = Played(guided(script("guided")))
    played.until_listening()
    for text in (ACCOUNTS[0], *texts):
        if played.outcome:
            break
        played.on(Heard(text), Heard(texts[0]) if texts else None)
    while played.outcome is None:
        played.on(Heard("", silent=True))
        assert len(played.said) < 500
    assert played.outcome.how in ("done", "stopped", "quiet", "danger", "left")


PLAIN = [
    told
    for told in TALKS
    if told.facts is None
    and not told.name.startswith("commands")
    and len(told.lines) > 6
    and not any(mark in "!" or (mark == ">" and text.startswith("(")) for mark, text in told.lines)
][:12]


@pytest.mark.parametrize("told", PLAIN, ids=[told.name for told in PLAIN])
@pytest.mark.parametrize("command", [c for c in Command if c not in (Command.STOP, Command.DONE, Command.AFRESH)])
def test_a_command_at_every_point_leaves_the_conversation_whole(told: Told, command: Command) -> None:
    """Wherever a command comes, the conversation goes on afterwards with what it asked, and ends."""
    lines = [text for mark, text in told.lines if mark == ">"]
    for at in range(1, len(lines)):
        played = Played(guided(script("guided")))
        played.until_listening()
        for text in lines[:at]:
            played.on(Heard(text))
        if played.outcome:
            break
        before = [said.reflection.lines for said in played.since]
        played.on(Heard(command.value))
        if command in (Command.PAUSE, Command.HELP):
            played.on(Heard("verder"))
        if command not in (Command.ON, Command.BACK):
            assert played.since[-1].reflection.lines == before[-1]
        waits = 0
        while played.outcome is None and waits < MOST_WAITS:
            played.on(Heard("", silent=True))
            waits += 1
        assert played.outcome is not None


# ------------------------------------------------------------------ what is listened for


def test_the_commands_of_the_issue_are_there() -> None:
    for word in (
        "stop", "pauze", "verder", "herhaal", "langzamer", "sneller", "zachter", "harder", "terug", "hulp",
        "ik ben klaar", "opnieuw",
    ):  # fmt: skip
        assert parse(word) is not None, word
        assert parse(f"{word.capitalize()}!") is parse(word)


def test_no_phrase_is_two_commands() -> None:
    table = resources.read_toml(resources.folder("prompts/nl/heard") / "commands.toml")
    every = list(itertools.chain.from_iterable(table.values()))
    assert len(set(every)) == len(every) == len(phrases())


@pytest.mark.parametrize(
    "text", ["hij zei stop", "ik kan niet verder met hem", "ze praat steeds harder", "we willen terug"]
)
def test_a_story_is_no_command(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ja hoor", "yes"), ("nee, liever niet", "no"), ("tja, weet ik niet hoor", "unknown"),
        ("nou dat wil ik niet zeggen", "refusal"), ("dat gaat je niks aan", "refusal"), ("ik zit te huilen", "tears"),
        ("wat een onzin", "anger"), ("grapje", "joke"), ("en gisteren ook ruzie over geld", "new_row"),
        ("niet vandaag", "not_today"), ("straks", "later"),
    ],
)  # fmt: skip
def test_kinds_of_answers(text: str, kind: str) -> None:
    assert kind in answers().of(text)


@pytest.mark.parametrize("text", ["dat hij wegging", "ik voelde me alleen", "hij keek naar zijn telefoon"])
def test_an_ordinary_answer_is_of_no_special_kind(text: str) -> None:
    special = {"yes", "no", "unknown", "refusal", "tears", "anger", "joke", "new_row", "later", "not_today"}
    assert not answers().of(text) & special


# ------------------------------------------------------------------ as it is heard by voice


def by_voice(text: str, gap: float = 0.1, confidence: float = 1.0) -> Heard:
    """An answer as the recogniser gives it, with so many seconds between the words."""
    words = tuple(
        Word(word, at * (0.3 + gap), at * (0.3 + gap) + 0.3, confidence) for at, word in enumerate(text.split())
    )
    return Heard(text, Transcript(words))


def at_the_first_question() -> Played:
    played = Played(guided(script("guided")))
    played.until_listening()
    played.on(Heard(ACCOUNTS[0]))
    return played


def test_long_pauses_are_given_time_and_no_word_is_lost() -> None:
    played = at_the_first_question()
    played.on(by_voice("ik was bang", gap=2.0))
    assert "Neem de tijd" in played.since[0].reflection.lines[0]
    played.on(by_voice("dat hij wegging"))
    assert "“Ik was bang dat je wegging.”" in played.since[-1].reflection.lines


def test_words_heard_with_doubt_make_no_sentence() -> None:
    sure, doubtful = at_the_first_question(), at_the_first_question()
    sure.on(by_voice("ik was bang dat hij wegging"))
    doubtful.on(by_voice("ik was bang dat hij wegging", confidence=0.5))
    assert "“Ik was bang dat je wegging.”" in sure.since[-1].reflection.lines
    assert not any("wegging" in line for line in doubtful.since[-1].reflection.lines)


def test_a_command_at_the_end_of_the_account_keeps_what_was_told() -> None:
    played = Played(guided(script("guided")))
    played.until_listening()
    played.on(Heard(ACCOUNTS[0], command="pauze"))
    assert "ik wacht" in played.since[-1].reflection.lines[0]
    played.on(Heard("verder"))
    assert not played.since  # it listens on
    played.on(Heard("Dat was het."))
    assert "Wat ik hoor" in " ".join(played.since[0].reflection.lines)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('say = ["Neem gerust de tijd."]', 'say = ["Neem gerust de {tijd."]', "expected '}'"),
        ('say = ["Neem gerust de tijd."]', "say = 3", "not built as a script"),
    ],
)
def test_what_no_script_can_hold_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    """Found by fuzzing."""
    written = (resources.folder("prompts/nl/scripts") / "checkin.toml").read_text(encoding="utf-8")
    assert before in written
    broken = tmp_path / "checkin.toml"
    broken.write_text(written.replace(before, after), encoding="utf-8")
    with pytest.raises(ScriptError, match=f"(?s)checkin.toml.*{said}"):
        load(broken)
