"""Draw the scripts of conversations into docs/: python tools/draw_scripts.py [--check]."""

from __future__ import annotations

import sys
from pathlib import Path

from assistant import resources
from assistant.conversation.diagram import page
from assistant.conversation.states import load

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main() -> int:
    """Write a page for each script; with --check only say which would change."""
    stale = []
    for path in sorted(resources.folder("prompts/nl/scripts").glob("*.toml")):
        file, text = DOCS / f"script-{path.stem}.md", page(load(path))
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(file.name)
            if "--check" not in sys.argv:
                file.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print(f"not up to date: {', '.join(stale)}; run python tools/draw_scripts.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
