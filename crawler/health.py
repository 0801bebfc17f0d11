"""A run held against what its source promised and what is usual: `ok` is said only where nothing speaks against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.tally import FILLED, KNOWN, Tally
from domain.health import (
    ALL,
    ENOUGH_NOTICES,
    Facts,
    Finding,
    Usual,
    find_lost_in_new,
    find_usual,
    find_usual_share,
    group_of,
    is_drop,
    is_loss,
    is_thinned,
)
from domain.sources import Issue, IssueKind, RunState, Source

SURE = 0.9  # a field that at least so many notices must have; of few notices, only that none has it means something
STRANGE = 3  # pages of single notices that are not understood, from which the portal has changed
STRANGE_SHARE = 0.2
NOT_UNDERSTOOD = (IssueKind.SOURCE_CHANGED, IssueKind.UNREADABLE)
DOUBTS = (IssueKind.FILLED, IssueKind.CANARY)  # so few notices, or a long silence, say nothing against those that came
WALLS = (IssueKind.LOGIN, IssueKind.CONSENT, IssueKind.CAPTCHA)
MENDABLE = (
    *WALLS,
    IssueKind.SOURCE_CHANGED,
    IssueKind.REFUSED,
    IssueKind.TOTAL_DIFFERS,
    IssueKind.TOO_FEW,
    IssueKind.FILLED,
    IssueKind.NOT_REACHED,
    IssueKind.CANARY,
)
"""Kinds of issues that a run which is ok has mended; odd fields and unknown words stay until a person looks."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else decides: steps that are left, and whether the run read the list as a whole and as often as usual.

    `whole`: not the rest of an interrupted walk; `usual`: no first run and no `since` or `until` of a person's;
    `comparable`: the same, but a first run as well where the list is always read as a whole; `spans_a_day`: the list
    was asked for a day or more, or has no windows (a quiet hour may well bring nothing). `low` to `high` is the span
    that was asked for, `history` what earlier runs measured that went well, `recent` what all did; `relisted` as in
    `Facts`.
    """

    steps_left: int
    whole: bool
    usual: bool
    stopped: str | None
    silent_since: datetime | None
    now: datetime
    low: datetime
    high: datetime
    spans_a_day: bool = True
    comparable: bool = False
    history: Sequence[Facts] = ()
    recent: Sequence[Facts] = ()
    relisted: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a run, why it is not ok, what a person must look at, and what was measured.

    `doubtful`: its pages were not what they were, so that what changed in them need not be the buyer's doing.
    """

    state: RunState
    reason: str | None = None
    issues: tuple[Issue, ...] = ()
    facts: Facts | None = None
    doubtful: bool = False


def judge(source: Source, tally: Tally, circumstances: Circumstances) -> Verdict:
    """failed, blocked, suspicious, partial or ok, in this order of weight; every reason is told."""
    facts = measure(tally, circumstances)
    issues, strange = [*_totals(source, tally)], list(_strange(tally))
    held_against = [*_expectations(source, tally, circumstances), *_changes(source, facts, circumstances)]
    if not (tally.unable or tally.refusal):
        issues += held_against
    issues += _canary(source, tally)
    doubtful = bool(strange) or any(each.kind in DOUBTS for each in (*held_against, *issues))
    suspicions = [issue for issue in issues if issue.kind is not IssueKind.TOTAL_DIFFERS]
    gaps = [*_gaps(tally, circumstances), *map(_to_finding, (each for each in issues if each not in suspicions))]
    findings = [*strange, *gaps, *map(_to_finding, suspicions)]
    state = _to_state(tally, bool(gaps), bool(strange or suspicions))
    if tally.unable:
        findings = [Finding(IssueKind.NOT_REACHED, tally.unable)]
    elif tally.refusal:
        findings = [_refusal(tally), *(each for each in findings if each.reason != tally.refusal)]
    facts = replace(facts, findings=tuple(findings))
    reason = "; ".join(dict.fromkeys(each.reason for each in findings)) or None
    if state is RunState.BLOCKED:
        reason = tally.refusal
    return Verdict(state, reason, tuple(issues) if not tally.unable else (), facts, doubtful)


