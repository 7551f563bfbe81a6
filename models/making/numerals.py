"""Dutch numbers in words."""

from __future__ import annotations

_SMALL = (
    "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
    "achttien negentien"
).split()
_TENS = "_ tien twintig dertig veertig vijftig zestig zeventig tachtig negentig".split()


def number_in_words(value: int) -> str:
    """`value` (0 to 999,999) in Dutch, as one would write it; larger numbers digit by digit."""
    if value < 20:
        return _SMALL[value]
    if value < 100:
        return _tens(value)
    if value < 1000:
        hundreds, rest = divmod(value, 100)
        head = "honderd" if hundreds == 1 else _SMALL[hundreds] + "honderd"
        return head + (number_in_words(rest) if rest else "")
    if 1100 <= value < 2000 and value % 1000 >= 100:  # years: negentienhonderd vijfentachtig
        hundreds, rest = divmod(value, 100)
        return _SMALL[hundreds] + "honderd" + (" " + number_in_words(rest) if rest else "")
    if value < 1_000_000:
        thousands, rest = divmod(value, 1000)
        head = "duizend" if thousands == 1 else number_in_words(thousands) + "duizend"
        return head + (" " + number_in_words(rest) if rest else "")
    return " ".join(_SMALL[int(digit)] for digit in str(value))


def _tens(value: int) -> str:
    tens, unit = divmod(value, 10)
    if unit == 0:
        return _TENS[tens]
    joint = "ën" if _SMALL[unit].endswith("e") else "en"
    return _SMALL[unit] + joint + _TENS[tens]
