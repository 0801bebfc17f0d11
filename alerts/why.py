"""Why an opportunity went where it did: the events with what became of each, and every rule with what it says now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.desk import Desk, find_views, open_desk
from alerts.obstacles import find_obstacle
from alerts.terms import find_ignorance, find_misfit
from alerts.timing import find_time, to_local
from domain.alerts import DeliveryState, EventKind, Rule
from domain.errors import WrongUse
from domain.people import Reader, When
from domain.people_json import when_to_json
from storage.assignments import Standing, find_merged, find_present, find_standings
from storage.events import Unrouted, find_unrouted_of
from storage.opportunities import OpportunityView
from storage.stories import News, find_news_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """One rule or person: what it says to this opportunity as all is now. `fits` where it sends it somewhere."""

    name: str
    fits: bool
    text: str


@dataclass(frozen=True, slots=True)
class Why:
    """All that can be said: `obstacle` is why nobody would be told of it as new now, None where nothing is."""

    view: OpportunityView
    obstacle: str | None
    news: tuple[News, ...]
    standing: Standing
    rules: tuple[Sentence, ...]


def find_why(c: Connection, opportunity_id: int, now: datetime, zone: str) -> Why:
    """Where an opportunity went and why, and what each rule says; raises WrongUse where there is none.

    Times in its texts are of `zone`, the installation's, and name it.
    """
    number = find_present(c, opportunity_id)
    view = find_views(c, [number]).get(number) if number is not None else None
    if number is None or view is None:
        known = "`tenderwatch opportunities list --json` gives their numbers"
        raise WrongUse(f"there is no opportunity {opportunity_id}; {known}")
    desk, candidate = open_desk(c, zone), find_unrouted_of(c, number)
    sentences = [_of_rule(desk, rule, candidate, view, now) for rule in desk.rules]
    return Why(
        view,
        find_obstacle(candidate, now, zone),
        tuple(find_news_of(c, sorted(find_merged(c, [number])))),
        find_standings(c, [number])[number],
        (*sentences, *_of_default(desk, sentences, candidate, now)),
    )


def to_schedule(reader: Reader) -> str:
    """A reader's schedule in words."""
    when = reader.when
    parts = [_to_pace(when), *_to_quiet(when)]
    return f"{', '.join(parts)} ({reader.working.zone})"


def _of_rule(desk: Desk, rule: Rule, candidate: Unrouted, view: OpportunityView, now: datetime) -> Sentence:
    misfit = find_misfit(rule, candidate.profile_id, candidate.score, view.notice.notice)
    if misfit is not None:
        return Sentence(rule.id, False, misfit)
    if not desk.is_known(rule.to):
        return Sentence(rule.id, False, f"it names {rule.to}, and there is no such destination, person or team")
    return Sentence(rule.id, True, _to_way(desk, rule, candidate, view, now))


def _of_default(desk: Desk, found: list[Sentence], candidate: Unrouted, now: datetime) -> list[Sentence]:
    if desk.default is None:
        return [Sentence("default", False, "no `default:` is written in alerts.yml: what no rule fits goes to nobody")]
    fitting = {each.name for each in found if each.fits}
    if fitting:
        only_teams = all(rule.to in desk.teams for rule in desk.rules if rule.id in fitting)
        unless = ", unless nobody in its team can take it" if only_teams else ""
        return [Sentence("default", False, f"not needed: a rule fits{unless}")]
    rule = Rule("default", None, 0, desk.default)
    return [Sentence("default", True, _to_way(desk, rule, candidate, None, now))]


def _to_way(desk: Desk, rule: Rule, candidate: Unrouted, view: OpportunityView | None, now: datetime) -> str:
    """To whom a rule sends it, and when."""
    if rule.to in desk.teams:
        return f"to the team {rule.to}: {_to_members(desk, rule.to, candidate, view)}"
    place = desk.people[rule.to].destination if rule.to in desk.people else rule.to
    reader = desk.readers[place]
    state, due_at = find_time(reader, EventKind.NEW, candidate.score, [rule], now, candidate.closes_at)
    moment = to_local(due_at, desk.zone)
    when = f"with the digest of {moment}" if state is DeliveryState.WAITING else f"from {moment} on"
    if due_at == now:
        return f"to {rule.to}, if it came now at once; its schedule: {to_schedule(reader)}"
    return f"to {rule.to}, if it came now {when}; its schedule: {to_schedule(reader)}"


def _to_members(desk: Desk, team: str, candidate: Unrouted, view: OpportunityView | None) -> str:
    parts = []
    for person in desk.to_members(desk.teams[team]):
        reasons = view.assessment.reasons if view and view.assessment else ()
        notice = view.notice.notice if view else None
        lack = find_ignorance(person, candidate.profile_id, notice, reasons) if notice else None
        parts.append(f"{person.id} ({lack or to_schedule(desk.readers[person.destination])})")
    return ", ".join(parts) or "it has nobody"


def _to_pace(when: When) -> str:
    if when.digest is None:
        return "at once"
    band = f", at once from {when.at_once_from} points" if when.at_once_from is not None else ""
    if when.digest.is_hourly:
        return f"hourly{band}"
    days = when_to_json(when).get("digest_days", ["working days"])
    times = ", ".join(f"{each:%H:%M}" for each in when.digest.at)
    on = "every day" if len(days) == 7 else f"on {', '.join(days)}"
    return f"a digest at {times} {on}{band}"


def _to_quiet(when: When) -> list[str]:
    return [f"quiet {when.quiet}{' and on days off' if when.quiet_days_off else ''}"] if when.quiet else []
