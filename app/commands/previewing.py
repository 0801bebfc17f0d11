"""`tenderwatch profiles preview`: what an edited list would add and remove, before anything is saved."""

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import in_zone, now, open_installation, out

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from domain.opportunities import Reason
    from domain.profile_changes import ProfileChange
    from domain.profiles import ProfileVersion
    from matching.preview import Preview, Shift
    from matching.preview_words import WordReport

SIGNS = {"added": "+", "removed": "-", "moved": "="}
COLOURS = {"+": "green", "-": "red", ">": "yellow", "=": "yellow"}
MOST_CHANGES, MOST_CAUSES, MOST_NAMED = 30, 4, 12


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="preview")(preview)


def preview(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE")],
    days: Annotated[int, typer.Option(min=1, max=36_500, help="How far to look back.")] = 30,
    limit: Annotated[int, typer.Option(min=0, help="How many to show; the others are counted.")] = 50,
    moved: Annotated[bool, typer.Option("--moved", help="Also those that only get another score.")] = False,
    words: Annotated[bool, typer.Option(help="Say which words are worth nothing.")] = True,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only notices with words of the edit, not those that it touches by meaning.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each, the last one sums up.")] = False,
) -> None:
    """What a profile file would change over the last days, word by word; nothing is saved."""
    from app.model import find_heads
    from domain.profile_changes import compare_profiles
    from matching.preview import begin_preview, stream_shifts
    from matching.preview_words import report_words
    from matching.profiles import read_profile
    from storage.engine import reading
    from storage.profiles import find_profile

    profile = read_profile(file)
    place = open_installation()
    since = now() - timedelta(days=days)
    with reading(place.engine) as connection:
        head = find_profile(connection, profile.id)
        changes = compare_profiles(head.profile if head else None, profile)
        view = _Json() if as_json else _Text(place.settings.zone, limit)
        view.begin(profile.id, head, changes, days)
        before, heads = head.profile if head else None, find_heads(place.settings)
        held = begin_preview(connection, before, profile, since, heads, by_meaning=not quick)
        for shift in stream_shifts(connection, held):
            if moved or shift.effect.value != "moved":
                view.shift(shift)
        rejected = _find_rejected(connection, profile.id) if words else frozenset[int]()
        reports = list(report_words(connection, held.index, profile, since, rejected, heads)) if words else []
    view.end(held, reports, file, since)


def _find_rejected(connection: "Connection", profile_id: str) -> frozenset[int]:
    """The procedures that people judged to be none for the profile."""
    from storage.judgements import find_judged

    judged = find_judged(connection, profile_id)
    return frozenset(each.procedure_id for each in judged if not each.judgement.verdict.is_relevant)


class _Text:
    """For people: as it comes, a line or three for each."""

    def __init__(self, zone: str, limit: int) -> None:
        self._zone, self._limit, self._shown = zone, limit, 0
        self._out = out()

    def _say(self, text: str, style: str = "") -> None:
        from rich.text import Text

        self._out.print(Text(text, style=style), soft_wrap=True)

    def begin(self, name: str, head: "ProfileVersion | None", changes: "tuple[ProfileChange, ...]", days: int) -> None:
        """What the file changes."""
        known = f"version {head.version} of {name}, saved by {head.author}" if head else f"nothing: {name} is new"
        self._say(f"Compared with {known}; notices of the last {days} days", "bold")
        for change in changes[:MOST_CHANGES]:
            self._say(f"  {change.sentence}", COLOURS.get(change.sign.value, ""))
        if len(changes) > MOST_CHANGES:
            self._say(f"  and {len(changes) - MOST_CHANGES} more")
        if not changes:
            self._say("  nothing differs")
        self._say("")

    def shift(self, shift: "Shift") -> None:
        """One opportunity that comes, goes or moves."""
        from domain.opportunities import show_points

        self._shown += 1
        if self._shown > self._limit:
            return
        sign, notice = SIGNS[shift.effect.value], shift.stored.notice
        buyer = notice.buyers[0].name if notice.buyers else "buyer not stated"
        deadline = in_zone(notice.deadline_at, self._zone) or "not stated"
        scores = f"{show_points(shift.before.points):>5} -> {show_points(shift.after.points):<5}"
        self._say(f"{sign} {scores} {notice.shown_title()}", COLOURS.get(sign, ""))
        self._say(f"             {buyer} · deadline {deadline} · {notice.source}:{notice.key}", "dim")
        for line in _to_causes(shift):
            self._say(f"             {line}")

    def end(self, held: "Preview", reports: "list[WordReport]", file: Path, since: "datetime") -> None:  # noqa: ARG002
        """Sums, then the words."""
        counts = {effect.value: number for effect, number in held.counts.items()}
        if self._shown > self._limit:
            self._say(f"… and {self._shown - self._limit} more; `--limit {self._shown}` shows all")
        self._say(
            f"\nOpportunities: {counts['added']:,} more, {counts['removed']:,} fewer, "
            f"{counts['moved']:,} with another score",
            "bold",
        )
        waiting = f", {held.waiting:,} of them not matched yet" if held.waiting else ""
        self._say(f"{held.read:,} of {held.index.count():,} stored notices had to be read{waiting}")
        if not held.by_meaning:
            self._say("Not counted: what the edit touches by meaning alone, in other words and languages (`--quick`).")
        for line in _to_verdicts(reports):
            self._say(line)
        self._say(f"\nNothing is saved. `tenderwatch profiles import {file} --why …` saves it.")


