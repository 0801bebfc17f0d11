import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.readers.ted_numbers import to_key, to_published_key
from domain.errors import Unreadable
from domain.notices import Kind, Precision, Status
from tests.crawler.ted_making import REAL, check_owners, read, read_raw, without

CURRENT = "http://publications.europa.eu/resource/schema/ted/R2.0.9/publication"


def a_form(body: str, code: str = "3", form: str = "F02", coded: str = "", namespace: str = CURRENT) -> str:
    return f"""<TED_EXPORT xmlns="{namespace}" DOC_ID="000123-2021"><CODED_DATA_SECTION>
        <REF_OJS><DATE_PUB>20210106</DATE_PUB></REF_OJS>
        <NOTICE_DATA><NO_DOC_OJS>2021/S 003-000123</NO_DOC_OJS><LG_ORIG>DE</LG_ORIG>
        <ISO_COUNTRY VALUE="AT"/></NOTICE_DATA>
        <CODIF_DATA>{coded}<TD_DOCUMENT_TYPE CODE="{code}"/></CODIF_DATA></CODED_DATA_SECTION>
        <FORM_SECTION><{form}_2014 CATEGORY="ORIGINAL" FORM="{form}" LG="DE">{body}</{form}_2014>
        </FORM_SECTION></TED_EXPORT>"""


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("000002-2019", "2-2019"),
        ("00522031-2023", "522031-2023"),
        ("503386-2025", "503386-2025"),
        (" 2021/S 005-004358 ", "4358-2021"),
        ("2023-618829", None),
        ("n.a.", None),
        ("", None),
        (None, None),
    ],
)
def test_keys_are_the_same_whichever_form_is_printed(printed: str | None, key: str | None):
    assert to_key(printed) == key
    assert to_published_key(printed) == (None if printed and "/S" in printed else key)


@pytest.mark.parametrize(
    "namespace",
    [
        CURRENT,
        CURRENT.replace(".9", ".8"),
        "ted/R2.0.9.S02/publication",
        "http://formex.publications.europa.eu/ted/schema/export/R2.0.9.S01.E01",
    ],
)
def test_the_namespace_does_not_matter(namespace: str):
    assert read(
        a_form("<OBJECT_CONTRACT><TITLE><P>Brücke</P></TITLE></OBJECT_CONTRACT>", namespace=namespace)
    ).title == {"de": "Brücke"}


@pytest.mark.parametrize(
    ("form", "code", "kind", "status"),
    [
        ("F01", "0", Kind.PLANNING, Status.PLANNED),
        ("F01", "A", Kind.TENDER, Status.OPEN),
        ("F04", "P", Kind.PLANNING, Status.PLANNED),
        ("F04", "M", Kind.TENDER, Status.OPEN),
        ("F08", "B", Kind.PLANNING, Status.PLANNED),
        ("F12", "D", Kind.TENDER, Status.OPEN),
        ("F15", "V", Kind.AWARD, Status.AWARDED),
        ("F20", "K", Kind.MODIFICATION, Status.AWARDED),
        ("F21", "7", Kind.AWARD, Status.AWARDED),
        ("F22", "O", Kind.TENDER, Status.OPEN),
        ("F23", "H", Kind.TENDER, Status.OPEN),
        ("F23", "J", Kind.AWARD, Status.AWARDED),
        ("F14", "2", Kind.CHANGE, Status.UNKNOWN),
    ],
)
def test_the_kind_comes_from_the_document_type(form: str, code: str, kind: Kind, status: Status):
    raw = read_raw(a_form("<OBJECT_CONTRACT/>", code, form))
    assert (raw.kind, raw.status) == (kind, status)


def test_an_unknown_document_type_is_told():
    raw = read_raw(a_form("", "?"))
    assert raw.kind is None
    assert raw.unknown_words == (("TD_DOCUMENT_TYPE", "?"),)


