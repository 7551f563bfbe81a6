"""Is it Dutch? A quick look at the commonest little words, which every spoken account is full of."""

from __future__ import annotations

from assistant.understanding.lexicon import lexicon
from assistant.understanding.tokens import tokenize


def seems_dutch(text: str) -> bool:
    """Say whether `text` seems Dutch; short texts (fewer than eight words) get the benefit of the doubt."""
    forms = [token.form for token in tokenize(text)]
    if len(forms) < 8:
        return True
    dutch = sum(form in lexicon().dutch for form in forms)
    foreign = sum(form in lexicon().foreign for form in forms)
    return dutch > 1.5 * foreign and dutch / len(forms) >= 0.2
