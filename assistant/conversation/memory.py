"""What a conversation knows so far, as a value, and the facts that a script's conditions speak of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from assistant.conversation import own_words
from assistant.conversation.own_words import Own
from assistant.conversation.phrases import answers, forms
from assistant.conversation.script import Heard
from assistant.conversation.states import MOST_ROOM, State
from assistant.reflecting.wording import Prompts
from assistant.understanding import Reading, understand
from assistant.understanding.reading import FEARS

NUMBERS = {"een": 1, "1": 1, "twee": 2, "2": 2, "drie": 3, "3": 3, "vier": 4, "4": 4, "vijf": 5, "5": 5}
SPECIAL = frozenset(
    {"yes", "no", "unknown", "refusal", "tears", "anger", "joke", "new_row", "none", "later", "not_today"}
)
TRUSTED_WORD = 0.8
FALTERING_WORDS, FALTERING_PAUSES, FALTERING_SECONDS = 12, 2, 1.5
"""So few words, with so many pauses of so many seconds between them: somebody who can hardly speak just now."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that a conversation knows; `kinds` are those of the last answer, `given` what was known before it began."""

    account: str = ""
    reading: Reading = field(default_factory=Reading)
    fear: str | None = None
    own_fear: Own | None = None
    wish: bool = False
    own_wish: Own | None = None
    changed: bool = False
    day: str | None = None
    number: int | None = None
    said: bool | None = None
    intention: str | None = None
    last_intention: str | None = None
    asked: int = 0
    kinds: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()

    @property
    def told(self) -> str:
        """What was told so far, for whatever must be judged in its light."""
        return self.account

    def facts(self, most_questions: int) -> frozenset[str]:
        """Return all that holds now, in the words of a script's conditions."""
        reading = self.reading
        found = {f"pattern:{reading.pattern}", *self.kinds, *self.given}
        found |= {f"room:{n}" for n in range(1, MOST_ROOM + 1) if most_questions - self.asked >= n}
        found |= {f"teller:{reading.teller}"} if reading.teller else set()
        found |= {f"partner:{reading.partner}"} if reading.partner else set()
        found |= {f"step:{reading.step}"} if reading.step else set()
        found |= {f"fear:{self.fear}"} if self.fear in FEARS else set()
        found |= {f"day:{self.day}"} if self.day else set()
        flags = {
            "fear": self.fear or self.own_fear, "wish": self.wish or self.own_wish, "changed": self.changed,
            "intention": self.intention, "remembered": self.last_intention,
        }  # fmt: skip
        found |= {name for name, there in flags.items() if there}
        listening = answers()
        words = forms(self.account)
        return frozenset(found | {kind for kind in ("long", "broken") if listening.kinds[kind].fit(words, words)})


def with_account(memory: Memory, text: str, reading: Reading) -> Memory:
    """Return what is known after the account."""
    return replace(
        memory, account=text, reading=reading, fear=reading.fears[0] if reading.fears else None,
        own_wish=own_words.wish_within(text),
    )  # fmt: skip


def kinds_of(heard: Heard) -> frozenset[str]:
    """Return the kinds of an answer; "words" where it is none of the special ones."""
    if heard.silent:
        return frozenset({"silence"})
    if not heard.sure:
        return frozenset({"unsure"})
    kinds = answers().of(heard.text)
    words = heard.transcript.words
    if len(words) <= FALTERING_WORDS and len(heard.transcript.pauses(FALTERING_SECONDS)) >= FALTERING_PAUSES:
        kinds |= {"tears"}
    if not kinds & SPECIAL:
        kinds |= {"words"}
    return kinds


def after(memory: Memory, state: State, heard: Heard, kinds: frozenset[str]) -> Memory:
    """Return what is known after an answer to the question of a state."""
    memory = replace(memory, kinds=kinds, changed=False)
    if state.take is None or heard.silent or not heard.sure:
        return memory
    return _TAKERS[state.take](memory, state, heard, kinds)


def _trusted(heard: Heard) -> bool:
    """Say whether all words were heard surely enough to be given back."""
    return all(word.confidence >= TRUSTED_WORD and word.text != "[unk]" for word in heard.transcript.words)


def _named(kinds: frozenset[str]) -> str | None:
    """Return the fear that the words of an answer name."""
    return next((fear for fear in FEARS if f"fear_{fear}" in kinds), None)


def _own(heard: Heard, memory: Memory, asked: bool = True) -> Own | None:
    return own_words.fear(heard.text, memory.account, asked) if _trusted(heard) else None


