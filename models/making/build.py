"""The one command that makes the bundled Dutch speech model from text and espeak-ng.

    python -m models.making.build --out models/verbonden-nl [--recordings FOLDER] [--start FOLDER]

Without recordings of people it hears synthetic voices only; see the README beside this file.

Stages leave their results in a work folder, so that the language model can be renewed without training again.
"""

from __future__ import annotations

import argparse
import os
import pickle
import random
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import templates, vocabulary, writing
from .kaldi import PhoneTable, write_acoustic_model, write_configuration, write_phones
from .lexicon import Lexicon, make_lexicon, phones_of, with_relaxed_ways, words_with_rare_phones

if TYPE_CHECKING:
    from .network import PhoneNetwork
    from .speech import Examples

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
_RARE = 60  # words; a phone in fewer needs extra practice
_UNKNOWN_SHARE = 1e-3  # of [unk] among words


@dataclass(frozen=True)
class Plan:
    """What is built, and how much of it. All randomness follows from `seed`."""

    seed: int = 1
    vocabulary: int = 30_000  # words
    utterances: int = 24_000  # for training the acoustic model: some 22 hours
    epochs: float = 2.5
    human_copies: int = 8  # of each recording, all but two strongly changed
    human_epochs: float = 4.0  # passes over synthetic and human speech together
    again_epochs: float = 1.5  # and over the same, after a new alignment, with a lower learning rate
    again_rate: float = 1e-3
    phrases: int = 60_000  # for the language model
    pruning: float = 6e-7
    workers: int = os.cpu_count() or 1  # processes, and threads in training


@dataclass(frozen=True)
class Material:
    """The texts: utterances as sentences of words, the same cut at commas."""

    sentences: list[list[str]]
    pieces: list[list[str]]


@dataclass(frozen=True)
class Sources:
    """What the network begins with: human recordings, but for those of one speaker; and a finished model, if any."""

    recordings: Path | None = None
    left_out: str | None = None
    start: Path | None = None