def measure(tally: Tally, circumstances: Circumstances) -> Facts:
    """What the run measured, to be held against later ones."""
    counts = tally.counts()
    lists_lost = any(issue.key is None for issue in tally.refused.values())
    whole = circumstances.whole and circumstances.comparable and not circumstances.stopped and not lists_lost
    return Facts(
        found=len(tally.keys),
        low=circumstances.low,
        high=circumstances.high,
        read={group: read for group, (read, _) in counts.items()},
        filled={group: filled for group, (_, filled) in counts.items()},
        comparable=whole and not (tally.unable or tally.refusal),
        refused_pages=len(tally.failed),
        unknown_words=sum(word is not None for word in tally.words),
        canary=tally.canary[0] if tally.canary else None,
        relisted=circumstances.relisted,
    )


def _to_state(tally: Tally, gaps: bool, suspicions: bool) -> RunState:
    if tally.unable:
        return RunState.FAILED
    if tally.refusal:
        return RunState.BLOCKED
    if gaps and tally.pages == 0 and tally.failed:
        return RunState.FAILED
    if suspicions:
        return RunState.SUSPICIOUS
    return RunState.PARTIAL if gaps else RunState.OK


def _refusal(tally: Tally) -> Finding:
    assert tally.refusal is not None
    told = (issue for issue in tally.refused.values() if issue.kind in (*WALLS, IssueKind.REFUSED))
    issue = next((each for each in told if each.reason == tally.refusal), None)
    return _to_finding(issue) if issue else Finding(IssueKind.REFUSED, tally.refusal)


def _gaps(tally: Tally, circumstances: Circumstances) -> Iterator[Finding]:
    """What was not read."""
    if circumstances.stopped:
        yield Finding(IssueKind.NOT_REACHED, circumstances.stopped)
    if tally.failed:
        token, first = next(iter(tally.failed.items()))
        reason = f"{len(tally.failed)} pages could not be read (first: {first})"
        issue = tally.refused.get(token)
        kind, page, url = (issue.kind, issue.page, issue.url) if issue else (IssueKind.NOT_REACHED, None, None)
        yield Finding(kind, reason, page, url)
    elif circumstances.steps_left:
        yield Finding(IssueKind.NOT_REACHED, f"{circumstances.steps_left} pages are left for the next run")
    if tally.lost:
        yield Finding(IssueKind.UNREADABLE, f"{tally.lost} notices could not be read")
    for issue in {issue.reason: issue for issue in tally.cut}.values():
        yield _to_finding(issue)


def _strange(tally: Tally) -> Iterator[Finding]:
    """Pages that came, and are not what the source promised: a list of them, or many single notices' pages.

    A list page that is cut off, or whose portal says that it ran out of time, is a gap and not a changed portal.
    """
    strange = [issue for issue in tally.refused.values() if issue.kind in NOT_UNDERSTOOD]
    details = [issue for issue in strange if issue.key is not None]
    lists = [issue for issue in strange if issue.key is None and issue.kind is IssueKind.SOURCE_CHANGED]
    for first in lists[:1]:
        yield Finding(first.kind, f"the list is not what the source promised: {first.reason}", first.page, first.url)
    if len(details) >= STRANGE and len(details) >= STRANGE_SHARE * (tally.details + len(details)):
        reason = f"{len(details)} of {tally.details + len(details)} notices' pages are not what the source promised"
        yield Finding(details[0].kind, f"{reason} (first: {details[0].reason})", details[0].page, details[0].url)


def _totals(source: Source, tally: Tally) -> Iterator[Issue]:
    """The portal prints more than was found."""
    claimed = tally.claimed()  # what one list holds too much makes good for no other
    found = sum(min(len(each.rows), each.total) for each in tally.chains.values() if each.total is not None)
    if claimed is not None and found < claimed:
        reason = f"the portal counts {claimed} notices, its pages held {found}"
        yield Issue(source.id, IssueKind.TOTAL_DIFFERS, reason, element="total")
    elif slipped := tally.slipped():
        reason = f"the list got shorter while it was read, and {slipped} of its rows may have slipped between two pages"
        yield Issue(source.id, IssueKind.TOTAL_DIFFERS, reason, element="total")


