"""One OCDS release becomes a RawNotice: all fields of the notice, of 1.0 (buyer as an object) and 1.1 (parties)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crawler.normalise.languages import UNKNOWN, to_language
from crawler.normalise.places import is_region, to_country
from crawler.readers.ocds_buyers import country_of, country_of_entity, first_country, read_buyers
from crawler.readers.ocds_json import Json, as_object, as_objects, as_text, in_languages
from crawler.readers.ocds_stage import find_kind, find_status
from domain.errors import Unreadable
from domain.notices import Document, Kind, RawLot, RawMoney, RawNotice
from domain.sources import Source

_REGION_SHAPE = re.compile(r"[A-Z]{2}(?:[A-Z0-9]{0,3}|-[A-Z0-9]{1,3})")
# Which sections hold the notice's own page and files, nearest first.
_SECTIONS = {
    Kind.PLANNING: ("planning", "tender"),
    Kind.TENDER: ("tender", "planning"),
    Kind.AWARD: ("awards", "contracts", "tender", "planning"),
    Kind.MODIFICATION: ("contracts", "awards", "tender"),
}
_DELIVERIES = ("deliveryAddresses", "deliveryAddress", "deliveryLocations", "deliveryLocation")
_GAZETTEERS = ("NUTS", "ISO3166-2", "ISO 3166-2")
_AMOUNTS = ("amount", "amountNet", "amountGross")


def read_release(release: dict[str, Any], source: Source) -> RawNotice:
    """All fields of one release, or of several merged. Raises Unreadable where it has no key."""
    ocid = as_text(release.get("ocid"))
    by_release = source.identity == "release"
    key = as_text(release.get("id")) if by_release else ocid
    if not ocid or not key:
        raise Unreadable("missing", "ocid" if not ocid else "id")
    tender = as_object(release.get("tender"))
    language = to_language(as_text(release.get("language")) or "") or source.language
    status, odd_status = find_status(release, tender, source.statuses)
    kind, odd_tags = find_kind(release, status, by_release)
    title, description = _read_texts(release, tender, language or UNKNOWN)
    buyers = read_buyers(release, tender)
    country = None if first_country(buyers) else country_of_entity(release, tender)
    place = country or first_country(buyers) or source.country
    lots, codes, regions = _read_lots_and_items(tender, language or UNKNOWN, place)
    documents = _documents_by_section(release)
    return RawNotice(
        key=key,
        kind=kind,
        status=status,
        url=_find_page(release, tender, kind, documents),
        procedure_id=ocid,
        language=language,
        title=title,
        description=description,
        buyers=buyers,
        country=country,
        regions=regions,
        codes=codes or _codes_of_awards(release),
        value=_find_value(release, tender, kind),
        published=as_text(release.get("date")),
        deadline=_find_deadline(tender),
        lots=lots,
        documents=_read_documents(kind, documents),
        unknown_words=(*odd_status, *odd_tags) if odd_status or odd_tags else (),
    )


def _read_texts(release: Json, tender: Json, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """The tender's; where it has no title, that of the release, the plan, the award or the contract."""
    title = in_languages(tender, "title", language)
    description = in_languages(tender, "description", language)
    if title:
        return title, description
    planning = as_object(release.get("planning"))
    others = [release, *as_objects(release.get("awards")), *as_objects(release.get("contracts"))]
    project = as_text(planning.get("project")) or as_text(as_object(planning.get("budget")).get("project"))
    candidates = [in_languages(release, "title", language), {language: project} if project else {}]
    for section in (*candidates, *(in_languages(other, "title", language) for other in others[1:])):
        if section:
            title = section
            break
    if not tender and not description:
        found = (in_languages(other, "description", language) for other in others)
        description = next(filter(None, found), {})
    return title, description