def test_an_award_of_nothing_is_closed_or_cancelled():
    award = "<AWARD_CONTRACT><NO_AWARDED_CONTRACT><PROCUREMENT_{}/></NO_AWARDED_CONTRACT></AWARD_CONTRACT>"
    assert read_raw(a_form(award.format("UNSUCCESSFUL"), "7")).status is Status.CLOSED
    assert read_raw(a_form(award.format("DISCONTINUED"), "7")).status is Status.CANCELLED


def test_what_the_coded_section_says_of_the_deadline_is_not_believed():
    coded = "<DT_DATE_FOR_SUBMISSION>20210303 10:00</DT_DATE_FOR_SUBMISSION>"
    assert read(a_form("", coded=coded)).deadline_at is None
    form = "<PROCEDURE><DATE_RECEIPT_TENDERS>2021-02-03</DATE_RECEIPT_TENDERS>{}</PROCEDURE>"
    timed = read(a_form(form.format("<TIME_RECEIPT_TENDERS>9:30</TIME_RECEIPT_TENDERS>"), coded=coded))
    assert timed.deadline_at.isoformat() == "2021-02-03T09:30:00+01:00"
    for time in ("", "<TIME_RECEIPT_TENDERS>24:00</TIME_RECEIPT_TENDERS>"):
        day = read(a_form(form.format(time), coded=coded))
        assert day.deadline_at.isoformat() == "2021-02-03T23:59:59+01:00"
        assert day.deadline_precision is Precision.DAY


def test_a_corrigendum_without_a_new_date_tells_the_coded_one():
    coded = "<DT_DATE_FOR_SUBMISSION>20210303 10:00</DT_DATE_FOR_SUBMISSION>"
    body = "<COMPLEMENTARY_INFO><NOTICE_NUMBER_OJ>2020/S 001-000777</NOTICE_NUMBER_OJ></COMPLEMENTARY_INFO><CHANGES/>"
    notice = read(a_form(body, "2", "F14", coded))
    assert notice.deadline_at.isoformat() == "2021-03-03T10:00:00+01:00"
    assert notice.changes == "777-2020"


@pytest.mark.parametrize(
    ("amounts", "value"),
    [
        ("<VAL_TOTAL CURRENCY='EUR'>5</VAL_TOTAL><VAL_ESTIMATED_TOTAL CURRENCY='EUR'>9</VAL_ESTIMATED_TOTAL>", "5"),
        ("<VAL_ESTIMATED_TOTAL CURRENCY='EUR'>9</VAL_ESTIMATED_TOTAL>", "9"),
        ("<VAL_TOTAL CURRENCY='EUR'>0.01</VAL_TOTAL><VAL_ESTIMATED_TOTAL CURRENCY='EUR'>9</VAL_ESTIMATED_TOTAL>", "9"),
        ("<VAL_TOTAL CURRENCY='EUR'>1</VAL_TOTAL>", "1"),
        ("<VAL_TOTAL CURRENCY='EUR'>0</VAL_TOTAL>", None),
        ("<VAL_RANGE_TOTAL CURRENCY='EUR'><LOW>65.30</LOW><HIGH>67.50</HIGH></VAL_RANGE_TOTAL>", None),
        ("<OBJECT_DESCR><VAL_OBJECT CURRENCY='EUR'>9</VAL_OBJECT></OBJECT_DESCR>", None),
    ],
)
def test_the_value_is_the_notices_own_total(amounts: str, value: str | None):
    found = read(a_form(f"<OBJECT_CONTRACT>{amounts}</OBJECT_CONTRACT>")).value
    assert (str(found.amount) if found else None) == value


