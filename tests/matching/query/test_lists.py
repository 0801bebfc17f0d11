"""Lists of lines: which capitals are acronyms, how boxes combine, and which lines speak for themselves."""

import pytest

from domain.notices import Kind, Notice, Status
from domain.profiles import Keywords, Profile
from matching.evidence import find_evidence
from matching.prepare import prepare
from matching.query.lists import combine, read_list, speaks
from matching.query.nodes import And, Mode, Phrase
from matching.query.parser import parse
from matching.reading import read_notice


def modes(lines: list[str]) -> list[Mode]:
    return [word.mode for node in read_list(lines) if isinstance(node, Phrase) for word in node.words]


@pytest.mark.parametrize(
    ("lines", "written"),
    [
        (["IT", "software"], ["IT"]),
        (["IT services"], ["IT"]),
        (["IT", "ERP", "SAP"], ["IT", "ERP", "SAP"]),
        (["IT", "SOFTWARE"], []),
        (["IT", "SOFTWARE", "x-ray"], ["IT"]),
        (["CHAIRS"], []),
        (["IT*", "=ERP", "office"], []),
        (["A4 paper", "R&D"], []),
        (["ΤΠΕ εξοπλισμός"], ["ΤΠΕ"]),
    ],
)
def test_capitals_are_acronyms_unless_the_whole_list_is_in_capitals(lines: list[str], written: list[str]) -> None:
    nodes = read_list(lines)
    words = [word for node in nodes if isinstance(node, Phrase) for word in node.words]
    assert [word.raw for word in words if word.mode is Mode.WRITTEN] == written


def test_boxes_say_what_a_line_says() -> None:
    any_of, all_of = [parse("pump"), parse("valve")], [parse("water"), parse("title:supply")]
    assert combine(any_of, all_of)[0] == parse("pump AND water AND title:supply")
    assert combine([], all_of) == [parse("water AND title:supply")]
    assert combine([], all_of[:1]) == [parse("water")]
    assert combine(any_of, []) == any_of
    assert isinstance(combine([parse("a b -c")], all_of)[0], And)


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("pump", True), ("lang:de", False), ("CPV:33*", True), ("lang:de -pump", False), ("lang:de pump", True),
        ("pump OR lang:de", False), ("pump NEAR/2 water", True), ("buyer:x", True),
    ],
)  # fmt: skip
def test_a_language_alone_says_nothing(line: str, spoken: bool) -> None:
    assert speaks(parse(line)) == spoken


def found(keywords: Keywords, notice: Notice) -> list[tuple[str, str, str]]:
    """(line, field, printed words) of what stands in the notice."""
    evidence = find_evidence(read_notice(notice), prepare(Profile("p", "P", "en", keywords)))
    return [(word.matched, word.hit.place.field, word.hit.text) for word in evidence.words]


NOTICE = Notice(
    "s", "1", Kind.TENDER, Status.OPEN, title={"en": "Supply of water pumps"},
    description={"en": "It includes IT services, cables and maintenance of 12 pumps. Water is near the valves."},
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("water pump", "title.en", "water pumps"),
        ("pump AND cable", "title.en", "pumps"),  # the first part says where a line counts
        ("cable AND pump", "description.en", "cables"),
        ("pump -rental", "title.en", "pumps"),
        ("lang:en IT", "description.en", "IT"),
        ("~maintenence", "description.en", "maintenance"),
        ("valve NEAR/3 water", "description.en", "Water is near the valves"),
        ("=pumps", "title.en", "pumps"),
        ("(gas OR water)", "title.en", "water"),
    ],
)
def test_the_words_that_stand_for_a_line(line: str, field: str, words: str) -> None:


    assert found(Keywords((line,)), NOTICE) == [(line, field, words)]


@pytest.mark.parametrize(
    "line",
    ["=pump", "pump -IT", "pump -cables", "title:cable", "lot:pump", "valve NEAR/1 water", "lang:fr pump", "~gass",
     "pump AND CPV:42*", "pump -lang:en"],
)  # fmt: skip
def test_what_is_not_there(line: str) -> None:
    assert found(Keywords((line,)), NOTICE) == []


def test_lines_that_must_all_be_there_are_one_keyword() -> None:
    assert found(Keywords((), (), ("pump", "cable")), NOTICE) == [("pump AND cable", "title.en", "pumps")]
    assert found(Keywords((), (), ("pump", "crane")), NOTICE) == []
    assert [each[0] for each in found(Keywords(("pump", "valve", "crane"), (), ("IT",)), NOTICE)] == ["pump", "valve"]
