"""`tenderwatch sources health`: what was read of each portal, what was not, and why; the sick ones first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from app.commands.sources import AsJson
from app.console import PARTIAL, now, open_installation, print_json, show, tell, to_span
from app.schedule import Phase, find_pause, find_standing
from domain.health import find_usual, find_usual_share, group_of
from domain.sources import IssueKind, Run, RunState, Source
from domain.trouble import OVERDUE, WEIGHT, is_overdue, is_stopped_by_us

if TYPE_CHECKING:
    from sqlalchemy import Connection

NEVER = "never"
STREAK = 500  # runs that are looked at for the beginning of a state
WALLS = (IssueKind.REFUSED, IssueKind.LOGIN, IssueKind.CONSENT, IssueKind.CAPTCHA)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """How a source is: ok, a run's bad state, overdue, running (its first run) or never; and since when."""

    name: str
    since: datetime | None
    sick: bool


def register(app: typer.Typer) -> None:
    """Add the command to the family of `sources`."""
    app.command(name="health")(health)


def health(as_json: AsJson = False) -> None:
    """How each source is, since when and why; the sick ones first. Ends with 3 where a source that is on is sick."""
    from storage.engine import reading

    place = open_installation()
    moment = now()
    with reading(place.engine) as c:
        rows = _sort([_examine(c, source, moment) for source in place.sources.values()])
    if as_json:
        print_json(rows)
    else:
        idle = [row["source"] for row in rows if row["state"] == NEVER and not row["on"]]
        shown = [row for row in rows if row["source"] not in idle]
        show([_to_cells(row, moment) for row in shown], False, "no source is on; `tenderwatch sources list` shows all")
        if idle:
            tell(f"off, and never crawled: {', '.join(idle)}")
        for row in rows:
            if row["sick"]:
                tell(f"{row['source']}: {row['why']}")
    if any(row["sick"] and row["on"] for row in rows):
        raise typer.Exit(PARTIAL)


def _examine(c: "Connection", source: Source, moment: datetime) -> Row:
    """All that is known of one source, as JSON with instants."""
    from storage.health import count_given_up, find_history, find_last_news, find_last_ok
    from storage.held import count_held
    from storage.hosts import find_pauses
    from storage.issues import count_open_issues
    from storage.runs import find_runs
    from storage.sources import find_source_states

    runs = find_runs(c, source.id, limit=STREAK)
    ended = [run for run in runs if run.state is not RunState.RUNNING and not is_stopped_by_us(run)]
    last = ended[0] if ended else None
    state = find_state(source, runs, ended, moment)
    good = find_last_ok(c, source.id)
    issues: Mapping[IssueKind, int] = count_open_issues(c).get(source.id, {})
    news = find_last_news(c, source.id, runs[0].id + 1) if runs else None
    pause = find_pause(source, find_pauses(c, moment))
    standing = find_standing(source, find_source_states(c).get(source.id), moment, pause)
    history = find_history(c, source.id, moment, but=last.id) if last else []
    usual = find_usual(last.facts, history, ZoneInfo(source.zone)) if last and last.facts else None
    return {
        "source": source.id,
        "on": source.enabled,
        "sick": state.sick,
        "state": state.name,
        "since": state.since,
        "why": _why(source, state, last, runs, moment),
        "last_run_at": last.started_at if last else None,
        "last_good_run_at": good.started_at if good else None,
        "notices": last.facts.found if last and last.facts else None,
        "usual_notices": usual.notices if usual else None,
        "usual_of": f"{usual.runs} runs {usual.which}".strip() if usual else None,
        "expected_notices": list(source.expect.notices),
        "fields": _fields(source, last, history),
        "last_news_at": news,
        "longest_silence_days": source.expect.silence / timedelta(days=1),
        "pages": last.pages if last else None,
        "pages_left": last.steps_left if last else 0,
        "refused_pages": last.facts.refused_pages if last and last.facts else 0,
        "given_up_pages": count_given_up(c).get(source.id, 0),
        "open_issues": {kind.value: count for kind, count in sorted(issues.items())},
        "held_changes": count_held(c, source.id),
        "unknown_words": issues.get(IssueKind.UNKNOWN_WORD, 0),
        "known_notice": _canary(source, runs),
        "every_hours": source.every / timedelta(hours=1),
        "next_due_at": (standing.due_at or moment) if source.enabled and standing.phase is not Phase.RUNNING else None,
    }


