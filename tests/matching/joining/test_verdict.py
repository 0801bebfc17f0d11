"""What speaks for one procedure and against it: pairs made up as real ones were found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notices import Buyer, Code, Document, Kind, Money, Notice, Precision
from matching.joining.keys import to_keys
from matching.joining.names import to_name, to_number
from matching.joining.side import Side, to_side
from matching.joining.verdict import Verdict, judge
from tests.factories import NOW, a_notice
from tests.matching.joining.labelled import to_copy

DEADLINE = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
BARE: dict[str, Any] = {"description": {}, "deadline_at": None, "deadline_precision": None, "procedure_id": None}
AWARD: dict[str, Any] = {**BARE, "kind": Kind.AWARD}


def side(**fields: Any) -> Side:
    return to_side(a_notice(**{"procedure_id": None, **fields}), NOW)


def verdict(one: dict[str, Any], other: dict[str, Any]) -> Verdict:
    a, b = side(**{"source": "aa_test", "key": "a-1", **one}), side(**{"source": "bb_test", "key": "b-1", **other})
    found = judge(a, b)
    assert judge(b, a).weight == found.weight
    return found


def titled(title: str, **fields: Any) -> dict[str, Any]:
    return {"title": {"en": title}, **fields}


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


LONG = "Delivery of school meals to the primary schools of Norbridge"
# As they were seen in real notices, the words changed. Each was read, and judged to be two procedures.
TWO = {
    "small contracts entered one after another": (
        titled(LONG, **BARE, value=euros("148.40"), published_at=datetime(2026, 1, 15, 11, 18, 46, tzinfo=UTC)),
        titled(LONG, **BARE, value=euros("148.40"), published_at=datetime(2026, 1, 15, 11, 18, 26, tzinfo=UTC)),
    ),
    "nothing but a title that many have": (titled("Large stores", **BARE), titled("Large stores", **BARE)),
    "a file number in the title": (
        titled("Course on prevention - 700199TO19SER00190", value=euros("8631")),
        titled("Course on prevention - 700199TO19SER00198", value=euros("8624")),
    ),
    "lots that are published apart": (
        titled("LOT 9: Courses in information technology (web tools)"),
        titled("LOT 4: Courses in information technology (text and tables)"),
    ),
    "two works of one day": (
        titled("EU-P 0163 Planning of buildings within the terminals", value=None),
        titled("EU-P 0162 Planning of technical equipment within the terminals", value=None),
    ),
    "two terminals of one harbour": (
        titled("Competitive process to develop a roll-on terminal in the harbour of Norbridge, sector North"),
        titled("Competitive process to develop a cargo terminal in the harbour of Norbridge, sector South"),
    ),
    "two rivers, one text": (
        titled("Delivery and stocking of live young eel in the basin of the Vella", **AWARD, value=euros("358400")),
        titled("Delivery and stocking of live young eel in the basin of the Odra", **AWARD, value=euros("973128.20")),
    ),
    "awards of a dynamic purchasing system": (
        titled("Purchase of spare parts for town buses", **AWARD, value=euros("4960")),
        titled("Purchase of spare parts for town buses", **AWARD, value=euros("9345")),
    ),
    "the contract of the next term": (
        titled(LONG, value=euros("14700000")),
        titled(LONG, value=euros("16300000"), deadline_at=DEADLINE + timedelta(days=1460)),
    ),
    "the same call a year later": (titled(LONG), titled(LONG, deadline_at=DEADLINE + timedelta(days=364))),
    "a second call while the first runs": (titled(LONG), titled(LONG, deadline_at=DEADLINE + timedelta(days=4))),
    "one portal's two identifiers": (
        titled(LONG, procedure_id="ocds-b5fd17-410cff7b"),
        titled(LONG, procedure_id="ocds-b5fd17-9ab94126"),
    ),
    "an extension beside the first": (
        titled("Extension of the lift service"),
        titled("Extension of the train service"),
    ),
    "a phase": (titled("Refurbishment of the town hall II"), titled("Refurbishment of the town hall III")),
    "a call under a framework that names it": (
        titled("Framework for gas supply", key="FW-2026-0017"),
        titled(
            "Gas supply to the hospital, mini-competition",
            description={"en": "Call-off under framework FW-2026-0017."},
            deadline_at=DEADLINE + timedelta(days=90),
        ),
    ),
    "towns with one concession text": (
        titled("Public supply of electricity", **BARE, buyers=(Buyer("Town of Norbridge"),), value=euros("1")),
        titled("Public supply of electricity", **BARE, buyers=(Buyer("Town of Southbridge"),), value=euros("1")),
    ),
    "a lot word on one side": (titled(LONG), titled(f"{LONG}, part North")),
    "a try after a cancelled one": (titled(LONG), titled(f"{LONG} (second procedure)")),
    "the same file number at another office": (
        titled(LONG, identifier="EXP-2026/0001"),
        titled(LONG, identifier="EXP-2026/0001", buyers=(Buyer("Port of Southbridge"),)),
    ),
}
ONE = {
    "two zones": ({}, {"deadline_at": DEADLINE.astimezone(ZoneInfo("Europe/Kyiv"))}),
    "no zone printed there": ({}, {"deadline_at": DEADLINE.replace(tzinfo=timezone(timedelta(hours=1)))}),
    "only the day": ({}, {"deadline_at": DEADLINE.replace(hour=23, minute=59), "deadline_precision": Precision.DAY}),
    "with and without tax": ({}, {"value": Money(Decimal("144000"), "GBP")}),
    "cut off": (titled(LONG), titled(f"{LONG[:40]}…")),
    "a typing error": (titled(LONG), titled(LONG.replace("primary", "primray"))),
    "a department": ({}, {"buyers": (Buyer("Norbridge Town Council, Department of Works", country="GB"),)}),
    "one number, two names": ({}, {"buyers": (Buyer("Council of the Town", "GB 12345", None, "GB"),)}),
    "it is named": (
        {**AWARD, "key": "123456-2026", "value": None},
        {**AWARD, "documents": (Document("https://ted.example/doc/123456-2026"),), "value": None},
    ),
    "another language, but named": (
        {"key": "123456-2026"},
        {"title": {"cy": "Pympiau dŵr"}, "description": {"cy": "Gweler 2026/S 101-123456."}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), TWO.values(), ids=TWO)
def test_two_procedures_are_not_joined(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not verdict(one, other).joins


@pytest.mark.parametrize(("one", "other"), ONE.values(), ids=ONE)
def test_one_procedure_is_joined(one: dict[str, Any], other: dict[str, Any]) -> None:
    base = {"title": {"en": LONG}}
    found = verdict({**base, **one}, {**base, **other})
    assert found.joins, (found.sentences(), found.obstacle)


def test_each_reason_has_both_values() -> None:
    found = verdict({}, {"value": Money(Decimal("480000"), "GBP"), "title": {"en": "SUPPLY of water pumps"}})
    assert "-4.0 the values differ: 120000.00 GBP and 480000 GBP" in found.sentences()
    assert any("“Supply of water pumps” and “SUPPLY of water pumps”" in line for line in found.sentences())
    assert found.obstacle == "the values differ: 120000.00 GBP and 480000 GBP"


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Stadtwerke Norbrück GmbH", "STADTWERKE NORBRÜCK Gesellschaft mit beschränkter Haftung"),
        ("Norbridge Sp. z o.o.", "NORBRIDGE spółka z ograniczoną odpowiedzialnością"),
        ("ООО «Насос»", "Насос"),
        ("Anstalt Nord AöR", "Anstalt Nord, Anstalt des öffentlichen Rechts"),
        ("Vatten A/S", "Vatten AS"),
        ("Société des eaux S.A.", "Societe des Eaux, société anonyme"),
        ("Norbridge, spol. s r.o.", "Norbridge s.r.o."),
        ("Agency for Pumps (AFP)", "AGENCY FOR PUMPS"),
    ],
)
def test_legal_forms_are_dropped(name: str, same: str) -> None:
    assert sorted(to_name(name)) == sorted(to_name(same))


def test_a_name_that_is_a_legal_form_stays() -> None:
    assert to_name("GmbH") == ("gmbh",)


@pytest.mark.parametrize(
    ("given_id", "number"), [("FR 12 345 678", "12345678"), ("1", None), ("B-12.345.678", "B12345678")]
)
def test_numbers_of_registers(given_id: str, number: str | None) -> None:
    assert to_number(Buyer("x", given_id, None, "FR")) == number


words = st.lists(
    st.sampled_from(["supply", "delivery", "repair", "pumps", "school", "meals", "road", "Straße", "école", "насос"]),
    min_size=3, max_size=9, unique=True,
).map(" ".join)  # fmt: skip
tenders = st.builds(
    a_notice,
    title=words.map(lambda text: {"en": text}),
    description=st.sampled_from(
        [{}, {"en": "Twelve centrifugal pumps for the waterworks of Norbridge, with their valves."}]
    ),
    buyers=st.sampled_from(["Norbridge Town Council", "Stadt Süd", "Ville d'Évry", "Водоканал"]).map(
        lambda name: (Buyer(name, country="GB"),)
    ),
    value=st.none() | st.decimals(1000, 10_000_000, places=2).map(lambda amount: Money(amount, "GBP")),
    deadline_at=st.integers(0, 200_000).map(lambda minutes: DEADLINE + timedelta(minutes=minutes)),
    codes=st.just((Code("CPV", "42122000"),)),
    source=st.just("aa_test"),
)


@given(tenders, st.integers(0, 10_000))
def test_what_another_portal_publishes_is_found(notice: Notice, number: int) -> None:
    """Other letters, legal form, zone and rounding: the keys meet, and the verdict is joined, for every one."""
    one, other = to_side(notice, NOW), to_side(to_copy(notice, number), NOW)
    assert set(to_keys(one).sought) & set(to_keys(other).kept)
    assert set(to_keys(other).sought) & set(to_keys(one).kept)
    assert judge(one, other).joins


@given(tenders, tenders)
def test_a_verdict_is_the_same_from_both_sides(one: Notice, other: Notice) -> None:
    a, b = to_side(one, NOW), to_side(replace(other, source="bb_test", key="other"), NOW)
    assert (judge(a, b).weight, judge(a, b).joins) == (judge(b, a).weight, judge(b, a).joins)
