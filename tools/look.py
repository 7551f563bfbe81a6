"""The page of the journal in a real browser: `make look`. Exit code 1 where it would have to be scrolled sideways.

Draws a made-up journal with headless Chromium, light and dark, on a wide screen and on a narrow telephone, into
`out/look/`, for somebody to look at; and measures in the browser itself whether the narrow page fits.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "journal"))

from sample import many

from assistant.journal.page import page
from assistant.journal.trends import trends

TOP = Path(__file__).resolve().parents[1]
OUT = TOP / "out" / "look"
SCHEMES = {"dark": 0, "light": 1}
NARROW, WIDE, HEIGHT = 320, 1100, 3200
FRAME = (
    '<body style="margin:0"><iframe id="f" src="page.html" style="width:{width}px;height:{height}px;border:0"></iframe>'
)
MEASURE = "<script>f.onload = () => document.title = 'width=' + f.contentDocument.documentElement.scrollWidth</script>"


def browser(*options: str) -> str:
    """Run Chromium without a window and return what it prints."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.exit("Chromium is missing; on Debian: apt install chromium")
    common = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files")
    done = subprocess.run([program, *common, *options], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def main() -> int:
    """Draw and measure."""
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "page.html").write_text(page(trends(many(200))), encoding="utf-8")
    narrow = OUT / "narrow.html"
    narrow.write_text(FRAME.format(width=NARROW, height=HEIGHT) + MEASURE)
    for scheme, number in SCHEMES.items():
        colours = f"--blink-settings=preferredColorScheme={number}"
        for name, file, width in (("wide", OUT / "page.html", WIDE), ("narrow", narrow, 500)):
            picture = OUT / f"{name}-{scheme}.png"
            browser(colours, f"--window-size={width},{HEIGHT}", f"--screenshot={picture}", file.as_uri())
            print(picture)
    seen = re.search(r"width=(\d+)", browser("--virtual-time-budget=3000", "--dump-dom", narrow.as_uri()))
    if seen is None or int(seen.group(1)) > NARROW:
        print(f"the page does not fit {NARROW} pixels: {seen and seen.group(1)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
