"""The buyers of an OCDS release: parties by their roles (1.1), `buyer` as a reference (1.1) or in full (1.0)."""

import re
from collections.abc import Iterator, Sequence

from crawler.readers.ocds_json import Json, as_object, as_objects, as_text
from domain.notices import RawBuyer

# Ids that mean something only inside their release ("org-3" is another organisation in each of Sell2Wales's).
_LOCAL_ID = re.compile(
    r"(?:org|organisation|organization|party|buyer|supplier|touchpoint|tpo)?[-_ ]?0*\d{1,5}", re.IGNORECASE
)
# Ids as org-id.guide writes them hold their register: GB-COH-01234567.
_ORG_ID = re.compile(r"([A-Z]{2}-[A-Z0-9_]{2,})-(.+)")


def read_buyers(release: Json, tender: Json) -> tuple[RawBuyer, ...]:
    """The parties that are buyers; else `buyer`, else the procuring entity, with what the parties say of them."""
    for candidates in _candidates(release, tender):
        found = [buyer for buyer in map(_read_buyer, candidates) if buyer]
        if found:
            return tuple(found) if len(found) == 1 else tuple(dict.fromkeys(found))
    return ()


def _candidates(release: Json, tender: Json) -> Iterator[Sequence[Json]]:
    parties = as_objects(release.get("parties"))
    named = as_object(release.get("buyer"))
    yield [_with_id(party, named) for party in parties if _has_role(party, "buyer")]
    yield [_find_party(parties, as_object(release.get("buyer")))]
    yield [_find_party(parties, as_object(tender.get("procuringEntity")))]
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
    return as_text(party.get("name")) or as_text(as_object(party.get("identifier")).get("legalName"))


def _read_buyer(party: Json) -> RawBuyer | None:
    name = _name_of(party)
    if not name:
        return None
    address, contact = as_object(party.get("address")), as_object(party.get("contactPoint"))
    id_, scheme = _identify(party)
    return RawBuyer(
        name=name,
        id=id_,
        scheme=scheme,
        country=country_of(address),
        region=as_text(address.get("region")),
        url=as_text(as_object(party.get("details")).get("url")) or as_text(contact.get("url")),
        email=as_text(contact.get("email")),
        phone=as_text(contact.get("telephone")),
    )


def first_country(buyers: Sequence[RawBuyer]) -> str | None:
    """As the first buyer prints it that prints one."""
    for buyer in buyers:
        if buyer.country:
            return buyer.country
    return None


def country_of_entity(release: Json, tender: Json) -> str | None:
    """The procuring entity buys for the buyer: its country is the notice's where the buyer prints no address."""
    entity = _find_party(as_objects(release.get("parties")), as_object(tender.get("procuringEntity")))
    return country_of(as_object(entity.get("address")))


def _identify(party: Json) -> tuple[str | None, str | None]:
    identifier = as_object(party.get("identifier"))
    found = as_text(identifier.get("id"))
    if found:
        return found, as_text(identifier.get("scheme"))
    found = as_text(party.get("id"))
    if not found or _LOCAL_ID.fullmatch(found):
        return None, None
    registered = _ORG_ID.fullmatch(found)
    return (registered[2], registered[1]) if registered else (found, None)


def country_of(address: Json) -> str | None:
    """The code where there is one, else the name."""
    for name in ("country", "countryCode", "countryName"):
        value = address.get(name)
        if type(value) is str and value and not value.isspace():
            return value
    return None
