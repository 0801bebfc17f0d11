"""A profile as JSON, in and out: what its versions are stored as, and what its digest is over."""

from decimal import Decimal
from typing import Any

from domain.profiles import CatalogueItem, Keywords, Profile, ValueRange

JsonObject = dict[str, Any]


def to_json(profile: Profile) -> JsonObject:
    """The profile as JSON values, in the order of its file's keys; amounts as decimal strings."""
    return {
        "id": profile.id,
        "name": profile.name,
        "language": profile.language,
        "keywords": _keywords_to_json(profile.keywords),
        "catalogue": [
            {
                "sku": item.sku,
                "name": item.name,
                "description": item.description,
                "codes": [list(code) for code in item.codes],
            }
            for item in profile.catalogue
        ],
        "codes": {scheme: list(prefixes) for scheme, prefixes in profile.codes.items()},
        "places": list(profile.places),
        "value": _range_to_json(profile.value),
        "threshold": profile.threshold,
    }


def from_json(data: JsonObject) -> Profile:
    """The profile that `to_json` gave these values of. A missing key raises KeyError."""
    return Profile(
        id=data["id"],
        name=data["name"],
        language=data["language"],
        keywords=Keywords(
            tuple(data["keywords"]["include"]),
            tuple(data["keywords"]["exclude"]),
            tuple(data["keywords"].get("all", ())),
        ),
        catalogue=tuple(
            CatalogueItem(
                item["sku"], item["name"], item["description"], tuple((scheme, id_) for scheme, id_ in item["codes"])
            )
            for item in data["catalogue"]
        ),
        codes={scheme: tuple(prefixes) for scheme, prefixes in data["codes"].items()},
        places=tuple(data["places"]),
        value=_range_from_json(data["value"]),
        threshold=data["threshold"],
    )


def _keywords_to_json(keywords: Keywords) -> JsonObject:
    lists = {"include": list(keywords.include), "exclude": list(keywords.exclude)}
    return {**lists, "all": list(keywords.all)} if keywords.all else lists


def _range_to_json(value: ValueRange | None) -> JsonObject | None:
    if value is None:
        return None
    least, most = (None if limit is None else format(limit, "f") for limit in (value.min, value.max))
    return {"min": least, "max": most, "currency": value.currency}


def _range_from_json(data: JsonObject | None) -> ValueRange | None:
    if data is None:
        return None
    least, most = (None if data[name] is None else Decimal(data[name]) for name in ("min", "max"))
    return ValueRange(least, most, data["currency"])
