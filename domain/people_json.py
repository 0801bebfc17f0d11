"""People, teams and rules as JSON, in the words of alerts.yml: what is as usual is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import time
from decimal import Decimal
from typing import Any

from domain.alerts import Escalation, Follow, Terms
from domain.people import AT_ONCE, Digest, Person, Span, Speciality, Team, When

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OF_PERSON = Person("", "", "", "")


def person_to_json(person: Person) -> dict[str, Any]:
    """A person; `destination` only where it is another than the person's own mail."""
    plain = {name: getattr(person, name) for name in ("language", "zone", "country", "capacity")}
    usual = {name: value for name, value in plain.items() if value != getattr(OF_PERSON, name)}
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        **({"destination": person.destination} if person.destination != person.id else {}),
        **usual,
        **({"hours": str(person.hours)} if person.hours != OF_PERSON.hours else {}),
        **({"days": days_to_json(person.days)} if person.days != OF_PERSON.days else {}),
        **_not_empty("speciality", {name: list(value) for name, value in asdict(person.speciality).items() if value}),
        **_not_empty("when", when_to_json(person.when)),
    }


def person_from_json(data: Mapping[str, Any]) -> Person:
    """What `person_to_json` gave."""
    words = {name: tuple(value) for name, value in data.get("speciality", {}).items()}
    plain = {name: data[name] for name in ("language", "zone", "country", "capacity") if name in data}
    return Person(
        data["id"],
        data["name"],
        data["email"],
        data.get("destination", data["id"]),
        hours=span_from_json(data["hours"]) if "hours" in data else OF_PERSON.hours,
        days=days_from_json(data["days"]) if "days" in data else OF_PERSON.days,
        speciality=Speciality(**words),
        when=when_from_json(data.get("when", {})),
        **plain,
    )


def team_to_json(team: Team) -> dict[str, Any]:
    """A team."""
    return {"id": team.id, "name": team.name, "people": list(team.people)}


def team_from_json(data: Mapping[str, Any]) -> Team:
    """What `team_to_json` gave."""
    return Team(data["id"], data["name"], tuple(data["people"]))


def when_to_json(when: When) -> dict[str, Any]:
    """A schedule; nothing where it is at once."""
    found: dict[str, Any] = {}
    if when.digest is not None:
        found["digest"] = "hourly" if when.digest.is_hourly else [f"{each:%H:%M}" for each in when.digest.at]
        if when.digest.days is not None:
            found["digest_days"] = days_to_json(when.digest.days)
    if when.quiet is not None:
        found["quiet"] = str(when.quiet)
    names = ("at_once_from", "quiet_days_off", "urgent_waits", "most", "heartbeat")
    return found | {name: getattr(when, name) for name in names if getattr(when, name) != getattr(AT_ONCE, name)}


def when_from_json(data: Mapping[str, Any]) -> When:
    """What `when_to_json` gave."""
    names = ("at_once_from", "quiet_days_off", "urgent_waits", "most", "heartbeat")
    return When(
        _digest_from_json(data),
        quiet=span_from_json(data["quiet"]) if "quiet" in data else None,
        **{name: data[name] for name in names if name in data},
    )


def terms_to_json(terms: Terms) -> dict[str, Any]:
    """What a rule asks besides profile and least score."""
    found: dict[str, Any] = {} if terms.max_score is None else {"max_score": terms.max_score}
    if terms.value is not None:
        least, most, currency = terms.value
        limits = {"min": None if least is None else f"{least:f}", "max": None if most is None else f"{most:f}"}
        limits["currency"] = currency
        found["value"] = {name: value for name, value in limits.items() if value is not None}
    lists = {name: list(getattr(terms, name)) for name in ("places", "buyers", "lots", "kinds")}
    return found | {name: value for name, value in lists.items() if value}


def terms_from_json(data: Mapping[str, Any]) -> Terms:
    """What `terms_to_json` gave."""
    value = data.get("value")
    limits = None if value is None else (_decimal(value.get("min")), _decimal(value.get("max")), value["currency"])
    lists = {name: tuple(data.get(name, ())) for name in ("places", "buyers", "lots", "kinds")}
    return Terms(data.get("max_score"), limits, **lists)


def follow_to_json(follow: Follow) -> dict[str, Any]:
    """How a rule follows up."""
    steps = [{"hours": each.hours, "to": each.to} for each in follow.escalate]
    plain = {name: getattr(follow, name) for name in ("at_once_from", "bid_days")}
    return {
        **_not_empty("remind", list(follow.remind)),
        **_not_empty("escalate", steps),
        **{name: value for name, value in plain.items() if value is not None},
    }


def follow_from_json(data: Mapping[str, Any]) -> Follow:
    """What `follow_to_json` gave."""
    steps = tuple(Escalation(each["hours"], each["to"]) for each in data.get("escalate", ()))
    return Follow(tuple(data.get("remind", ())), steps, data.get("at_once_from"), data.get("bid_days"))


def days_to_json(days: Sequence[int]) -> list[str]:
    """Days of the week by their first three letters."""
    return [DAYS[day] for day in days]


def days_from_json(names: Sequence[str]) -> tuple[int, ...]:
    """What `days_to_json` gave."""
    return tuple(DAYS.index(name) for name in names)


def span_from_json(text: str) -> Span:
    """`09:00-18:00`; raises ValueError."""
    start, end = text.split("-")
    return Span(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))


def _digest_from_json(data: Mapping[str, Any]) -> Digest | None:
    if "digest" not in data:
        return None
    at = () if data["digest"] == "hourly" else tuple(time.fromisoformat(each) for each in data["digest"])
    return Digest(at, days_from_json(data["digest_days"]) if "digest_days" in data else None)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _not_empty(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}