def find_state(source: Source, runs: Sequence[Run], ended: Sequence[Run], moment: datetime) -> State:
    """The state of the newest run that ended by itself, and when runs began to be like it; runs are newest first.

    A source that is on and has not been crawled for far longer than its `every` is overdue.
    """
    if not runs:
        return State(NEVER, None, False)
    if not ended:
        return State("running" if runs[0].state is RunState.RUNNING else "stopped", runs[0].started_at, False)
    bad = ended[0].state in WEIGHT
    began = ended[0]
    for run in ended[1:]:
        if (run.state in WEIGHT) != bad:
            break
        began = run
    if not bad and source.enabled and is_overdue(source, runs[0], moment):
        return State(OVERDUE, runs[0].started_at + source.every, True)
    return State(ended[0].state.value, began.started_at, bad)


def _why(source: Source, state: State, last: Run | None, runs: Sequence[Run], moment: datetime) -> str | None:
    if state.name == OVERDUE:
        hours = (moment - runs[0].started_at) / timedelta(hours=1)
        every = source.every / timedelta(hours=1)
        return f"the last crawl began {hours:.0f} hours ago, where one is due every {every:g} hours"
    return last.reason if last and state.sick else None


def _fields(source: Source, last: Run | None, history: Sequence[Any]) -> dict[str, dict[str, float | None]]:
    """The share of notices with each field that is expected: seen in the last run, expected, usual."""
    facts = last.facts if last else None
    found = {}
    for name, share in source.expect.filled.items():
        read = facts.read.get("all", 0) if facts else 0
        usual = find_usual_share(name, history) if group_of(name) == "all" else None
        seen = facts.filled["all"].get(name, 0) / read if facts and read else None
        found[name] = {"seen": seen, "expected": share, "usual": usual.share if usual else None}
    return found


def _canary(source: Source, runs: Sequence[Run]) -> str | None:
    """How the known notice was when it was last asked; None where the source names none."""
    if source.canary is None:
        return None
    asked = (run.facts.canary for run in runs if run.facts and run.facts.canary is not None)
    return {True: "reads as known", False: "differs", None: "not asked yet"}[next(asked, None)]


def _sort(rows: list[Row]) -> list[Row]:
    """The sick ones first, the heaviest trouble on top; those never crawled, then those that are off, last."""
    return sorted(
        rows,
        key=lambda row: (
            not row["on"],
            not row["sick"],
            -WEIGHT.get(row["state"], 0),
            row["state"] == NEVER,
            row["source"],
        ),
    )


def _to_cells(row: Row, moment: datetime) -> Row:
    """One line of the table, as people read it."""
    usual = f" (usual {row['usual_notices']:g})" if row["usual_notices"] is not None else ""
    return {
        "source": row["source"] if row["on"] else f"{row['source']} (off)",
        "state": row["state"].upper() if row["sick"] else row["state"],
        "for": to_span(moment - row["since"]) if row["since"] else "",
        "notices": "" if row["notices"] is None else f"{row['notices']:,}{usual}",
        "remarks": "; ".join(_find_remarks(row, moment)),
        "next": _tell_next(row, moment),
    }


def _find_remarks(row: Row, moment: datetime) -> Iterator[str]:
    """What is short of what was promised, and what is left to do."""
    if row["sick"]:
        good = row["last_good_run_at"]
        yield f"last good {to_span(moment - good)} ago" if good else "never good yet"
    for name, each in row["fields"].items():
        if each["seen"] is not None and each["seen"] < each["expected"]:
            yield f"{name} {each['seen']:.0%} of {each['expected']:.0%}"
    if row["last_news_at"] and (moment - row["last_news_at"]) / timedelta(days=1) > row["longest_silence_days"]:
        yield f"nothing new for {to_span(moment - row['last_news_at'])}"
    if row["known_notice"] == "differs":
        yield "the known notice differs"
    for name, key in (("left", "pages_left"), ("refused", "refused_pages"), ("given up", "given_up_pages")):
        if row[key]:
            yield f"pages {name}: {row[key]:,}"
    if row["held_changes"]:
        yield f"changes held back: {row['held_changes']:,} (`sources accept {row['source']}` tells them)"
    if row["open_issues"]:
        yield f"open issues: {sum(row['open_issues'].values()):,} (`sources show {row['source']}` lists them)"


def _tell_next(row: Row, moment: datetime) -> str:
    due = row["next_due_at"]
    if due is None:
        return "" if row["state"] != Phase.RUNNING else "running"
    return f"in {to_span(due - moment)}" if due > moment else "due"
