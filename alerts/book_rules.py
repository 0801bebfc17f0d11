"""The rules of an alerts file: what they ask, whom they name, how they follow up."""

import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import Any

from alerts.yaml_lines import LINES, Reading
from domain.alerts import Escalation, Follow, Rule, Terms
from domain.notices import Kind

TARGETS = ("destination", "person", "team")
OF_TERMS = ("max_score", "value", "places", "buyers", "lots", "kinds")
OF_FOLLOW = ("remind", "escalate", "at_once_from", "bid_days")
MOST_DAYS = 90


def read_rule(reading: Reading, data: dict[str, Any], known: dict[str, Collection[str]]) -> Rule:
    """One of `rules:`; `known` are the ids of destinations, people and teams, by those words in the singular."""
    named = [key for key in TARGETS if key in data] or ["destination"]
    reading.check_keys(data, ("id", "min_score", named[0]), ("profile", *TARGETS, *OF_TERMS, *OF_FOLLOW))
    name = reading.to_id(data, "rules")
    if len(named) > 1:
        raise reading.fault(data[LINES][named[1]], f"a rule names one of {', '.join(TARGETS)}; write a rule for each")
    score = reading.to_whole(data, "min_score", 0, 100)
    to = reading.to_known(data, named[0], known[named[0]], named[0])
    profile = reading.to_text(data, "profile") if data.get("profile") is not None else None
    everyone = [each for ids in known.values() for each in ids]
    return Rule(name, profile, score, to, _read_terms(reading, data, score), _read_follow(reading, data, everyone))


def _read_terms(reading: Reading, data: dict[str, Any], least: int) -> Terms:
    most = reading.to_whole(data, "max_score", least, 100) if "max_score" in data else None
    places = reading.to_list(data, "places", _to_place, "places such as [ES, PT17]") if "places" in data else ()
    patterns = {
        key: reading.to_list(data, key, _to_pattern, 'patterns such as ["*hospital*"]')
        for key in ("buyers", "lots")
        if key in data
    }
    kinds = reading.to_list(data, "kinds", Kind, f"some of {', '.join(Kind)}") if "kinds" in data else ()
    value = _read_value(reading, reading.to_part(data, "value")) if "value" in data else None
    return Terms(most, value, places, patterns.get("buyers", ()), patterns.get("lots", ()), kinds)


def _read_value(reading: Reading, own: dict[str, Any]) -> tuple[Decimal | None, Decimal | None, str]:
    reading.check_keys(own, ("currency",), ("min", "max"))
    currency = reading.to_text(own, "currency")
    if not re.fullmatch("[A-Z]{3}", currency):
        raise reading.fault(own[LINES]["currency"], f"currency is {currency}; write it as in EUR")
    limits = [_read_amount(reading, own, key) if key in own else None for key in ("min", "max")]
    if limits == [None, None]:
        raise reading.fault(own[LINES][""], "value has no limit; write min, max or both")
    if None not in limits and limits[0] > limits[1]:  # type: ignore[operator]  # neither is None
        raise reading.fault(own[LINES]["min"], "min is more than max: no value is between them")
    return limits[0], limits[1], currency


def _read_amount(reading: Reading, own: dict[str, Any], key: str) -> Decimal:
    try:
        if isinstance(own[key], bool):
            raise InvalidOperation
        amount = Decimal(str(own[key]))
        if not amount.is_finite() or amount < 0:
            raise InvalidOperation
    except InvalidOperation as error:
        raise reading.fault(own[LINES][key], f"{key} is {own[key]}; write an amount such as 50000") from error
    return amount


def _read_follow(reading: Reading, data: dict[str, Any], everyone: Collection[str]) -> Follow:
    wanted = f"whole days from 1 to {MOST_DAYS}, such as [10, 5, 2, 1]"
    remind = reading.to_list(data, "remind", _to_days_before, wanted) if "remind" in data else ()
    steps = [_read_step(reading, each, everyone) for each in _to_steps(reading, data)]
    return Follow(
        tuple(sorted(set(remind), reverse=True)),
        tuple(sorted(steps, key=lambda step: step.hours)),
        reading.to_whole(data, "at_once_from", 0, 100) if "at_once_from" in data else None,
        reading.to_whole(data, "bid_days", 1, MOST_DAYS) if "bid_days" in data else None,
    )


def _to_steps(reading: Reading, data: dict[str, Any]) -> list[dict[str, Any]]:
    """`escalate:` as a list, also where it is one step."""
    if isinstance(data.get("escalate"), dict):
        return [data["escalate"]]
    return reading.to_entries(data, "escalate")


def _read_step(reading: Reading, own: dict[str, Any], everyone: Collection[str]) -> Escalation:
    reading.check_keys(own, ("hours", "to"), ())
    hours = reading.to_whole(own, "hours", 1, 1000)
    return Escalation(hours, reading.to_known(own, "to", everyone, "person, team or destination"))


def _to_place(value: Any) -> str:
    text = "NO" if value is False else str(value).strip()
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{0,3}|[A-Z]{2}-[A-Z0-9]{1,3}", text):
        raise ValueError
    return text


def _to_pattern(value: Any) -> str:
    if not isinstance(value, str) or not value.strip(" *"):
        raise ValueError
    return value.strip()


def _to_days_before(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_DAYS:
        raise ValueError
    return value
