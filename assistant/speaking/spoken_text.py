"""What the engine is given to read, which is not always what stands on the screen.

On the screen a telephone number stays a number; an engine would read "112" as one hundred and
twelve, and "0800-2000" as something that nobody says. Times are said as on a clock ("half tien").
"""

from __future__ import annotations

import re
import unicodedata

DIGITS = ("nul", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen")
SHORT_NUMBERS = ("102", "106", "107", "112", "113", "1712", "1733", "1813")
"""Numbers that are dialled and hardly ever counted: the help lines of the Netherlands and Flanders."""
COUNTED = "euro|keer|minuten|uur|dagen|weken|jaar|mensen|km|kilometer|meter"
"""After these a short number was counted after all."""
PAIRS = {"1712": "zeventien twaalf", "1733": "zeventien drieëndertig", "1813": "achttien dertien"}
"""As people in Flanders say them."""
HOURS = ("twaalf", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf")
GROUP = 4
"""More digits than this in a row are read in groups, with a short pause between them."""

_ADDRESS = re.compile(r"\b(?:https?://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)*)\.(nl|be|org|com)\b/?", re.IGNORECASE)
_TELEPHONE = re.compile(
    r"(?<![\w.,+-])(?!\d\d-\d\d-\d{4}\b)"  # not behind a word, and not a date
    r"(?:(?:\+\d\d[ -]?\(?0?\)?[ -]?|0)\d{1,3}(?:[ -]\d{2,8}){1,4}|0\d{8,9})(?![\w-])"
)
_SHORT = re.compile(rf"(?<![\w.,€-])(?<!€ )(?:{'|'.join(SHORT_NUMBERS)})(?![\w%-]|[.,:]\d| (?:{COUNTED})\b)")
_CLOCK = re.compile(r"(?<![\d:.,-])([01]?\d|2[0-4])(?::([0-5]\d)(?!\d|:\d)( uur\b)?|\.([0-5]\d) uur\b)")

_NEVER_SAID = ("So", "Cf", "Cc", "Co", "Cn", "Cs")
"""Kinds of signs in Unicode: pictures, and what cannot be seen."""


def spoken(text: str) -> str:
    """Return a Dutch sentence as an engine should be given it; "" where there is nothing to say.

    Numbers to dial are read digit by digit, and signs that an engine would name are left out.
    """
    text = "".join(sign for sign in " ".join(text.split()) if unicodedata.category(sign) not in _NEVER_SAID)
    text = unicodedata.normalize("NFC", re.sub(r"[“”„«»\"<>*_#{}\[\]|~^\\]", "", text))
    text = _ADDRESS.sub(lambda found: f"{found[1].replace('.', ' punt ')} punt {found[2].lower()}", text)
    text = _TELEPHONE.sub(lambda found: _by_digit(found[0]), text)
    text = _SHORT.sub(lambda found: _by_digit(found[0]), text)
    text = _CLOCK.sub(lambda found: _time(found[1], found[2] or found[4]), text)
    text = text.replace("24/7", "dag en nacht").replace("en/of", "en of").replace("&", " en ")
    text = re.sub(r"(?<=\w)/(?=\w)", " of ", text)
    text = re.sub(r"\s*[–—…]+\s*|\s+-+\s+", ", ", text)
    text = " ".join(text.split())
    text = re.sub(r"[, ]*,\s*(?=[.,;:!?]|$)", "", text).strip(" ,")
    if not any(sign.isalnum() for sign in text):
        return ""
    return text if text[-1] in ".,;:!?" else text + "."


def _by_digit(number: str) -> str:
    """Return "0800-2000" as "nul achthonderd, tweeduizend", "06-12345678" digit by digit in groups."""
    groups = []
    for run in re.findall(r"\d+", number):
        for start in range(0, len(run), GROUP):
            groups.append(_group(run[start : start + GROUP]))
    return "plus " * number.startswith("+") + ", ".join(groups)


def _group(digits: str) -> str:
    """Return up to four digits as they are said in a telephone number: "tweeduizend", "zeventien twaalf"."""
    if digits in PAIRS:
        return PAIRS[digits]
    if len(digits) == 4 and digits.endswith("00") and digits[:2] in ("08", "09"):
        return f"nul {DIGITS[int(digits[1])]}honderd"
    if len(digits) == 4 and digits.endswith("000") and digits[0] != "0":
        return "duizend" if digits[0] == "1" else f"{DIGITS[int(digits[0])]}duizend"
    return " ".join(DIGITS[int(digit)] for digit in digits)


def _time(hour: str, minutes: str) -> str:
    """Return "21:00" as "negen uur 's avonds", "9:30" as "half tien"."""
    at, past = int(hour), int(minutes)
    this, following = HOURS[at % 12], HOURS[(at + 1) % 12]
    return _clock(past, this, following) + _part(at)


def _clock(past: int, this: str, following: str) -> str:
    if past == 0:
        return f"{this} uur"
    if past == 30:
        return f"half {following}"
    if past <= 15:
        return f"{_minutes(past)} over {this}"
    if past < 30:
        return f"{_minutes(30 - past)} voor half {following}"
    if past < 45:
        return f"{_minutes(past - 30)} over half {following}"
    return f"{_minutes(60 - past)} voor {following}"


def _minutes(count: int) -> str:
    return {1: "één minuut", 5: "vijf", 10: "tien", 15: "kwart"}.get(count, f"{count} minuten")


def _part(hour: int) -> str:
    """Return the part of the day where the hour alone would leave it open."""
    if hour in (0, 24) or hour < 6:
        return " 's nachts"
    if hour <= 12:
        return ""
    return " 's middags" if hour < 18 else " 's avonds"
