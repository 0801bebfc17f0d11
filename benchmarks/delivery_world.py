"""Notices, rules and destinations for `delivery.py`, and what must arrive, worked out from them alone."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Engine

from alerts.route import route
from domain.alerts import Destination, EventKind, Rule
from domain.notices import Buyer, Kind, Money, Notice, Precision, Status
from domain.opportunities import Reason, Score
from domain.profiles import Profile, ProfileVersion
from storage.destinations import save_destination, save_rule
from storage.engine import writing
from storage.events import append_event
from storage.matches import Assessed, Match, NewEvent, save_assessments
from storage.notices import find_notice, save_notices
from storage.profiles import find_epoch, save_profile
from storage.sources import release_lease, take_lease

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
NUMBER = re.compile(r"pumps no (\d+)")
PROFILES = 25
HIGH = 60
Expected = tuple[str, int, str]


def score_of(number: int) -> int:
    """60 in 100 are worth the second desk."""
    return 40 + (number * 7919) % 50


def is_moved(number: int) -> bool:
    """Of each fourth tender the deadline moves later."""
    return number % 4 == 0


def expect(count: int) -> set[Expected]:
    """(destination, notice, kind): profile P tells d(P) of all, and d(25+P) of those with HIGH points or more."""
    wanted = set()
    for number in range(count):
        profile = number % PROFILES
        places = [f"d{profile:02}", *([f"d{PROFILES + profile:02}"] if score_of(number) >= HIGH else [])]
        kinds = [EventKind.NEW, *([EventKind.DEADLINE_MOVED] if is_moved(number) else [])]
        wanted |= {(place, number, kind.value) for place in places for kind in kinds}
    return wanted


def a_world(engine: Engine, addresses: Mapping[str, str], count: int) -> int:
    """Saves it all and routes it; how many deliveries that made."""
    versions = _save_rules(engine, addresses)
    made = 0
    for first in range(0, count, 500):
        _save_matches(engine, range(first, min(first + 500, count)), versions)
        made += route(engine, START).deliveries
    changes = [{"field": "deadline_at", "old": "2026-12-01T12:00:00+00:00", "new": "2026-12-08T12:00:00+00:00"}]
    with writing(engine) as c:
        for number in filter(is_moved, range(count)):
            payload = {"source": "gb_made", "notice_id": number + 1, "changes": changes}
            append_event(c, EventKind.DEADLINE_MOVED, number + 1, payload, START)
    return made + route(engine, START).deliveries


def _save_rules(engine: Engine, addresses: Mapping[str, str]) -> list[ProfileVersion]:
    versions = []
    with writing(engine) as c:
        for place, url in addresses.items():
            save_destination(c, Destination(place, place, url))
        for number in range(PROFILES):
            profile = Profile(id=f"p{number}", name=f"Pumps {number}", language="en")
            digest = f"bench {number}"
            version = save_profile(c, profile, author="b", reason="b", origin=None, digest=digest, now=START)
            versions.append(version)
            save_rule(c, Rule(f"all-{number}", f"p{number}", 0, f"d{number:02}"))
            save_rule(c, Rule(f"high-{number}", f"p{number}", HIGH, f"d{PROFILES + number:02}"))
    return versions


def _save_matches(engine: Engine, numbers: range, versions: list[ProfileVersion]) -> None:
    made = [_a_notice(number) for number in numbers]
    with writing(engine) as c:
        lease = take_lease(c, "gb_made", START, timedelta(minutes=5))
        release_lease(c, lease)
        save_notices(c, made, run_id=lease.run_id, now=START, baseline=False, page=None)
        matches = []
        for number, notice in zip(numbers, made, strict=True):
            stored = find_notice(c, "gb_made", notice.key)
            assert stored is not None
            points = Decimal(score_of(number))
            reason = Reason("keyword", "The keyword “pump*” stands in the title", points, text="pumps")
            event = NewEvent(EventKind.NEW, {"source": "gb_made", "notice_id": stored.id})
            assessed = Assessed(versions[number % PROFILES], Score(points, (reason,)), (event,))
            matches.append(Match(stored, (assessed,)))
        save_assessments(c, find_epoch(c), matches, model_version="bench", now=START)


def _a_notice(number: int) -> Notice:
    return Notice(
        source="gb_made",
        key=f"n-{number}",
        kind=Kind.TENDER,
        status=Status.OPEN,
        url=f"https://portal.example/notice/{number}",
        language="en",
        title={"en": f"Supply of pumps no {number} <b>&amp; @everyone</b>"},
        description={"en": "Centrifugal pumps."},
        buyers=(Buyer("Norbridge Town Council"),),
        country="GB",
        value=Money(Decimal(120_000), "GBP"),
        deadline_at=START + timedelta(days=30),
        deadline_precision=Precision.MINUTE,
    )
