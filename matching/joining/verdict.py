"""What two notices are to one another: joined, suggested to people, or nothing; with what speaks for and against."""

from dataclasses import dataclass
from math import exp

from matching.joining import evidence as of
from matching.joining.evidence import Evidence
from matching.joining.side import Side

FEATURES = (
    of.number, of.identifier, of.buyer, of.title, of.description, of.deadline, of.value, of.published, of.stage,
    of.country, of.codes,
)  # fmt: skip
BEFORE = -8.0  # logarithm of the odds before anything is compared: of two notices hardly any are of one procedure
JOINED = 0.97  # confidence from which two notices are joined; on the hardest real pairs none was joined wrongly
SUGGESTED = 0.5
AGAINST = -3.0  # a reason that weighs so much against them bars joining, whatever speaks for it


@dataclass(frozen=True, slots=True)
class Verdict:
    """`weight` is the logarithm of the odds; `obstacle` the sentence of what bars joining, whatever the weight."""

    weight: float
    evidence: tuple[Evidence, ...]
    obstacle: str | None = None

    @property
    def confidence(self) -> float:
        """The same as a probability."""
        return 1 / (1 + exp(-self.weight))

    @property
    def joins(self) -> bool:
        """Sure enough to be joined without a person."""
        return self.confidence >= JOINED and self.obstacle is None

    @property
    def suggests(self) -> bool:
        """Worth a person's look."""
        return self.confidence >= SUGGESTED

    def sentences(self) -> list[str]:
        """Every reason with its weight, the weightiest first."""
        ordered = sorted(self.evidence, key=lambda each: -abs(each.weight))
        return [f"{each.weight:+.1f} {each.sentence}" for each in ordered]


def judge(a: Side, b: Side) -> Verdict:
    """The verdict on two notices, the same whichever is named first."""
    found = tuple(reason for feature in FEATURES if (reason := feature(a, b)) is not None)
    total = BEFORE + sum(reason.weight for reason in found)
    return Verdict(total, found, _find_obstacle(a, b, found))


def _find_obstacle(a: Side, b: Side, found: tuple[Evidence, ...]) -> str | None:
    if a.notice.source == b.notice.source:
        return f"both are of {a.notice.source}, which says itself what belongs together"
    bar = next((each for each in found if each.bars or each.weight <= AGAINST), None)
    if bar is not None:
        return bar.sentence
    if not {"buyer", "number"} & {each.feature for each in found if each.weight > 0}:
        return "nothing says that they have one buyer"
    return None
