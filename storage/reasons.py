"""Reasons as JSON, as they lie in an assessment."""

from typing import Any

from domain.opportunities import Reason, reason_from_json, reason_to_json


def reasons_to_json(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    """One object for each reason, with all its fields."""
    return [reason_to_json(reason) for reason in reasons]


def reasons_from_json(data: list[dict[str, Any]]) -> tuple[Reason, ...]:
    """The reasons again."""
    return tuple(reason_from_json(each) for each in data)
