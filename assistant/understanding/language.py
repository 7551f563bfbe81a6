"""Is it Dutch? A quick look at the commonest little words, which every spoken account is full of."""

from __future__ import annotations

from assistant.understanding.tokens import tokenize

_DUTCH = frozenset(
    "de het een en ik je hij ze we dat die niet is was van op te met voor er maar om dan zei aan ook nog heb had heeft als naar "
    "mijn me geen wat zo nu toen bij uit over wel weer al haar hem of door ging kan moet ben dus want niets altijd nooit "
    "hebben zijn gewoon even echt bent deze dit hier daar".split()
)
_FOREIGN = frozenset(
    "the and i you he she it that this of to my not with for but she's he's i'm don't it's they them his her what then so just "
    "ich du er sie wir das der die und nicht mit ist war mir mich ein eine auch "
    "je tu il elle nous vous les des est et pas que qui une mais dans avec sur mon ma "
    "yo el ella que los las una pero con por para no mi bir bu ve da ne ile io che non sono".split()
) - frozenset("je die die er een was is mij".split())


def seems_dutch(text: str) -> bool:
    """Say whether `text` seems Dutch; short texts (fewer than eight words) get the benefit of the doubt."""
    forms = [token.form for token in tokenize(text)]
    if len(forms) < 8:
        return True
    dutch = sum(form in _DUTCH for form in forms)
    foreign = sum(form in _FOREIGN for form in forms)
    return dutch > foreign and dutch / len(forms) >= 0.12
