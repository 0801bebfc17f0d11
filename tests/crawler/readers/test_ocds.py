import json
from typing import Any

import pytest

from crawler.normalise.languages import UNKNOWN
from crawler.readers.ocds import merge_releases, read_page, read_release
from domain.errors import SourceChanged, Unreadable
from domain.notices import Kind, RawMoney, RawNotice, Status
from tests.crawler.making import a_release, a_source

R1 = a_release()
R2 = a_release(ocid="ocds-aaaaaa-2", id="2")


def page_of(data: Any) -> list[str]:
    return [release["ocid"] for release in read_page(json.dumps(data).encode()).releases]


@pytest.mark.parametrize(
    ("data", "ocids"),
    [
        ({"releases": [R1, R2]}, ["ocds-aaaaaa-1", "ocds-aaaaaa-2"]),
        ({"releases": []}, []),
        ({"records": []}, []),
        ([], []),
        (R1, ["ocds-aaaaaa-1"]),
        ([R1, R2], ["ocds-aaaaaa-1", "ocds-aaaaaa-2"]),
        ([{"releases": [R1]}, {"releases": [R2]}], ["ocds-aaaaaa-1", "ocds-aaaaaa-2"]),
        ({"records": [{"ocid": "ocds-aaaaaa-1", "releases": [R1]}]}, ["ocds-aaaaaa-1"]),
        ({"records": [{"ocid": "x", "releases": [{"url": "u", "tag": ["tender"]}], "compiledRelease": R2}]},
         ["ocds-aaaaaa-2"]),
        ({"ocid": "ocds-aaaaaa-1", "compiledRelease": R1}, ["ocds-aaaaaa-1"]),
        ({"data": [R1, R2]}, ["ocds-aaaaaa-1", "ocds-aaaaaa-2"]),
        ({"status": 200, "result": {"releases": [R1]}}, ["ocds-aaaaaa-1"]),
    ],
)  # fmt: skip
def test_every_form_of_a_page(data: Any, ocids: list[str]):
    assert page_of(data) == ocids


@pytest.mark.parametrize(
    "data",
    [
        {"error": "x"}, {"detail": "x", "status": 500}, {"releases": None}, {"uri": "x"}, 5, "x", [5], [[R1]],
        {"releases": [5]}, {"releases": [{"id": "1"}]}, {"records": [{"ocid": "x", "releases": ["https://x"]}]},
    ],
)  # fmt: skip
def test_what_is_no_ocds_is_a_changed_source(data: Any):
    with pytest.raises(SourceChanged):
        read_page(json.dumps(data).encode())


def test_one_odd_record_does_not_hide_the_others():
    page = read_page(json.dumps({"releases": [R1, 7, {"id": "x", "tag": []}, R2]}).encode())
    assert [release["ocid"] for release in page.releases] == ["ocds-aaaaaa-1", "ocds-aaaaaa-2"]
    assert [fault.element for fault in page.faults] == ["releases[1]", "releases[2].ocid"]


@pytest.mark.parametrize(
    ("more", "next_url", "total"),
    [
        ({"links": {"next": "https://x/2"}, "total": 7}, "https://x/2", 7),
        ({"links": [{"rel": "next", "href": "/2"}], "pagination": {"total": "12"}}, "/2", 12),
        ({"next_page": {"uri": "https://x/3"}}, "https://x/3", None),
        ({"links": {"next": None}, "total": -1}, None, None),
        ({"links": 5, "meta": 5}, None, None),
    ],
)
def test_the_next_page_and_the_total(more: dict[str, Any], next_url: str | None, total: int | None):
    page = read_page(json.dumps({"releases": [R1], **more}).encode())
    assert (page.next_url, page.total) == (next_url, total)


def test_a_versioned_release_gives_its_last_values():
    def history(*values: Any) -> list[dict[str, Any]]:
        return [
            {"releaseDate": f"2026-01-0{day}", "releaseID": str(day), "releaseTag": ["tender"], "value": value}
            for day, value in enumerate(values, 1)
        ]

    versioned = {
        "ocid": "ocds-1",
        "tender": {
            "id": "1",
            "title": history("Old", "New"),
            "description": history("Gone", None),
            "lots": [{"id": "1", "title": history("Lot")}],
        },
    }
    (release,) = read_page(json.dumps(versioned).encode()).releases
    raw = read(release)
    assert (raw.title, raw.description, raw.published, raw.kind) == ({UNKNOWN: "New"}, {}, "2026-01-02", Kind.TENDER)
    assert raw.lots[0].title == {UNKNOWN: "Lot"}


