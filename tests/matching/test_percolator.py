"""Percolation finds exactly the profiles that asking each of them finds, with every operator of the language."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.notices import Buyer, Code, Document, Kind, Lot, Notice, Status
from domain.profiles import CatalogueItem, Keywords, Profile
from matching.evidence import find_evidence, find_minus
from matching.percolation.percolator import Percolator
from matching.prepare import Prepared, prepare
from matching.query.parser import BadQuery, parse
from matching.reading import Reading, read_notice
from matching.score import is_near

WORDS = [
    "pump", "pumps", "Pumpen", "pumping", "valve", "water", "waste-water", "x-ray", "xray", "IT", "it", "LED", "leds",
    "the", "AX-200", "centrifugal", "centrifgual", "équipement", "equipements", "насос", "насосів", "医疗", "设备",
    "Handschuhlieferung", "Handschuh", "Lieferung", "Wasserpumpe", "STRASSE", "Straße", ",", "(",
]  # fmt: skip
LANGUAGES = ["en", "de", "fr", "uk", "zh", "und"]
CODES = ["33100000", "42122000", "42120000"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
PRINTED = st.dictionaries(st.sampled_from(LANGUAGES), TEXTS, max_size=2)
CODE_LISTS = st.lists(st.sampled_from(CODES).map(lambda id_: Code("CPV", id_)), max_size=2).map(tuple)
NOTICES = st.builds(
    Notice,
    source=st.just("s"),
    key=st.just("1"),
    kind=st.just(Kind.TENDER),
    status=st.just(Status.OPEN),
    language=st.sampled_from([None, "en", "de"]),
    title=PRINTED,
    description=PRINTED,
    buyers=st.lists(TEXTS.map(Buyer), max_size=1).map(tuple),
    documents=st.lists(TEXTS.map(lambda title: Document("https://x.example", title)), max_size=1).map(tuple),
    codes=CODE_LISTS,
    lots=st.lists(st.builds(Lot, st.just("1"), PRINTED, PRINTED, CODE_LISTS), max_size=2).map(tuple),
)

LETTERS = [word for word in WORDS if word not in ",("]
WORD = st.sampled_from(LETTERS)
SIGNED = WORD | st.sampled_from(
    ["pump*", "wa*", "Handschuh*", "=pumps", "=Pumpen", "~centrifugal", "~pumps", "~water", "centrif*", "设备"]
)
PHRASE = st.lists(SIGNED, min_size=1, max_size=3).map(" ".join)
QUOTED = PHRASE.map('"{}"'.format)
CONDITIONS = st.sampled_from(["CPV:42*", "CPV:33100000", "lang:de", "lang:en,uk"])


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = st.lists(inner, min_size=2, max_size=3).map(lambda each: f"({' OR '.join(f'({one})' for one in each)})")
    every = st.tuples(inner, st.lists(inner.map("-({})".format) | inner.map("({})".format), min_size=1, max_size=2))
    near = st.tuples(QUOTED, st.integers(0, 4), QUOTED).map(lambda each: f"{each[0]} NEAR/{each[1]} {each[2]}")
    field = st.tuples(st.sampled_from(["title", "lot", "buyer", "doc"]), QUOTED | near.map("({})".format))
    return group | every.map(lambda each: f"({each[0]}) {' '.join(each[1])}") | near | field.map(":".join) | CONDITIONS


def _is_line(line: str) -> bool:
    try:
        parse(line)
    except BadQuery:
        return False
    return True


LINES = (PHRASE | PHRASE | st.recursive(QUOTED, _grow, max_leaves=4)).filter(_is_line)
KEYWORDS = st.builds(
    Keywords,
    st.lists(LINES, max_size=3).map(tuple),
    st.lists(LINES, max_size=2).map(tuple),
    st.lists(LINES, max_size=1).map(tuple),
)
ITEMS = st.builds(CatalogueItem, st.sampled_from(["AX-200", "", "B77/x"]), st.sampled_from(["Pump", "x-ray", "насос"]))
PROFILES = st.builds(
    Profile,
    id=st.just("p"),
    name=st.just("P"),
    language=st.just("en"),
    keywords=KEYWORDS,
    catalogue=st.lists(ITEMS, max_size=1).map(tuple),
    codes=st.dictionaries(
        st.just("CPV"), st.lists(st.sampled_from(CODES), min_size=1, max_size=1).map(tuple), max_size=1
    ),
)


def numbered(profiles: Sequence[Profile]) -> list[Profile]:
    return [
        Profile(f"p{number}", each.name, each.language, each.keywords, each.catalogue, each.codes)
        for number, each in enumerate(profiles)
    ]


def by_brute_force(readings: Sequence[Reading], ready: Sequence[Prepared]) -> list[tuple[set[str], set[str]]]:
    """Each profile is asked by itself: (those with something in the notice, those that nothing stops)."""
    found = []
    for reading in readings:
        evidence = {each.profile.id: find_evidence(reading, each) for each in ready}
        wanted = {id_ for id_, each in evidence.items() if not each.is_empty()}
        found.append((wanted, {id_ for id_ in wanted if not find_minus(evidence[id_])}))
    return found


def by_percolation(readings: Sequence[Reading], percolator: Percolator) -> list[tuple[set[str], set[str]]]:
    return [(set(each.wanted), set(each.hits)) for each in percolator.percolate(readings)]


@settings(deadline=None, max_examples=60)
@given(st.lists(PROFILES, min_size=1, max_size=40), st.lists(NOTICES, min_size=1, max_size=6))
def test_percolation_is_brute_force(profiles: list[Profile], notices: list[Notice]) -> None:
    profiles, readings = numbered(profiles), [read_notice(notice) for notice in notices]
    assert by_percolation(readings, Percolator(profiles)) == by_brute_force(readings, [*map(prepare, profiles)])


def a_line(chance: random.Random, depth: int = 0) -> str:
    """A line with any operator."""
    words = [*LETTERS, "pump*", "wa*", "Handschuh*", "=pumps", "=Pumpen", "~centrifugal", "~pumps", "~water", "设备"]
    phrase = " ".join(chance.choices(words, k=chance.choice([1, 1, 2, 3])))
    kind = chance.choice(["phrase"] * 4 + ["any", "all", "minus", "near", "field", "code", "language"])
    if depth > 2 or kind == "phrase":
        return f'"{phrase}"' if depth else phrase
    one, other = a_line(chance, depth + 1), a_line(chance, depth + 1)
    return {
        "any": f"(({one}) OR ({other}))",
        "all": f"({one}) ({other})" if not depth else f"(({one}) ({other}))",
        "minus": f"({one}) -({other})" if not depth else f"(({one}) -({other}))",
        "near": f'("{phrase}" NEAR/{chance.randrange(4)} "{chance.choice(words)}")',
        "field": f'{chance.choice(["title", "lot", "buyer", "doc"])}:("{phrase}" OR "{chance.choice(words)}")',
        "code": chance.choice(["CPV:42*", "CPV:33100000", "CPV:421*"]),
        "language": f"(lang:{chance.choice(['de', 'en,uk'])} ({one}))",
    }[kind]


def a_profile(number: int, chance: random.Random) -> Profile:
    lists = [tuple(a_line(chance) for _ in range(chance.choice(sizes))) for sizes in ((1, 2, 4), (0, 1, 2), (0, 0, 1))]
    items = tuple(CatalogueItem(chance.choice(["AX-200", "B77/x"]), "x-ray") for _ in range(chance.choice([0, 0, 1])))
    codes = {"CPV": (chance.choice(CODES),)} if chance.random() < 0.1 else {}
    return Profile(f"p{number}", "P", "en", Keywords(*lists), items, codes)


def some_texts(chance: random.Random) -> dict[str, str]:
    return {
        chance.choice(LANGUAGES): " ".join(chance.choices(WORDS, k=chance.randrange(12)))
        for _ in range(chance.randrange(3))
    }


@pytest.mark.parametrize("seed", range(5))
def test_hundreds_of_profiles_are_as_by_brute_force(seed: int) -> None:
    chance = random.Random(seed)
    profiles = [a_profile(number, chance) for number in range(250)]
    notices = [
        Notice(
            "s", "1", Kind.TENDER, Status.OPEN, language="de", title=some_texts(chance), description=some_texts(chance),
            buyers=tuple(map(Buyer, some_texts(chance).values())), codes=(Code("CPV", chance.choice(CODES)),),
            documents=tuple(Document("https://x.example", text) for text in some_texts(chance).values()),
            lots=tuple(Lot("1", some_texts(chance)) for _ in range(chance.randrange(2))),
        )
        for _ in range(15)
    ]  # fmt: skip
    readings = [read_notice(notice) for notice in notices]
    expected = by_brute_force(readings, [*map(prepare, profiles)])
    assert by_percolation(readings, Percolator(profiles)) == expected
    assert 300 < sum(len(hits) for _, hits in expected) < 2_500
    assert sum(len(wanted) - len(hits) for wanted, hits in expected) > 30


@settings(deadline=None, max_examples=25)
@given(
    st.lists(PROFILES, min_size=2, max_size=12),
    st.lists(st.tuples(st.integers(0, 20), st.none() | PROFILES), max_size=8),
    st.lists(NOTICES, min_size=1, max_size=4),
)
def test_edits_leave_nothing_behind(
    profiles: list[Profile], edits: list[tuple[int, Profile | None]], notices: list[Notice]
) -> None:
    readings, present = [read_notice(notice) for notice in notices], {each.id: each for each in numbered(profiles)}
    percolator = Percolator(present.values())
    for number, edited in edits:
        percolator.percolate(readings)
        present.pop(f"p{number}", None)
        if edited is None:
            percolator.remove(f"p{number}")
        else:
            (renamed,) = numbered([edited])
            present[f"p{number}"] = Profile(f"p{number}", "P", "en", renamed.keywords, renamed.catalogue, renamed.codes)
            percolator.put(present[f"p{number}"])
    expected = by_brute_force(readings, [*map(prepare, present.values())])
    assert by_percolation(readings, percolator) == expected
    assert len(percolator) == len(present)


def test_nothing_in_nothing() -> None:
    assert Percolator().percolate([]) == []
    (found,) = Percolator().percolate([read_notice(Notice("s", "1", Kind.TENDER, Status.OPEN, title={"en": "pump"}))])
    assert not found.wanted


@pytest.mark.parametrize(
    ("keywords", "found"),
    [
        (Keywords(("Handschuh*",)), True),
        (Keywords(("Handschuhe",)), True),
        (Keywords(("Lieferung",)), True),
        (Keywords(("Hand",)), False),
        (Keywords(("=Handschuh",)), False),
        (Keywords(("~Handschulieferung",)), True),
        (Keywords(("EDV", "Lieferung -EDV")), True),
        (Keywords(("edv",)), True),
        (Keywords(("Handschuh* NEAR/2 EDV",)), True),
        (Keywords(("Handschuh* NEAR/1 EDV",)), False),
        (Keywords(("buyer:Klinik",)), True),
        (Keywords(("Klinik",)), False),
        (Keywords((), (), ("Lieferung", "buyer:Klinik")), True),
        (Keywords(("Lieferung",), ("CPV:33*",)), False),
        (Keywords(("lang:en Lieferung",)), False),
    ],
)
def test_a_notice_is_found(keywords: Keywords, found: bool) -> None:
    notice = Notice(
        "s", "1", Kind.TENDER, Status.OPEN, title={"de": "Handschuhlieferung für die EDV"},
        buyers=(Buyer("Klinik Nord"),), codes=(Code("CPV", "33100000"),),
    )  # fmt: skip
    profile = Profile("p", "P", "de", keywords)
    (percolated,) = Percolator([profile]).percolate([read_notice(notice)])
    assert (percolated.hits == ["p"]) == found


def test_hostile_texts_cost_no_more_than_their_words() -> None:
    keywords = Keywords((" ".join(["aa*"] * 12), "~aaaa", "aa NEAR/50 aa"))
    chain, flood = "-".join(["aa"] * 400), "aa " * 20_000
    profiles = [Profile(f"p{number}", "P", "en", keywords) for number in range(300)]
    notices = [Notice("s", "1", Kind.TENDER, Status.OPEN, title={"en": text}) for text in (chain, flood)]
    found = Percolator(profiles).percolate([read_notice(notice) for notice in notices])
    assert [len(each.hits) for each in found] == [300, 300]


@settings(deadline=None, max_examples=40)
@given(st.lists(PROFILES, min_size=1, max_size=20), st.lists(NOTICES, min_size=1, max_size=4), st.integers(5, 60))
def test_no_profile_that_is_near_by_meaning_is_left_out(
    profiles: list[Profile], notices: list[Notice], threshold: int
) -> None:
    """What is kept of the candidates is what is kept of all profiles."""
    profiles = [replace(each, threshold=threshold) for each in numbered(profiles)]
    readings, ready = [read_notice(notice) for notice in notices], [*map(prepare, profiles)]
    percolator = Percolator(profiles[1:])
    percolator.put(profiles[0])
    for reading, ids in zip(readings, percolator.find_candidates(readings), strict=True):
        near = {each.profile.id for each in ready if is_near(find_evidence(reading, each))}
        assert near <= ids
