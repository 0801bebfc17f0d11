"""What a users' template makes of opportunities that are stored, without sending anything."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from alerts.cards import to_card
from alerts.own import render_own
from domain.config import Settings
from domain.errors import WrongUse
from storage.destinations import find_destinations
from storage.engine import reading
from storage.opportunities import find_opportunities, find_opportunity


def preview_own(
    engine: Engine, settings: Settings, destination: str, body: str, now: datetime, opportunity: int | None, limit: int
) -> dict[int, tuple[str, ...]]:
    """The lines for each opportunity: this one, or the `limit` best. Raises BadRule, with the line, for a fault."""
    with reading(engine) as c:
        (place,) = [each for each in find_destinations(c) if each.id == destination]
        one = find_opportunity(c, opportunity) if opportunity is not None else None
        if opportunity is not None and one is None:
            raise WrongUse(f"there is no opportunity {opportunity}; `tenderwatch opportunities list` shows them")
        views = [one] if one else find_opportunities(c, limit=limit)
    zone = ZoneInfo(place.zone or settings.zone)
    made = {}
    for view in views:
        reasons = view.assessment.reasons if view.assessment else ()
        card = to_card(
            view.notice.notice,
            score=view.opportunity.score,
            reasons=reasons,
            profile=view.profile_name,
            now=now,
            zone=zone,
            language=place.language,
            opportunity=view.opportunity.id,
            base_url=settings.base_url,
        )
        made[view.opportunity.id] = render_own(body, card)
    return made
