"""Understanding: from the words of an account to a `Reading`. Pure: no sound, disk or clock.

text -> words (tokens) -> clauses, who acts, who speaks (clauses) -> cues (cues)
     -> signs and scores (signs, scores) -> conclusions with evidence (decide)
"""

from __future__ import annotations

from assistant.understanding.reading import Evidence, Reading

__all__ = ["Evidence", "Reading", "understand"]


def understand(text: str) -> Reading:
    """Return what a careful reader hears in an account or a labelled script.

    `text`: the account as typed or as recognised (punctuation is used, never needed); lines
    "Label: words" make it a dialogue, in which "Ik" or else the first speaker is the teller.
    """
    from assistant.understanding import decide, scores

    return decide.read(text, scores.learned())