def _read_lots_and_items(
    tender: Json, language: str, country: str
) -> tuple[tuple[RawLot, ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Lots with their items' codes, all codes in the portal's order, and regions of delivery."""
    codes = _codes_of(tender)
    regions: list[str] = []
    by_lot: dict[str, list[tuple[str, str]]] = {}
    for item in as_objects(tender.get("items")):
        own = _codes_of(item)
        codes += own
        _add_regions(item, country, regions)
        if "relatedLot" in item or "relatedLots" in item:
            for key in _lots_of(item):
                by_lot.setdefault(key, []).extend(own)
    lots = []
    for lot in as_objects(tender.get("lots")):
        codes += (of_lot := _codes_of(lot))
        _add_regions(lot, country, regions)
        if lot_key := as_text(lot.get("id")):
            lots.append(_read_lot(lot, lot_key, language, (*of_lot, *by_lot.get(lot_key, ()))))
    _add_regions(tender, country, regions)
    return tuple(lots), tuple(codes), tuple(dict.fromkeys(regions))


def _codes_of_awards(release: Json) -> tuple[tuple[str, str], ...]:
    """Releases of awards and contracts alone: what was bought stands there."""
    sections = (*as_objects(release.get("awards")), *as_objects(release.get("contracts")))
    return tuple(code for section in sections for item in as_objects(section.get("items")) for code in _codes_of(item))


def _read_lot(lot: Json, key: str, language: str, codes: tuple[tuple[str, str], ...]) -> RawLot:
    return RawLot(
        key=key,
        title=in_languages(lot, "title", language),
        description=in_languages(lot, "description", language),
        codes=codes,
        value=_money(lot.get("value")),
        deadline=_find_deadline(lot),
    )


def _lots_of(item: Json) -> list[str]:
    """`relatedLot` of the lots extension; `relatedLots` of publishers that let an item serve several."""
    one, several = item.get("relatedLot"), item.get("relatedLots")
    found = several if type(several) is list else ([one] if one is not None else ())
    return [text for text in map(as_text, found) if text]


def _codes_of(section: Json) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in ("classification", "additionalClassifications"):
        value = section.get(name)
        if not value:
            continue
        for each in (value,) if type(value) is dict else as_objects(value):
            scheme, id_ = each.get("scheme"), each.get("id")
            if type(scheme) is not str or type(id_) is not str or not scheme or not id_:
                # Paraguay writes `schema`; UNSPSC codes are often numbers.
                scheme, id_ = as_text(scheme) or as_text(each.get("schema")), as_text(id_)
            if scheme and id_:
                found.append((scheme, id_))
    return found


def _add_regions(section: Json, country: str, regions: list[str]) -> None:
    for name in _DELIVERIES:
        if name in section:
            for delivery in as_objects(section[name]):
                _add_region(delivery, country, regions)


def _add_region(delivery: Json, country: str, regions: list[str]) -> None:
    """An address's region where it is a code of its country's; the gazetteer's identifiers where it is one of codes."""
    region = delivery.get("region")
    if type(region) is str and _REGION_SHAPE.fullmatch(region):
        regions += [region] if is_region(region, to_country(country_of(delivery) or country)) else []
    gazetteer = as_object(delivery.get("gazetteer"))
    if gazetteer and as_text(gazetteer.get("scheme")) in _GAZETTEERS:
        identifiers = gazetteer.get("identifiers")
        several = identifiers if type(identifiers) is list else (identifiers,)
        regions += [each for each in several if type(each) is str]


def _find_value(release: Json, tender: Json, kind: Kind | None) -> RawMoney | None:
    """The notice's own total: `tender.value`; a plan's is its budget. Never one award's or lot's."""
    value = _money(tender.get("value"))
    if value is None and kind is Kind.PLANNING:
        value = _money(as_object(as_object(release.get("planning")).get("budget")).get("amount"))
    return value


def _money(value: Any) -> RawMoney | None:
    """`amount`; Find a Tender's `amountGross` only where it stands alone. 0 is how portals print "not disclosed"."""
    if type(value) is not dict:
        return None
    amount = next((value[name] for name in _AMOUNTS if value.get(name) is not None), None)
    printed = as_text(amount)
    if printed is None or amount == 0:
        return None
    currency = value.get("currency")
    return RawMoney(printed, currency if type(currency) is str and currency else None)


def _find_deadline(section: Json) -> str | None:
    """The end of the tender period; else of the call for interest (Find a Tender), which then is what bidders meet."""
    period = section.get("tenderPeriod")
    end = period.get("endDate") if type(period) is dict else None
    if type(end) is str and end:
        return end
    return as_text(section.get("expressionOfInterestDeadline"))


def _documents_by_section(release: Json) -> dict[str, list[Json]]:
    found = {}
    for section in ("tender", "planning"):
        if documents := as_object(release.get(section)).get("documents"):
            found[section] = list(as_objects(documents))
    for section in ("awards", "contracts"):
        if several := release.get(section):
            found[section] = [
                document for each in as_objects(several) for document in as_objects(each.get("documents"))
            ]
    return found


def _find_page(release: Json, tender: Json, kind: Kind | None, documents: Mapping[str, Sequence[Json]]) -> str | None:
    """The notice's own page: the newest web page among its documents of a "…Notice" type, else what it links to."""
    for section in _SECTIONS.get(kind or Kind.OTHER, ("tender", "planning", "awards", "contracts")):
        pages = [document for document in documents.get(section, ()) if _is_page(document)]
        if pages:
            own = [page for page in pages if page.get("id") == release.get("id")]
            return as_text((own or [max(pages, key=lambda page: str(page.get("datePublished") or ""))])[0].get("url"))
    for value in (release.get("url"), release.get("uri"), tender.get("url")):
        if type(value) is str and value.startswith(("http://", "https://")):
            return value
    return None


def _is_page(document: Json) -> bool:
    type_ = document.get("documentType")
    if type(type_) is not str or not type_.endswith("Notice") or type(document.get("url")) is not str:
        return False
    format_ = document.get("format")
    return type(format_) is str and format_.lower().startswith("text/html")


def _read_documents(kind: Kind | None, documents: Mapping[str, Sequence[Json]]) -> tuple[Document, ...]:
    """The tender's and the plan's; of an award or contract also its own."""
    found: dict[str, Document] = {}
    for section, several in documents.items():
        if section in ("awards", "contracts") and kind not in (Kind.AWARD, Kind.MODIFICATION):
            continue
        for document in several:
            url = document.get("url")
            if type(url) is str and url and url not in found:
                title = as_text(document.get("title")) or as_text(document.get("description"))
                format_ = document.get("format")
                media_type = format_ if type(format_) is str and "/" in format_ else None
                found[url] = Document(url, title, media_type)
    return tuple(found.values())
