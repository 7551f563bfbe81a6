import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.speaking.spoken_text import DIGITS, PAIRS, SHORT_NUMBERS, spoken


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("Bel 112.", "Bel één één twee."),
        ("Bel nu 112, of 113!", "Bel nu één één twee, of één één drie!"),
        ("Bel 1712 of 1813.", "Bel zeventien twaalf of achttien dertien."),
        ("Bel 1733.", "Bel zeventien drieëndertig."),
        ("Veilig Thuis: 0800-2000.", "Veilig Thuis: nul achthonderd, tweeduizend."),
        ("Bel 0800-0113.", "Bel nul achthonderd, nul één één drie."),
        ("Bel 0800 2000?", "Bel nul achthonderd, tweeduizend?"),
        ("Bel 06-12345678.", "Bel nul zes, één twee drie vier, vijf zes zeven acht."),
        ("Bel +31 6 12345678.", "Bel plus drie één, zes, één twee drie vier, vijf zes zeven acht."),
        ("Kijk op 113.nl.", "Kijk op één één drie punt nl."),
        ("Kijk op https://www.veiligthuis.nl/.", "Kijk op veiligthuis punt nl."),
        ("Om 21:00 belde hij.", "Om negen uur 's avonds belde hij."),
        ("Om 9.30 uur, of 09:05 uur.", "Om half tien, of vijf over negen."),
        ("Om 9:00 uur.", "Om negen uur."),
        ("Om 12:00 en 0:30.", "Om twaalf uur en half één 's nachts."),
        ("Om 10:15, 10:45 en 10:20.", "Om kwart over tien, kwart voor elf en tien voor half elf."),
        ("Om 14:40 en 18:59.", "Om tien over half drie 's middags en één minuut voor zeven 's avonds."),
        ("Om 7:12.", "Om 12 minuten over zeven."),
        ("Dat kan 24/7.", "Dat kan dag en nacht."),
    ],
)
def test_numbers_to_dial_and_times(shown: str, said: str) -> None:
    assert spoken(shown) == said


@pytest.mark.parametrize(
    "text",
    [
        "We hadden 112 euro nodig.",
        "Dat is 113 keer gebeurd.",
        "Op 01-12-2025 was het raak.",
        "Het kostte € 112.",
        "Er waren 1.712 mensen.",
        "Het was 3-2 geworden.",
        "Hij is 1813a.",
        "Ik ben 45 en zij is 43.",
    ],
)
def test_numbers_that_were_counted_stay(text: str) -> None:
    assert spoken(text) == text


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("Hij zweeg – en toen… liep hij weg.", "Hij zweeg, en toen, liep hij weg."),
        ("Hij zei: “Laat me met rust.”", "Hij zei: Laat me met rust."),
        ("Jij en/of hij/zij.", "Jij en of hij of zij."),
        ("*Echt* waar 🙂", "Echt waar."),
        ("één\n  regel", "één regel."),
        ("cafe\u0301 & bar.", "café en bar."),
        ("…", ""),
        ("?!", ""),
        ("- *", ""),
        ("  ", ""),
    ],
)
def test_signs_that_an_engine_would_read_out(shown: str, said: str) -> None:
    assert spoken(shown) == said


@pytest.mark.parametrize("number", SHORT_NUMBERS)
@pytest.mark.parametrize("around", ["{}", "Bel {}", "{}.", "Bel {}, nu!", "({})", "Bel {} of 112"])
def test_every_help_line_is_read_as_a_number_to_dial_wherever_it_stands(number: str, around: str) -> None:
    said = spoken(around.format(number))
    assert number not in said
    assert PAIRS.get(number, " ".join(DIGITS[int(digit)] for digit in number)) in said


@given(st.text(max_size=60))
def test_any_text_becomes_one_line_without_signs_that_would_be_read_out(text: str) -> None:
    said = spoken(text)
    assert said == " ".join(said.split())
    assert not set(said) & set('<>*_#{}[]|~^\\"“”…–—🙂\x00\u200b')


@given(st.lists(st.sampled_from(["ik", "zei", "niets", "meer", "en", "toen", "liep", "hij", "weg"]), min_size=1))
def test_plain_words_are_left_alone(words: list[str]) -> None:
    assert spoken(" ".join(words)) == " ".join(words) + "."
