"""One OCDS release becomes a RawNotice: all fields of the notice, of 1.0 (buyer as an object) and 1.1 (parties)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crawler.normalise.languages import UNKNOWN, to_language
from crawler.normalise.places import is_region, to_country
from crawler.readers.ocds_stage import find_kind, find_status
from domain.errors import Unreadable
from domain.notices import Document, Kind, RawBuyer, RawLot, RawMoney, RawNotice
from domain.sources import Source

Json = Mapping[str, Any]
_NOTHING: dict[str, Any] = {}

# Ids that mean something only inside their release ("org-3" is another organisation in each of Sell2Wales's).
_LOCAL_ID = re.compile(
    r"(?:org|organisation|organization|party|buyer|supplier|touchpoint|tpo)?[-_ ]?0*\d{1,5}", re.IGNORECASE
)
# Ids as org-id.guide writes them hold their register: GB-COH-01234567.
_ORG_ID = re.compile(r"([A-Z]{2}-[A-Z0-9_]{2,})-(.+)")
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
    ocid = _text(release.get("ocid"))
    by_release = source.identity == "release"
    key = _text(release.get("id")) if by_release else ocid
    if not ocid or not key:
        raise Unreadable("missing", "ocid" if not ocid else "id")
    tender = _object(release.get("tender"))
    language = to_language(_text(release.get("language")) or "") or source.language
    status, odd_status = find_status(release, tender, source.statuses)
    kind, odd_tags = find_kind(release, status, by_release)
    title, description = _read_texts(release, tender, language or UNKNOWN)
    buyers = _read_buyers(release, tender)
    country = None if _first_country(buyers) else _country_of_entity(release, tender)
    place = country or _first_country(buyers) or source.country
    lots, codes, regions = _read_lots_and_items(tender, language or UNKNOWN, place)
    return RawNotice(
        key=key,
        kind=kind,
        status=status,
        url=_find_page(release, tender, kind),
        procedure_id=ocid,
        language=language,
        title=title,
        description=description,
        buyers=buyers,
        country=country,
        regions=regions,
        codes=codes or _codes_of_awards(release),
        value=_find_value(release, tender, kind),
        published=_text(release.get("date")),
        deadline=_find_deadline(tender),
        lots=lots,
        documents=_read_documents(release, kind),
        unknown_words=(*odd_status, *odd_tags) if odd_status or odd_tags else (),
    )


def _object(value: Any) -> Json:
    return value if type(value) is dict else _NOTHING


def _objects(value: Any) -> Sequence[Json]:
    """A list's objects; an object where a list belongs is a list of one (1.0 publishers mix them)."""
    if type(value) is list:
        return [item for item in value if type(item) is dict]
    return (value,) if type(value) is dict else ()


def _text(value: Any) -> str | None:
    if type(value) is str:
        return value if value and not value.isspace() else None
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _in_languages(section: Json, name: str, language: str) -> dict[str, str]:
    """`title` with its translations: `title_fr` (OCDS), or an object of languages."""
    value = section.get(name)
    if type(value) is str:
        found = {language: value} if value and not value.isspace() else {}
    elif type(value) is dict:
        found = {to_language(key) or key: text for key, text in value.items() if type(text) is str and text.strip()}
    else:
        found = {}
    prefix = name + "_"
    for key in section:
        if key.startswith(prefix):
            text, translated = section[key], to_language(key[len(prefix) :])
            if translated and type(text) is str and text and not text.isspace():
                found.setdefault(translated, text)
    return found


