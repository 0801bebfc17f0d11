"""What an edit of a profile would have changed: which judged and which other notices become alerts, or are none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.judgements import Judged
from domain.notices import Notice
from domain.profiles import Profile
from domain.rates import NO_RATES, Rates
from matching.learning.quality import is_qualified
from matching.meaning.heads import Heads
from matching.prepare import Prepared, prepare
from matching.reading import Reading, read_notice
from matching.score import score_reading
from storage.stored import StoredNotice


@dataclass(frozen=True, slots=True)
class Sample:
    """A notice to try an edit on, read once; `judged` is None where nobody has judged it for the profile."""

    reading: Reading
    judged: Judged | None

    @property
    def notice(self) -> Notice:
        """The notice."""
        return self.reading.notice

    @property
    def is_relevant(self) -> bool | None:
        """What a person said; None: nobody did."""
        return None if self.judged is None else self.judged.judgement.verdict.is_relevant


@dataclass(frozen=True, slots=True)
class Change:
    """A notice that an edit makes an alert, or (`becomes` False) keeps from being one; scores before and after."""

    sample: Sample
    becomes: bool
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """All that an edit would have changed."""

    changes: tuple[Change, ...]

    def count(self, *, becomes: bool, relevant: bool | None) -> int:
        """How many become alerts (or no longer are), of those judged relevant, judged otherwise, or (None) unjudged."""
        return sum(each.becomes == becomes and each.sample.is_relevant is relevant for each in self.changes)

    def to_counts(self) -> dict[str, dict[str, int]]:
        """{"found": {"relevant", "rejected", "unjudged"}, "lost": …}."""
        names = {"relevant": True, "rejected": False, "unjudged": None}
        return {
            side: {name: self.count(becomes=becomes, relevant=relevant) for name, relevant in names.items()}
            for side, becomes in (("found", True), ("lost", False))
        }


def to_samples(
    judged: Sequence[Judged], stored: Iterable[StoredNotice], rates: Rates = NO_RATES, heads: Heads | None = None
) -> list[Sample]:
    """The judged notices as they were judged, then those stored ones that nobody has judged: one for a procedure."""
    samples = [Sample(read_notice(each.notice, heads, rates), each) for each in judged]
    seen = {each.procedure_id for each in judged}
    for each in stored:
        if each.procedure_id not in seen:
            seen.add(each.procedure_id)
            samples.append(Sample(read_notice(each.notice, heads, rates), None))
    return samples


def find_effect(before: Profile, after: Profile, samples: Iterable[Sample]) -> Effect:
    """Scores each with both."""
    old, new = prepare(before), prepare(after)
    return Effect(tuple(change for sample in samples if (change := _find_change(old, new, sample))))


def _find_change(old: Prepared, new: Prepared, sample: Sample) -> Change | None:
    before, after = score_reading(sample.reading, old), score_reading(sample.reading, new)
    becomes = is_qualified(after, new.profile)
    if becomes == is_qualified(before, old.profile):
        return None
    return Change(sample, becomes, before.points, after.points)
