import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Unreadable
from domain.notices import Kind, Status
from tests.crawler.ted_making import NAMESPACES, REAL, check_owners, read, read_raw, without

ID = "1f0e6a10-0000-4000-8000-00000000000a"


def an_eform(
    body: str = "",
    extension: str = "",
    type_: str = "cn-standard",
    form: str = "competition",
    root: str = "ContractNotice",
    id_: str = ID,
) -> str:
    return f"""<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2" {NAMESPACES}>
        <ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension>{extension}</efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>
        <cbc:ID>{id_}</cbc:ID><cbc:ContractFolderID>procedure</cbc:ContractFolderID><cbc:VersionID>01</cbc:VersionID>
        <cbc:NoticeTypeCode listName="{form}">{type_}</cbc:NoticeTypeCode>
        <cbc:NoticeLanguageCode>ENG</cbc:NoticeLanguageCode>{body}</{root}>"""


@pytest.mark.parametrize(
    ("form", "type_", "kind", "status"),
    [
        ("planning", "pin-buyer", Kind.PLANNING, Status.PLANNED),
        ("planning", "pin-rtl", Kind.PLANNING, Status.PLANNED),
        ("consultation", "pmc", Kind.PLANNING, Status.PLANNED),
        ("competition", "pin-cfc-social", Kind.TENDER, Status.OPEN),
        ("competition", "qu-sy", Kind.TENDER, Status.OPEN),
        ("competition", "subco", Kind.TENDER, Status.OPEN),
        ("competition", "of-tomorrow", Kind.TENDER, Status.OPEN),
        ("dir-awa-pre", "veat", Kind.AWARD, Status.AWARDED),
        ("result", "can-desg", Kind.AWARD, Status.AWARDED),
        ("cont-modif", "can-modif", Kind.MODIFICATION, Status.AWARDED),
        ("bri", "brin-ecs", Kind.OTHER, Status.UNKNOWN),
    ],
)
def test_the_kind_comes_from_notice_type_and_form_type(form: str, type_: str, kind: Kind, status: Status):
    raw = read_raw(an_eform(type_=type_, form=form))
    assert (raw.kind, raw.status, raw.unknown_words) == (kind, status, ())


def test_an_unknown_type_is_told():
    raw = read_raw(an_eform(type_="x-y", form="z"))
    assert (raw.kind, raw.unknown_words) == (None, (("BT-02 NoticeTypeCode", "x-y"),))


@pytest.mark.parametrize(
    ("printed", "key"),
    [("00012345-2025", "12345-2025"), ("n.a.", f"{ID}-01"), ("2021/S 056-142708", f"{ID}-01"), ("", f"{ID}-01")],
)
def test_the_key_is_the_publication_number_else_the_identifier(printed: str, key: str):
    publication = f"<efac:Publication><efbc:NoticePublicationID>{printed}</efbc:NoticePublicationID></efac:Publication>"
    raw = read_raw(an_eform(extension=publication))
    assert raw.key == key
    assert raw.raw["notice_id"] == f"{ID}-01"
    assert bool(raw.url) == (key == "12345-2025")


@pytest.mark.parametrize(
    ("printed", "changes"),
    [("00000777-2024", "777-2024"), (f"{ID.upper()}-02", f"{ID}-02"), ("2022-919032", "2022-919032"), ("", None)],
)
def test_a_change_names_the_notice_that_it_changes(printed: str, changes: str | None):
    changed = f"<efac:Changes><efbc:ChangedNoticeIdentifier>{printed}</efbc:ChangedNoticeIdentifier></efac:Changes>"
    raw = read_raw(an_eform(extension=changed))
    assert (raw.kind, raw.changes) == (Kind.CHANGE if changes else Kind.TENDER, changes)
    assert raw.status is Status.OPEN


def test_a_modified_contract_is_no_change_of_a_notice():
    modified = (
        "<efac:ContractModification><efbc:ChangedNoticeIdentifier>00000777-2024</efbc:ChangedNoticeIdentifier>"
        "</efac:ContractModification>"
    )
    raw = read_raw(an_eform(extension=modified, type_="can-modif", form="cont-modif", root="ContractAwardNotice"))
    assert (raw.kind, raw.changes, raw.raw["previous"]) == (Kind.MODIFICATION, None, ["777-2024"])


def a_period(name: str, date: str, time: str = "") -> str:
    end = f"<cbc:EndTime>{time}</cbc:EndTime>" if time else ""
    return f"<cac:{name}><cbc:EndDate>{date}</cbc:EndDate>{end}</cac:{name}>"