def read(release: dict[str, Any], **source: Any) -> RawNotice:
    return read_release(release, a_source(**source))


@pytest.mark.parametrize(
    ("changes", "kind", "status"),
    [
        ({"tag": ["planning"], "tender": {"status": "planned"}}, "planning", "planned"),
        ({"tag": ["planningUpdate"], "tender": {}, "planning": {"rationale": "x"}}, "planning", "planned"),
        ({"tag": ["tender"]}, "tender", "open"),
        ({"tag": ["tenderUpdate"]}, "tender", "open"),
        ({"tag": ["tenderAmendment"], "tender": {"status": "complete"}}, "tender", "closed"),
        ({"tag": ["tenderCancellation"]}, "cancellation", "cancelled"),
        ({"tag": ["tender"], "tender": {"status": "unsuccessful"}}, "cancellation", "cancelled"),
        ({"tag": ["tender"], "tender": {"status": "withdrawn"}}, "cancellation", "cancelled"),
        ({"tag": ["award"], "tender": {"status": "complete"}, "awards": [{"status": "active"}]}, "award", "awarded"),
        (
            {"tag": ["award"], "tender": {"status": "complete"}, "awards": [{"status": "unsuccessful"}]},
            "award",
            "closed",
        ),
        ({"tag": ["tender", "award"], "tender": {}}, "award", "awarded"),
        ({"tag": ["contract"], "tender": {}, "contracts": [{"id": "1"}]}, "award", "awarded"),
        ({"tag": ["contractAmendment"], "tender": {}}, "award", "awarded"),
        ({"tag": "tender"}, "tender", "open"),
        ({"tag": ["compiled"]}, "tender", "open"),
        ({"tag": ["compiled"], "tender": {"status": "planning"}}, "planning", "planned"),
        ({"tag": ["compiled"], "awards": [{"id": "1"}], "tender": {"status": "complete"}}, "award", "awarded"),
        ({"tag": None, "tender": {}, "planning": {"budget": {}}}, "planning", "planned"),
        ({"tag": ["tender"], "tender": {}}, "tender", None),
        ({"tag": ["novelty"], "tender": {}}, None, None),
    ],
)
def test_kind_and_status(changes: dict[str, Any], kind: str | None, status: str | None):
    raw = read(a_release(**changes))
    assert (raw.kind, raw.status) == (kind, status)


def test_a_contract_amendment_is_a_modification_where_notices_are_single_releases():
    raw = read(a_release(tag=["contractAmendment"], tender={}), identity="release")
    assert (raw.kind, raw.key, raw.procedure_id) == (Kind.MODIFICATION, "1", "ocds-aaaaaa-1")


def test_the_portals_own_words_and_unknown_ones():
    assert read(a_release(tender={"status": "Abierta"}), statuses={"Abierta": Status.OPEN}).status is Status.OPEN
    raw = read(a_release(tag=["tender", "novelty"], tender={"status": "Abierta"}))
    assert raw.unknown_words == (("tender.status", "Abierta"), ("tag", "novelty"))


def test_a_buyer_of_1_0_stands_in_its_place():
    buyer = {
        "name": "SEFIN",
        "identifier": {"id": 7, "scheme": "MX-RFC"},
        "address": {"countryName": "MX", "region": "DF"},
        "contactPoint": {"email": "a@b.mx", "telephone": 55, "url": "http://b.mx"},
    }
    (found,) = read(a_release(buyer=buyer)).buyers
    assert (found.id, found.scheme, found.country, found.phone, found.url) == ("7", "MX-RFC", "MX", "55", "http://b.mx")


def test_the_buyers_of_1_1_are_the_parties_with_that_role():
    parties = [
        {"id": f"GB-COH-{number}", "name": f"B{number}", "roles": ["buyer", "payer"]}
        for number in range(10000000, 10000030)
    ]
    found = read(a_release(parties=[*parties, {"id": "S", "name": "S", "roles": ["supplier"]}])).buyers
    assert len(found) == 30
    assert (found[0].scheme, found[0].id) == ("GB-COH", "10000000")


