"""graph/: the decoding graph in the two parts that make run-time grammars possible, HCLr.fst and Gr.fst."""

from __future__ import annotations

import ctypes.util
import math
import os
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import kaldifst

from .kaldi import PhoneTable, forward
from .language import LanguageModel
from .lexicon import Lexicon

UNKNOWN = "[unk]"
_UNKNOWN_PHONE_COST = 3.0  # a phone inside [unk]; at 1.5 it swallowed "nee" and "stop"
_UNKNOWN_COST = 3.0  # for [unk] itself; without it, orders of two phones ("ja") were taken for one
_SILENCE_SHARE = 0.2  # of the places between words
_SILENCE = 1  # phone
_COPY_LIMIT = 3  # arcs; states with more are not copied but reached by an empty arc


@dataclass
class Automaton:
    """A weighted transducer being made: arcs (from, to, input, output, cost) and costs of final states; starts in 0."""

    arcs: list[tuple[int, int, int, int, float]] = field(default_factory=list)
    finals: dict[int, float] = field(default_factory=dict)
    states: int = 1

    def state(self) -> int:
        """A new state."""
        self.states += 1
        return self.states - 1

    def text(self) -> str:
        """The text form of OpenFst, arcs of state 0 first."""
        lines = [f"{a} {b} {i} {o} {cost:.5g}" for a, b, i, o, cost in sorted(self.arcs, key=lambda arc: arc[0])]
        lines += [f"{state} {cost:.5g}" for state, cost in self.finals.items()]
        return "\n".join(lines) + "\n"


