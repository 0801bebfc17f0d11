"""A run held against what its source promised: `ok` is said only where nothing speaks against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.tally import Tally
from domain.sources import Issue, IssueKind, Run, RunState, Source

ENOUGH = 20  # notices from which a share means something; below, only a field that is never filled does
SURE = 0.9  # a field that at least so many notices must have


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else decides: steps that are left, and whether the run read the list as a whole and as often as usual.

    `whole`: not the rest of an interrupted walk; `usual`: no first run and no `since` or `until` of a person's;
    `spans_a_day`: the list was asked for a day or more, or has no windows (a quiet hour may well bring nothing).
    """

    steps_left: int
    whole: bool
    usual: bool
    stopped: str | None
    silent_since: datetime | None
    now: datetime
    spans_a_day: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a run, why it is not ok, and what a person must look at."""

    state: RunState
    reason: str | None = None
    issues: tuple[Issue, ...] = ()


def judge(source: Source, tally: Tally, facts: Circumstances) -> Verdict:
    """blocked, failed, partial, suspicious or ok, in this order of weight; every reason is told."""
    issues = [*_totals(source, tally), *_expectations(source, tally, facts)]
    suspicions = [issue for issue in issues if issue.kind is not IssueKind.TOTAL_DIFFERS]
    gaps = list(_gaps(tally, facts)) + [issue.reason for issue in issues if issue.kind is IssueKind.TOTAL_DIFFERS]
    if tally.unable:
        return Verdict(RunState.FAILED, tally.unable)
    if tally.refusal:
        return Verdict(RunState.BLOCKED, tally.refusal, tuple(issues))
    if gaps:
        nothing_read = tally.pages == 0 and tally.failed
        state = RunState.FAILED if nothing_read else RunState.PARTIAL
        return Verdict(state, "; ".join([*gaps, *(issue.reason for issue in suspicions)]), tuple(issues))
    if suspicions:
        return Verdict(RunState.SUSPICIOUS, "; ".join(issue.reason for issue in suspicions), tuple(issues))
    return Verdict(RunState.OK)


def silent_since(runs: Sequence[Run], tally: Tally) -> datetime | None:
    """When a run of this source last brought something new or changed; None where this one does, or none ever did."""
    if tally.new or tally.changed:
        return None
    return next((run.started_at for run in runs if run.new or run.changed), None)


def _gaps(tally: Tally, facts: Circumstances) -> Iterator[str]:
    """What was not read."""
    if facts.stopped:
        yield facts.stopped
    if tally.failed:
        first = next(iter(tally.failed.values()))
        yield f"{len(tally.failed)} pages could not be read (first: {first})"
    elif facts.steps_left:
        yield f"{facts.steps_left} pages are left for the next run"
    if tally.lost:
        yield f"{tally.lost} notices could not be read"
    yield from dict.fromkeys(issue.reason for issue in tally.cut)


def _totals(source: Source, tally: Tally) -> Iterator[Issue]:
    """The portal prints more than was found."""
    claimed, found = tally.claimed(), sum(len(chain.rows) for chain in tally.chains.values() if chain.total is not None)
    if claimed is not None and found < claimed:
        reason = f"the portal counts {claimed} notices, its pages held {found}"
        yield Issue(source.id, IssueKind.TOTAL_DIFFERS, reason, element="total")
    elif slipped := tally.slipped():
        reason = f"the list got shorter while it was read, and {slipped} of its rows may have slipped between two pages"
        yield Issue(source.id, IssueKind.TOTAL_DIFFERS, reason, element="total")


def _expectations(source: Source, tally: Tally, facts: Circumstances) -> Iterator[Issue]:
    """`expect:` of the source's YAML."""
    least, most = source.expect.notices
    found = len(tally.keys)
    if facts.whole and facts.spans_a_day and not tally.failed and not facts.stopped and found < least:
        reason = f"{found} notices where at least {least} are expected"
        yield Issue(source.id, IssueKind.TOO_FEW, reason, element="expect.notices")
    if facts.usual and found > most:
        reason = f"{found} notices where at most {most} are expected"
        yield Issue(source.id, IssueKind.SOURCE_CHANGED, reason, element="expect.notices")
    for name, share in source.expect.filled.items():
        has = tally.filled[name] / tally.read if tally.read else share
        if has < share and (tally.read >= ENOUGH or (has == 0 and share >= SURE)):
            reason = f"{name} is filled in {has:.0%} of {tally.read} notices where {share:.0%} are expected"
            yield Issue(source.id, IssueKind.FILLED, reason, element=f"expect.filled.{name}")
    if facts.silent_since and facts.now - facts.silent_since > source.expect.silence:
        reason = f"nothing new since {facts.silent_since:%Y-%m-%d %H:%M} UTC"
        yield Issue(source.id, IssueKind.TOO_FEW, reason, element="expect.silence")
