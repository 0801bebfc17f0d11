"""Who buys, in CODICE: the contracting body with its tax number, the bodies above it, and where its clocks stand."""

import re

from crawler.readers.xml import Element, child, children, find, text_at, text_of
from domain.notices import RawBuyer

CANARIES = "ES70"
_SCHEMES = ("NIF", "CIF", "DIR3")  # a tax number before the number of the state's directory; ID_PLATAFORMA is neither
# DIR3: L01 and the five digits of a municipality, L02 0000 and a province, L03 and an island's province, A05 a region.
_DIR3 = re.compile(r"L0[13](?:35|38)|L020{4}(?:35|38)|A05")
_POSTAL_ZONE = re.compile(r"(?:35|38)\d{3}")
# "Alcaldía" alone is an office that every town has: the body that it belongs to tells who buys.
_OFFICE = re.compile(
    r"(?:alcald|pleno|ple\b|junta de gobierno|consejo|consell d|comité|comisi[óo]n|mesa de|diputad[oa]|concejal|"
    r"concejo|geren[ct]|direc|presid|vicepresid|rector|secretar|intervenci|órgano|persona|la/s|jefatura|delegad)",
    re.IGNORECASE,
)
_MOST_PARENTS = 20


def read_buyers(folder: Element) -> tuple[RawBuyer, ...]:
    """The contracting body, () where none is named."""
    located = child(folder, "LocatedContractingParty")
    party = child(located, "Party")
    name = text_at(party, "PartyName/Name")
    if not name:
        return ()
    above = read_above(folder)
    id_, scheme, ids = _identify(party)
    address = child(party, "PostalAddress")
    buyer = RawBuyer(
        name=_whole_name(name, above),
        id=id_,
        scheme=scheme,
        country=text_at(address, "Country/IdentificationCode"),
        region=text_at(address, "CountrySubentityCode") or _region(ids, text_at(address, "PostalZone"), above),
        url=text_at(party, "WebsiteURI"),
        email=text_at(party, "Contact/ElectronicMail"),
        phone=text_at(party, "Contact/Telephone"),
    )
    return (buyer,)


def read_above(folder: Element) -> list[str]:
    """The names of the bodies that the buyer belongs to, from the nearest up."""
    found: list[str] = []
    parent = find(folder, "LocatedContractingParty/ParentLocatedParty")
    while parent is not None and len(found) < _MOST_PARENTS:
        if (name := text_at(parent, "PartyName/Name")) and name not in found:
            found.append(name)
        parent = child(parent, "ParentLocatedParty")
    return found


def _whole_name(name: str, above: list[str]) -> str:
    nearest = above[0] if above else None
    if nearest is None or not _OFFICE.match(name) or nearest.casefold() in name.casefold():
        return name
    # "Alcaldía del Ayuntamiento de …" names its body itself, whatever the tree calls it.
    return (
        name
        if re.search(r"\b(?:ayuntamiento|ajuntament|udal|concello)\b", name, re.IGNORECASE)
        else f"{name}, {nearest}"
    )


def _identify(party: Element | None) -> tuple[str | None, str | None, dict[str, str]]:
    """The tax number, else that of DIR3, with its scheme; and all of them by scheme."""
    ids: dict[str, str] = {}
    for each in children(party, "PartyIdentification"):
        element = child(each, "ID")
        if id_ := text_of(element):
            ids.setdefault(element.get("schemeName") or "", id_)
    for scheme in _SCHEMES:
        if scheme in ids:
            return ids[scheme], scheme, ids
    return None, None, ids


def _region(ids: dict[str, str], postal_zone: str | None, above: list[str]) -> str | None:
    """The Canary Islands have a clock of their own; elsewhere the country's is right."""
    there = (
        _DIR3.match(ids.get("DIR3", ""))
        or _POSTAL_ZONE.fullmatch(postal_zone or "")
        or any(name in ("Canarias", "Islas Canarias") for name in above)
    )
    return CANARIES if there else None
