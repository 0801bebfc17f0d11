"""Notices and profiles at random, and what stands in a field of a notice."""

import re
from decimal import Decimal

from hypothesis import strategies as st

from domain.notices import Code, Kind, Lot, Money, Notice, Status
from domain.profiles import CatalogueItem, Keywords, Profile, ValueRange

WORDS = [
    "pump",
    "Pumps",
    "valve",
    "x-ray",
    "IT",
    "rental",
    "équipement",
    "насос",
    "насоса",
    "医疗设备",
    "AX-200",
    "the",
    "STRASSE",
    "Straße",
]
LANGUAGES = ["en", "fr", "ru", "zh", "und"]
CODES = ["33100000", "42122000", "42120000", "03000000", "42"]
texts = st.lists(st.sampled_from([*WORDS, "\u0301", "…", "ﬁ"]), max_size=6).map(" ".join)
printed = st.dictionaries(st.sampled_from(LANGUAGES), texts, max_size=2)
codes = st.lists(st.sampled_from(CODES).map(lambda id_: Code("CPV", id_)), max_size=3).map(tuple)
money = st.none() | st.builds(Money, st.decimals(0, 1000, places=2), st.sampled_from(["EUR", "GBP"]))
places = st.lists(st.sampled_from(["GB", "UKC11", "FR", "FR10", "FRB", "DE"]), max_size=2).map(tuple)

notices = st.builds(
    Notice,
    source=st.just("s"),
    key=st.just("1"),
    kind=st.sampled_from(Kind),
    status=st.just(Status.OPEN),
    language=st.sampled_from([None, *LANGUAGES]),
    title=printed,
    description=printed,
    country=st.sampled_from([None, "GB", "FR", "DE"]),
    regions=places,
    codes=codes,
    value=money,
    lots=st.lists(
        st.builds(Lot, key=st.just("1"), title=printed, description=printed, codes=codes, value=money), max_size=2
    ).map(tuple),
)

phrases = st.lists(
    st.sampled_from(["pump", "pump*", "valve", "x-ray", "IT", "équipement*", "насос", "医疗", "strasse"]),
    max_size=6, unique=True,
)  # fmt: skip
items = st.builds(
    CatalogueItem,
    sku=st.sampled_from(["AX-200", "1", "", "B77/x"]),
    name=st.sampled_from(["Pump", "valve", "x-ray pump", "насос"]),
    description=st.just(""),
    codes=st.lists(st.sampled_from(CODES).map(lambda id_: ("CPV", id_)), max_size=2).map(tuple),
)
profiles = st.builds(
    Profile,
    id=st.just("p"),
    name=st.just("P"),
    language=st.just("en"),
    keywords=st.builds(
        Keywords, phrases.map(tuple), st.lists(st.sampled_from(["rental", "the", "IT*"]), max_size=2).map(tuple)
    ),
    catalogue=st.lists(items, max_size=3).map(tuple),
    codes=st.dictionaries(st.just("CPV"), st.lists(st.sampled_from(CODES), min_size=1, max_size=2).map(tuple)),
    places=places,
    value=st.none()
    | st.builds(ValueRange, st.none() | st.just(Decimal(10)), st.none() | st.just(Decimal("500.5")), st.just("EUR")),
    threshold=st.integers(1, 100),
)


def find_field(notice: Notice, path: str) -> str:
    """What stands in a field: `lots[0].title.fr`, `value.amount`; a code is its id."""
    value: object = notice
    for name, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        value = value[int(number) if number else name] if isinstance(value, dict | tuple) else getattr(value, name)
    if isinstance(value, Code):
        return value.id
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
