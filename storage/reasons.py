"""Reasons as JSON, as they lie in an assessment."""

from dataclasses import asdict
from typing import Any

from domain.opportunities import Reason


def reasons_to_json(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    """One object for each reason, with all its fields."""
    return [asdict(reason) for reason in reasons]


def reasons_from_json(data: list[dict[str, Any]]) -> tuple[Reason, ...]:
    """The reasons again."""
    return tuple(Reason(**each) for each in data)
