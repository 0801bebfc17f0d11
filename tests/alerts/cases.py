"""Opportunities with their events, as matching leaves them, and whom to tell of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from domain.alerts import DeliveryState, Destination, EventKind, Rule
from domain.notices import Notice
from domain.opportunities import Reason, Score
from storage.deliveries import DeliveryView, list_deliveries
from storage.destinations import save_destination, save_rule
from storage.engine import reading, writing
from storage.matches import Assessed, Match, NewEvent, save_assessments
from storage.notices import StoredNotice
from storage.profiles import find_epoch, find_profile
from storage.schema import notices
from tests.factories import NOW, a_notice, a_version, stored

MANAGER = "tendermail://manager@bidder.example"


def tell(engine: Engine, *rules: Rule, url: str = MANAGER, destination: str = "sales") -> None:
    """A destination, with these rules or one for everything."""
    with writing(engine) as c:
        save_destination(c, Destination(destination, f"The {destination} desk", url))
        for rule in rules or (Rule(f"all-to-{destination}", None, 0, destination),):
            save_rule(c, rule)


def happen(
    engine: Engine,
    *given: Notice,
    kind: EventKind = EventKind.NEW,
    points: int = 60,
    now: datetime = NOW,
    reasons: tuple[Reason, ...] = (),
    **payload: Any,
) -> None:
    """These notices are stored (again), matched with the profile `pumps`, and give an event of this kind each."""
    with writing(engine) as c:
        baseline = "baseline" in payload
        found = stored(c, *(given or (a_notice(),)), now=now, baseline=baseline)
        version = find_profile(c, "pumps") or a_version(c)
        assert version is not None
        reasons = reasons or (
            Reason("keyword", "The keyword “pump*” stands in the title", points, text="pumps"),
            Reason("place", "The buyer's country is one of the profile's", 0),
        )
        matches = [
            Match(each, (Assessed(version, Score(points, reasons), (_to_event(each, kind, payload),)),))
            for each in found
        ]
        c.execute(notices.update().values(matched_epoch=0))
        save_assessments(c, find_epoch(c), matches, model_version="test", now=now)
        c.execute(notices.update().values(matched_epoch=find_epoch(c)))


def _to_event(found: StoredNotice, kind: EventKind, payload: dict[str, Any]) -> NewEvent:
    return NewEvent(kind, {"source": found.notice.source, "notice_id": found.id, **payload})


def ledger(engine: Engine) -> list[DeliveryView]:
    """All deliveries, oldest first."""
    with reading(engine) as c:
        return list_deliveries(c, limit=1000)[::-1]


def states(engine: Engine) -> list[DeliveryState]:
    """The states of all deliveries, oldest first."""
    return [view.delivery.state for view in ledger(engine)]


def tenders(count: int) -> list[Notice]:
    """Different tenders."""
    return [a_notice(key=f"t-{number}", title={"en": f"Water pumps no. {number}"}) for number in range(count)]
