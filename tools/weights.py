"""Show what the learned weights look at, readable: `rules/nl/weights.npz` is arrays.

Usage: python tools/weights.py                   the layers, their heads and how many signs they know
       python tools/weights.py HEAD [-n 25]      the signs that speak most for and against a head, by layer
       python tools/weights.py --sign w:zwijg    the weights of one sign for every head
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from assistant.understanding import scores


def layers() -> dict[str, scores.Layer]:
    """Return the layers that look at signs, by name."""
    learned = scores.learned()
    return {"clause": learned.clause, **learned.whole}


def of_head(head: str, count: int) -> Iterator[str]:
    """Yield lines: the signs for and against a head, each with its weight in the layer."""
    for name, layer in layers().items():
        if head not in layer.heads:
            continue
        signs = list(layer.places)
        column = layer.weights[:, layer.heads.index(head)] * layer.rarity
        order = np.argsort(column)
        yield f"{name}: {head}"
        for high, low in zip(order[::-1][:count], order[:count], strict=True):
            yield f"  {column[high]:+6.2f} {signs[high]:34} {column[low]:+6.2f} {signs[low]}"
    final = scores.learned().final
    at = 0
    for task, classes in final.tasks.items():
        for value in classes:
            if head in (task, f"{task}={value}"):
                column = final.weights[:, at]
                best = np.argsort(-np.abs(column))[:count]
                inputs = list(final.places)
                yield f"last layer: {task}={value}, bias {final.bias[at]:+.2f}"
                yield from (f"  {column[i]:+6.2f} {inputs[i]}" for i in best if column[i])
            at += 1


def of_sign(sign: str) -> Iterator[str]:
    """Yield lines: the weights of a sign for the heads of each layer that knows it."""
    for name, layer in layers().items():
        if sign in layer.places:
            row = layer.places[sign]
            weights = sorted(zip(layer.weights[row], layer.heads, strict=True), key=lambda pair: -abs(pair[0]))
            yield f"{name}, rarity {layer.rarity[row]:.1f}: " + ", ".join(f"{h} {w:+.2f}" for w, h in weights if w)


def overview() -> Iterator[str]:
    """Yield a line for each layer."""
    for name, layer in layers().items():
        yield f"{name}: {len(layer.places)} signs; heads: {', '.join(layer.heads)}"
    final = scores.learned().final
    yield f"last layer: {len(final.places)} inputs; tasks: {', '.join(final.tasks)}"


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("head", nargs="?")
    parser.add_argument("--sign")
    parser.add_argument("-n", type=int, default=25)
    options = parser.parse_args()
    lines = of_head(options.head, options.n) if options.head else of_sign(options.sign) if options.sign else overview()
    print("\n".join(lines) or "Nothing is known of that; without arguments the heads are listed.")


if __name__ == "__main__":
    main()
