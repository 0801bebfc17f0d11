import pytest

from crawler.pipelines.normalise import to_notice
from domain.notices import Document, RawBuyer, RawLot, RawMoney
from domain.sources import IssueKind
from tests.crawler.making import a_raw, a_source


def test_what_is_odd_is_null_and_told():
    raw = a_raw(
        kind=None,
        status=None,
        title={"en": "x" * 2_000_000},
        buyers=(RawBuyer(" "), RawBuyer("B", country="Atlantis", email="[redacted]", phone="n/a", url="javascript:x")),
        codes=(("CPV", "45"),),
        value=RawMoney("1e9999", "GBP"),
        published="0001-01-01T00:00:00Z",
        deadline="soon",
        unknown_words=(("status", "Neu"),),
    )
    notice, issues = to_notice(raw, a_source())
    assert (notice.kind, notice.status, notice.title, notice.value) == ("other", "unknown", {}, None)
    assert (notice.published_at, notice.deadline_at, notice.deadline_zone) == (None, None, None)
    assert [(buyer.name, buyer.email, buyer.phone, buyer.url) for buyer in notice.buyers] == [("B", None, None, None)]
    assert notice.country is None  # a country is printed, and it is none: the source's is no better
    assert {issue.element for issue in issues} == {
        "title", "codes", "value", "published", "deadline", "buyers.country: Atlantis", "status: Neu",
    }  # fmt: skip
    assert {issue.key for issue in issues if issue.kind is IssueKind.UNREADABLE} == {"1"}
    assert {issue.key for issue in issues if issue.kind is IssueKind.UNKNOWN_WORD} == {None}


def test_zero_is_not_disclosed_and_no_issue():
    assert to_notice(a_raw(value=RawMoney("0.00", "EUR")), a_source())[0].value is None
    assert to_notice(a_raw(value=RawMoney("0.00", "EUR")), a_source())[1] == []


def test_the_deadline_is_the_earliest_of_the_lots():
    lots = (
        RawLot("1", deadline="2026-11-02T03:00:00Z"),
        RawLot("2", deadline="2026-11-01T23:00:00-05:00"),
        RawLot("3"),
    )
    notice, _ = to_notice(a_raw(lots=lots, deadline="2026-12-01T12:00:00Z"), a_source())
    assert notice.deadline_at == notice.lots[0].deadline_at
    assert notice.lots[2].deadline_at is None


@pytest.mark.parametrize(
    ("buyer", "deadline", "zone_from"),
    [
        (RawBuyer("B", country="Ireland"), "2026-07-01T12:00:00+01:00", "buyer"),
        (RawBuyer("B", country="ES", region="ES701"), "2026-07-01T12:00:00+01:00", "buyer"),
        (RawBuyer("B", region="FRY40"), "2026-07-01T12:00:00+04:00", "buyer"),
        (RawBuyer("B", country="US"), "2026-07-01T12:00:00+02:00", "source"),
        (RawBuyer("B"), "2026-07-01T12:00:00+02:00", "source"),
    ],
)
def test_the_zone_is_the_buyers_before_the_sources(buyer: RawBuyer, deadline: str, zone_from: str):
    source = a_source(zone="Europe/Madrid", country="ES")
    notice, _ = to_notice(a_raw(buyers=(buyer,), deadline="2026-07-01T12:00"), source)
    assert notice.deadline_at
    assert (notice.deadline_at.isoformat(), notice.deadline_zone) == (deadline, zone_from)


def test_a_russian_region_gives_its_code_and_its_zone():
    raw = a_raw(buyers=(RawBuyer("B", region="Камчатский край"),), regions=("Камчатский край",), published="05.10.2026")
    notice, _ = to_notice(raw, a_source(country="RU", zone="Europe/Moscow"))
    assert notice.regions == ("RU-KAM",)
    assert notice.published_at
    assert notice.published_at.isoformat() == "2026-10-05T00:00:00+12:00"


def test_addresses_are_webs_only():
    urls = ("https://x.org/a", "javascript:alert(1)", "file:///etc/passwd", "ftp://x.org", "//x.org", "www.x.org", "https://",
            "https://x.org/a b", "https://[::1", "http://x.org/\x00", " https://x.org/b ")  # fmt: skip
    notice, _ = to_notice(a_raw(documents=tuple(Document(url) for url in urls)), a_source())
    assert [document.url for document in notice.documents] == ["https://x.org/a", "http://www.x.org", "https://x.org/b"]


def test_a_page_is_built_by_the_sources_address_of_one():
    source = a_source(endpoints={"notice": "https://x.org/{key}"})
    assert to_notice(a_raw(key="a/b"), source)[0].url == "https://x.org/a%2Fb"
    assert to_notice(a_raw(url="https://y.org/1"), source)[0].url == "https://y.org/1"


def test_keys_stay_as_printed():
    assert to_notice(a_raw(key="R&amp;D/1"), a_source())[0].key == "R&amp;D/1"
    assert to_notice(a_raw(key=" a\x00\n b "), a_source())[0].key == "a b"


def test_a_text_without_a_language_takes_the_notices():
    assert to_notice(a_raw(title={"und": "x"}, language="FR"), a_source())[0].title == {"fr": "x"}
    assert to_notice(a_raw(title={"und": "x"}), a_source())[0].title == {"und": "x"}
