"""The language model: Kneser-Ney trigrams of the texts over phrases with agreement over frequencies of words."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

BEGIN, END = "<s>", "</s>"
History = tuple[str, ...]
Counts = dict[History, Counter[str]]

_ORDER = 3
_PHRASES = 0.5  # of what the texts leave open after a history that the phrases know
_GENERAL = 0.25  # share of general word frequencies in single words
_PHRASE_WORDS = 0.1  # share of the phrases in single words
_DISCOUNT_FALLBACK = 0.5


class LanguageModel:
    """Probabilities of words after up to two words, in back-off form."""

    start: History = (BEGIN,)
    end = END

    def __init__(self, probabilities: dict[History, dict[str, float]]) -> None:
        self._probabilities = probabilities
        self._back_off: dict[History, float] = {}
        for history in sorted(filter(None, probabilities), key=len):
            self._back_off[history] = self._left_open(history)

    def histories(self) -> list[History]:
        """All histories with words of their own; every one without its first word is also there."""
        return list(self._probabilities)

    def costs(self, history: History) -> dict[str, float]:
        """-ln of the probability of each word listed after `history`."""
        return {word: -math.log(value) for word, value in self._probabilities[history].items()}

    def back_off_cost(self, history: History) -> float:
        """The cost of forgetting the first word of `history`."""
        return -math.log(self._back_off[history])

    def probability(self, word: str, history: History) -> float:
        """p(word | history), by back-off."""
        while history not in self._probabilities:
            history = history[1:]
        value = self._probabilities[history].get(word)
        if value is not None or not history:
            return value or 0.0
        return self._back_off[history] * self.probability(word, history[1:])

    def pruned(self, threshold: float) -> LanguageModel:
        """Without the n-grams that hardly change anything: share x log ratio below `threshold`."""
        kept: dict[History, dict[str, float]] = {(): dict(self._probabilities[()])}
        longest_first = sorted(self._probabilities, key=len, reverse=True)
        needed: set[History] = set()
        for history in longest_first:
            if not history:
                continue
            share = self._share(history)
            words = {
                word: value
                for word, value in self._probabilities[history].items()
                if (*history, word) in needed or self._gain(share, value, word, history) >= threshold
            }
            if words or history in needed or history == self.start:
                kept[history] = words
                needed.add(history[1:])
                needed.add(history)
        return LanguageModel(kept)

    def _gain(self, share: float, value: float, word: str, history: History) -> float:
        shorter = self._back_off[history] * self.probability(word, history[1:])
        return share * value * abs(math.log(value / max(shorter, 1e-12)))

    def _share(self, history: History) -> float:
        """About how often `history` comes up."""
        words = [word for word in history if word != BEGIN]
        before = tuple(word for word in history if word == BEGIN)
        result = 0.1 if before else 1.0
        for word in words:
            result *= self.probability(word, before)
            before += (word,)
        return result

    def _left_open(self, history: History) -> float:
        """The factor for words that are not listed after `history`."""
        listed = self._probabilities[history]
        free = 1.0 - sum(listed.values())
        free_below = 1.0 - sum(self.probability(word, history[1:]) for word in listed)
        return max(free, 1e-6) / max(free_below, 1e-6)


def make_language_model(
    texts: Sequence[Sequence[str]], pieces: Sequence[Sequence[str]], phrases: Sequence[Sequence[str]],
    general: Mapping[str, float],
) -> LanguageModel:  # fmt: skip
    """Trigrams over the words of `general` (their shares in the language, summing to 1).

    `texts` are sentences; `pieces` are parts of them, of which only beginnings and ends are counted; `phrases` are
    cut out of sentences, so their ends mean nothing.
    """
    known = set(general)
    own = _by_order(_text_ngrams(texts, pieces, known))
    drawn = _without_begin(_by_order(_text_ngrams(phrases, [], known)))
    probabilities: dict[History, dict[str, float]] = {(): _single_words(own[1], drawn[1], general)}
    model = _Interpolation(own, drawn, probabilities)
    for order in range(2, _ORDER + 1):
        for history in sorted(set(own[order]) | set(drawn[order])):
            probabilities[history] = model.after(history)
    _close_suffixes(probabilities)
    return LanguageModel(probabilities)


class _Interpolation:
    """Discounted counts of the texts; what they leave open goes to the phrases and to the shorter history."""

    def __init__(
        self, own: dict[int, Counts], drawn: dict[int, Counts], known: dict[History, dict[str, float]]
    ) -> None:
        self._own, self._drawn, self._known = own, drawn, known
        self._own_discounts = {order: _discounts(counts) for order, counts in own.items()}
        self._drawn_discounts = {order: _discounts(counts) for order, counts in drawn.items()}

    def after(self, history: History) -> dict[str, float]:
        """The words met after `history` with their probabilities."""
        order = len(history) + 1
        own, drawn = self._own[order].get(history, Counter()), self._drawn[order].get(history, Counter())
        return {word: self.probability(word, history) for word in sorted(set(own) | set(drawn))}

    def probability(self, word: str, history: History) -> float:
        """p(word | history), interpolated with all shorter histories."""
        if not history:
            return self._known[()].get(word, 0.0)
        order = len(history) + 1
        rest = self.probability(word, history[1:])
        drawn = self._drawn[order].get(history)
        if drawn:
            seen, left = _discounted(drawn, word, self._drawn_discounts[order])
            rest = (1 - _PHRASES) * rest + _PHRASES * (seen + left * rest)
        own = self._own[order].get(history)
        if own:
            seen, left = _discounted(own, word, self._own_discounts[order])
            rest = seen + left * rest
        return rest


def _discounted(counts: Counter[str], word: str, discounts: Sequence[float]) -> tuple[float, float]:
    """The discounted share of `word`, and the share left over for shorter histories."""
    total = counts.total()
    count = counts.get(word, 0)
    left = sum(discounts[min(number, 3)] for number in counts.values()) / total
    return max(count - discounts[min(count, 3)], 0) / total if count else 0.0, left


def _discounts(counts: Counts) -> tuple[float, float, float, float]:
    """Chen and Goodman's discounts for counts of 0, 1, 2 and more."""
    of = Counter(number for words in counts.values() for number in words.values())
    one, two, three, four = (of[number] for number in (1, 2, 3, 4))
    if not (one and two and three):
        return (0.0, *(_DISCOUNT_FALLBACK,) * 3)
    base = one / (one + 2 * two)
    raw = (1 - 2 * base * two / one, 2 - 3 * base * three / two, 3 - 4 * base * four / three)
    return (0.0, *(min(max(value, 0.1), limit) for value, limit in zip(raw, (0.95, 1.5, 2.0), strict=True)))


