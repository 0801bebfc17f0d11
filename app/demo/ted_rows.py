"""A publication as a row of TED's Search API: texts by language, dates without a time, deadlines split by lot."""

from collections.abc import Sequence
from typing import Any

from app.demo.nouns import Notice
from app.demo.ocds_parties import COUNTRIES as NAMES
from app.demo.ted_notice import COUNTRIES, Publication
from app.demo.wording import cpv_labels


def to_row(made: Publication, fields: Sequence[str], base: str) -> dict[str, Any]:
    """The fields asked for, and the two that always come; a field without a value is left out."""
    values = _values(made, base)
    names = dict.fromkeys((*fields, "publication-number", "links"))
    return {name: values[name] for name in names if values.get(name)}


def _values(made: Publication, base: str) -> dict[str, Any]:
    notice, lots, language = made.notice, made.lots, made.language
    deadline = made.deadline_at if made.type == "cn-standard" else None
    country = COUNTRIES[notice.buyer.country]
    return {
        "publication-number": made.key,
        "publication-date": f"{made.at:%Y-%m-%d}{offset(made.at.isoformat())}",
        "notice-type": made.type,
        "notice-title": dict.fromkeys(("eng", language), _title(notice)),
        "notice-identifier": made.id,
        "procedure-identifier": notice.key,
        "description-lot": {language: [notice.description] * len(lots)},
        "buyer-name": {language: [buyer.name for buyer in notice.buyers]},
        "buyer-country": [COUNTRIES[buyer.country] for buyer in notice.buyers],
        "classification-cpv": [*notice.codes, *(code for lot in lots for code in lot.codes)],
        "place-of-performance": [notice.buyer.region, country],
        "deadline-receipt-tender-date-lot": _deadlines(made, 0) if deadline else [],
        "deadline-receipt-tender-time-lot": _deadlines(made, 1) if deadline else [],
        "links": {
            "xml": {"MUL": f"{base}/en/notice/{made.key}/xml"},
            "html": {"ENG": f"{base}/en/notice/-/detail/{made.key}"},
        },
    }


def _title(notice: Notice) -> str:
    """TED puts country and CPV label before it, in each of its languages; the demo knows their English names only."""
    return f"{NAMES[notice.buyer.country]} – {cpv_labels()[notice.codes[0]]} – {notice.title}"


def _deadlines(made: Publication, part: int) -> list[str]:
    return [split_moment(made)[part] for _ in made.lots]


def split_moment(made: Publication) -> tuple[str, str]:
    """The deadline as TED prints it: a day and a time, each with the buyer's offset."""
    assert made.deadline_at is not None
    printed = made.deadline_at.isoformat(timespec="seconds")
    return f"{printed[:10]}{offset(printed)}", printed[11:]


def offset(printed: str) -> str:
    """The offset at the end of a printed moment."""
    return printed[-6:]
