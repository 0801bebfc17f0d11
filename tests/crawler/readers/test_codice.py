"""CODICE read field by field, and feeds that are refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.readers.codice import read_codice, to_key
from crawler.registry import load_sources
from domain.errors import SourceChanged, Unreadable
from domain.notices import Kind, RawNotice, Status
from tests.crawler.codice_making import BUDGET, TOWN, a_file, a_tombstone, above, an_entry

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOURCE = load_sources()["es_placsp"]


def one(*arguments: Any, **changes: Any) -> RawNotice:
    return read_codice(a_file(an_entry(7, NOW, *arguments, **changes), updated=NOW), SOURCE).rows[0]


def amount(name: str, value: str) -> str:
    return f'<cbc:{name} currencyID="EUR">{value}</cbc:{name}>'


def result(code: str, lot: str = "1", winner: str = "") -> str:
    party = f"<cac:WinningParty><cac:PartyName><cbc:Name>{winner}</cbc:Name></cac:PartyName></cac:WinningParty>"
    return (
        f"<cac:TenderResult><cbc:ResultCode>{code}</cbc:ResultCode><cbc:AwardDate>2026-11-10</cbc:AwardDate>"
        f"<cbc:ReceivedTenderQuantity>3</cbc:ReceivedTenderQuantity>{party if winner else ''}"
        f"<cac:AwardedTenderedProject><cbc:ProcurementProjectLotID>{lot}</cbc:ProcurementProjectLotID>"
        f"<cac:LegalMonetaryTotal>{amount('TaxExclusiveAmount', '1000')}{amount('PayableAmount', '1210')}"
        "</cac:LegalMonetaryTotal></cac:AwardedTenderedProject></cac:TenderResult>"
    )


@pytest.mark.parametrize(
    ("state", "results", "kind", "status"),
    [
        ("PRE", "", Kind.PLANNING, Status.PLANNED),
        ("PUB", "", Kind.TENDER, Status.OPEN),
        ("EV", "", Kind.TENDER, Status.CLOSED),
        ("ADJ", result("8"), Kind.AWARD, Status.AWARDED),
        ("ADJ", "", Kind.AWARD, Status.AWARDED),
        ("RES", result("3") + result("9", "2"), Kind.AWARD, Status.AWARDED),
        ("RES", result("3"), Kind.AWARD, Status.CLOSED),
        ("RES", result("3") + result("4", "2"), Kind.AWARD, Status.CLOSED),
        ("RES", result("4") + result("5", "2"), Kind.AWARD, Status.CANCELLED),
        ("ANUL", "", Kind.CANCELLATION, Status.CANCELLED),
        ("XYZ", "", None, None),
    ],
)
def test_states(state: str, results: str, kind: Kind | None, status: Status | None) -> None:
    found = one(state, more=results)
    assert (found.kind, found.status) == (kind, status)
    assert found.unknown_words == (() if kind else (("ContractFolderStatusCode", "XYZ"),))


@pytest.mark.parametrize(
    ("budget", "value"),
    [
        (BUDGET, "90000"),  # with renewals, without tax
        (amount("TotalAmount", "36300") + amount("TaxExclusiveAmount", "30000"), "30000"),
        (amount("EstimatedOverallContractAmount", "0") + amount("TaxExclusiveAmount", "5"), "5"),
        (amount("TotalAmount", "36300"), None),
        ("", None),
    ],
)
def test_the_value_is_without_tax(budget: str, value: str | None) -> None:
    budget = budget if budget == BUDGET else f"<cac:BudgetAmount>{budget}</cac:BudgetAmount>"
    found = one(budget=budget).value
    assert (found.amount if found else None) == value


def test_results_by_lot() -> None:
    raw = one("RES", more=result("9", "1", "Bombas Norte SL") + result("3", "2")).raw or {}
    assert raw["results"] == [
        {
            "lot": "1",
            "outcome": "awarded",
            "winners": [{"name": "Bombas Norte SL"}],
            "value": {"amount": "1000", "currency": "EUR"},
            "date": "2026-11-10",
            "tenders": "3",
        },
        {
            "lot": "2",
            "outcome": "none",
            "reason": "unsuccessful",
            "value": {"amount": "1000", "currency": "EUR"},
            "date": "2026-11-10",
            "tenders": "3",
        },
    ]
    assert raw["value_with_tax"] == {"amount": "36300", "currency": "EUR"}


def test_lots_with_their_own_codes_and_values() -> None:
    code = (
        "<cac:RequiredCommodityClassification><cbc:ItemClassificationCode>42122130</cbc:ItemClassificationCode>"
        "</cac:RequiredCommodityClassification>"
    )
    budget = f"<cac:BudgetAmount>{amount('TaxExclusiveAmount', '15000')}</cac:BudgetAmount>"
    lot = (
        '<cac:ProcurementProjectLot><cbc:ID schemeName="ID_LOTE">{0}</cbc:ID><cac:ProcurementProject>'
        "<cbc:Name>Lote {0}</cbc:Name>" + budget + code + "</cac:ProcurementProject></cac:ProcurementProjectLot>"
    )
    found = one(more=lot.format("1") + lot.format("1") + lot.format("2"))
    assert [each.key for each in found.lots] == ["1", "1*", "2"]
    assert found.lots[0].title == {"es": "Lote 1"}
    assert found.lots[0].codes == (("CPV", "42122130"),)
    assert found.codes == (("CPV", "42122000"), ("CPV", "42122130"))


@pytest.mark.parametrize(
    ("buyer", "bodies", "name"),
    [
        ("Alcaldía", ("Ayuntamiento de Villanorte",), "Alcaldía, Ayuntamiento de Villanorte"),
        ("Alcaldía del Ayuntamiento de Villanorte", ("Villanorte",), "Alcaldía del Ayuntamiento de Villanorte"),
        ("Consell Comarcal del Nord", ("Entitats municipals de Catalunya",), "Consell Comarcal del Nord"),
        ("Metro del Norte, S.A.", ("Consejería de Transportes",), "Metro del Norte, S.A."),
        ("Pleno", (), "Pleno"),
    ],
)
def test_an_office_alone_is_told_with_its_body(buyer: str, bodies: tuple[str, ...], name: str) -> None:
    found = one(buyer=buyer, above=above(*bodies)).buyers[0]
    assert (found.name, found.id, found.scheme) == (name, "P2899900X", "NIF")


def test_buyers_numbers() -> None:
    own = '<cac:PartyIdentification><cbc:ID schemeName="ID_PLATAFORMA">123</cbc:ID></cac:PartyIdentification>'
    assert (one(ids=own).buyers[0].id, one(ids=own + TOWN).buyers[0].id) == (None, "P2899900X")


@pytest.mark.parametrize(
    ("period", "deadline"),
    [
        ("<cbc:EndDate>2026-12-18</cbc:EndDate>", "2026-12-18"),
        ("<cbc:EndDate>2026-12-18</cbc:EndDate><cbc:EndTime>10:00:00</cbc:EndTime>", "2026-12-18T10:00:00"),
        (
            "<cbc:EndDate>2026-12-18</cbc:EndDate><cbc:EndTime>10:00:00</cbc:EndTime>"
            "<cbc:Description>Hora peninsular</cbc:Description>",
            "2026-12-18T10:00:00+01:00",
        ),
        (
            "<cbc:EndDate>2026-07-18</cbc:EndDate><cbc:EndTime>10:00:00</cbc:EndTime>"
            "<cbc:Description>hora de Canarias</cbc:Description>",
            "2026-07-18T10:00:00+01:00",
        ),
        ("<cbc:Description>Véase el pliego</cbc:Description>", None),
    ],
)
def test_deadlines(period: str, deadline: str | None) -> None:
    assert one(deadline=period).deadline == deadline


def test_requests_to_participate_come_before_tenders() -> None:
    body = a_file(an_entry(7, NOW), updated=NOW).replace(
        b"<cac:TenderSubmissionDeadlinePeriod>",
        b"<cac:ParticipationRequestReceptionPeriod><cbc:EndDate>2026-12-01</cbc:EndDate>"
        b"</cac:ParticipationRequestReceptionPeriod><cac:TenderSubmissionDeadlinePeriod>",
    )
    assert read_codice(body, SOURCE).rows[0].deadline == "2026-12-01"


def test_the_day_is_that_of_the_first_notice_of_its_kind() -> None:
    told = (
        ("DOC_CAN_ADJ", "2026-11-12"),
        ("DOC_CN", "2026-10-03"),
        ("DOC_CN", "2026-10-01"),
        ("DOC_FORM", "2026-11-19"),
    )
    assert one("PUB", notices=told).published == "2026-10-01"
    assert one("RES", notices=told).published == "2026-11-12"
    assert one("PRE", notices=told).published == "2026-10-01"
    assert one(notices=()).published is None


def test_documents_once_each() -> None:
    paper = (
        "<cac:{0}><cbc:ID>{1}</cbc:ID><cac:Attachment><cac:ExternalReference><cbc:URI>https://x.example/{1}</cbc:URI>"
        "</cac:ExternalReference></cac:Attachment></cac:{0}>"
    )
    more = paper.format("TechnicalDocumentReference", "ppt.pdf") + paper.format("LegalDocumentReference", "pcap.pdf")
    found = one(more=more + paper.format("AdditionalDocumentReference", "ppt.pdf")).documents
    assert [(each.url, each.title) for each in found] == [
        ("https://x.example/pcap.pdf", "pcap.pdf"),
        ("https://x.example/ppt.pdf", "ppt.pdf"),
    ]


def test_the_procedure_is_known_by_its_number_at_ted_alone() -> None:
    assert (one().procedure_id, one().identifier) == (None, "7/2026")
    uuid = "6b3cb044-0000-4000-8000-3b059814905e"
    assert one(more=f'<cbc:UUID schemeName="TED">{uuid}</cbc:UUID>').procedure_id == uuid


def test_an_entry_that_stands_twice_counts_once_the_newest() -> None:
    early = NOW.replace(hour=8)
    for entries in ((an_entry(7, NOW, "EV"), an_entry(7, early)), (an_entry(7, early), an_entry(7, NOW, "EV"))):
        page = read_codice(a_file(*entries, updated=NOW), SOURCE)
        assert [row.status for row in page.rows] == [Status.CLOSED]
        assert page.versions == {"7": NOW}


def test_an_odd_entry_is_a_fault_and_the_others_are_read() -> None:
    odd = "<entry><id>https://x.example/8</id><updated>2026-11-20T10:00:00Z</updated></entry>"
    page = read_codice(a_file(an_entry(7, NOW), odd, a_tombstone(9, NOW), updated=NOW, next_name="older.atom"), SOURCE)
    assert [row.key for row in page.rows] == ["7"]
    assert [fault.element for fault in page.faults] == ["entry[1]: ContractFolderStatus"]
    assert (page.deleted, page.made_at, page.next_url) == ({"9": NOW}, NOW, "older.atom")


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b"", SourceChanged),
        (b"<html><body>Mantenimiento</body></html>", SourceChanged),
        (b'{"feed": {"entry": []}}', SourceChanged),
        (a_file(updated=NOW), SourceChanged),
        (b"<rss><channel/></rss>", SourceChanged),
        (a_file(an_entry(7, NOW), updated=NOW)[:-100], Unreadable),
    ],
)
def test_what_is_no_feed_of_folders_is_refused(body: bytes, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        read_codice(body, SOURCE)


def test_keys() -> None:
    assert to_key("https://contrataciondelsectorpublico.gob.es/sindicacion/x/451") == "451"
    assert to_key("urn:uuid:1-2") == "urn:uuid:1-2"