def test_a_reference_is_followed_and_a_procuring_entity_is_the_last_resort():
    party = {"id": "x", "name": "Entity", "roles": ["procuringEntity"], "address": {"countryName": "México"}}
    entity = {"status": "active", "procuringEntity": {"id": "x", "name": "short"}}
    by_buyer = read(a_release(parties=[party], buyer={"id": "x"}))
    by_entity = read(a_release(parties=[party], tender=entity))
    both = read(a_release(parties=[party], buyer={"id": "y", "name": "Ministry"}, tender=entity))
    assert by_buyer.buyers[0].name == by_entity.buyers[0].name == "Entity"
    assert (both.buyers[0].name, both.buyers[0].country, both.country) == ("Ministry", None, "México")


def test_ids_that_hold_only_inside_a_release_are_none():
    for id_ in ("org-3", "ORG-0001", "1", 7):
        (buyer,) = read(a_release(parties=[{"id": id_, "name": "X", "roles": ["buyer"]}])).buyers
        assert (buyer.id, buyer.scheme) == (None, None)


@pytest.mark.parametrize(
    ("value", "money"),
    [
        ({"amount": 1000.5, "currency": "EUR"}, RawMoney("1000.5", "EUR")),
        ({"amount": "1000.50", "currency": "EUR"}, RawMoney("1000.50", "EUR")),
        ({"amount": 5, "amountGross": 6}, RawMoney("5", None)),
        ({"amountGross": 6, "currency": "GBP"}, RawMoney("6", "GBP")),
        ({"amount": 0, "currency": "EUR"}, None),
        ({"amount": None}, None),
        ({"amount": True}, None),
        ({"currency": "EUR"}, None),
        (7, None),
        (None, None),
    ],
)
def test_the_value(value: Any, money: RawMoney | None):
    assert read(a_release(tender={"value": value})).value == money


def test_a_value_is_never_an_awards_or_lots_but_a_plans_is_its_budget():
    lots = [{"id": "1", "value": {"amount": 5, "currency": "EUR"}}]
    awards = [{"value": {"amount": 5, "currency": "EUR"}}]
    budget = {"budget": {"amount": {"amount": 9, "currency": "EUR"}}}
    assert read(a_release(tag=["award"], tender={"lots": lots}, awards=awards, planning=budget)).value is None
    assert read(a_release(tag=["planning"], tender={}, planning=budget)).value == RawMoney("9", "EUR")


def test_lots_with_their_items_values_and_deadlines():
    tender = {
        "lots": [
            {"id": 1, "title": "One", "tenderPeriod": {"endDate": "2026-11-01T12:00:00Z"}},
            {"id": "2", "value": {"amount": 5, "currency": "EUR"}},
            {"title": "no id"},
        ],
        "items": [
            {"relatedLot": 1, "classification": {"scheme": "CPV", "id": "45000000"}},
            {"relatedLots": ["1", "2"], "additionalClassifications": [{"scheme": "CPV", "id": "33000000"}, None, 5]},
        ],
        "classification": {"scheme": "UNSPSC", "id": 81111500},
    }
    raw = read(a_release(tender=tender))
    assert [(lot.key, lot.codes, lot.deadline) for lot in raw.lots] == [
        ("1", (("CPV", "45000000"), ("CPV", "33000000")), "2026-11-01T12:00:00Z"),
        ("2", (("CPV", "33000000"),), None),
    ]
    assert raw.codes == (("UNSPSC", "81111500"), ("CPV", "45000000"), ("CPV", "33000000"))


def test_codes_of_a_contract_alone():
    contracts = [{"items": [{"classification": {"scheme": "CPV", "id": "50530000-9"}}]}]
    assert read(a_release(tag=["contract"], tender={}, contracts=contracts)).codes == (("CPV", "50530000-9"),)


def test_regions_of_delivery():
    def places(**item: Any) -> tuple[str, ...]:
        return read(a_release(tender={"items": [item]}), country="").regions

    assert places(deliveryAddresses=[{"region": "UKJ14", "country": "GB"}, {"region": "England"}]) == ("UKJ14",)
    assert places(deliveryAddress={"region": "ES", "countryName": "Brasil"}) == ()
    assert places(deliveryLocation={"gazetteer": {"scheme": "NUTS", "identifiers": ["FR101"]}}) == ("FR101",)
    assert places(deliveryLocation={"gazetteer": {"scheme": "GEONAMES", "identifiers": ["2988507"]}}) == ()


def test_titles_in_all_languages():
    tender = {
        "title": "Pompes",
        "title_en": "Pumps",
        "title_en-GB": "x",
        "title_type": "x",
        "description": {"fr": "a", "nl": "b"},
    }
    raw = read(a_release(language="fr-BE", tender=tender))
    assert (raw.language, raw.title) == ("fr", {"fr": "Pompes", "en": "Pumps"})
    assert raw.description == {"fr": "a", "nl": "b"}