@pytest.mark.parametrize(
    ("periods", "deadline"),
    [
        (a_period("TenderSubmissionDeadlinePeriod", "2024-03-18+01:00", "12:00:00+01:00"), "2024-03-18T12:00:00+01:00"),
        (a_period("TenderSubmissionDeadlinePeriod", "2024-03-18Z", "12:00:00Z"), "2024-03-18T12:00:00+00:00"),
        (a_period("TenderSubmissionDeadlinePeriod", "2024-03-18", "12:00:00+02:00"), "2024-03-18T12:00:00+02:00"),
        (a_period("TenderSubmissionDeadlinePeriod", "2024-03-18+02:00", "12:00:00"), "2024-03-18T12:00:00+02:00"),
        (a_period("TenderSubmissionDeadlinePeriod", "2024-03-18", "12:00:00.000"), "2024-03-18T12:00:00+01:00"),
        (a_period("TenderSubmissionDeadlinePeriod", "2024-03-18+02:00"), "2024-03-18T23:59:59+02:00"),
        (
            a_period("TenderSubmissionDeadlinePeriod", "2024-05-01Z")
            + a_period("ParticipationRequestReceptionPeriod", "2024-03-18Z", "10:00:00Z"),
            "2024-03-18T10:00:00+00:00",
        ),
        (
            "<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent><efext:EformsExtension><efac:InterestExpressionReceptionPeriod>"
            "<cbc:EndDate>2024-03-18Z</cbc:EndDate></efac:InterestExpressionReceptionPeriod></efext:EformsExtension></ext:ExtensionContent>"
            "</ext:UBLExtension></ext:UBLExtensions>",
            "2024-03-18T23:59:59+00:00",
        ),
        (a_period("AdditionalInformationRequestPeriod", "2024-03-01Z"), None),
    ],
)
def test_the_deadline_of_a_lot(periods: str, deadline: str | None):
    lot = (
        "<cac:ProcurementProjectLot><cbc:ID schemeName='Lot'>LOT-1</cbc:ID>"
        f"<cac:TenderingProcess>{periods}</cac:TenderingProcess></cac:ProcurementProjectLot>"
    )
    notice = read(an_eform(lot))
    assert (notice.deadline_at.isoformat() if notice.deadline_at else None) == deadline
    assert notice.lots[0].deadline_at == notice.deadline_at


def test_an_award_without_a_winner_is_closed():
    result = (
        "<efac:NoticeResult><efac:LotResult><cbc:TenderResultCode>clos-nw</cbc:TenderResultCode>"
        "</efac:LotResult></efac:NoticeResult>"
    )
    assert read_raw(an_eform(extension=result, type_="can-standard", form="result")).status is Status.CLOSED


def test_a_notice_without_an_identifier_is_refused_with_the_element():
    with pytest.raises(Unreadable, match="BT-701") as caught:
        read_raw(an_eform(id_=""))
    assert caught.value.element == "ContractNotice/cbc:ID"


