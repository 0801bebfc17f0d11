"""Small factories: what a test does not name is plausible and always the same."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from domain.notices import Buyer, Code, Kind, Lot, Money, Notice, Precision, Status, ZoneFrom
from domain.opportunities import Reason, Score, to_points
from domain.profiles import Keywords, Profile, ProfileVersion
from domain.sources import Expect, Issue, IssueKind, Page, Source, Step
from storage import unmatched
from storage.joining import find_join_due, mark_compared
from storage.notices import StoredNotice, find_notice, save_notices
from storage.profiles import save_profile
from storage.sources import release_lease, take_lease
from storage.unmatched import Unmatched

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def a_notice(**fields: Any) -> Notice:
    """An open tender for pumps of a made-up town."""
    given: dict[str, Any] = {
        "source": "gb_test",
        "key": "ocds-test-1",
        "kind": Kind.TENDER,
        "status": Status.OPEN,
        "url": f"https://portal.example/notice/{fields.get('key', 'ocds-test-1')}",
        "language": "en",
        "title": {"en": "Supply of water pumps"},
        "description": {"en": "Twelve centrifugal pumps for the waterworks of Norbridge."},
        "buyers": (Buyer("Norbridge Town Council", "12345", "GB-LAE", "GB"),),
        "country": "GB",
        "regions": ("UKC11",),
        "codes": (Code("CPV", "42122000"),),
        "value": Money(Decimal("120000.00"), "GBP"),
        "published_at": datetime(2026, 11, 1, 8, 0, tzinfo=UTC),
        "deadline_at": datetime(2026, 12, 1, 12, 0, tzinfo=UTC),
        "deadline_precision": Precision.MINUTE,
        "deadline_zone": ZoneFrom.PRINTED,
    }
    return Notice(**{**given, **fields})


def a_lot(key: str = "1", **fields: Any) -> Lot:
    """A lot without anything but what is named."""
    return Lot(key=key, **fields)


def a_source(**fields: Any) -> Source:
    """A British portal that speaks OCDS."""
    given: dict[str, Any] = {
        "id": "gb_test",
        "title": "Test portal",
        "publisher": "Town of Norbridge",
        "country": "GB",
        "url": "https://portal.example/",
        "licence": "OGL-UK-3.0",
        "zone": "Europe/London",
        "endpoint": "https://portal.example/api",
        "every": timedelta(hours=1),
        "expect": Expect((1, 1000), {"title": 1.0}, timedelta(days=3)),
        "listing": {"file": {}},
        "file": "gb_test.yml",
        "protocol": "ocds",
    }
    return Source(**{**given, **fields})


def a_profile(**fields: Any) -> Profile:
    """A team that sells pumps."""
    given: dict[str, Any] = {
        "id": "pumps",
        "name": "Pumps",
        "language": "en",
        "keywords": Keywords(("pump*", "valve"), ("toy",)),
        "codes": {"CPV": ("42",)},
        "threshold": 40,
    }
    return Profile(**{**given, **fields})


def a_version(connection: Connection, now: datetime = NOW, **fields: Any) -> ProfileVersion:
    """A profile, saved."""
    profile = a_profile(**fields)
    return save_profile(
        connection, profile, author="Mira", reason="first list", origin=None, digest=repr(profile), now=now
    )


def a_score(points: float = 60, **fields: Any) -> Score:
    """A score of one reason."""
    exact = to_points(points)
    return Score(exact, (Reason(rule="keyword", explanation="“pumps” stands in the title", points=exact, **fields),))


def a_step(token: str = "page 1", **fields: Any) -> Step:
    """A page of a list."""
    return Step(**{"token": token, "kind": "page", "url": f"https://portal.example/list?{token}", **fields})


def an_issue(**fields: Any) -> Issue:
    """A word that no list knows."""
    return Issue(
        **{"source": "gb_test", "kind": IssueKind.UNKNOWN_WORD, "reason": "status: mystery", "element": "status"}
        | fields
    )


def a_page(hash: str = "a" * 64, **fields: Any) -> Page:  # noqa: A002
    """A saved page."""
    given = {"url": "https://portal.example/list", "fetched_at": NOW, "media_type": "text/html", "size": 1000}
    return Page(hash=hash, **{**given, **fields})


def a_release(ocid: str = "ocds-test-1", date: str = "2026-11-01T08:00:00Z", **fields: Any) -> dict[str, Any]:
    """An OCDS release."""
    tender = {"id": "T-1", "title": "Supply of water pumps", "status": "active"}
    return {"ocid": ocid, "id": f"{ocid}-{date}", "date": date, "tag": ["tender"], "tender": tender, **fields}


def a_run(connection: Connection, source: str = "gb_test", now: datetime = NOW) -> int:
    """A run of the source that has just begun and holds no lease any more; its id."""
    lease = take_lease(connection, source, now, timedelta(minutes=5))
    release_lease(connection, lease)
    return lease.run_id


def find_unmatched(connection: Connection, epoch: int, limit: int) -> list[Unmatched]:
    """What is to be matched, where nothing had to be compared with another portal's."""
    mark_compared(connection, [each.stored.id for each in find_join_due(connection, 1000)])
    return unmatched.find_unmatched(connection, epoch, limit)


def stored(connection: Connection, *notices: Notice, now: datetime = NOW, **options: Any) -> list[StoredNotice]:
    """These notices, saved by a run of their source."""
    given: Mapping[str, Any] = {"baseline": False, "page": None, **options}
    for source in dict.fromkeys(notice.source for notice in notices):
        own = [notice for notice in notices if notice.source == source]
        save_notices(connection, own, run_id=a_run(connection, source, now), now=now, **given)
    found = [find_notice(connection, notice.source, notice.key) for notice in notices]
    return [notice for notice in found if notice is not None]
