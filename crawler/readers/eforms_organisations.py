"""Organisations of an eForms notice, which its other parts refer to by technical ids (ORG-0001, TPO-0001)."""

from collections.abc import Mapping
from typing import Any

from crawler.readers.eforms_values import main_text
from crawler.readers.results import known
from crawler.readers.xml import Element, child, find, find_all, text_at, text_of
from domain.notices import RawBuyer

Organisations = Mapping[str, Element]
"""Technical id -> efac:Company; a touch point's id leads to the company that it belongs to."""


def read_organisations(extension: Element | None) -> Organisations:
    """All organisations of the notice by their ids and their touch points' ids (OPT-200, OPT-201)."""
    found: dict[str, Element] = {}
    for organisation in find_all(extension, "Organizations/Organization"):
        company = child(organisation, "Company")
        if company is None:
            continue
        for part in organisation.iterchildren("{*}Company", "{*}TouchPoint"):
            if id_ := text_at(part, "PartyIdentification/ID"):
                found.setdefault(id_, company)
    return found


def read_buyers(root: Element, organisations: Organisations, language: str | None) -> tuple[RawBuyer, ...]:
    """OPT-300: every contracting party, in their order; joint procurement has several."""
    ids = filter(None, map(text_of, find_all(root, "ContractingParty/Party/PartyIdentification/ID")))
    companies = [organisations[id_] for id_ in ids if id_ in organisations]
    return tuple(dict.fromkeys(filter(None, (_read_buyer(company, language) for company in companies))))


def _read_buyer(company: Element, language: str | None) -> RawBuyer | None:
    name = name_of_company(company, language)
    if not name:
        return None
    id_, scheme = _identify(company)
    return RawBuyer(
        name=name,
        id=id_,
        scheme=scheme,
        country=_country_of(company),
        region=text_at(company, "PostalAddress/CountrySubentityCode"),
        url=text_at(company, "WebsiteURI"),
        email=text_at(company, "Contact/ElectronicMail"),
        phone=text_at(company, "Contact/Telephone"),
    )


def read_winner(company: Element, language: str | None) -> dict[str, Any]:
    """An organisation among the results: name, id, country."""
    return known(
        {"name": name_of_company(company, language), "id": _identify(company)[0], "country": _country_of(company)}
    )


def name_of_company(company: Element, language: str | None) -> str | None:
    """BT-500, in the notice's language where there are several."""
    return main_text(find_all(company, "PartyName/Name"), language)


def _country_of(company: Element) -> str | None:
    return text_at(company, "PostalAddress/Country/IdentificationCode")


def _identify(company: Element) -> tuple[str | None, str | None]:
    """BT-501 and the register that its schemeName names."""
    element = find(company, "PartyLegalEntity/CompanyID")
    id_ = text_of(element)
    return (id_, element.get("schemeName")) if element is not None and id_ else (None, None)