def _expectations(source: Source, tally: Tally, circumstances: Circumstances) -> Iterator[Issue]:
    """`expect:` of the source's YAML."""
    least, most = source.expect.notices
    found = len(tally.keys)
    read_all = circumstances.whole and circumstances.spans_a_day and not circumstances.stopped
    if read_all and not tally.failed and found < least:
        reason = f"{found} notices where at least {least} are expected"
        yield Issue(source.id, IssueKind.TOO_FEW, reason, element="expect.notices")
    if circumstances.usual and found > most:
        reason = f"{found} notices where at most {most} are expected"
        yield Issue(source.id, IssueKind.SOURCE_CHANGED, reason, element="expect.notices")
    for name, share in source.expect.filled.items():
        has = tally.filled[name] / tally.read if tally.read else share
        if has < share and (tally.read >= ENOUGH_NOTICES or (has == 0 and share >= SURE)):
            reason = f"{name} is filled in {has:.0%} of {tally.read} notices where {share:.0%} are expected"
            yield Issue(source.id, IssueKind.FILLED, reason, element=f"expect.filled.{name}")
    if circumstances.silent_since and circumstances.now - circumstances.silent_since > source.expect.silence:
        days = (circumstances.now - circumstances.silent_since).total_seconds() / 86400
        allowed = source.expect.silence.total_seconds() / 86400
        reason = f"nothing new since {circumstances.silent_since:%Y-%m-%d %H:%M} UTC"
        yield Issue(
            source.id,
            IssueKind.TOO_FEW,
            f"{reason}: {days:.1f} days where {allowed:g} are expected at most",
            element="expect.silence",
        )


def _describe(usual: Usual) -> str:
    if usual.runs == 1:
        return "in the run before"
    least = f"{'never' if usual.runs < 10 else 'hardly ever'} under {usual.least}"
    return f"median of {usual.runs} runs {usual.which}".rstrip() + f", {least}"


def _changes(source: Source, facts: Facts, circumstances: Circumstances) -> Iterator[Issue]:
    """The source's own past: far fewer notices than comparable runs found, or a field that has gone."""
    usual = find_usual(facts, circumstances.history, ZoneInfo(source.zone)) if facts.comparable else None
    if usual and is_drop(facts, usual):
        reason = f"{facts.found} notices where {usual.notices:g} are usual ({_describe(usual)})"
        yield Issue(source.id, IssueKind.TOO_FEW, reason, element="usual.notices")
    elif is_thinned(facts, circumstances.history):
        known, held = facts.relisted
        reason = f"{known - held} of {known} notices that stood in the list of these days before are gone from it"
        yield Issue(source.id, IssueKind.TOO_FEW, reason, element="usual.notices")
    for name in (*FILLED, *KNOWN):
        group = group_of(name)
        read, filled = facts.read.get(group, 0), facts.filled.get(group, {}).get(name, 0)
        share = find_usual_share(name, circumstances.history)
        if read and share and is_loss(filled, read, share):
            verb = "is understood" if name in KNOWN else "is filled"
            reason = f"{name} {verb} in {filled / read:.0%} of {read} {group if group != 'all' else 'notices'}"
            told = f"{reason} where {share.share:.0%} are usual (of {share.notices:,} before)"
            yield Issue(source.id, IssueKind.FILLED, told, element=f"usual.filled.{name}")
        elif lost := find_lost_in_new(name, facts, circumstances.recent):
            verb = "is understood" if name in KNOWN else "is filled"
            told = f"{name} {verb} in none of the last {lost[0]} new {group if group != ALL else 'notices'}"
            told = f"{told} where {lost[1].share:.0%} are usual (of {lost[1].notices:,} before)"
            yield Issue(source.id, IssueKind.FILLED, told, element=f"usual.filled.{name}")


def _canary(source: Source, tally: Tally) -> Iterator[Issue]:
    if tally.canary and not tally.canary[0]:
        url = source.canary.url if source.canary else None
        yield Issue(source.id, IssueKind.CANARY, tally.canary[1], element="canary", url=url)


def _to_finding(issue: Issue) -> Finding:
    return Finding(issue.kind, issue.reason, issue.page, issue.url)


def silent_since(tally: Tally, last_news: datetime | None) -> datetime | None:
    """When something new or changed last came, by an earlier run; None where this one brought some."""
    return None if tally.new or tally.changed else last_news
