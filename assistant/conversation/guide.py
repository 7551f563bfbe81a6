"""A script of states (`states.py`) as a conversation: a generator without sound, disk or clock.

What the teller says is first looked through for danger, then for the words that always work (`commands.py`),
then for kinds of answers that are met alike everywhere (`[[when]]` of the script), and only then taken as an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field, replace

from assistant.conversation import commands, danger
from assistant.conversation import memory as remembering
from assistant.conversation.commands import Command
from assistant.conversation.memory import Memory
from assistant.conversation.phrases import answers
from assistant.conversation.script import (
    MOST_QUESTIONS,
    MOST_RETRIES,
    Adjust,
    Heard,
    Listen,
    Say,
    Step,
    Unsure,
    trusting,
)
from assistant.conversation.states import Line, Script, State
from assistant.reflecting.reflection import Reflection, reflect
from assistant.reflecting.wording import Prompts, prompts
from assistant.understanding import Reading, understand

MOST_WAITS = 3
"""So often it is waited for "verder" after "pauze" or "hulp", before the conversation ends by itself."""
SHORT = ("opening", "heard", "pattern", "not_blame", "beneath")
"""The parts of a reflection that are said before the first question; the next step is what the conversation is for."""
SAME_AGAIN = frozenset({Command.SLOWER, Command.FASTER, Command.SOFTER, Command.LOUDER})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a conversation ended: "done", "stopped", "quiet", "later", "skipped", "danger", "left"; what was found.

    `fear` and `wish` are sentences, `intention` what the teller means to do, `day` "good", "middling" or "bad",
    `number` the number of the day where one was given (1 to 5), `said` whether what was meant last time was done
    (None: not told).
    """

    how: str
    reading: Reading | None = None
    fear: str | None = None
    wish: str | None = None
    intention: str | None = None
    day: str | None = None
    number: int | None = None
    said: bool | None = None


Talk = Generator[Step, "Heard | None", Outcome]
_Part = Generator[Step, "Heard | None", None]


class _Over(Exception):
    """The conversation ends now; the argument is how."""


class _Back(Exception):
    """The teller wants to go one question back."""


class _Afresh(Exception):
    """The teller wants to begin again."""


def guided(script: Script, turn: int = 0, source: Prompts | None = None) -> Talk:
    """Lead a conversation after an account: listen to it, reflect shortly, then follow `script`."""
    return _Talk(script, source or prompts(), turn, Memory(), tells=True).run()


def checkin(
    script: Script,
    given: frozenset[str],
    last_intention: str | None = None,
    turn: int = 0,
    source: Prompts | None = None,
) -> Talk:
    """Lead the daily check-in; `given` holds "part:evening" or the like, and "scheduled" where it began by itself."""
    memory = Memory(given=given, last_intention=last_intention)
    return _Talk(script, source or prompts(), turn, memory, tells=False).run()


