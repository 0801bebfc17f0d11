"""Writes a notice as Find a Tender does: OCDS 1.1 releases, the first one whole, the later ones only what changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.demo.nouns import Change, Corpus, Notice
from app.demo.ocds_parties import buyer_id, party, supplier_id, supplier_party
from app.demo.ocds_tender import own_time, tender, uk_time, value

# The numbers of the Procurement Act's notices, as Find a Tender prints them.
FORMS = {
    "planning": ("UK2", "marketEngagementNotice", "Preliminary market engagement notice"),
    "tender": ("UK4", "tenderNotice", "Tender notice"),
    "award": ("UK6", "awardNotice", "Contract award notice"),
    "cancellation": ("UK12", "tenderCancellationNotice", "Procurement termination notice"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A release and the hidden instant, never printed, by which the portal's windows select it."""

    listed_at: datetime
    stage: str
    release: dict[str, Any]


def listed_releases(corpus: Corpus, base_url: str) -> tuple[Listed, ...]:
    """Return all releases of the OCDS portal, newest first; numbers run in the order of their dates."""
    rng = Random(len(corpus.notices))  # noqa: S311
    drafts = [(moment, notice, change) for notice in corpus.on("ocds") for moment, change in _moments(notice)]
    drafts.sort(key=lambda draft: (draft[0], draft[1].key))
    numbers: dict[str, str] = {}
    listed = []
    for place, (moment, notice, change) in enumerate(drafts):
        number = f"{71_000 + place * 13:06d}-{moment:%Y}"
        release = _release(notice, change, number, numbers.get(notice.key), base_url)
        numbers[notice.key] = number
        listed.append(Listed(moment + timedelta(seconds=rng.randint(20, 14_000)), _stage(release), release))
    return tuple(sorted(listed, key=lambda entry: entry.listed_at, reverse=True))


def _moments(notice: Notice) -> Iterator[tuple[datetime, Change | None]]:
    yield notice.published_at, None
    for change in notice.changes:
        yield change.at, change


def _stage(release: dict[str, Any]) -> str:
    first: str = release["tag"][0]
    return "award" if first.startswith(("award", "contract")) else "planning" if first == "planning" else "tender"


def _release(notice: Notice, change: Change | None, number: str, before: str | None, base: str) -> dict[str, Any]:
    head = {"ocid": notice.key, "id": number, "date": uk_time(change.at if change else notice.published_at)}
    url = f"{base}/Notice/{number}"
    if change is None:
        return head | _first(notice, url, head["date"])
    if change.kind == "tender":
        return head | _call(notice, change.deadline_at, url, head["date"])
    if change.kind == "deadline":
        return head | _moved(change, number, before)
    if change.kind == "cancellation":
        return head | _cancelled(notice, url, head["date"])
    return head | _later_award(notice, change.at, url)


def _first(notice: Notice, url: str, printed: str) -> dict[str, Any]:
    if notice.kind == "planning":
        return _planned(notice, url, printed)
    if notice.kind == "tender":
        return _call(notice, notice.deadline_at, url, printed)
    body = _whole(notice, "complete", ["award", "contract"]) | _awards(notice, notice.published_at, url)
    body["parties"].append(supplier_party(notice.supplier))
    award = body["awards"][0]
    signed = uk_time(notice.published_at - timedelta(days=2))
    body["contracts"] = [
        {"id": award["id"], "awardID": award["id"], "status": "active", "dateSigned": signed}
        | ({"value": award["value"]} if "value" in award else {})
    ]
    return body


def _planned(notice: Notice, url: str, printed: str) -> dict[str, Any]:
    body = _whole(notice, "planning", ["planning"])
    due = notice.published_at + timedelta(days=30)
    body["planning"] = {
        "milestones": [
            {
                "id": "engagement",
                "type": "engagement",
                "description": f"https://{notice.buyer.site}/engagement",
                "dueDate": uk_time(due),
                "status": "scheduled",
            }
        ],
        "documents": [_document("planning", url, printed)],
    }
    body["tender"]["communication"] = {"futureNoticeDate": uk_time(due + timedelta(days=60))}
    return body


def _call(notice: Notice, deadline_at: datetime | None, url: str, printed: str) -> dict[str, Any]:
    body = _whole(notice, "active", ["tender"])
    body["tender"]["documents"] = [_document("tender", url, printed)]
    body["tender"]["submissionMethodDetails"] = f"https://{notice.buyer.site}/tenders"
    body["tender"]["submissionTerms"] = {
        "electronicSubmissionPolicy": "allowed",
        "languages": [notice.language],
    }
    if deadline_at is not None:
        body["tender"]["tenderPeriod"] = {"endDate": own_time(deadline_at)}
        body["tender"]["enquiryPeriod"] = {"endDate": own_time(deadline_at - timedelta(days=6))}
    return body


def _moved(change: Change, number: str, before: str | None) -> dict[str, Any]:
    """Only what changed: no title, no buyer. A reader that takes it for the whole notice empties the notice."""
    assert change.deadline_at is not None
    amendment = {
        "id": number,
        "date": uk_time(change.at),
        "description": "The deadline for the submission of tenders has been extended.",
        "amendsReleaseID": before,
        "releaseID": number,
    }
    period = {"endDate": own_time(change.deadline_at)}
    return {"tag": ["tenderUpdate"], "tender": {"tenderPeriod": period, "amendments": [amendment]}}


def _cancelled(notice: Notice, url: str, printed: str) -> dict[str, Any]:
    body: dict[str, Any] = {"status": "cancelled", "documents": [_document("cancellation", url, printed)]}
    if notice.lots:
        body["lots"] = [{"id": lot.key, "status": "cancelled"} for lot in notice.lots]
    return {"tag": ["tenderCancellation"], "tender": body}


def _later_award(notice: Notice, awarded_at: datetime, url: str) -> dict[str, Any]:
    body = {"tag": ["award"], "tender": {"status": "complete"}, "parties": [supplier_party(notice.supplier)]}
    return body | _awards(notice, awarded_at, url)


def _awards(notice: Notice, awarded_at: datetime, url: str) -> dict[str, Any]:
    award: dict[str, Any] = {
        "id": "1",
        "title": notice.title,
        "status": "active",
        "date": uk_time(awarded_at - timedelta(days=1)),
        "suppliers": [{"id": supplier_id(notice.supplier), "name": notice.supplier.name}],
        "documents": [_document("award", url, uk_time(awarded_at))],
    }
    if notice.value is not None:
        award["value"] = value(notice.value * Decimal("0.94"), notice)
    if notice.lots:
        award["relatedLots"] = [lot.key for lot in notice.lots]
    return {"awards": [award]}


def _whole(notice: Notice, status: str, tag: list[str]) -> dict[str, Any]:
    return {
        "initiationType": "tender",
        "tag": tag,
        "parties": [party(buyer) for buyer in notice.buyers],
        "buyer": {"id": buyer_id(notice.buyer), "name": notice.buyer.name},
        "tender": tender(notice, status),
        "language": notice.language,
    }


def _document(form: str, url: str, printed: str) -> dict[str, str]:
    number, document_type, description = FORMS[form]
    return {
        "id": url.rsplit("/", 1)[1],
        "documentType": document_type,
        "noticeType": number,
        "description": f"{description} on the demo portal",
        "url": url,
        "datePublished": printed,
        "format": "text/html",
    }
