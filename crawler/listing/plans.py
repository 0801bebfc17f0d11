"""What a run plans to ask, and how far it reaches, against the mark that earlier runs have left."""

from dataclasses import dataclass
from datetime import datetime

from crawler.listing.mark import Mark
from domain.sources import Step, StepState


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that a run adds to those left by earlier ones, and the mark once they stand in the database (None:
    the source is not walked by time). `replaced` are failed pages of earlier runs, whose lists are read anew."""

    steps: tuple[Step, ...]
    mark: Mark | None = None
    replaced: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """The mark, the period that was asked for (None: what is new), and the minute, in UTC, to which the run reads."""

    mark: Mark | None
    since: datetime | None
    until: datetime | None
    end: datetime

    def to_plan(self, steps: tuple[Step, ...], low: datetime, end: datetime | None = None) -> Plan:
        """The steps from `low` to `end` (None: the reach's own), and the mark once they are known."""
        end = end or self.end
        if self.mark is None and self.since is not None and self.until is not None:
            return Plan(steps)  # a period of the past: where to go on from now is still unknown
        if self.mark is None:
            return Plan(steps, Mark(min(low, end), end))
        # Where `since` leaves a gap above what is known, the chain down to the mark stays incomplete.
        return Plan(steps, Mark(self.mark.low, max(self.mark.high, end)) if low <= self.mark.high else self.mark)


def is_broken(step: Step) -> bool:
    """A page of a list that could not be read, so that those behind it are unknown."""
    return step.kind == "page" and step.state is StepState.FAILED
