"""What a users' template makes of opportunities that are stored; it is saved only where it fails on none."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.cards import Card, Change, Line, to_view_card
from alerts.compose import Manner, sample
from alerts.own import check_own, render_own
from alerts.record import issue_source
from domain.config import Settings
from domain.errors import BadRule, WrongUse
from domain.sources import IssueKind
from storage.destinations import delete_template, find_destinations, save_template
from storage.engine import reading, writing
from storage.issues import close_issues
from storage.opportunities import OpportunityView, find_opportunities, find_opportunity

TRIED = 20  # stored opportunities, the best


def preview_own(
    engine: Engine, settings: Settings, destination: str, body: str, now: datetime, opportunity: int | None, limit: int
) -> dict[int, tuple[str, ...]]:
    """The lines for each opportunity: this one, or the `limit` best. Raises BadRule, with the line, for a fault."""
    with reading(engine) as c:
        one = find_opportunity(c, opportunity) if opportunity is not None else None
        if opportunity is not None and one is None:
            raise WrongUse(f"there is no opportunity {opportunity}; `tenderwatch opportunities list` shows them")
        views = [one] if one else find_opportunities(c, limit=limit)
        manner = _find_manner(c, settings, destination)
    return {number: render_own(body, card) for number, card in _to_cards(views, manner, now)}


def save_own(engine: Engine, settings: Settings, destination: str, body: str, now: datetime) -> None:
    """Saves the template of a destination, over the one that it has.

    Raises BadRule, with the line, where it fails on an opportunity that states all, on one that states little, or on
    one of the best that are stored.
    """
    check_own(body)
    with reading(engine) as c:
        views, manner = find_opportunities(c, limit=TRIED), _find_manner(c, settings, destination)
    _try(body, _fill(sample(now, manner)), "an opportunity with reasons, changes and notes")
    for number, card in _to_cards(views, manner, now):
        _try(body, card, f"opportunity {number}")
    _try(body, replace(sample(now, manner), lines=()), "an opportunity without reasons, changes and notes")
    with writing(engine) as c:
        save_template(c, destination, body, now)
        close_issues(c, issue_source(destination), IssueKind.TEMPLATE, now)


def drop_own(engine: Engine, destination: str, now: datetime) -> bool:
    """Whether there was a template; from now on the destination gets our own text."""
    with writing(engine) as c:
        close_issues(c, issue_source(destination), IssueKind.TEMPLATE, now)
        return delete_template(c, destination)


def _try(body: str, card: Card, what: str) -> None:
    try:
        render_own(body, card)
    except BadRule as error:
        raise BadRule(f"{error} (tried on {what})") from error


def _fill(card: Card) -> Card:
    """A card with all that a template may loop over."""
    line = Line(40, card.lines[0].sentence, card.title, card.title)
    change = Change(card.source, card.left, card.left)
    return replace(card, lines=(line,), changes=(change,), notes=(card.left,), own=None)


def _find_manner(c: Connection, settings: Settings, destination: str) -> Manner:
    (place,) = [each for each in find_destinations(c) if each.id == destination]
    return Manner(place.zone or settings.zone, place.language, settings.base_url)


def _to_cards(views: Sequence[OpportunityView], manner: Manner, now: datetime) -> Iterator[tuple[int, Card]]:
    for view in views:
        card = to_view_card(view, now=now, zone=manner.zone, language=manner.language, base_url=manner.base_url)
        yield view.opportunity.id, card
