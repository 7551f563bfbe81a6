"""How words are pronounced: what espeak-ng does with them alone and in sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from . import parallel
from .espeak import SILENCE, Synthesiser, Utterance
from .voices import Voice

Pronunciation = tuple[str, ...]
Lexicon = dict[str, dict[Pronunciation, float]]
_MINIMUM_SHARE = 0.04  # of a word's uses, for a way of saying it to be kept
_RARE_PHONE = 2  # words; a phone in fewer is left out, with its pronunciations
_PARTS = 8  # processes in all
_RELAXED = 0.4  # share of a relaxed way of saying a word
_REDUCED = {
    "het": (("@", "t"),), "er": (("d", "@", "r"),), "hem": (("@", "m"),), "haar": (("d", "@", "r"),),
    "mijn": (("m", "@", "n"),), "zijn": (("z", "@", "n"),), "ik": (("k",),), "dat": (("d", "A"),),
    "niet": (("n", "i"),), "wat": (("v#", "A"),), "hij": (("i",),), "zo'n": (("z", "o:", "@", "n"),),
}  # fmt: skip
_VOICE = Voice("", speed=250)


def make_lexicon(words: Iterable[str], sentences: Sequence[list[str]], workers: int) -> Lexicon:
    """Pronunciations of every word with their shares, the best having share 1.

    Each word is spoken alone and between two others, then all `sentences` are spoken.
    """
    words = sorted(words)
    texts = words + [f"en {word} dat" for word in words] + [" ".join(sentence) for sentence in sentences]
    parts = [texts[start::_PARTS] for start in range(_PARTS)]
    counted = parallel.each(_pronounce, parts, workers)
    counts: dict[str, Counter[Pronunciation]] = defaultdict(Counter)
    for part in counted:
        for (word, pronunciation), number in part.items():
            counts[word][pronunciation] += number
    known = set(words)
    return _without_rare_phones({word: _shares(counts[word]) for word in sorted(counts) if word in known})


def with_relaxed_ways(lexicon: Lexicon) -> Lexicon:
    """The lexicon with what people make of words: "lope" for lopen, "'t" for het; espeak-ng speaks more exactly."""
    result: Lexicon = {}
    for word, ways in lexicon.items():
        more = {way[:-1]: _RELAXED * share for way, share in ways.items() if way[-2:] == ("@", "n") and len(way) > 3}
        more |= {way: _RELAXED for way in _REDUCED.get(word, ())}
        result[word] = {**more, **ways}
    return result


def phones_of(lexicon: Lexicon) -> list[str]:
    """Silence, then every phone of the lexicon, sorted."""
    return [SILENCE, *sorted({phone for ways in lexicon.values() for way in ways for phone in way})]


def words_of(utterance: Utterance, count: int) -> list[Pronunciation]:
    """The phones of each of the `count` words of an utterance, without silence."""
    phones: list[list[str]] = [[] for _ in range(count)]
    for phone in utterance.phones:
        if phone.name != SILENCE:
            phones[phone.word].append(phone.name)
    return [tuple(word) for word in phones]


def words_with_rare_phones(lexicon: Lexicon, limit: int) -> list[str]:
    """Words with a phone that fewer than `limit` words have: they need to be spoken more often in training."""
    uses = Counter(phone for ways in lexicon.values() for way in ways for phone in set(way))
    return [word for word, ways in lexicon.items() if any(uses[phone] < limit for way in ways for phone in way)]


def _pronounce(texts: Sequence[str]) -> Counter[tuple[str, Pronunciation]]:
    synthesiser = Synthesiser()
    counts: Counter[tuple[str, Pronunciation]] = Counter()

    def alone(word: str) -> Pronunciation:
        return words_of(synthesiser.speak(word, _VOICE), 1)[0]

    for text in texts:
        words = text.split()
        ways = words_of(synthesiser.speak(text, _VOICE), len(words))
        for index in range(1, len(words)):
            if not ways[index]:
                ways[index - 1 : index + 1] = _parted(ways[index - 1], alone(words[index - 1]))
        counts.update((word, way) for word, way in zip(words, ways, strict=True) if way)
    return counts


def _parted(both: Pronunciation, first: Pronunciation) -> list[Pronunciation]:
    """The pronunciations of two words that espeak-ng has as one entry ("niet meer"); empty if they cannot be told."""
    if both[: len(first)] == first:
        return [first, both[len(first) :]]
    return [(), ()]


def _shares(ways: Counter[Pronunciation]) -> dict[Pronunciation, float]:
    best, total = max(ways.values()), sum(ways.values())
    kept = {way: number / best for way, number in ways.items() if number / total >= _MINIMUM_SHARE}
    return dict(sorted(kept.items(), key=lambda item: (-item[1], item[0])))


def _without_rare_phones(lexicon: Lexicon) -> Lexicon:
    uses = Counter(phone for ways in lexicon.values() for way in ways for phone in set(way))
    rare = {phone for phone, number in uses.items() if number < _RARE_PHONE}
    kept = {word: {way: share for way, share in ways.items() if not rare & set(way)} for word, ways in lexicon.items()}
    return {word: ways for word, ways in kept.items() if ways}