@dataclass
class _Talk:
    """A conversation on its way."""

    script: Script
    source: Prompts
    turn: int
    memory: Memory
    tells: bool
    _last: Say | None = None
    _waited: Counter[str] = field(default_factory=Counter)
    _checked: set[str] = field(default_factory=set)
    _asked_at: list[tuple[str, Memory]] = field(default_factory=list)
    _waiting: bool = False

    def run(self) -> Talk:
        """Talk until it is over, beginning again as often as the teller wants that."""
        beginning = self.memory
        while True:
            try:
                how = yield from self._from_the_beginning()
                return self._outcome(how)
            except _Over as over:
                return self._outcome(str(over))
            except _Afresh:
                self.memory, self._last = beginning, None
                self._waited.clear()
                self._checked.clear()
                self._asked_at.clear()
                if self.tells:
                    yield self._line("talk/command/opnieuw")

    def _outcome(self, how: str) -> Outcome:
        memory = self.memory
        found = memory.facts(self.script.most_questions)
        return Outcome(
            how,
            memory.reading,
            remembering.sentence(memory, "fear", self.source) if "fear" in found else None,
            remembering.sentence(memory, "wish", self.source) if "wish" in found else None,
            memory.intention,
            memory.day,
            memory.number,
            memory.said,
        )

    def _from_the_beginning(self) -> Generator[Step, Heard | None, str]:
        while self.tells:
            try:
                yield from self._account()
                break
            except _Back:
                yield self._line("talk/command/no_way_back")
        name = self.script.start
        while True:
            state = self.script.states[name]
            try:
                following = yield from self._visit(state)
            except _Back:
                name = yield from self._step_back(name)
                continue
            if following is None:
                return state.end or "done"
            name = following

    def _step_back(self, name: str) -> Generator[Step, Heard | None, str]:
        """Return the question to go back to, with what was known then; the first one has none before it."""
        if self._waiting and self._asked_at:
            here = self._asked_at.pop()
            if not self._asked_at:
                self.memory = here[1]
                yield self._line("talk/command/no_way_back")
                return here[0]
        if not self._asked_at:
            yield self._line("talk/command/no_way_back")
            return name
        before, self.memory = self._asked_at.pop()
        yield self._line("talk/command/terug")
        return before

    # -------------------------------------------------------------- the account

    def _account(self) -> _Part:
        """Listen to the account until it can be reflected on, and reflect shortly."""
        told: list[Heard] = []
        retries = asked = 0
        heard = yield from self._hear(Listen())
        while True:
            if heard.silent:
                yield self._line("talk/left/end")
                raise _Over("quiet")
            if not heard.sure:
                retries += 1
                yield Unsure()
                if retries > MOST_RETRIES:
                    raise _Over("left")
                heard = yield from self._hear(Listen(again=True))
                continue
            told.append(heard)
            reading = self._read(told)
            reflection = reflect(reading, turn=self.turn, trusted=trusting(told), source=self.source)
            if reflection.kind == "safety":
                yield Say(reflection, reading)
                raise _Over("danger")
            if reflection.kind == "reflection":
                break
            if asked >= MOST_QUESTIONS:
                yield Say(reflection, reading)
                yield self._line("talk/left/end")
                raise _Over("left")
            asked += 1
            yield from self._say(Say(reflection, reading))
            heard = yield from self._hear(Listen(again=True))
        text = "\n".join(each.text for each in told)
        self.memory = replace(remembering.with_account(self.memory, text, reading), asked=asked)
        yield from self._say(Say(self._short(reflection, reading), reading))

    def _read(self, told: list[Heard]) -> Reading:
        reading = understand("\n".join(each.text for each in told))
        if reading.question and len(told) > 1:
            alone = understand(told[-1].text)
            reading = alone if alone.question is None else reading
        return reading

    def _short(self, reflection: Reflection, reading: Reading) -> Reflection:
        """Return a reflection without its next step; one on a good day or a repair stays whole."""
        if reading.pattern == "none" and reading.step == "keep":
            return reflection
        kept = [
            (line, key) for line, key in zip(reflection.lines, reflection.keys, strict=True)
            if key.split("/")[1] in (*SHORT, "keep")
        ]  # fmt: skip
        return Reflection("reflection", tuple(line for line, _ in kept), tuple(key for _, key in kept))

    # -------------------------------------------------------------- the states

    def _visit(self, state: State) -> Generator[Step, Heard | None, str | None]:
        """Say and ask what a state holds; return the state after it, or None at the end."""
        self._waiting = False
        facts = self.memory.facts(self.script.most_questions)
        lines = [line for line in state.say if all(c.holds(facts) for c in line.conditions)]
        question = next((line for line in state.ask if all(c.holds(facts) for c in line.conditions)), None)
        if question:
            lines.append(question)
            self._asked_at.append((state.name, self.memory))
            self._waiting = True
        if lines:
            yield from self._say(self._from_state(state, lines))
        if not state.listens:
            return self._way(state)
        self.memory = replace(self.memory, asked=self.memory.asked + (not state.invites))
        return (yield from self._answer(state))

    def _answer(self, state: State) -> Generator[Step, Heard | None, str | None]:
        """Listen to the answer to a state's question; return the state that follows."""
        faltered = ""
        while True:
            heard = yield from self._hear(Listen(again=True, kind="answer"))
            if faltered:  # what was said between the pauses is the beginning of the answer, or all of it
                heard = Heard(faltered) if heard.silent else replace(heard, text=f"{faltered} {heard.text}")
                faltered = ""
            kinds = remembering.kinds_of(heard)
            when = next((w for w in self.script.when if w.fact in kinds and not state.handles(w.fact)), None)
            if when:
                self._waited[when.fact] += 1
                if self._waited[when.fact] <= when.most:
                    faltered = heard.text if when.fact == "tears" and "tears" not in answers().of(heard.text) else ""
                    yield from self._say(self._spoken(f"{self.script.name}/when/{when.fact}", when.say, "talk"))
                    continue
                if when.after:
                    self.memory = replace(self.memory, kinds=kinds)
                    return when.after
            self.memory = remembering.after(self.memory, state, heard, kinds)
            self._waiting = False
            return self._way(state)

    def _way(self, state: State) -> str | None:
        facts = self.memory.facts(self.script.most_questions)
        return next((way.to for way in state.next if all(c.holds(facts) for c in way.conditions)), None)

    # -------------------------------------------------------------- saying

    def _from_state(self, state: State, lines: list[Line]) -> Say:
        return self._spoken(f"{self.script.name}/{state.name}", tuple(lines), _kind(state), slow=state.slow)

    def _spoken(self, key: str, lines: tuple[Line, ...], kind: str, slow: bool = False) -> Say:
        values = {
            "fear_sentence": remembering.sentence(self.memory, "fear", self.source),
            "wish_sentence": remembering.sentence(self.memory, "wish", self.source),
            "last_intention": self.memory.last_intention or "",
            "beneath": self._beneath(),
        }
        said = tuple(line.wordings[self.turn % len(line.wordings)].format(**values) for line in lines)
        return Say(Reflection(kind, said, tuple(f"scripts/{key}" for _ in said)), slow=slow)

    def _beneath(self) -> str:
        fear = self.memory.fear
        known = fear and self.source.has(f"reflection/beneath/{fear}")
        return self.source.say(f"reflection/beneath/{fear if known else 'attack'}", turn=self.turn)

    def _line(self, key: str, **values: str) -> Say:
        return Say(Reflection("talk", (self.source.say(key, turn=self.turn, **values),), (key,)))

    def _say(self, said: Say) -> _Part:
        """Say something; a command meanwhile is obeyed, and what it broke off is said again where that is wanted."""
        self._last = said
        while True:
            reply = yield said
            command = None if reply is None else (yield from self._command(reply))
            if command in (None, Command.ON):
                return
            if not (yield from self._obey(command)):
                return

    # -------------------------------------------------------------- hearing

    def _hear(self, listen: Listen) -> Generator[Step, Heard | None, Heard]:
        """Return the teller's next turn that is no command and no danger; raises _Over, _Back, _Afresh."""
        before = ""
        while True:
            heard = yield listen
            if heard is None:
                yield self._line("talk/left/end")
                raise _Over("left")
            command = None if heard.silent else (yield from self._command(heard))
            if command and heard.command and heard.text and command is not Command.AFRESH:
                before = f"{before}{heard.text}\n"  # told before the command: it counts
            if command is Command.DONE and before:
                return Heard(before.strip(), heard.transcript, heard.sure)
            if command is Command.ON and listen.kind == "answer":
                return Heard("weet ik niet")
            if command:
                if (yield from self._obey(command)) and self._last:
                    yield from self._say(self._last)
                continue
            if listen.kind == "answer" and not heard.silent:
                yield from self._look_for_danger(heard)
            return replace(heard, text=before + heard.text) if before else heard

    def _command(self, heard: Heard) -> Generator[Step, Heard | None, Command | None]:
        """Return the command that was said; one heard with doubt is confirmed, except stop."""
        command = Command(heard.command) if heard.command else commands.parse(heard.text)
        if command is None or heard.sure or command is Command.STOP:
            return command
        yield self._line("talk/command/confirm", command=command.value)
        reply = yield Listen(again=True, kind="answer")
        if reply is None or reply.silent:
            return None
        again = Command(reply.command) if reply.command else commands.parse(reply.text)
        if again is Command.STOP:
            return again
        return command if again is command or "yes" in answers().of(reply.text) else None

    def _obey(self, command: Command | None) -> Generator[Step, Heard | None, bool]:
        """Do what a command says; return whether to say again what was said last."""
        if command in (Command.STOP, Command.DONE):
            yield self._line("talk/command/stop")
            raise _Over("stopped")
        if command is Command.BACK:
            raise _Back
        if command is Command.AFRESH:
            raise _Afresh
        if command in SAME_AGAIN:
            assert command
            yield Adjust(command.value)
            yield self._line(f"talk/command/{command.value}")
        elif command is Command.PAUSE:
            yield self._line("talk/command/pauze")
            yield from self._wait()
        elif command is Command.HELP:
            lines = (*self.source.wordings("talk/help/lines"), self.source.say("talk/help/after"))
            yield Say(Reflection("help", lines, ("talk/help/lines",)))
            yield from self._wait()
        elif command is Command.REPEAT and self._last is None:
            yield self._line("talk/command/nothing_yet")
        return True

    def _wait(self) -> _Part:
        """Wait for "verder"."""
        for _ in range(MOST_WAITS):
            heard = yield Listen(again=True, kind="wait")
            if heard is None:
                raise _Over("left")
            command = None if heard.silent else (yield from self._command(heard))
            if command is Command.ON:
                return
            if command and command is not Command.PAUSE:
                yield from self._obey(command)
                return
            if not heard.silent:
                yield from self._look_for_danger(heard)
            yield self._line("talk/command/still_here")
        yield self._line("talk/command/long_pause")
        raise _Over("quiet")

    def _look_for_danger(self, heard: Heard) -> _Part:
        """Answer danger with the way to help, and end; where it is unsure, ask first, once for each kind."""
        if not heard.sure:
            return
        alarm = danger.heard_in(heard.text, self.memory.told)
        if alarm is None:
            return
        if not alarm.certain:
            if alarm.kind in self._checked:
                return
            self._checked.add(alarm.kind)
            yield Say(
                Reflection("question", (self.source.say(f"talk/check/{alarm.kind}"),), (f"talk/check/{alarm.kind}",))
            )
            reply = yield Listen(again=True, kind="answer")
            if reply is not None and reply.sure and self._denies(reply):
                yield self._line("talk/check/no")
                return
        yield self._help_for(alarm.kind)
        raise _Over("danger")

    def _denies(self, reply: Heard) -> bool:
        """Say whether an answer to a question about danger is a plain no, with nothing certain behind it."""
        if reply.silent or "no" not in answers().of(reply.text):
            return False
        alarm = danger.heard_in(reply.text, self.memory.told)
        return alarm is None or not alarm.certain

    def _help_for(self, kind: str) -> Say:
        reading = Reading(safety=kind)
        return Say(reflect(reading, turn=self.turn, source=self.source), reading)


def _kind(state: State) -> str:
    if state.listens and not state.invites:
        return "question"
    return "end" if state.end else "talk"
