"""Check the cues: schema, then every example sentence. Exit code 1 if anything is wrong.

Usage: python tools/check_rules.py [WORDS ...]   (with WORDS: show the cues that fire on them)
"""

from __future__ import annotations

import sys

from assistant.understanding import cues
from assistant.understanding.clauses import take_apart
from assistant.understanding.lexicon import lexicon


def main(words: list[str]) -> int:
    """Print all errors, or what fires on the words given."""
    try:
        rules = cues.load()
    except cues.RuleError as error:
        print(error)
        return 1
    if words:
        account = take_apart(" ".join(words), lexicon())
        for found in rules.find(account):
            print(f"{found.cue.id:30} {found.cue.shows:20} {found.who:8} {account.words(found.start, found.end)}")
        return 0
    wrong = list(cues.failures(rules))
    print("\n".join([*wrong, f"{len(rules.cues)} cues, {len(wrong)} examples go wrong"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
