"""Weights of a profile's features fitted on its judgements: near the shipped ones, checked by leaving some out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from domain.opportunities import Reason
from matching.weights import HEAVIEST, LIGHTEST

FEWEST = 20  # judgements each way
FEWEST_SEEN = 5  # judged notices that a feature gave points to; below, it stays as shipped
SOFT = 10.0  # points from the threshold at which a notice is relevant with 73%
PRIOR = 0.5  # standard deviation of a weight around 1: what one would believe without judgements
FOLDS = 5
GAIN = 0.02  # of the pairs of judgements left out that are told apart, or it is not suggested
SHIFT = 20.0  # standard deviation, in points, of where relevance begins: that is the threshold's business
STEP = 5  # percent
Matrix = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """`weights` are percent by feature, only those that are not 100. `before` and `after`: in which share of pairs of a
    relevant and another notice, left out of the fit, the relevant one scores more (a tie is half).
    """

    weights: dict[str, int]
    before: float
    after: float
    relevant: int
    rejected: int


def fit_weights(judged: Sequence[tuple[Sequence[Reason], bool]], threshold: int) -> Fitted | None:
    """`judged` are the reasons by the shipped weights, without stops, and whether people found it relevant.

    None where there are fewer than 20 each way, or what is learnt does not help on judgements that were left out.
    """
    relevant = sum(good for _, good in judged)
    if min(relevant, len(judged) - relevant) < FEWEST:
        return None
    names = _find_names(judged)
    if not names:
        return None
    points, rest = _to_points(judged, names)
    truth = np.array([good for _, good in judged], dtype=float)
    before, after = _leave_out(points, rest, truth, threshold)
    if after < before + GAIN:
        return None
    found = _fit(points, rest, truth, threshold)
    percents = {name: int(round(weight * 100 / STEP) * STEP) for name, weight in zip(names, found, strict=True)}
    weights = {name: percent for name, percent in percents.items() if percent != 100}
    return Fitted(weights, before, after, relevant, len(judged) - relevant) if weights else None


def _find_names(judged: Sequence[tuple[Sequence[Reason], bool]]) -> list[str]:
    seen: dict[str, int] = {}
    for reasons, _ in judged:
        for rule in {reason.rule for reason in reasons if _counts(reason)}:
            seen[rule] = seen.get(rule, 0) + 1
    return sorted(rule for rule, count in seen.items() if count >= FEWEST_SEEN)


def _counts(reason: Reason) -> bool:
    return not reason.stops and bool(reason.points) and reason.rule not in ("cap", "floor")


def _to_points(judged: Sequence[tuple[Sequence[Reason], bool]], names: list[str]) -> tuple[Matrix, Matrix]:
    """Points by feature, and those of the features that stay as they are."""
    places = {name: number for number, name in enumerate(names)}
    points, rest = np.zeros((len(judged), len(names))), np.zeros(len(judged))
    for row, (reasons, _) in enumerate(judged):
        for reason in filter(_counts, reasons):
            if reason.rule in places:
                points[row, places[reason.rule]] += float(reason.points)
            else:
                rest[row] += float(reason.points)
    return points, rest


def _leave_out(points: Matrix, rest: Matrix, truth: Matrix, threshold: int) -> tuple[float, float]:
    """How well the shipped weights tell, and those fitted on the other folds. Folds go by turns."""
    fold = np.empty(len(truth), dtype=int)
    for side in (0.0, 1.0):
        own = np.flatnonzero(truth == side)
        fold[own] = np.arange(len(own)) % FOLDS
    shares = []
    for number in range(FOLDS):
        out = fold == number
        weights = _fit(points[~out], rest[~out], truth[~out], threshold)
        shares.append([_tell_apart(points[out] @ each + rest[out], truth[out]) for each in (weights * 0 + 1, weights)])
    before, after = np.mean(shares, axis=0)
    return float(before), float(after)


def _tell_apart(scores: Matrix, truth: Matrix) -> float:
    """The share of pairs in which the relevant one scores more (the area under the ROC curve)."""
    apart = scores[truth > 0][:, None] - scores[truth == 0][None, :]
    return float((apart > 0).mean() + (apart == 0).mean() / 2)


def _fit(points: Matrix, rest: Matrix, truth: Matrix, threshold: int) -> Matrix:
    """Newton's method within the bounds, beside a free shift of the threshold, so that weights learn what tells notices
    apart and not how many were judged relevant. The loss is convex: it ends where nothing better is."""
    good = truth.mean()
    side = np.where(truth > 0, 0.5 / good, 0.5 / (1 - good))  # both sides count the same
    columns = np.column_stack([points, np.ones(len(truth))])
    start = np.append(np.ones(points.shape[1]), 0.0)
    spread = np.append(np.full(points.shape[1], PRIOR), SHIFT)
    low = np.append(np.full(points.shape[1], LIGHTEST / 100), -100.0)
    high = np.append(np.full(points.shape[1], HEAVIEST / 100), 100.0)

    def value(at: Matrix) -> float:
        far = (columns @ at + rest - threshold) / SOFT
        losses = np.logaddexp(0, np.where(truth > 0, -far, far)) * side
        return float(losses.sum() + (((at - start) / spread) ** 2).sum() / 2)

    found = start
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip((columns @ found + rest - threshold) / SOFT, -40, 40)))
        slope = columns.T @ ((chance - truth) * side) / SOFT + (found - start) / spread**2
        bend = (columns.T * (chance * (1 - chance) * side)) @ columns / SOFT**2 + np.diag(1 / spread**2)
        moved = _descend(found, np.linalg.solve(bend, slope), value, low, high)
        if moved is None:
            break
        found = moved
    weights: Matrix = found[:-1]
    return weights


def _descend(at: Matrix, step: Matrix, value: Callable[[Matrix], float], low: Matrix, high: Matrix) -> Matrix | None:
    """The first of ever shorter steps that is an improvement; None where none is."""
    present, length = value(at), 1.0
    while length > 1e-4:
        moved: Matrix = np.clip(at - length * step, low, high)
        if value(moved) < present - 1e-9:
            return moved
        length /= 2
    return None
