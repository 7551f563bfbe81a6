"""Are these the words that were said? Whoever reflects on words that nobody said does harm.

The measure is `understood`: of the time in which words were heard, the share that was understood,
each word counting with its length and its confidence, and an unknown word as not understood at all.

Why time and not words: a model that cannot follow a voice covers most of it with a few long
unknown words and puts short real ones in between, often with confidence; counted by words it seems
to understand far more than it does (human sentences through the bundled model: 95 % of them stay
below 0.65 by words, below 0.36 by time).

Why doubt: three words by chance can all be confident. So every transcript starts with a second
that was not understood; an account of half a minute does not notice, a handful of words does.
For an answer of one word to a question, where a mistake costs little, the caller may set doubt to 0.

Why not share of sure words: a published model is wrong in one word out of four on real people and
has a mean confidence of 0.8 to 0.95 when the sound is good; the rules can live with that, and it
must not be refused. How many of its words pass a high bar differs much more between voices.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.hearing.recogniser import UNKNOWN_WORD
from assistant.hearing.transcript import Transcript

THRESHOLD = 0.65
"""From this share on a transcript is sure. Measured with the bundled model of November 2026 by

    python benchmarks/certainty.py --human DIR --limit 700      (two speakers, none of them in training)
    python benchmarks/certainty.py --synthetic FILE.jsonl       (60 accounts, five voices, four speeds)

                                             understood: lowest   median   highest    sure
    700 human sentences of 1 to 6 seconds             0.00     0.04      0.55       0
    69 human accounts of 20 to 40 seconds             0.01     0.05      0.15       0
    180 synthetic accounts                            0.79     0.94      0.98     180

and about halfway between the kinds. Measure again when the bundled model changes.
"""
DOUBT_SECONDS = 1.0
SURE_WORD = 0.9


@dataclass(frozen=True, slots=True)
class Certainty:
    """Whether to believe a transcript, and why: all shares from 0 to 1, and the number of words.

    `understood` decides. For information: the mean confidence of the words (0 for an unknown one)
    and the share of words with a confidence of at least SURE_WORD.
    """

    sure: bool
    understood: float
    mean_confidence: float
    share_sure: float
    words: int


def sure_enough(transcript: Transcript, threshold: float = THRESHOLD, doubt: float = DOUBT_SECONDS) -> Certainty:
    """Judge a transcript; one without words is never sure."""
    words = transcript.words
    if not words:
        return Certainty(False, 0.0, 0.0, 0.0, 0)
    trust = [0.0 if word.text == UNKNOWN_WORD else word.confidence for word in words]
    length = [max(0.0, word.end - word.start) for word in words]
    heard = sum(length) + doubt
    understood = sum(one * seconds for one, seconds in zip(trust, length, strict=True)) / heard if heard else 0.0
    return Certainty(
        sure=understood >= threshold,
        understood=understood,
        mean_confidence=sum(trust) / len(words),
        share_sure=sum(one >= SURE_WORD for one in trust) / len(words),
        words=len(words),
    )
