"""Invented people: nobody has these names, these numbers are never issued, nothing reaches them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from commonweal.domain.people.person import RegisterPerson

GIVEN: Final = (
    "Alder", "Bracken", "Briony", "Campion", "Celandine", "Clover", "Coriander", "Cowslip", "Elder", "Fennel", "Fern",
    "Foxglove", "Gorse", "Harebell", "Hazelnut", "Ivy", "Juniper", "Larch", "Lavender", "Linden", "Mallow", "Meadow",
    "Medlar", "Nettle", "Oakley", "Pimpernel", "Rosehip", "Rowanberry", "Sage", "Sorrel", "Tansy", "Teasel", "Thistle",
    "Vetch", "Willow", "Yarrow",
)  # fmt: skip
FAMILY: Final = (
    "Ashpuddle", "Barleymow", "Bellweather", "Bramblecote", "Cloudberry", "Copperthwaite-Test", "Dewpond", "Drizzlecombe",
    "Fairweather-Test", "Featherstitch", "Greenfinch-Test", "Hedgerow", "Honeydew", "Inkpenny", "Kettlewick", "Lanternby",
    "Merrymeet", "Mistlethorn", "Nightjar-Test", "Otterbrook", "Pebblewick", "Puddlewright", "Quillfeather", "Rainbarrow",
    "Sandpiper-Test", "Skylarking", "Snowdropp", "Thimblerigg", "Tumbledown", "Umberley-Test", "Wavecrest", "Wrenfield-Test",
)  # fmt: skip

_STRIDE: Final = 61_803_399
"""Has no factor in common with 10⁸, so that each index gives another number."""
_A_SEED: Final = 100_000
"""Indexes from one seed to the next: some 91,000 numbers, the rest have no check digit."""
_ETHNIC: Final = ("A", "A", "A", "A", "B", "C", "D", "H", "J", "K", "L", "M", "N", "R", "S", "Z", "99")
_LANGUAGES: Final = ("en", "en", "en", "en", "en", "en", "en", "pl", "ro", "gu", "bn", "so", "ur", "pt")


def nhs_numbers(seed: int) -> Iterator[str]:
    """NHS numbers that are never issued (they begin with 9), each once; those of two seeds differ for the first 90,000."""
    index = seed % 1_000 * _A_SEED
    while True:
        digits = f"9{index * _STRIDE % 10**8:08d}"
        check = -sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=True)) % 11
        if check < 10:
            yield f"{digits}{check}"
        index += 1


def someone(chance: Random, nhs_number: str, practice: str, today: date) -> RegisterPerson:
    """A person registered with a practice. One in thirty has no NHS number that we know of."""
    name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
    known = chance.random() > 1 / 30
    language = chance.choice(_LANGUAGES)
    return RegisterPerson(
        name=name,
        date_of_birth=today - timedelta(days=chance.randint(18 * 366, 96 * 365)),
        address=f"{chance.randint(1, 240)} {chance.choice(FAMILY).removesuffix('-Test')} Row",
        postcode=f"ZZ99 {chance.randint(1, 9)}{chance.choice('WX')}Z",  # pseudo-country postcodes: no street has one
        phone=f"07700 900{chance.randint(0, 999):03d}",  # Ofcom keeps these for drama
        email=f"{name.lower().replace(' ', '.')}@example.org" if chance.random() < 0.6 else None,
        nhs_number=nhs_number if known else None,
        nhs_number_status="01" if known else "03",
        language=language,
        interpreter=language != "en" and chance.random() < 0.5,
        stated_gender=chance.choice("1122229X"),
        ethnic_category=chance.choice(_ETHNIC),
        gp_practice=practice,
        on=today,
    )


def colleague(number: int, pcn: str) -> str:
    """The name of an invented link worker."""
    names: Sequence[str] = GIVEN
    return f"{names[(number * 7 + int(pcn[1:])) % len(names)]} Invented"
