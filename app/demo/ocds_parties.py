"""Organisations as Find a Tender prints them: parties with roles, identifiers and a contact point."""

from typing import Any

from app.demo.nouns import Buyer, Supplier

COUNTRIES = {
    "AT": "Austria", "BE": "Belgium", "CH": "Switzerland", "DE": "Germany", "DK": "Denmark", "ES": "Spain",
    "FR": "France", "GB": "United Kingdom", "IE": "Ireland", "IT": "Italy", "NL": "Netherlands", "PL": "Poland",
    "PT": "Portugal", "RU": "Russia", "UA": "Ukraine",
}  # fmt: skip
DIALLING = {
    "AT": "43", "BE": "32", "CH": "41", "DE": "49", "ES": "34", "FR": "33", "GB": "44", "IE": "353", "IT": "39",
    "NL": "31", "PL": "48", "PT": "351", "RU": "7", "UA": "380",
}  # fmt: skip
SCHEMES = {"GB": "GB-PPON", "NL": "NL-KVK", "PL": "PL-REGON", "UA": "UA-EDR"}


def party(buyer: Buyer) -> dict[str, Any]:
    """Return a buyer as a party with its address and contact point (telephones of noughts: nobody answers)."""
    scheme = SCHEMES.get(buyer.country, "GB-FTS")
    last = f"{_digits(buyer.name):04d}"
    return {
        "id": buyer_id(buyer),
        "name": buyer.name,
        "identifier": {"scheme": scheme, "id": buyer_id(buyer).removeprefix(f"{scheme}-")},
        "address": {
            "streetAddress": buyer.street,
            "locality": buyer.city,
            "region": buyer.region,
            "postalCode": buyer.postcode,
            **country(buyer.country),
        },
        "contactPoint": {
            "name": "Procurement",
            "email": f"procurement@{buyer.site}",
            "telephone": f"+{DIALLING[buyer.country]} 0000 00{last}",
        },
        "roles": ["buyer"],
        "details": {
            "url": f"https://{buyer.site}/",
            "classifications": [
                {
                    "scheme": "UK_CA_TYPE",
                    "id": "publicAuthoritySubCentralGovernment",
                    "description": "Public authority - sub-central government",
                }
            ],
        },
    }


def supplier_party(supplier: Supplier) -> dict[str, Any]:
    """Return a winner as a party."""
    return {
        "id": supplier_id(supplier),
        "name": supplier.name,
        "identifier": {"scheme": "GB-FTS", "id": supplier_id(supplier).removeprefix("GB-FTS-")},
        "address": {"locality": supplier.city, **country(supplier.country)},
        "roles": ["supplier"],
        "details": {"scale": "sme"},
    }


def buyer_id(buyer: Buyer) -> str:
    """Return the identifier of a buyer, with the scheme of its country."""
    scheme = SCHEMES.get(buyer.country, "GB-FTS")
    number = _digits(buyer.name)
    return f"{scheme}-PDMO-{number:04d}-{buyer.region[:4]}" if scheme == "GB-PPON" else f"{scheme}-9000{number:04d}"


def supplier_id(supplier: Supplier) -> str:
    """Return the identifier of a winner."""
    return f"GB-FTS-8000{_digits(supplier.name):04d}"


def _digits(name: str) -> int:
    """Return a number of four digits that stands for a name (`hash` differs from one process to the next)."""
    return sum(place * ord(letter) for place, letter in enumerate(name, start=1)) % 9973


def country(code: str) -> dict[str, str]:
    """Return the two fields that tell a country."""
    return {"country": code, "countryName": COUNTRIES[code]}