def _text_ngrams(texts: Iterable[Sequence[str]], pieces: Iterable[Sequence[str]], known: set[str]) -> Counter[History]:
    ngrams: Counter[History] = Counter()
    for sentence in texts:
        ngrams.update(_ngrams([BEGIN, *sentence, END], known))
    for piece in pieces:
        edges = _ngrams([BEGIN, *piece, END], known)
        ngrams.update(ngram for ngram in edges if BEGIN in ngram or END in ngram)
    return ngrams


def _without_begin(counts: dict[int, Counts]) -> dict[int, Counts]:
    """Counts without what begins and what ends: phrases are cut out of sentences."""
    return {
        order: {
            history: kept
            for history, words in by_history.items()
            if BEGIN not in history and (kept := Counter({w: n for w, n in words.items() if w != END}))
        }
        for order, by_history in counts.items()
    }


def _ngrams(words: Sequence[str], known: set[str]) -> list[History]:
    """All n-grams up to three words without unknown words; `BEGIN` is only a history."""
    known_or_edge = [word in known or word in (BEGIN, END) for word in words]
    result = []
    for end in range(len(words)):
        for order in range(1, _ORDER + 1):
            start = end - order + 1
            if start < 0 or not all(known_or_edge[start : end + 1]) or words[end] == BEGIN:
                break
            result.append(tuple(words[start : end + 1]))
    return result


def _by_order(ngrams: Counter[History]) -> dict[int, Counts]:
    """Counts by history: of uses for the longest n-grams, of different words before for the shorter (Kneser-Ney)."""
    result: dict[int, Counts] = {order: defaultdict(Counter) for order in range(1, _ORDER + 1)}
    for ngram, number in ngrams.items():
        if len(ngram) == _ORDER or ngram[0] == BEGIN:
            result[len(ngram)][ngram[:-1]][ngram[-1]] += number
        if len(ngram) > 1:
            result[len(ngram) - 1][ngram[1:-1]][ngram[-1]] += 1
    return result


def _single_words(own: Counts, drawn: Counts, general: Mapping[str, float]) -> dict[str, float]:
    """p(word) for every known word and the end of a sentence."""
    own_counts, drawn_counts = own.get((), Counter()), drawn.get((), Counter())
    texts = 1 - _GENERAL - _PHRASE_WORDS
    result = {
        word: texts * own_counts[word] / max(own_counts.total(), 1)
        + _PHRASE_WORDS * drawn_counts[word] / max(drawn_counts.total(), 1)
        + _GENERAL * share
        for word, share in general.items()
    }
    result[END] = texts * own_counts[END] / max(own_counts.total(), 1)
    total = sum(result.values())
    return {word: value / total for word, value in result.items()}


def _close_suffixes(probabilities: dict[History, dict[str, float]]) -> None:
    """Make sure that every history without its first word is there too."""
    for history in list(probabilities):
        for start in range(1, len(history) + 1):
            probabilities.setdefault(history[start:], {})
    probabilities.setdefault((BEGIN,), {})
