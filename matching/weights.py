"""What a profile's own weights make of a feature's points: percent of the shipped ones, accepted by a person."""

from collections.abc import Mapping

LIGHTEST, HEAVIEST = 25, 200
"""Percent: no judgements of a few weeks make a feature count for nothing, or for everything."""


def weigh(weights: Mapping[str, int], rule: str) -> int:
    """The percent of its shipped points that the feature of this name has."""
    return weights.get(rule, 100)