@pytest.mark.parametrize(
    ("objects", "title", "description"),
    [
        ("<OBJECT_CONTRACT><TITLE>one</TITLE>{part}</OBJECT_CONTRACT>", "one", "of a part"),
        ("<OBJECT_CONTRACT><TITLE>one</TITLE>{part}{part}</OBJECT_CONTRACT>", "one", None),
        (
            "<OBJECT_CONTRACT><TITLE>one</TITLE>{part}</OBJECT_CONTRACT><OBJECT_CONTRACT>{part}</OBJECT_CONTRACT>",
            "one",
            None,
        ),
        ("<OBJECT_CONTRACT>{part}</OBJECT_CONTRACT><OBJECT_CONTRACT><TITLE>two</TITLE></OBJECT_CONTRACT>", None, None),
    ],
)
def test_a_parts_text_is_the_notices_only_where_nothing_else_is_bought(
    objects: str, title: str | None, description: str | None
):
    part = "<OBJECT_DESCR><TITLE>part</TITLE><SHORT_DESCR>of a part</SHORT_DESCR></OBJECT_DESCR>"
    notice = read(a_form(objects.format(part=part), "0", "F01"))
    assert (notice.title.get("de"), notice.description.get("de")) == (title, description)


def test_the_value_of_a_modification_is_that_after_it_or_unknown():
    after = (
        "<INFO_MODIFICATIONS><VALUES><VAL_TOTAL_AFTER CURRENCY='EUR'>{}</VAL_TOTAL_AFTER></VALUES></INFO_MODIFICATIONS>"
    )
    described = (
        "<DESCRIPTION_PROCUREMENT><VALUES><VAL_TOTAL CURRENCY='EUR'>7</VAL_TOTAL></VALUES></DESCRIPTION_PROCUREMENT>"
    )
    for told, value in ((after.format(9), "9"), (after.format(0), None), ("", None)):
        form = f"<MODIFICATIONS_CONTRACT>{described}{told}</MODIFICATIONS_CONTRACT>"
        found = read(a_form(form, "K", "F20")).value
        assert (str(found.amount) if found else None) == value


def test_keys_of_parts_are_unique_and_numbers_come_first():
    parts = (
        "<OBJECT_DESCR ITEM='1'><LOT_NO>2</LOT_NO></OBJECT_DESCR><OBJECT_DESCR ITEM='2'/>"
        "<OBJECT_DESCR ITEM='3'><LOT_NO>2</LOT_NO></OBJECT_DESCR>"
    )
    assert [lot.key for lot in read(a_form(f"<OBJECT_CONTRACT>{parts}</OBJECT_CONTRACT>")).lots] == ["2", "#2", "2*"]


def test_a_notice_without_number_or_form_is_refused_with_the_element():
    with pytest.raises(Unreadable) as caught:
        read_raw(f'<TED_EXPORT xmlns="{CURRENT}"/>')
    assert caught.value.element == "TED_EXPORT/@DOC_ID"
    with pytest.raises(Unreadable) as caught:
        read_raw(f'<TED_EXPORT xmlns="{CURRENT}" DOC_ID="1-2020"><FORM_SECTION/></TED_EXPORT>')
    assert caught.value.element == "TED_EXPORT/FORM_SECTION"


