"""A process that writes entries: `python writing.py FOLDER COUNT`."""

from __future__ import annotations

import sys
from pathlib import Path

from sample import many

from assistant.journal.store import Store

if __name__ == "__main__":
    store = Store(Path(sys.argv[1]))
    for each in many(int(sys.argv[2])):
        store.add(each)
