"""What the portals print has the element paths of what the real ones print."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from ocdsmerge import Merger
from parsel import Selector

from app.demo.corpus import build_corpus
from app.demo.ocds_parties import buyer_id
from app.demo.ocds_portal import OcdsPortal
from app.demo.ocds_release import listed_releases
from app.demo.portals import DemoPortals
from app.demo.wording import LANGUAGES, language

CORPUS = build_corpus(date(2026, 9, 14))
# What readers of Find a Tender rely on, kept here for where the real package is not at hand.
OCDS_PATHS = {
    "version", "license", "publicationPolicy", "publisher.name", "extensions[]", "releases[].ocid", "releases[].id",
    "releases[].date", "releases[].tag[]", "releases[].language", "releases[].initiationType", "releases[].buyer.id",
    "releases[].buyer.name", "releases[].parties[].roles[]", "releases[].parties[].identifier.scheme",
    "releases[].parties[].identifier.id", "releases[].parties[].address.region", "releases[].parties[].address.country",
    "releases[].parties[].contactPoint.email", "releases[].parties[].contactPoint.telephone",
    "releases[].parties[].details.classifications[].id", "releases[].tender.id", "releases[].tender.title",
    "releases[].tender.description", "releases[].tender.status", "releases[].tender.legalBasis.id",
    "releases[].tender.mainProcurementCategory", "releases[].tender.procurementMethod",
    "releases[].tender.procurementMethodDetails", "releases[].tender.value.amount",
    "releases[].tender.value.amountGross", "releases[].tender.value.currency", "releases[].tender.tenderPeriod.endDate",
    "releases[].tender.items[].additionalClassifications[].scheme",
    "releases[].tender.items[].additionalClassifications[].id", "releases[].tender.items[].relatedLot",
    "releases[].tender.items[].deliveryAddresses[].region", "releases[].tender.lots[].id",
    "releases[].tender.lots[].title", "releases[].tender.lots[].status", "releases[].tender.lots[].value.amount",
    "releases[].tender.lots[].contractPeriod.endDate", "releases[].tender.documents[].noticeType",
    "releases[].tender.documents[].url", "releases[].tender.amendments[].amendsReleaseID",
    "releases[].tender.communication.futureNoticeDate", "releases[].planning.documents[].noticeType",
    "releases[].awards[].value.amount", "releases[].awards[].suppliers[].name", "releases[].awards[].date",
    "releases[].contracts[].awardID", "releases[].contracts[].dateSigned",
}  # fmt: skip
CARD = "search-registry-entry-block/registry-entry__form"
CARD_PATHS = {
    f"{CARD}/registry-entry__header/registry-entry__header-top/registry-entry__header-top__title",
    f"{CARD}/registry-entry__header/registry-entry__header-mid/registry-entry__header-mid__number",
    f"{CARD}/registry-entry__header/registry-entry__header-mid/registry-entry__header-mid__title",
    f"{CARD}/registry-entry__body/registry-entry__body-block/registry-entry__body-title",
    f"{CARD}/registry-entry__body/registry-entry__body-block/registry-entry__body-value",
    f"{CARD}/registry-entry__body/registry-entry__body-block/registry-entry__body-href",
    f"{CARD}/registry-entry__right-block/price-block/price-block__title",
    f"{CARD}/registry-entry__right-block/price-block/price-block__value",
    f"{CARD}/registry-entry__right-block/data-block/data-block__title",
    f"{CARD}/registry-entry__right-block/data-block/data-block__value",
}


def paths(value: object, where: str = "") -> Iterator[str]:
    """Yield the path of each leaf: `releases[].tender.lots[].id`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{where}[]")
    else:
        yield where


def class_paths(page: str, root: str, leave_out: tuple[str, ...] = ()) -> set[str]:
    """Return the chains of classes that carry meaning (those of the grid and of spacing do not), below `root`."""
    found = set()
    for element in Selector(page).css(f".{root} *"):
        chain = []
        for node in [*reversed(list(element.root.iterancestors())), element.root]:
            names = [name for name in (node.get("class") or "").split() if "__" in name or name.endswith("-block")]
            chain += names[:1]
        chain = chain[chain.index(root) :] if root in chain else chain
        if not set(chain) & set(leave_out):
            found.add("/".join(dict.fromkeys(chain)))
    return found


@pytest.fixture(scope="module")
def portals():
    with DemoPortals(CORPUS) as portals:
        yield portals


def package() -> dict:
    with OcdsPortal(CORPUS, None, 0, None) as portal:
        packages = [json.loads(portal.answer("/api/1.0/ocdsReleasePackages", []).body)]
    return packages[0] | {"releases": [entry.release for entry in listed_releases(CORPUS, "http://portal.example.org")]}


def cards(portals: DemoPortals) -> str:
    return portals.html.answer("/epz/order/extendedsearch/results.html", [("recordsPerPage", "_100")]).body


def pages(portals: DemoPortals) -> list[str]:
    links = Selector(cards(portals)).css(".registry-entry__header-mid__number a::attr(href)").getall()
    return [portals.html.respond(link.removeprefix(portals.html_url)).body for link in links]