def write_graph(folder: Path, lexicon: Lexicon, table: PhoneTable, language: LanguageModel) -> None:
    """Write HCLr.fst, Gr.fst, words.txt and disambig_tid.int into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [UNKNOWN, *lexicon]
    numbers = {word: number for number, word in enumerate(words, start=1)}
    transducer = with_self_loops(determinise(lexicon_transducer(lexicon, table, numbers)), 2 * table.count)
    relabelled = _write_lookahead(transducer, folder / "HCLr.fst")
    numbers = {word: relabelled[number] for word, number in numbers.items()}
    lines = ["<eps> 0", *(f"{word} {number}" for word, number in sorted(numbers.items(), key=lambda item: item[1]))]
    (folder / "words.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "disambig_tid.int").write_text("")
    write_grammar(folder / "Gr.fst", language, numbers)


def lexicon_transducer(lexicon: Lexicon, table: PhoneTable, numbers: dict[str, int]) -> Automaton:
    """Words as loops from state 0: forward transitions in, word numbers out; homophones end in symbols of their own."""
    automaton = Automaton()
    loop = automaton.state()
    _silence_or_none(automaton, 0, loop)
    automaton.finals[loop] = 0.0
    homophones: dict[tuple[str, ...], int] = defaultdict(int)
    first_symbol = 2 * table.count + 1
    for word, ways in lexicon.items():
        for way, share in ways.items():
            symbol = first_symbol + 1 + homophones[way]
            homophones[way] += 1
            inputs = [forward(phone) for phone in table.pronounce(way)] + [symbol]
            _add_path(automaton, loop, 0, inputs, numbers[word], -math.log(share))
    _add_unknown(automaton, loop, table, first_symbol, numbers[UNKNOWN])
    return automaton


def _silence_or_none(automaton: Automaton, source: int, target: int) -> None:
    automaton.arcs.append((source, target, forward(_SILENCE), 0, -math.log(_SILENCE_SHARE)))
    automaton.arcs.append((source, target, 0, 0, -math.log(1 - _SILENCE_SHARE)))


def _add_path(automaton: Automaton, source: int, target: int, inputs: list[int], output: int, cost: float) -> None:
    for position, label in enumerate(inputs):
        there = target if position == len(inputs) - 1 else automaton.state()
        first = position == 0
        automaton.arcs.append((source, there, label, output if first else 0, cost if first else 0.0))
        source = there


def _add_unknown(automaton: Automaton, loop: int, table: PhoneTable, symbol: int, output: int) -> None:
    """[unk]: two or more phones of any kind, at a cost for each."""
    entry, inside, end = automaton.state(), automaton.state(), automaton.state()
    automaton.arcs.append((loop, entry, symbol, output, _UNKNOWN_COST))
    for name in table.names[1:]:
        for source, there, position in ((entry, inside, "B"), (inside, inside, "I"), (inside, end, "E")):
            label = forward(table.phone(name, position))
            automaton.arcs.append((source, there, label, 0, _UNKNOWN_PHONE_COST))
    automaton.arcs.append((end, 0, symbol, 0, 0.0))


def determinise(automaton: Automaton) -> kaldifst.StdVectorFst:
    """The same transducer with one way for each input, as small as possible."""
    fst = kaldifst.compile(automaton.text(), acceptor=False)
    fst = kaldifst.determinize_star(fst) or fst
    kaldifst.minimize_encoded(fst)
    return fst


def with_self_loops(fst: kaldifst.StdVectorFst, transitions: int) -> Automaton:
    """A copy in which every state is entered by one transition only and can stay in that transition's phone.

    Symbols above `transitions`, which kept homophones apart, become empty.
    """
    arcs: dict[int, list[tuple[int, int, int, float]]] = defaultdict(list)
    finals: dict[int, float] = {}
    entered: dict[int, set[int]] = defaultdict(set)
    entered[fst.start].add(0)
    for state in kaldifst.StateIterator(fst):
        weight = float(fst.final(state).value)
        if math.isfinite(weight):
            finals[state] = weight
        for arc in kaldifst.ArcIterator(fst, state):
            label = arc.ilabel if arc.ilabel <= transitions else 0
            arcs[state].append((arc.nextstate, label, arc.olabel, float(arc.weight.value)))
            entered[arc.nextstate].add(label)
    return _split(fst.start, arcs, finals, entered)


def _split(start: int, arcs: dict, finals: dict[int, float], entered: dict[int, set[int]]) -> Automaton:
    result = Automaton(states=0)
    copies: dict[tuple[int, int], int] = {(start, 0): result.state()}
    for state, labels in entered.items():
        bare = len(labels) > 1 and len(arcs[state]) > _COPY_LIMIT
        for label in sorted(labels | {0} if bare else labels):
            if (state, label) not in copies:
                copies[state, label] = result.state()
    for (state, label), copy in copies.items():
        if label:
            result.arcs.append((copy, copy, label - 1, 0, 0.0))
        if label and (state, 0) in copies:
            result.arcs.append((copy, copies[state, 0], 0, 0, 0.0))
            continue
        result.arcs += [(copy, copies[there, i], i, o, cost) for there, i, o, cost in arcs[state]]
        if state in finals:
            result.finals[copy] = finals[state]
    return result


def write_grammar(path: Path, language: LanguageModel, numbers: dict[str, int]) -> None:
    """The language model as an acceptor whose back-off arcs are empty."""
    contexts = sorted(language.histories(), key=lambda context: (context != language.start, context))
    states = {context: number for number, context in enumerate(contexts)}
    automaton = Automaton(states=len(contexts))
    for context, state in states.items():
        for word, cost in language.costs(context).items():
            if word == language.end:
                automaton.finals[state] = cost
            elif word in numbers:
                there = (*context, word)
                while there not in states:
                    there = there[1:]
                automaton.arcs.append((state, states[there], numbers[word], numbers[word], cost))
        if context:
            automaton.arcs.append((state, states[context[1:]], 0, 0, language.back_off_cost(context)))
    _compile(automaton, path, "ilabel", ["--fst_type=const"])


def _write_lookahead(automaton: Automaton, path: Path) -> dict[int, int]:
    """Write a transducer that looks ahead on its outputs; returns its new output numbers."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = Path(folder) / "pairs"
        _compile(automaton, path, "olabel", ["--fst_type=olabel_lookahead", f"--save_relabel_opairs={pairs}"])
        return {int(old): int(new) for old, new in (line.split() for line in pairs.read_text().splitlines())}


def _compile(automaton: Automaton, path: Path, sort: str, conversion: list[str]) -> None:
    """Compile, sort and convert with the tools of OpenFst (Debian package libfst-tools)."""
    with tempfile.TemporaryDirectory() as folder:
        library = ctypes.util.find_library("fstlookahead") or "libfstlookahead.so.22"
        (Path(folder) / "olabel_lookahead-fst.so").symlink_to(_library_path(library))
        plain, ordered = Path(folder) / "plain", Path(folder) / "sorted"
        environment = {**os.environ, "LD_LIBRARY_PATH": folder}
        for command, standard_input in (
            (["fstcompile", "-", str(plain)], automaton.text()),
            (["fstarcsort", f"--sort_type={sort}", str(plain), str(ordered)], None),
            (["fstconvert", *conversion, str(ordered), str(path)], None),
        ):
            subprocess.run(command, input=standard_input, text=True, check=True, env=environment)


def _library_path(name: str) -> Path:
    """Where the dynamic linker finds a library."""
    listing = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        if line.strip().startswith(name + " "):
            return Path(line.split("=>")[1].strip())
    raise FileNotFoundError(f"{name} is not installed (Debian package libfst-tools)")