def main() -> None:
    """Read the options and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PROJECT / "models" / "verbonden-nl")
    parser.add_argument("--work", type=Path, default=PROJECT / "out" / "model", help="folder for what lies between")
    parser.add_argument("--utterances", type=int, default=Plan.utterances)
    parser.add_argument("--epochs", type=float, default=Plan.epochs)
    parser.add_argument("--workers", type=int, default=Plan.workers, help="processes, and threads in training")
    parser.add_argument("--recordings", type=Path, help="folder of human recordings with a manifest.jsonl")
    parser.add_argument("--leave-out", metavar="SPEAKER", help="do not train with this speaker's recordings")
    parser.add_argument("--start", type=Path, metavar="FOLDER", help="go on from the network of a finished model")
    parser.add_argument("--human-epochs", type=float, default=Plan.human_epochs)
    parser.add_argument("--language-only", action="store_true", help="keep the acoustic model of the work folder")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        utterances=options.utterances, epochs=options.epochs, human_epochs=options.human_epochs, workers=options.workers
    )
    sources = Sources(options.recordings, options.leave_out, options.start)
    build(plan, options.out, options.work, sources, options.language_only)


def build(plan: Plan, out: Path, work: Path, sources: Sources, language_only: bool = False) -> None:
    """Make the whole model in `out`; with `language_only` the trained network in `work` is used."""
    began = time.monotonic()
    material = read_material(sources.recordings)
    words = vocabulary.choose_words({word for sentence in material.sentences for word in sentence}, plan.vocabulary)
    practice = templates.PhraseMaker(plan.seed).draw(plan.utterances // 10)
    lexicon = make_lexicon(words, material.sentences + practice, plan.workers)
    _report(began, f"{len(words)} words, {sum(map(len, lexicon.values()))} pronunciations")
    if not language_only:
        _train_network(plan, lexicon, material, sources, work, began)
    layers, names, priors = pickle.loads((work / "network.pickle").read_bytes())
    table = PhoneTable(tuple(names))
    lexicon = _with_phones(lexicon, set(names))
    language = _language_model(plan, lexicon, material)
    _report(began, f"language model with {sum(len(language.costs(h)) for h in language.histories())} n-grams")
    draft = work / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    write_acoustic_model(draft / "am" / "final.mdl", table, layers, priors)
    write_configuration(draft)
    write_phones(draft, table)
    from .graph import write_graph

    write_graph(draft / "graph", lexicon, table, language)
    shutil.copytree(draft, out, dirs_exist_ok=True)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    _report(began, f"{out.name} is whole: {size / 1e6:.1f} MB")


def read_material(recordings: Path | None = None) -> Material:
    """All texts that may be learnt from, those of `recordings` too; never those that something is measured with."""
    paths = [*sorted((HERE / "text").glob("*.txt")), *sorted((PROJECT / "accounts" / "build").glob("*.jsonl"))]
    texts = [*writing.lines(paths), *vocabulary.prompt_texts(PROJECT / "prompts" / "nl")]
    if recordings:
        from .recordings import training_texts

        texts += training_texts(recordings)
    return Material(
        [sentence for line in texts for sentence in writing.sentences(line)],
        [piece for line in texts for piece in writing.pieces(line)],
    )


def training_sentences(plan: Plan, lexicon: Lexicon, material: Material) -> list[str]:
    """What is spoken for training: texts, phrases, and words in any order so that every word is practised."""
    rng = random.Random(plan.seed)
    third = plan.utterances // 3
    spoken = [rng.choice(material.pieces if rng.random() < 0.3 else material.sentences) for _ in range(third)]
    phrases = templates.PhraseMaker(plan.seed + 1).draw(2 * third)
    sentences = [" ".join(words) for words in spoken]
    sentences += [
        " ".join(pair) for pair in zip(map(" ".join, phrases[:third]), map(" ".join, phrases[third:]), strict=True)
    ]
    rare = words_with_rare_phones(lexicon, _RARE)
    pool: list[str] = []
    while len(sentences) < plan.utterances:
        if len(pool) < 8:
            pool = [*lexicon, *rare * 8]
            rng.shuffle(pool)
        row = [pool.pop() for _ in range(rng.randint(1, 8))]
        sentences.append(" ".join(word + "," if rng.random() < 0.1 else word for word in row))
    rng.shuffle(sentences)
    return sentences


def _train_network(
    plan: Plan, lexicon: Lexicon, material: Material, sources: Sources, work: Path, began: float
) -> None:
    import torch

    from .network import folded_layers, unfolded
    from .readback import read_model
    from .speech import make_examples
    from .train import fine_tune, phone_shares, sample, train

    torch.set_num_threads(plan.workers)
    layers, names, _ = read_model(sources.start) if sources.start else ([], phones_of(lexicon), None)
    spoken = training_sentences(plan, _with_phones(lexicon, set(names)), material)
    examples = make_examples(spoken, names, plan.seed, plan.workers)
    _report(began, f"{len(examples.phones) * 0.03 / 3600:.1f} hours of synthetic speech, {len(names)} phones")
    if layers:
        network = unfolded(layers, sample(examples, plan.seed))
    else:
        network = train(examples, len(names), plan.epochs, plan.seed, plan.workers)
    if sources.recordings:
        network, examples = _learn_from_people(plan, network, names, sources, examples)
    elif layers:
        network = fine_tune(network, examples, plan.human_epochs, plan.seed + 1)
    result = (folded_layers(network), names, phone_shares(examples, len(names)))
    (work / "network.pickle").write_bytes(pickle.dumps(result))
    _report(began, "network trained")


def _learn_from_people(
    plan: Plan, network: PhoneNetwork, names: list[str], sources: Sources, synthetic: Examples
) -> tuple[PhoneNetwork, Examples]:
    """The network after training on synthetic and human speech, twice, and what it was trained on at last."""
    from .recordings import align_again, align_recordings, read_recordings
    from .speech import examples_of, joined
    from .train import fine_tune, phone_shares

    assert sources.recordings is not None
    recordings = [one for one in read_recordings(sources.recordings) if one.speaker != sources.left_out]
    sentences = [list(one.words) for one in recordings]
    lexicon = make_lexicon({word for sentence in sentences for word in sentence}, sentences, plan.workers)
    lexicon = with_relaxed_ways(_with_phones(lexicon, set(names)))
    utterances = align_recordings(recordings, lexicon, names, network, plan.seed)
    examples = joined([synthetic, examples_of(utterances, names, plan.seed, plan.human_copies)])
    network = fine_tune(network, examples, plan.human_epochs, plan.seed + 1)
    utterances = align_again(recordings, lexicon, names, network, phone_shares(examples, len(names)))
    examples = joined([synthetic, examples_of(utterances, names, plan.seed + 2, plan.human_copies)])
    return fine_tune(network, examples, plan.again_epochs, plan.seed + 3, plan.again_rate), examples


def _language_model(plan: Plan, lexicon: Lexicon, material: Material):
    from .graph import UNKNOWN
    from .language import make_language_model

    general = {word: (1 - _UNKNOWN_SHARE) * share for word, share in vocabulary.unigram_weights(lexicon).items()}
    general[UNKNOWN] = _UNKNOWN_SHARE
    phrases = templates.PhraseMaker(plan.seed + 2).draw(plan.phrases)
    return make_language_model(material.sentences, material.pieces, phrases, general).pruned(plan.pruning)


def _with_phones(lexicon: Lexicon, names: set[str]) -> Lexicon:
    """Only the pronunciations whose phones the network knows."""
    kept = {word: {way: share for way, share in ways.items() if names >= set(way)} for word, ways in lexicon.items()}
    return {word: ways for word, ways in kept.items() if ways}


def _report(began: float, message: str) -> None:
    print(f"[{time.monotonic() - began:6.0f} s] {message}", flush=True)


if __name__ == "__main__":
    main()