def a_full_notice(lots: int) -> str:
    parts = "".join(
        f"""<cac:ProcurementProjectLot><cbc:ID schemeName="Lot">LOT-000{n}</cbc:ID>
        <cac:TenderingProcess><cac:TenderSubmissionDeadlinePeriod><cbc:EndDate>2024-03-0{n}Z</cbc:EndDate><cbc:EndTime>10:00:00Z</cbc:EndTime></cac:TenderSubmissionDeadlinePeriod>
        <cac:ParticipationRequestReceptionPeriod><cbc:EndDate>2024-02-0{n}Z</cbc:EndDate></cac:ParticipationRequestReceptionPeriod></cac:TenderingProcess>
        <cac:ProcurementProject><cbc:Name>lot{n} name</cbc:Name><cbc:Description>lot{n} text</cbc:Description>
        <cac:RequestedTenderTotal>
        <cbc:EstimatedOverallContractAmount currencyID="EUR">{n}00{n}</cbc:EstimatedOverallContractAmount>
        </cac:RequestedTenderTotal>
        <cac:MainCommodityClassification>
        <cbc:ItemClassificationCode listName="cpv">4500000{n}</cbc:ItemClassificationCode>
        </cac:MainCommodityClassification>
        </cac:ProcurementProject></cac:ProcurementProjectLot>"""
        for n in range(1, lots + 1)
    )
    company = (
        "<efac:Organization><efac:Company><cac:PartyIdentification><cbc:ID>{}</cbc:ID></cac:PartyIdentification>"
        "<cac:PartyName><cbc:Name>{}</cbc:Name></cac:PartyName></efac:Company></efac:Organization>"
    )
    winners = "".join(company.format(f"ORG-{n}", f"winner{n} Ltd") for n in range(1, lots + 1))
    results = "".join(
        f"""<efac:LotResult><cbc:TenderResultCode>selec-w</cbc:TenderResultCode><efac:LotTender><cbc:ID>TEN-{n}</cbc:ID></efac:LotTender>
        <efac:SettledContract><cbc:ID>CON-{n}</cbc:ID></efac:SettledContract><efac:TenderLot><cbc:ID>LOT-000{n}</cbc:ID></efac:TenderLot></efac:LotResult>"""
        for n in range(1, lots + 1)
    )
    joined = "".join(
        f"""<efac:LotTender><cbc:ID>TEN-{n}</cbc:ID><efac:TenderingParty><cbc:ID>TPA-{n}</cbc:ID></efac:TenderingParty></efac:LotTender>
        <efac:SettledContract><cbc:ID>CON-{n}</cbc:ID><efac:LotTender><cbc:ID>TEN-{n}</cbc:ID></efac:LotTender></efac:SettledContract>
        <efac:TenderingParty><cbc:ID>TPA-{n}</cbc:ID><efac:Tenderer><cbc:ID>ORG-{n}</cbc:ID></efac:Tenderer></efac:TenderingParty>"""
        for n in range(1, lots + 1)
    )
    extension = f"""<efac:NoticeResult>
        <cbc:TotalAmount currencyID="EUR">7770</cbc:TotalAmount>{results}{joined}</efac:NoticeResult>
        <efac:Organizations>{company.format("ORG-8", "buyer one")}{company.format("ORG-9", "other court")}
        {winners}</efac:Organizations>"""
    return an_eform(
        f"""<cac:ContractingParty><cac:Party><cac:PartyIdentification><cbc:ID>ORG-8</cbc:ID></cac:PartyIdentification></cac:Party></cac:ContractingParty>
        <cac:ProcurementProject><cbc:Name>whole name</cbc:Name><cbc:Description>whole text</cbc:Description>
        <cac:RequestedTenderTotal>
        <cbc:EstimatedOverallContractAmount currencyID="EUR">7771</cbc:EstimatedOverallContractAmount>
        </cac:RequestedTenderTotal></cac:ProcurementProject>
        <cac:ProcurementProjectLot><cbc:ID schemeName="LotsGroup">GLO-0001</cbc:ID><cac:ProcurementProject>
        <cbc:Name>whole group</cbc:Name></cac:ProcurementProject></cac:ProcurementProjectLot>
        {parts}""",
        extension,
        "can-standard",
        "result",
        "ContractAwardNotice",
    )


@settings(max_examples=200, deadline=None)
@given(lots=st.integers(1, 3), removed=st.lists(st.integers(0, 500), max_size=30))
def test_whatever_is_missing_nothing_is_taken_from_elsewhere(lots: int, removed: list[int]):
    _, raw = without(a_full_notice(lots), removed)
    if raw is None:
        return
    check_owners(raw, {f"{n}00{n}": f"lot{n}" for n in (1, 2, 3)})


REAL_FILES = (
    sorted([*(REAL / "ted").glob("eforms*/*.xml"), *(REAL / "no_doffin").glob("*.xml")]) if REAL.is_dir() else []
)


@pytest.mark.skipif(not REAL_FILES, reason="needs the shared payloads")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_real_notices_with_parts_missing_are_read_or_refused(data: st.DataObject):
    body = data.draw(st.sampled_from(REAL_FILES)).read_text(encoding="utf-8")
    without(body, data.draw(st.lists(st.integers(0, 5000), max_size=40)))


@pytest.mark.skipif(not REAL_FILES, reason="needs the shared payloads")
def test_the_examples_of_the_sdk_are_read_or_refused_with_the_element():
    """Refused is what has no identifier. INVALID_cn_24_multiple and INVALID_change-cn_24_FRA_comments have one: the
    one has errors in repeated elements, the other changes what may not be changed: a field of a notice, never its key.
    """
    refused, read_ = {}, set()
    for file in sorted((REAL / "ted" / "eforms_sdk_examples_synthetic").glob("*.xml")):
        try:
            read_raw(file.read_bytes())
        except Unreadable as error:
            refused[file.name] = error.element
        else:
            read_.add(file.name)
    award, call, plan = (
        f"{name}/cbc:ID" for name in ("ContractAwardNotice", "ContractNotice", "PriorInformationNotice")
    )
    assert refused == {
        "INVALID_can_24_empty.xml": award,
        "INVALID_can_24_stage-1.xml": award,
        "INVALID_can_24_stage-2.xml": award,
        "INVALID_cn_24_empty.xml": call,
        "INVALID_cn_24_stage-1.xml": call,
        "INVALID_pin-buyer_24_stage-1.xml": plan,
        "INVALID_pin-only_24_minimal.xml": plan,
        "INVALID_pin-only_24_stage-1.xml": plan,
    }
    odd = {name for name in read_ if name.startswith("INVALID")}
    assert odd == {"INVALID_cn_24_multiple.xml", "INVALID_change-cn_24_FRA_comments.xml"}
    assert len(read_) > len(odd)