def _read_texts(release: Json, tender: Json, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """The tender's; where it has no title, that of the release, the plan, the award or the contract."""
    title = _in_languages(tender, "title", language)
    description = _in_languages(tender, "description", language)
    if title:
        return title, description
    planning = _object(release.get("planning"))
    others = [release, *_objects(release.get("awards")), *_objects(release.get("contracts"))]
    project = _text(planning.get("project")) or _text(_object(planning.get("budget")).get("project"))
    candidates = [_in_languages(release, "title", language), {language: project} if project else {}]
    for section in (*candidates, *(_in_languages(other, "title", language) for other in others[1:])):
        if section:
            title = section
            break
    if not tender and not description:
        found = (_in_languages(other, "description", language) for other in others)
        description = next(filter(None, found), {})
    return title, description


def _read_buyers(release: Json, tender: Json) -> tuple[RawBuyer, ...]:
    """The parties that are buyers; else `buyer`, else the procuring entity, with what the parties say of them."""
    for candidates in _candidates(release, tender):
        found = [buyer for buyer in map(_read_buyer, candidates) if buyer]
        if found:
            return tuple(found) if len(found) == 1 else tuple(dict.fromkeys(found))
    return ()


def _candidates(release: Json, tender: Json) -> Iterator[Sequence[Json]]:
    parties = _objects(release.get("parties"))
    named = _object(release.get("buyer"))
    yield [_with_id(party, named) for party in parties if _has_role(party, "buyer")]
    yield [_find_party(parties, _object(release.get("buyer")))]
    yield [_find_party(parties, _object(tender.get("procuringEntity")))]
    yield [party for party in parties if _has_role(party, "procuringentity")]


def _with_id(party: Json, named: Json) -> Json:
    """Colombia's parties may lack the id that `buyer` has beside the same name."""
    return party if party.get("id") or party.get("name") != named.get("name") else {**party, "id": named.get("id")}


def _has_role(party: Json, role: str) -> bool:
    roles = party.get("roles", party.get("role"))
    if type(roles) is list:
        return role in roles or any(type(each) is str and each.lower() == role for each in roles)
    return type(roles) is str and roles.lower() == role


def _find_party(parties: Sequence[Json], reference: Json) -> Json:
    """The reference with the fields of the party that it names."""
    for party in parties:
        if reference.get("id") is not None and party.get("id") == reference["id"]:
            return {**reference, **{key: value for key, value in party.items() if value}}
    return reference


def _name_of(party: Json) -> str | None:
    return _text(party.get("name")) or _text(_object(party.get("identifier")).get("legalName"))


def _read_buyer(party: Json) -> RawBuyer | None:
    name = _name_of(party)
    if not name:
        return None
    address, contact = _object(party.get("address")), _object(party.get("contactPoint"))
    id_, scheme = _identify(party)
    return RawBuyer(
        name=name,
        id=id_,
        scheme=scheme,
        country=_country_of(address),
        region=_text(address.get("region")),
        url=_text(_object(party.get("details")).get("url")) or _text(contact.get("url")),
        email=_text(contact.get("email")),
        phone=_text(contact.get("telephone")),
    )


def _first_country(buyers: Sequence[RawBuyer]) -> str | None:
    for buyer in buyers:
        if buyer.country:
            return buyer.country
    return None


def _country_of_entity(release: Json, tender: Json) -> str | None:
    """The procuring entity buys for the buyer: its country is the notice's where the buyer prints no address."""
    entity = _find_party(_objects(release.get("parties")), _object(tender.get("procuringEntity")))
    return _country_of(_object(entity.get("address")))


def _identify(party: Json) -> tuple[str | None, str | None]:
    identifier = _object(party.get("identifier"))
    found = _text(identifier.get("id"))
    if found:
        return found, _text(identifier.get("scheme"))
    found = _text(party.get("id"))
    if not found or _LOCAL_ID.fullmatch(found):
        return None, None
    registered = _ORG_ID.fullmatch(found)
    return (registered[2], registered[1]) if registered else (found, None)


def _country_of(address: Json) -> str | None:
    for name in ("country", "countryCode", "countryName"):
        value = address.get(name)
        if type(value) is str and value and not value.isspace():
            return value
    return None


def _read_lots_and_items(
    tender: Json, language: str, country: str
) -> tuple[tuple[RawLot, ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Lots with their items' codes, all codes in the portal's order, and regions of delivery."""
    codes = _codes_of(tender)
    regions: list[str] = []
    by_lot: dict[str, list[tuple[str, str]]] = {}
    for item in _objects(tender.get("items")):
        own = _codes_of(item)
        codes += own
        _add_regions(item, country, regions)
        if "relatedLot" in item or "relatedLots" in item:
            for key in _lots_of(item):
                by_lot.setdefault(key, []).extend(own)
    lots = []
    for lot in _objects(tender.get("lots")):
        codes += (of_lot := _codes_of(lot))
        _add_regions(lot, country, regions)
        if lot_key := _text(lot.get("id")):
            lots.append(_read_lot(lot, lot_key, language, (*of_lot, *by_lot.get(lot_key, ()))))
    _add_regions(tender, country, regions)
    return tuple(lots), tuple(codes), tuple(dict.fromkeys(regions))


def _codes_of_awards(release: Json) -> tuple[tuple[str, str], ...]:
    """Releases of awards and contracts alone: what was bought stands there."""
    sections = (*_objects(release.get("awards")), *_objects(release.get("contracts")))
    return tuple(code for section in sections for item in _objects(section.get("items")) for code in _codes_of(item))


def _read_lot(lot: Json, key: str, language: str, codes: tuple[tuple[str, str], ...]) -> RawLot:
    return RawLot(
        key=key,
        title=_in_languages(lot, "title", language),
        description=_in_languages(lot, "description", language),
        codes=codes,
        value=_money(lot.get("value")),
        deadline=_find_deadline(lot),
    )


def _lots_of(item: Json) -> list[str]:
    """`relatedLot` of the lots extension; `relatedLots` of publishers that let an item serve several."""
    one, several = item.get("relatedLot"), item.get("relatedLots")
    found = several if type(several) is list else ([one] if one is not None else ())
    return [text for text in map(_text, found) if text]


def _codes_of(section: Json) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in ("classification", "additionalClassifications"):
        value = section.get(name)
        if not value:
            continue
        for each in _objects(value):
            # Paraguay writes `schema`.
            scheme = _text(each.get("scheme")) or _text(each.get("schema"))
            id_ = _text(each.get("id"))
            if scheme and id_:
                found.append((scheme, id_))
    return found


def _add_regions(section: Json, country: str, regions: list[str]) -> None:
    for name in _DELIVERIES:
        if name in section:
            for delivery in _objects(section[name]):
                _add_region(delivery, country, regions)


def _add_region(delivery: Json, country: str, regions: list[str]) -> None:
    """An address's region where it is a code of its country's; the gazetteer's identifiers where it is one of codes."""
    region = delivery.get("region")
    if type(region) is str and _REGION_SHAPE.fullmatch(region):
        regions += [region] if is_region(region, to_country(_country_of(delivery) or country)) else []
    gazetteer = _object(delivery.get("gazetteer"))
    if gazetteer and _text(gazetteer.get("scheme")) in _GAZETTEERS:
        identifiers = gazetteer.get("identifiers")
        several = identifiers if type(identifiers) is list else (identifiers,)
        regions += [each for each in several if type(each) is str]


def _find_value(release: Json, tender: Json, kind: Kind | None) -> RawMoney | None:
    """The notice's own total: `tender.value`; a plan's is its budget. Never one award's or lot's."""
    value = _money(tender.get("value"))
    if value is None and kind is Kind.PLANNING:
        value = _money(_object(_object(release.get("planning")).get("budget")).get("amount"))
    return value


def _money(value: Any) -> RawMoney | None:
    """`amount`; Find a Tender's `amountGross` only where it stands alone. 0 is how portals print "not disclosed"."""
    if type(value) is not dict:
        return None
    amount = next((value[name] for name in _AMOUNTS if value.get(name) is not None), None)
    printed = _text(amount)
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
    return _text(section.get("expressionOfInterestDeadline"))


def _documents_of(release: Json, section: str) -> list[Json]:
    found = release.get(section)
    if not found:
        return []
    if section in ("awards", "contracts"):
        return [document for each in _objects(found) for document in _objects(each.get("documents"))]
    return list(_objects(_object(found).get("documents")))


def _find_page(release: Json, tender: Json, kind: Kind | None) -> str | None:
    """The notice's own page: the newest web page among its documents of a "…Notice" type, else what it links to."""
    sections = _SECTIONS.get(kind or Kind.OTHER, ("tender", "planning", "awards", "contracts"))
    for section in sections:
        pages = [document for document in _documents_of(release, section) if _is_page(document)]
        if pages:
            own = [page for page in pages if page.get("id") == release.get("id")]
            return _text((own or [max(pages, key=lambda page: str(page.get("datePublished") or ""))])[0].get("url"))
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


def _read_documents(release: Json, kind: Kind | None) -> tuple[Document, ...]:
    """The tender's and the plan's; of an award or contract also its own."""
    sections = (
        ("tender", "planning", "awards", "contracts")
        if kind in (Kind.AWARD, Kind.MODIFICATION)
        else ("tender", "planning")
    )
    found: dict[str, Document] = {}
    for section in sections:
        for document in _documents_of(release, section):
            url = document.get("url")
            if type(url) is str and url and url not in found:
                title = _text(document.get("title")) or _text(document.get("description"))
                format_ = document.get("format")
                media_type = format_ if type(format_) is str and "/" in format_ else None
                found[url] = Document(url, title, media_type)
    return tuple(found.values())
