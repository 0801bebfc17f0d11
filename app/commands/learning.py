"""`tenderwatch profiles quality`, `suggest` and `accept`: what judgements say of a profile, and what follows."""

import getpass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from app.console import now, open_installation, out, print_json, print_rows, tell

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from domain.profiles import ProfileVersion
    from matching.learning.changes import Sample
    from matching.learning.quality import Measure, Quality, Share
    from matching.learning.suggestions import Suggestion
    from matching.learning.thresholds import Levels
    from matching.meaning.heads import Heads

MOST_TRIED_ON = 5_000  # stored notices, the newest
Name = Annotated[str, typer.Argument(metavar="PROFILE")]
Days = Annotated[int, typer.Option(min=1, max=3_650, help="Of how many days the stored notices are looked at.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the family of `profiles`."""
    app.command(name="quality")(quality)
    app.command(name="suggest")(suggest)
    app.command(name="accept")(accept)


def quality(name: Name, as_json: AsJson = False) -> None:
    """How good a profile is by what was judged: precision and recall over time, and which words led where."""
    from app.model import find_heads
    from matching.learning.quality import measure
    from matching.rates import find_rates_for
    from storage.engine import reading
    from storage.judgements import find_judged

    place = open_installation()
    with reading(place.engine) as c:
        head = find_head(c, name)
        judged = find_judged(c, name)
        rates = find_rates_for(c, [each.notice for each in judged])
    if not judged:
        tell(f"nothing of {name} is judged yet; `tenderwatch judge OPPORTUNITY VERDICT` does it")
    zone = ZoneInfo(place.settings.zone)
    found = measure(
        head.profile,
        judged,
        lambda each: f"{each.judgement.made_at.astimezone(zone):%Y-%m}",
        rates,
        find_heads(place.settings),
    )
    if as_json:
        print_json(_quality_to_json(head, found))
    elif judged:
        _show_quality(head, found)


def suggest(
    name: Name,
    alerts_a_day: Annotated[float | None, typer.Option(min=0, help="Also a threshold that gives so many.")] = None,
    days: Days = 90,
    as_json: AsJson = False,
) -> None:
    """Words, minus-words, weights and a threshold that judgements speak for, with the notices each would have changed.

    Nothing is changed: `profiles accept` does that.
    """
    from app.model import find_heads
    from matching.learning.suggestions import suggest_weights, suggest_words
    from storage.engine import reading

    place = open_installation()
    learnt = find_heads(place.settings)
    with reading(place.engine) as c:
        head = find_head(c, name)
        samples = find_samples(c, name, now() - timedelta(days=days), learnt)
        levels = _find_levels(c, head, samples, alerts_a_day, days) if alerts_a_day is not None else None
    weights = suggest_weights(head.profile, samples)
    found = [*suggest_words(head.profile, samples), *([weights] if weights else [])]
    if as_json:
        threshold = _levels_to_json(head, levels) if levels else None
        print_json({"profile": name, "version": head.version, "suggestions": [to_json(each) for each in found],
                    "threshold": threshold})  # fmt: skip
        return
    for each in found:
        _show_suggestion(each)
    if levels:
        _show_levels(head, levels)
    if not found:
        judged = sum(sample.judged is not None for sample in samples)
        tell(f"{judged} judgements speak for no further word and against none; more of them may")


def accept(
    suggestion: Annotated[str, typer.Argument(metavar="SUGGESTION", help="As `profiles suggest` prints it.")],
    why: Annotated[str, typer.Option(help="In your words; what judgements say is kept anyway.")] = "",
    by: Annotated[str | None, typer.Option(help="Who; default: the name you are logged in with.")] = None,
    days: Days = 90,
) -> None:
    """Save a suggestion as the new version of its profile, with who accepted it and why."""
    from app.accepting import accept_suggestion
    from app.model import find_heads

    moment = now()
    place = open_installation()
    learnt = find_heads(place.settings)
    for line in accept_suggestion(place.engine, suggestion, by or getpass.getuser(), why, days, moment, learnt):
        tell(line)


def find_head(c: "Connection", name: str) -> "ProfileVersion":
    """The newest version of a profile; WrongUse where there is none."""
    from app.console import nearest
    from domain.errors import WrongUse
    from storage.profiles import find_heads, find_profile

    found = find_profile(c, name)
    if found is None:
        near = nearest(name, find_heads(c))
        raise WrongUse(f"no profile {name!r}{near}; `tenderwatch profiles list` shows them")
    return found


def find_samples(c: "Connection", name: str, since: datetime, heads: "Heads | None") -> "list[Sample]":
    """What was judged for a profile, and the newest other notices stored since then, to try an edit on."""
    from matching.learning.changes import to_samples
    from matching.rates import find_rates_for
    from storage.judgements import find_judged
    from storage.notices import NoticeFilter, list_notices

    judged, stored = find_judged(c, name), list_notices(c, NoticeFilter(since=since), limit=MOST_TRIED_ON)
    rates = find_rates_for(c, [*(each.notice for each in judged), *(each.notice for each in stored)])
    return to_samples(judged, stored, rates, heads)


def to_json(suggestion: "Suggestion") -> dict[str, Any]:
    """A suggestion for other programs."""
    from domain.opportunities import points_to_json

    return {
        "suggestion": suggestion.id,
        "kind": suggestion.kind.value,
        "line": suggestion.line,
        "note": suggestion.note,
        **suggestion.effect.to_counts(),
        "notices": [
            {
                "notice": f"{each.sample.notice.source}:{each.sample.notice.key}",
                "title": each.sample.notice.shown_title(),
                "becomes_alert": each.becomes,
                "before": points_to_json(each.before),
                "after": points_to_json(each.after),
                "verdict": each.sample.judged.judgement.verdict.value if each.sample.judged else None,
            }
            for each in suggestion.effect.changes
        ],
    }


def _find_levels(
    c: "Connection", head: "ProfileVersion", samples: "list[Sample]", alerts_a_day: float, days: int
) -> "Levels":
    from matching.learning.thresholds import find_levels
    from matching.score import prepare, score_reading
    from storage.judgements import find_scores

    prepared = prepare(head.profile)
    judged = [(each.judged, score_reading(each.reading, prepared).points) for each in samples if each.judged]
    scores = find_scores(c, head.profile.id, now() - timedelta(days=days))
    return find_levels(scores, days, judged, head.profile.threshold, alerts_a_day)


def _quality_to_json(head: "ProfileVersion", found: "Quality") -> dict[str, Any]:
    def share(each: "Share") -> dict[str, Any]:
        low, high = each.interval
        return {"count": each.count, "of": each.of, "share": each.value, "low": round(low, 4), "high": round(high, 4)}

    def line(each: "Measure") -> dict[str, Any]:
        return {"name": each.name, "precision": share(each.precision), "recall": share(each.recall)}

    return {
        "profile": head.profile.id,
        "version": head.version,
        "all": line(found.whole),
        "now": line(found.now),
        "months": [line(each) for each in found.months],
        "versions": [line(each) for each in found.versions],
        "verdicts": dict(found.verdicts),
        "words": [
            {"rule": each.rule, "matched": each.matched, "relevant": each.relevant, "rejected": each.rejected}
            for each in found.words
        ],
    }


def _show_quality(head: "ProfileVersion", found: "Quality") -> None:
    measures = [found.whole, *found.months, *found.versions, found.now]
    rows = [[each.name, _to_text(each.precision), _to_text(each.recall)] for each in measures]
    title = f"{head.profile.name} (version {head.version}): " + ", ".join(f"{n} {name}" for name, n in found.verdicts)
    print_rows(["", "alerts that were relevant", "relevant that were alerts"], rows, title=title)
    words = [[each.matched, each.rule, each.relevant, each.rejected] for each in found.words[:40]]
    if words:
        print_rows(["alerts by", "", "relevant", "rejected"], words)
    tell(
        "In brackets: what the true share may be (95%). Only what was judged is counted: of the relevant that nobody"
        " found, nobody knows; `tenderwatch judge NOTICE relevant --profile …` tells of one that was missed."
    )


def _to_text(share: "Share") -> str:
    if share.value is None:
        return "nothing judged"
    low, high = share.interval
    return f"{share.count} of {share.of} = {share.value:.0%} ({low:.0%} to {high:.0%})"


SAID = {
    "include": "add the keyword",
    "minus": "add the minus-word",
    "drop": "take out",
    "weights": "weigh features by your judgements:",
}

JUDGED = {"relevant": "judged relevant", "rejected": "judged not relevant", "unjudged": "not judged"}


def _show_suggestion(suggestion: "Suggestion") -> None:
    from rich.text import Text

    from domain.opportunities import show_points

    console = out()
    console.print(Text(f"{SAID[suggestion.kind]} «{suggestion.line}»", style="bold"), soft_wrap=True)
    if suggestion.note:
        console.print(Text(f"  {suggestion.note}"), soft_wrap=True)
    for side, counts in suggestion.effect.to_counts().items():
        if any(counts.values()):
            told = ", ".join(f"{n} {JUDGED[name]}" for name, n in counts.items() if n)
            becomes = "would become alerts" if side == "found" else "would be no alerts"
            console.print(Text(f"  {becomes}: {told}"))
    for each in suggestion.effect.changes[:5]:
        notice = each.sample.notice
        said = each.sample.judged.judgement.verdict.value if each.sample.judged else "not judged"
        name, points = f"{notice.source}:{notice.key}", f"{show_points(each.before)} → {show_points(each.after)}"
        console.print(Text(f"    {points}  {notice.shown_title()} ({name}, {said})"), soft_wrap=True)
    if len(suggestion.effect.changes) > 5:
        console.print(f"    and {len(suggestion.effect.changes) - 5} more; --json has all")
    console.print(Text(f"  tenderwatch profiles accept '{suggestion.id}'\n"), soft_wrap=True)


def _levels_to_json(head: "ProfileVersion", levels: "Levels") -> dict[str, Any]:
    from dataclasses import asdict

    data = {key: value for key, value in asdict(levels).items() if key != "lost"}
    lost = [f"{each.notice.source}:{each.notice.key}" for each in levels.lost]
    suggestion = f"{head.profile.id}:threshold:{levels.wanted.threshold}" if levels.wanted else None
    return {**data, "suggestion": suggestion, "lost": lost}


def _show_levels(head: "ProfileVersion", levels: "Levels") -> None:
    def kept(count: int, of: int) -> str:
        return f"{count} of {of}" if of else "none judged"

    marks = {levels.present.threshold: " (now)"}
    if levels.wanted:
        marks[levels.wanted.threshold] = marks.get(levels.wanted.threshold, "") + " ← as wanted"
    rows = [
        [f"{each.threshold}{marks.get(each.threshold, '')}", f"{each.alerts_a_day:.1f}",
         kept(each.relevant, levels.relevant), kept(each.rejected, levels.rejected)]
        for each in levels.table
    ]  # fmt: skip
    title = f"Threshold, by {levels.notices:,} scored procedures of the last {levels.days} days"
    print_rows(["threshold", "alerts a day", "relevant kept", "rejected kept"], rows, title=title)
    if levels.wanted is None:
        tell("Even a threshold of 100 gives more; take out words or add minus-words.")
    elif levels.wanted.threshold == head.profile.threshold:
        tell("That is the threshold that you have.")
    else:
        for each in levels.lost:
            tell(f"lost, though judged relevant: {each.notice.shown_title()} ({each.notice.source}:{each.notice.key})")
        tell(f"  tenderwatch profiles accept '{head.profile.id}:threshold:{levels.wanted.threshold}'")
