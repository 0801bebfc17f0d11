"""«Did we miss this one?»: one notice's whole story, or why there is none, in plain sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts.why import find_why
from app.console import Installation, in_zone
from app.gaps import tell_coverage
from app.model import find_heads
from crawler.names import Named, read_name
from domain.alerts import DeliveryState
from domain.errors import WrongUse
from domain.opportunities import Reason, points_to_json, show_points
from domain.profiles import ProfileVersion
from domain.sources import Run, StepState
from matching.explain import Explanation, explain
from matching.rates import find_rates_for
from matching.score import prepare
from storage.held import find_doubted_run
from storage.pages import PageFiles
from storage.profiles import find_profiles
from storage.stored import StoredNotice
from storage.stories import (
    News,
    Told,
    find_birth,
    find_by_names,
    find_issues_with_pages,
    find_news,
    find_told_issues,
    find_traces,
    is_matched,
)

# Worst first: the worst of what was told decides.
STAGES = (
    "never listed",
    "listed and unreadable",
    "not told",
    "stored",
    "held back",
    "stopped",
    "queued",
    "counted",
    "told",
)
FINE = {"stopped", "queued", "counted", "told"}
# How the router's note of a decision to be silent begins.
NOBODY = ("nobody is told", "nobody had been told", "with the first message")


@dataclass(slots=True)
class Story:
    """`stage` is how far the notice came, `lines` the sentences; `fine`: it was found, and nothing went wrong."""

    name: str
    stage: str = "never listed"
    notice: str | None = None
    lines: list[str] = field(default_factory=list)
    profiles: list[dict[str, Any]] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        """It was read whole, and whoever should know was told or will be."""
        return self.stage in FINE


def tell_stories(
    c: Connection, place: Installation, name: str, now: datetime, published: datetime | None
) -> list[Story]:
    """The story of each stored notice that the name may mean; else one of why there is none. Raises WrongUse."""
    named = read_name(name, place.sources)
    if not named.keys and not named.addresses:
        raise WrongUse(f"{name!r} names no notice; write its address, SOURCE:KEY, its number or its OCID")
    found = find_by_names(c, named.keys, named.addresses, named.sources, named.without_query)
    if not found and named.sources and not named.host and named.sources[0] not in place.sources:
        found = find_by_names(c, (name.strip(),), (), None)  # a key with a colon
        if not found:
            place.source(named.sources[0])
    if found:
        return [_tell_stored(c, place, name, stored, now) for stored in found]
    story = Story(name)
    if not _tell_listed(c, place, named, story):
        tell_coverage(c, place, named, now, published, story.lines)
    return [story]


def _tell_stored(c: Connection, place: Installation, name: str, stored: StoredNotice, now: datetime) -> Story:
    zone, notice = place.settings.zone, stored.notice
    story = Story(name, "stored", f"{notice.source}:{notice.key}")
    birth = find_birth(c, stored.id)
    story.lines.append(f"{story.notice} is «{notice.shown_title()}» ({notice.kind.value}, {notice.status.value}).")
    story.lines.append(
        f"It was stored at {in_zone(birth.at, zone)} by run {birth.run.id} of {notice.source}"
        + (
            f"; it stands at revision {stored.revision} since {in_zone(stored.updated_at, zone)}."
            if stored.revision > 1
            else "."
        )
    )
    if stored.partial:
        story.stage = "listed and unreadable"
        story.lines.append("Only its row of the list was read; its own page was not:")
        _tell_traces(c, place, Named(keys=(notice.key,), sources=(notice.source,)), story)
    elif birth.page:
        story.lines.append(f"It was read from page {birth.page[:12]}….")
    told = _tell_matching(c, place, stored, story, now)
    if not stored.partial:
        story.stage = told
    return story


def _tell_matching(c: Connection, place: Installation, stored: StoredNotice, story: Story, now: datetime) -> str:
    heads = find_profiles(c)
    if not heads:
        story.lines.append("There is no profile yet that could match it; `tenderwatch profiles import` reads one.")
        return "stored"
    if not is_matched(c, stored.id):
        story.lines.append("It has not been matched yet as it stands; `tenderwatch match` does it.")
        return "stored"
    stages, rates = [], find_rates_for(c, [stored.notice])
    learnt = find_heads(place.settings)
    for head in heads:
        why = explain(stored.notice, prepare(head.profile), learnt, rates)
        news = find_news(c, stored.procedure_id, head.profile.id)
        stage, lines = _tell_profile(head, why, news, place.settings.zone, story.notice)
        if any(_led_nowhere(each) for each in news):
            lines += _tell_rules(c, news[-1].event.opportunity_id, now, place.settings.zone)
        stages.append(stage)
        story.lines += lines
        story.profiles.append(
            {"profile": head.profile.id, "score": points_to_json(why.score.points), "stage": stage, "lines": lines}
        )
    wanted = [stage for stage in stages if stage != "stopped"]
    if wanted and (run := find_doubted_run(c, stored.id)):
        stage, line = _tell_held(run)
        wanted.append(stage)
        story.lines.append(line)
    return min(wanted, key=STAGES.index) if wanted else "stopped"


def _tell_held(run: Run) -> tuple[str, str]:
    which = f"What changed in it by run {run.id} of {run.source}"
    if run.finished_at is None:
        return "queued", f"{which} is told when that run has ended well."
    return "held back", (
        f"{which} is held back, for that run was {run.state.value}: {run.reason}. The next good run that reads it again"
        f" tells what then stands; `tenderwatch sources accept {run.source}` tells it as it is."
    )


def _tell_profile(
    head: ProfileVersion, why: Explanation, news: Sequence[News], zone: str, notice: str | None
) -> tuple[str, list[str]]:
    name, points = head.profile.name, show_points(why.score.points)
    if not news:
        if why.qualified:
            return "stopped", [f"{name} scores it {points} of 100, but it is over: nobody was told of it."]
        return "stopped", [f"{name} scores it {points} of 100: {_verdict(head, why)}."]
    lines = [f"{name} scores it {points} of 100: {_verdict(head, why)}."]
    stages = []
    for each in news:
        stage, line = _tell_news(each, zone, notice)
        stages.append(stage)
        lines.append(line)
    return min(stages, key=STAGES.index), lines


def _led_nowhere(news: News) -> bool:
    return news.routed_at is not None and not news.told and not (news.note or "").startswith(NOBODY)


def _tell_rules(c: Connection, opportunity_id: int | None, now: datetime, zone: str) -> list[str]:
    """What keeps each rule from sending it anywhere, as the rules are now."""
    if opportunity_id is None:
        return []
    return [f"Rule {each.name}: {each.text}." for each in find_why(c, opportunity_id, now, zone).rules]


def _verdict(head: ProfileVersion, why: Explanation) -> str:
    if why.qualified:
        return f"an opportunity, as from {head.profile.threshold} on"
    if why.stops:
        return "stopped: " + "; ".join(map(_tell_stop, why.stops))
    return f"below its threshold of {head.profile.threshold}, {show_points(why.distance)} points are missing"


def _tell_stop(stop: Reason) -> str:
    """The gate or minus-word, with what it met in the notice."""
    told = stop.explanation.rstrip(".")
    return f"{told}: «{stop.text}»" if stop.text else told


def _tell_news(news: News, zone: str, notice: str | None) -> tuple[str, str]:
    what = f"«{news.event.kind.value}» of {in_zone(news.event.happened_at, zone)}"
    if (of := news.event.payload.get("notice", notice)) != notice:
        what += f", by {of}, another notice of the same procedure"
    if news.routed_at is None:
        return "queued", f"{what} waits to be routed; `tenderwatch alerts send` does it."
    if news.note and news.note.startswith(NOBODY):
        return "stopped", f"{what}: {news.note}."
    if not news.told:
        return "not told", f"{what}: {news.note or 'no rule led anywhere'}."
    told = [_tell_delivery(each, zone) for each in news.told]
    return min((stage for stage, _ in told), key=STAGES.index), f"{what}: " + "; ".join(line for _, line in told) + "."


def _tell_delivery(told: Told, zone: str) -> tuple[str, str]:
    at, why = in_zone(told.at, zone), f" ({told.reason})" if told.reason else ""
    if told.state is DeliveryState.SENT and not told.by_name:
        return "counted", f"counted in the summary sent at {at} to {told.destination}, not shown by name"
    if told.state is DeliveryState.SENT:
        return "told", f"sent at {at} to {told.destination}"
    if told.state in (DeliveryState.QUEUED, DeliveryState.SENDING):
        how = "" if told.by_name else "counted in a summary, not shown by name, "
        return "queued", f"{how}queued to {told.destination}, next tried at {at}{why}"
    if told.state is DeliveryState.WAITING:
        return "queued", f"waits for the digest of {told.destination} at {at}"
    if told.state is DeliveryState.BUNDLED:
        return "told", f"told to {told.destination}{why}"
    if told.state is DeliveryState.LAPSED:
        return "stopped", f"{told.destination} was not told{why}"
    if told.state is DeliveryState.UNKNOWN:
        return "not told", f"unknown whether {told.destination} got it{why}; `tenderwatch alerts resend --unknown`"
    return "not told", f"given up for {told.destination}{why}; mend it, then `tenderwatch alerts resend`"


def _tell_listed(c: Connection, place: Installation, named: Named, story: Story) -> bool:
    """It stood in a list, or stands on a page that could not be read."""
    if _tell_traces(c, place, named, story):
        story.stage = "listed and unreadable"
        return True
    for line in _find_on_pages(c, place, named):
        story.stage = "listed and unreadable"
        story.lines.append(line)
        return True
    return False


def _tell_traces(c: Connection, place: Installation, named: Named, story: Story) -> bool:
    zone = place.settings.zone
    issues = find_told_issues(c, named.keys, named.addresses, named.sources)
    pages = {each.issue.key or each.issue.url: each.issue.page for each in issues if each.issue.page}
    for trace in find_traces(c, named.keys, named.addresses, named.sources):
        step, run = trace.step, trace.run
        page = pages.get(step.key or step.url) or pages.get(step.url)
        ends = "it was given up" if step.state is StepState.DEAD else "the next run asks for it again"
        if step.state is StepState.WAITING:
            story.lines.append(
                f"Run {run.id} of {run.source} ({in_zone(run.started_at, zone)}) has not come to {step.url} yet."
            )
        else:
            story.lines.append(
                f"Run {run.id} of {run.source} ({in_zone(run.started_at, zone)}) could not read {step.url}: "
                f"{step.reason}; tried {step.tries} times, {ends}" + (f"; {_kept(page)}." if page else ".")
            )
    for each in issues:
        if each.issue.page or not story.lines:
            kept = f"; {_kept(each.issue.page)}" if each.issue.page else ""
            where = f" ({each.issue.element})" if each.issue.element else ""
            story.lines.append(f"{in_zone(each.last_seen_at, zone)}: {each.issue.reason}{where}{kept}.")
    return bool(story.lines) if story.notice is None else True


def _kept(page: str | None) -> str:
    return f"the page is kept; to see it: tenderwatch sources page {page[:12]}" if page else ""


def _find_on_pages(c: Connection, place: Installation, named: Named) -> Iterator[str]:
    """The key printed on a page that is kept because it, or a row of it, could not be read."""
    files = PageFiles(place.settings.pages_dir)
    marks = [key.encode() for key in named.keys if len(key) > 4]
    for each in find_issues_with_pages(c, named.sources) if marks else ():
        page = each.issue.page
        try:
            body = files.read(page) if page else b""
        except FileNotFoundError:
            continue
        if any(mark in body for mark in marks):
            yield (
                f"It stands on a page of {each.issue.source} that could not be read, last at "
                f"{in_zone(each.last_seen_at, place.settings.zone)}: {each.issue.reason}"
                f"{f' ({each.issue.element})' if each.issue.element else ''}; "
                f"{_kept(page)}."
            )
