"""Small makers for the readers' tests."""

from datetime import timedelta
from typing import Any

from domain.notices import Kind, RawNotice, Status
from domain.sources import Expect, Source


def a_source(**changes: Any) -> Source:
    values: dict[str, Any] = {
        "id": "xx_portal",
        "title": "A portal",
        "publisher": "Somebody",
        "country": "GB",
        "url": "https://portal.example.org/",
        "licence": "none stated",
        "zone": "Europe/London",
        "endpoint": "https://portal.example.org/api",
        "every": timedelta(hours=1),
        "expect": Expect((0, 100), {}, timedelta(days=1)),
        "listing": {"file": {}},
        "file": "xx_portal.yml",
        "protocol": "ocds",
    }
    return Source(**{**values, **changes})


def a_raw(**changes: Any) -> RawNotice:
    return RawNotice(**{"key": "1", "kind": Kind.TENDER, "status": Status.OPEN, **changes})


def a_release(**changes: Any) -> dict[str, Any]:
    return {
        "ocid": "ocds-aaaaaa-1",
        "id": "1",
        "date": "2026-10-05T09:00:00Z",
        "tag": ["tender"],
        "tender": {"id": "1", "title": "Pumps", "status": "active"},
        **changes,
    }