def test_the_page_of_a_notice_is_its_newest_web_page():
    def notice(number: str, day: str, format_: str = "text/html") -> dict[str, Any]:
        url = f"https://x/{number}"
        return {"id": number, "documentType": "tenderNotice", "url": url, "format": format_, "datePublished": day}

    documents = [notice("1", "2026-10-01"), notice("2", "2026-10-09"), notice("3", "2026-10-10", "application/pdf")]
    tender = {"documents": documents}
    assert read(a_release(id="x", tender=tender)).url == "https://x/2"
    assert read(a_release(id="1", tender=tender)).url == "https://x/1"
    assert read(a_release(uri="https://x/page")).url == "https://x/page"
    assert read(a_release(uri="javascript:alert(1)")).url is None
    assert len(read(a_release(tender=tender)).documents) == 3


def test_an_enquiry_period_is_no_deadline():
    assert read(a_release(tender={"enquiryPeriod": {"endDate": "2026-10-01"}})).deadline is None
    assert read(a_release(tender={"expressionOfInterestDeadline": "2026-10-01"})).deadline == "2026-10-01"


@pytest.mark.parametrize("odd", [5, "x", [], [5], {"a": 5}, [[]], None, True, [{"id": []}]])
@pytest.mark.parametrize(
    "section", ["tender", "parties", "buyer", "awards", "contracts", "planning", "tag", "language", "date", "id"]
)
def test_odd_sections_never_raise(section: str, odd: Any):
    read(a_release(**{section: odd}))
    read(a_release(tender={"items": odd, "lots": odd, "documents": odd, "value": odd, "title": odd, "status": odd}))


@pytest.mark.parametrize("ocid", [None, "", " ", [], True])
def test_a_release_without_an_ocid_has_no_key(ocid: Any):
    with pytest.raises(Unreadable):
        read(a_release(ocid=ocid))


def test_deltas_are_merged_in_date_order_and_again_is_nothing():
    first = a_release(
        parties=[{"id": "b", "name": "B", "roles": ["buyer"]}],
        tender={"id": "1", "title": "A", "description": "D", "status": "active",
                "items": [{"id": "1", "deliveryAddresses": [{"region": "UKJ14"}],
                           "additionalClassifications": [{"scheme": "CPV", "id": "1"}]}]},
    )  # fmt: skip
    delta = a_release(id="2", date="2026-10-06T09:00:00Z", tag=["tenderUpdate"], tender={
        "id": "1", "description": None, "tenderPeriod": {"endDate": "2026-11-01T00:00:00Z"},
        "items": [{"id": "1", "deliveryAddresses": [{"region": "UKJ14"}]}]})  # fmt: skip
    merged = merge_releases([delta, first, first])
    assert merged["tender"]["title"] == "A"
    assert "description" not in merged["tender"]
    assert merged["tender"]["items"][0]["deliveryAddresses"] == [{"region": "UKJ14"}]
    assert (merged["tag"], merged["id"], merged["date"]) == (["tender", "tenderUpdate"], "2", first["date"])
    assert merge_releases([first, delta]) == merged


def test_a_stage_is_dated_by_its_first_release():
    plan = a_release(tag=["planning"], date="2026-01-01T00:00:00Z")
    tender, again = a_release(date="2026-02-01T00:00:00Z"), a_release(date="2026-03-01T00:00:00Z", tag=["tenderUpdate"])
    assert merge_releases([plan, tender, again])["date"] == "2026-02-01T00:00:00Z"
    assert read(merge_releases([plan, tender, again])).kind is Kind.TENDER


def test_a_compiled_release_replaces_all_before_it():
    old = a_release(tender={"id": "1", "title": "Old", "description": "Old"})
    compiled = a_release(tag=["compiled"], date="2026-11-01T00:00:00Z", tender={"id": "1", "title": "New"})
    assert merge_releases([compiled, old]) == compiled


def test_releases_that_contradict_one_another_are_unreadable():
    with pytest.raises(Unreadable, match="merged"):
        merge_releases([a_release(tender={"lots": [{"id": "1"}]}), a_release(tender={"lots": {"x": {"y": 1}}})])


def test_releases_without_dates_are_merged_in_their_order():
    merged = merge_releases([a_release(date=None), a_release(date=5, tender={"id": "1", "title": "B"})])
    assert (merged["tender"]["title"], merged["date"]) == ("B", None)