def test_releases_have_the_paths_that_readers_rely_on():
    assert set(paths(package())) >= OCDS_PATHS


def test_cards_have_the_paths_that_readers_rely_on(portals):
    assert class_paths(cards(portals), "search-registry-entry-block") >= CARD_PATHS


def test_releases_have_the_paths_of_a_real_package(shared: Path):
    real = json.loads((shared / "realdata" / "uk_ocds" / "find_a_tender_083645-2026.json").read_text(encoding="utf-8"))
    assert set(paths(real)) - set(paths(package())) == set()


def test_cards_have_the_paths_of_a_real_list(portals, shared: Path):
    real = (shared / "realdata" / "ru_eis" / "eis_list.html").read_text(encoding="utf-8")
    left_out = ("registry-entry__header-top__icon", "href-block")
    ours = class_paths(cards(portals), "search-registry-entry-block", left_out)
    assert class_paths(real, "search-registry-entry-block", left_out) - ours == set()


def test_pages_have_the_paths_and_labels_of_a_real_page(portals, shared: Path):
    real = Selector((shared / "realdata" / "ru_eis" / "eis_detail.html").read_text(encoding="utf-8"))
    ours = [Selector(page) for page in pages(portals)]
    chain = "div.container div.row.blockInfo div.col section.blockInfo__section.section span"
    for name in ("section__title", "section__info"):
        assert real.css(f"{chain}.{name}")
        assert sum(bool(page.css(f"{chain}.{name}")) for page in ours) > 20
    printed = {" ".join(text.split()) for page in ours for text in page.css(".section__title::text").getall()}
    shared = {" ".join(text.split()) for text in real.css(".section__title::text").getall()} & printed
    assert shared >= {"Номер контактного телефона", "Дополнительная информация", "Регион", "Валюта"}


def test_each_notice_page_says_what_the_notice_says(portals):
    for notice, page in zip(sorted_as_listed(portals), pages(portals), strict=True):
        selector = Selector(page)
        texts = [
            " ".join(text.split()) for text in selector.css(".section__info::text, .common-text__value::text").getall()
        ]
        assert " ".join(notice.title.split()) in texts
        assert " ".join(notice.description.split()) in texts
        assert notice.buyer.region in texts
        assert selector.css("#purchaseObjects tbody td:nth-child(2)::text").getall() == list(notice.codes)
        assert selector.css("#lots tbody td:nth-child(2)::text").getall() == [lot.title for lot in notice.lots]


def sorted_as_listed(portals: DemoPortals) -> list:
    numbers = [
        text.strip(" №\n")
        for text in Selector(cards(portals)).css(".registry-entry__header-mid__number a::text").getall()
    ]
    by_key = {notice.key: notice for notice in CORPUS.on("html")}
    return [by_key[number] for number in numbers]


def test_later_releases_hold_only_what_changed():
    by_tag: dict[str, list[dict]] = {}
    for entry in listed_releases(CORPUS, "http://portal.example.org"):
        by_tag.setdefault("+".join(entry.release["tag"]), []).append(entry.release)
    assert {tag: len(found) for tag, found in by_tag.items()} == {
        "planning": 16, "tender": 125, "award+contract": 12, "award": 6, "tenderUpdate": 9, "tenderCancellation": 5,
    }  # fmt: skip
    for update in by_tag["tenderUpdate"]:
        assert set(update) == {"ocid", "id", "date", "tag", "tender"}
        assert set(update["tender"]) == {"tenderPeriod", "amendments"}
    assert all(found["tender"]["status"] == "cancelled" for found in by_tag["tenderCancellation"])


def test_release_numbers_and_identifiers_are_unique():
    numbers = [entry.release["id"] for entry in listed_releases(CORPUS, "")]
    assert len(set(numbers)) == len(numbers)
    buyers = [buyer for code in LANGUAGES for buyer in language(code).buyers]
    assert len({buyer_id(buyer) for buyer in buyers}) == len(buyers)


def test_a_hidden_instant_selects_releases():
    for entry in listed_releases(CORPUS, ""):
        assert entry.listed_at > datetime.fromisoformat(entry.release["date"])
        assert entry.listed_at < CORPUS.moment


def test_releases_merge_into_notices():
    releases: dict[str, list[dict]] = {}
    for entry in reversed(listed_releases(CORPUS, "")):
        releases.setdefault(entry.release["ocid"], []).append(entry.release)
    assert len(releases) == 150
    for notice in CORPUS.on("ocds"):
        merged = Merger(merge_rules={}).create_compiled_release(releases[notice.key])
        assert merged["tender"]["title"] == notice.title
        printed = merged["tender"].get("tenderPeriod", {}).get("endDate")
        deadline = notice.deadline_on(CORPUS.moment)
        assert printed == (deadline.isoformat(timespec="seconds") if deadline else None)
        assert (merged["tender"]["status"] == "cancelled") == (notice.status_on(CORPUS.moment) == "cancelled")