class _Json:
    """For programs: a JSON object a line, as it comes."""

    def _write(self, row: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    def begin(self, name: str, head: "ProfileVersion | None", changes: "tuple[ProfileChange, ...]", days: int) -> None:
        """`{"profile", "version", "days", "changes"}`."""
        from dataclasses import asdict

        told = [asdict(change) for change in changes]
        self._write({"profile": name, "version": head.version if head else None, "days": days, "changes": told})

    def shift(self, shift: "Shift") -> None:
        """`{"effect", "notice", "title", "before", "after", "causes"}`."""
        from domain.opportunities import points_to_json, reason_to_json

        notice = shift.stored.notice
        self._write(
            {
                "effect": shift.effect.value,
                "notice": f"{notice.source}:{notice.key}",
                "title": notice.shown_title(),
                "deadline_at": notice.deadline_at.isoformat() if notice.deadline_at else None,
                "before": points_to_json(shift.before.points),
                "after": points_to_json(shift.after.points),
                "causes": [{"gained": cause.gained, **reason_to_json(cause.reason)} for cause in shift.causes],
            }
        )

    def end(self, held: "Preview", reports: "list[WordReport]", file: Path, since: "datetime") -> None:  # noqa: ARG002
        """`{"since", "added", "removed", "moved", "read", "stored", "waiting", "words"}`."""
        from dataclasses import asdict

        from domain.opportunities import reason_to_json

        counts = {effect.value: number for effect, number in held.counts.items()}
        words = [
            {**asdict(report), "stopped_by": [reason_to_json(each) for each in report.stopped_by]} for report in reports
        ]
        facts = {"read": held.read, "stored": held.index.count(), "waiting": held.waiting}
        self._write({"since": since.isoformat(), **counts, **facts, "words": words})


def _to_causes(shift: "Shift") -> Iterator[str]:
    """What the edit gives the notice and takes from it, in words that stand in it."""
    from domain.opportunities import show_points

    for cause in shift.causes[:MOST_CAUSES]:
        reason = cause.reason
        printed = f" «{reason.text}»" if reason.text else ""
        wanted = f" ({reason.matched})" if reason.matched and reason.matched != reason.text else ""
        if reason.stops:
            yield f"{'stopped' if cause.gained else 'no longer stopped'}: {reason.explanation}{printed}{wanted}"
        else:
            points = reason.points if cause.gained else -reason.points
            lost = "" if cause.gained else "no more: "
            yield f"{show_points(points, sign=True)} {lost}{reason.explanation}{printed}{wanted}"
    if not shift.causes:
        yield "the same reasons, held against another threshold"


def _to_verdicts(reports: "list[WordReport]") -> Iterator[str]:
    """The words that are worth nothing, by what is wrong with them."""
    by_verdict: dict[str, list[str]] = {}
    for report in reports:
        by_verdict.setdefault(report.verdict.value, []).append(_to_word(report))
    titles = {
        "never found": "Words that were never found",
        "found nearly everywhere": "Words that stand nearly everywhere",
        "only led to rejection": "Words that only ever led to rejection",
        "not looked at": "Words of which it is not sure",
    }
    for verdict, title in titles.items():
        if named := by_verdict.get(verdict):
            more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
            yield f"{title} ({len(named)}): {', '.join(named[:MOST_NAMED])}{more}"
    if reports and not any(by_verdict.get(verdict) for verdict in titles):
        yield "Each of the words found something worth a look."


def _to_word(report: "WordReport") -> str:
    word = f"-{report.line}" if report.minus else report.line
    match report.verdict.value:
        case "found nearly everywhere":
            return f"{word} (in {report.share:.0%} of the notices)"
        case "only led to rejection":
            by = ", ".join(dict.fromkeys(_to_stop(reason) for reason in report.stopped_by))
            whole = "" if report.is_whole else f" of the {report.looked_at} newest"
            return f"{word} ({report.found}{whole}, stopped by {by or 'people'})"
        case "not looked at":
            return f"{word} (up to {report.at_most:,} notices)"
    return word


def _to_stop(reason: "Reason") -> str:
    return f"-{reason.matched}" if reason.rule == "minus word" else reason.rule