def _take_fear(memory: Memory, state: State, heard: Heard, kinds: frozenset[str]) -> Memory:
    own, named = _own(heard, memory, asked=state.take != "touched"), _named(kinds)
    if own and not named:
        read = understand(f"Ik ben bang dat {own.words}.").fears
        named = read[0] if read else None
    if own or named:
        memory = replace(memory, own_fear=own or memory.own_fear, fear=named or memory.fear)
    wished = own_words.wish_within(heard.text) if _trusted(heard) else None
    return replace(memory, own_wish=wished) if wished else memory


def _take_offer(memory: Memory, state: State, heard: Heard, kinds: frozenset[str]) -> Memory:
    for place, kind in enumerate(("first", "second", "third")):
        if kind in kinds and place < len(state.offers):
            return replace(memory, fear=state.offers[place])
    taken = _take_fear(memory, state, heard, kinds)
    if taken.fear or taken.own_fear or "no" in kinds:
        return taken
    return replace(taken, fear=state.offers[0]) if "yes" in kinds else taken


def _take_sentence(memory: Memory, state: State, heard: Heard, kinds: frozenset[str]) -> Memory:
    own = _own(heard, memory) or (own_words.as_said(heard.text) if _trusted(heard) else None)
    if own:
        return replace(memory, own_fear=own, fear=_named(kinds) or memory.fear, changed=True)
    named = _named(kinds)
    if named and named != memory.fear:
        return replace(memory, own_fear=None, fear=named, changed=True)
    return memory


def _take_wish(memory: Memory, state: State, heard: Heard, kinds: frozenset[str]) -> Memory:
    if kinds & {"unknown", "refusal", "none"}:
        return memory
    own = own_words.wish(heard.text, memory.account) if _trusted(heard) else None
    if own:
        return replace(memory, own_wish=own, wish=True)
    return replace(memory, wish="yes" in kinds and state.name == "wish_offer")


def _take_moment(memory: Memory, state: State, heard: Heard, kinds: frozenset[str]) -> Memory:
    reading = understand(heard.text)
    named = _named(kinds) or (
        reading.fears[0] if reading.fears and reading.confidence.get("fears", 0.0) >= 0.5 else None
    )
    sure = reading.safety == "none" and reading.confidence.get("pattern", 0.0) >= 0.5 and len(heard.text.split()) >= 8
    return replace(memory, reading=reading if sure else Reading(), fear=named, account=heard.text)


def _take_day(memory: Memory, state: State, heard: Heard, kinds: frozenset[str]) -> Memory:
    words = forms(heard.text)
    numbers = [NUMBERS[word] for word in words if word in NUMBERS and word != "een"]
    numbers = numbers or [1] * (words in (("een",), ("een", "een")))
    if numbers:
        day = "good" if numbers[0] >= 4 else "bad" if numbers[0] <= 2 else "middling"
    else:
        day = "bad" if "bad" in kinds else "good" if "good" in kinds else "middling"
    return replace(memory, day=day, number=min(5, max(1, numbers[0])) if numbers else None)


def _take_intention(memory: Memory, state: State, heard: Heard, kinds: frozenset[str]) -> Memory:
    if kinds & {"unknown", "refusal", "none"} or ("no" in kinds and len(forms(heard.text)) <= 3):
        return memory
    text = re.sub(r"\s+", " ", heard.text).strip(" .")
    return replace(memory, intention=text or None)


def _take_kept(memory: Memory, state: State, heard: Heard, kinds: frozenset[str]) -> Memory:
    return replace(memory, said="yes" in kinds if kinds & {"yes", "no"} else None)


_TAKERS: dict[str, Callable[[Memory, State, Heard, frozenset[str]], Memory]] = {
    "fear": _take_fear,
    "touched": _take_fear,
    "offer": _take_offer,
    "sentence": _take_sentence,
    "wish": _take_wish,
    "moment": _take_moment,
    "day": _take_day,
    "intention": _take_intention,
    "kept": _take_kept,
}


def sentence(memory: Memory, which: str, source: Prompts, turn: int = 0) -> str:
    """Return the teller's "fear" or "wish" as a sentence to the partner: in their own words, or one that fits."""
    own = memory.own_fear if which == "fear" else memory.own_wish
    if own:
        said = source.say(f"sentences/frame/{own.frame}", turn=turn, words=own.words)
        return said[:1].upper() + said[1:]
    for key in (memory.fear, memory.reading.teller, "attack"):
        if key and source.has(f"sentences/{which}/{key}"):
            return source.say(f"sentences/{which}/{key}", turn=turn)
    raise AssertionError("prompts/nl/sentences.toml holds a sentence for attack")
