"""What a person said of an opportunity: the truth that precision and recall are measured against."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from domain.notices import Notice
from domain.opportunities import Reason


class Verdict(StrEnum):
    """What a person made of a notice for a profile. The first three say that the profile was right to find it."""

    RELEVANT = "relevant"
    ALREADY_KNOWN = "already known"
    TOO_LATE = "too late"
    WRONG_WORD = "wrong word"
    WRONG_PLACE = "wrong place"
    WRONG_KIND = "wrong kind"
    TOO_SMALL = "too small"
    TOO_LARGE = "too large"
    NOT_FOR_US = "not for us"

    @property
    def is_relevant(self) -> bool:
        """What is bought is what the profile is for, whether or not a bid came of it."""
        return self in (Verdict.RELEVANT, Verdict.ALREADY_KNOWN, Verdict.TOO_LATE)

    @property
    def blames_words(self) -> bool:
        """The words of the profile led to something else; place, size and kind are other filters' business."""
        return self in (Verdict.WRONG_WORD, Verdict.NOT_FOR_US)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with what it was given on: `score` and `qualified` are those of its day, `revision` what was read.

    `opportunity_id` and `assessment_id` are None where a person named a notice that the profile saw nothing in.
    """

    id: int
    profile_id: str
    notice_id: int
    revision: int
    opportunity_id: int | None
    assessment_id: int | None
    profile_version: int
    model_version: str
    score: Decimal
    qualified: bool
    verdict: Verdict
    why: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement with the notice as it was judged, its procedure as it is now, and the reasons of its day."""

    judgement: Judgement
    notice: Notice
    procedure_id: int
    reasons: tuple[Reason, ...]