def a_full_notice(lots: int) -> str:
    parts = "".join(
        f"""<OBJECT_DESCR ITEM="{n}"><TITLE><P>lot{n} title</P></TITLE><LOT_NO>{n}</LOT_NO>
        <CPV_ADDITIONAL><CPV_CODE CODE="4500000{n}"/></CPV_ADDITIONAL><SHORT_DESCR><P>lot{n} text</P>
        <P>lot{n} more</P></SHORT_DESCR>
        <VAL_OBJECT CURRENCY="EUR">{n}00{n}</VAL_OBJECT></OBJECT_DESCR>"""
        for n in range(1, lots + 1)
    )
    awards = "".join(
        f"""<AWARD_CONTRACT><LOT_NO>{n}</LOT_NO><AWARDED_CONTRACT><CONTRACTORS><CONTRACTOR><ADDRESS_CONTRACTOR>
        <OFFICIALNAME>winner{n} Ltd</OFFICIALNAME><COUNTRY VALUE="AT"/></ADDRESS_CONTRACTOR></CONTRACTOR></CONTRACTORS>
        <VALUES><VAL_TOTAL CURRENCY="EUR">33{n}</VAL_TOTAL></VALUES></AWARDED_CONTRACT></AWARD_CONTRACT>"""
        for n in range(1, lots + 1)
    )
    return a_form(
        f"""<CONTRACTING_BODY><ADDRESS_CONTRACTING_BODY><OFFICIALNAME>buyer one</OFFICIALNAME>
        <COUNTRY VALUE="AT"/></ADDRESS_CONTRACTING_BODY>
        <ADDRESS_CONTRACTING_BODY_ADDITIONAL><OFFICIALNAME>buyer two</OFFICIALNAME>
        </ADDRESS_CONTRACTING_BODY_ADDITIONAL>
        <ADDRESS_FURTHER_INFO><OFFICIALNAME>other desk</OFFICIALNAME></ADDRESS_FURTHER_INFO></CONTRACTING_BODY>
        <OBJECT_CONTRACT><TITLE><P>whole title</P></TITLE><CPV_MAIN><CPV_CODE CODE="45000000"/></CPV_MAIN>
        <SHORT_DESCR><P>whole text</P></SHORT_DESCR><VAL_TOTAL CURRENCY="EUR">7770</VAL_TOTAL>
        <VAL_ESTIMATED_TOTAL CURRENCY="EUR">7771</VAL_ESTIMATED_TOTAL>{parts}</OBJECT_CONTRACT>
        <PROCEDURE><DATE_RECEIPT_TENDERS>2021-02-03</DATE_RECEIPT_TENDERS><TIME_RECEIPT_TENDERS>10:00</TIME_RECEIPT_TENDERS></PROCEDURE>
        {awards}<COMPLEMENTARY_INFO><ADDRESS_REVIEW_BODY><OFFICIALNAME>other court</OFFICIALNAME>
        </ADDRESS_REVIEW_BODY></COMPLEMENTARY_INFO>""",
        "7",
        "F03",
        "<DT_DATE_FOR_SUBMISSION>20210909 10:00</DT_DATE_FOR_SUBMISSION>",
    )


@settings(max_examples=200, deadline=None)
@given(lots=st.integers(1, 3), removed=st.lists(st.integers(0, 500), max_size=30))
def test_whatever_is_missing_nothing_is_taken_from_elsewhere(lots: int, removed: list[int]):
    _, raw = without(a_full_notice(lots), removed)
    if raw is None:
        return
    assert raw.deadline in ("2021-02-03T10:00", "2021-02-03", None)
    check_owners(raw, {f"{n}00{n}": f"lot{n}" for n in (1, 2, 3)})


REAL_FILES = sorted((REAL / "ted" / "ted_export").glob("*.xml"))[::9] if REAL.is_dir() else []


@pytest.mark.skipif(not REAL_FILES, reason="needs the shared payloads")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_real_notices_with_parts_missing_are_read_or_refused(data: st.DataObject):
    body = data.draw(st.sampled_from(REAL_FILES)).read_text(encoding="utf-8")
    without(body, data.draw(st.lists(st.integers(0, 5000), max_size=40)))


@pytest.mark.skipif(not REAL_FILES, reason="needs the shared payloads")
@pytest.mark.parametrize(
    ("number", "deadline"),
    [
        ("008473", "2021-02-10T15:00"),
        ("116731", "2021-04-07T09:30"),
        ("169574", "2021-06-08T15:30"),
        ("560367", "2021-11-29T23:59"),
        ("563439", "2021-12-03T10:00"),
    ],
)
def test_calls_of_the_old_release_tell_their_time_limit(number: str, deadline: str):
    notice = read((REAL / "ted" / "ted_export" / f"{number}-2021.xml").read_bytes())
    assert notice.deadline_at.strftime("%Y-%m-%dT%H:%M") == deadline
