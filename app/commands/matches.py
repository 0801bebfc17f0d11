"""`tenderwatch match`, `score` and `explain`: what a notice is worth to a profile, and why."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import PARTIAL, in_zone, now, open_installation, out, print_json, tell, with_progress
from domain.opportunities import points_to_json, reason_to_json, show_points

if TYPE_CHECKING:
    from app.assessed import Past


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="match")(match)
    app.command(name="score")(score)
    app.command(name="explain")(explain)


def match(
    everything: Annotated[bool, typer.Option("--all", help="Score every stored notice again.")] = False,
) -> None:
    """Score stored notices that are new, changed, or whose profiles changed; nothing is sent."""
    from app.model import find_heads
    from matching.run import match_stored
    from storage.engine import reading
    from storage.notices import count_notices

    place = open_installation()
    with reading(place.engine) as connection:
        total = count_notices(connection)
    matched = with_progress(
        total,
        "matching",
        lambda report: match_stored(place.engine, now(), report, again=everything, heads=find_heads(place.settings)),
    )
    tell(f"{matched.notices:,} notices matched, {matched.new:,} new opportunities")


def score(
    profile: Annotated[list[Path], typer.Option(exists=True, dir_okay=False, help="A profile; repeatable.")],
    notices: Annotated[Path, typer.Option(dir_okay=False, help="JSON lines; - is stdin.")],
    model: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="What `profiles train` learnt.")
    ] = None,
) -> None:
    """Score notices of a file, without any database: a JSON line for each pair of notice and profile above 0."""
    from domain.errors import Unreadable, WrongUse
    from matching.files import score_files
    from matching.meaning.heads import read_heads

    faults = 0

    def on_fault(line: int, fault: Unreadable) -> None:
        nonlocal faults
        faults += 1
        tell(f"{notices}, line {line}: {fault}")

    if str(notices) != "-" and not notices.is_file():
        raise WrongUse(f"--notices {notices}: no such file; `tenderwatch parse` or `notices export` write one")
    lines = sys.stdin.buffer if str(notices) == "-" else notices
    heads = read_heads(model) if model else None
    for row in score_files(profile, lines, on_fault, heads):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    if faults:
        raise typer.Exit(PARTIAL)


def explain(
    name: Annotated[str, typer.Argument(metavar="NOTICE", help="SOURCE:KEY, an address or a number.")],
    profile: Annotated[str | None, typer.Option(help="Only for this profile.")] = None,
    history: Annotated[bool, typer.Option("--history", help="Also each score that it had, as it was made.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Why a notice is, or is not, an opportunity for each profile."""
    from app.assessed import find_past
    from app.commands.notices import find_one
    from app.model import find_heads
    from domain.errors import WrongUse
    from matching.explain import explain as why
    from matching.rates import find_rates_for
    from matching.score import prepare
    from storage.engine import reading
    from storage.profiles import find_profiles

    place = open_installation()
    with reading(place.engine) as connection:
        stored = find_one(connection, name)
        heads = [head for head in find_profiles(connection) if profile in (None, head.profile.id)]
        rates = find_rates_for(connection, [stored.notice])
        past = find_past(connection, stored, profile) if history else []
    if not heads:
        raise WrongUse(f"no profile {profile or ''}".rstrip() + "; `tenderwatch profiles list` shows them")
    learnt = find_heads(place.settings)
    found = [(head, why(stored.notice, prepare(head.profile), learnt, rates)) for head in heads]
    if as_json:
        data = [_as_json(stored.notice.source, stored.notice.key, head, each) for head, each in found]
        if history:
            for row in data:
                of_it = [each for each in past if each.version.profile.id == row["profile"]]
                row["history"] = [_past_to_json(each) for each in of_it]
        print_json(data)
        return
    for head, each in found:
        _show(stored.notice.shown_title(), head, each)
    for before in past:
        _show_past(before, place.settings.zone)


def _as_json(source: str, key: str, head: Any, explanation: Any) -> dict[str, Any]:
    return {
        "notice": f"{source}:{key}",
        "profile": head.profile.id,
        "version": head.version,
        "score": points_to_json(explanation.score.points),
        "threshold": head.profile.threshold,
        "qualified": explanation.qualified,
        "reasons": [reason_to_json(reason) for reason in explanation.score.reasons],
        "lots": [lot.key for lot in explanation.lots],
        "missing": [
            {"rule": each.rule, "points": points_to_json(each.points), "explanation": each.sentence, "wish": each.wish}
            for each in explanation.missing
        ],
        "nearly": [asdict(each) for each in explanation.nearly],
        "sentences": list(explanation.sentences),
    }


def _past_to_json(past: "Past") -> dict[str, Any]:
    made, notice = past.assessment, past.notice
    return {
        "at": made.made_at,
        "notice": f"{notice.source}:{notice.key}",
        "revision": made.revision,
        "version": made.profile_version,
        "model": made.model_version,
        "score": points_to_json(made.score),
        "threshold": past.version.profile.threshold,
        "qualified": made.qualified,
        "reasons": [reason_to_json(reason) for reason in made.reasons],
        "sentences": past.to_sentences(),
    }


def _show_past(past: "Past", zone: str) -> None:
    from rich.text import Text

    made = past.assessment
    versions = f"version {made.profile_version} of the profile, revision {made.revision} of the notice"
    scored = f"{past.version.profile.name}: {show_points(made.score)} of 100"
    heading = f"On {in_zone(made.made_at, zone)} for {scored}, by {versions} and model {made.model_version}"
    lines = [f"  {sentence}" for sentence in past.to_sentences()]
    out().print(Text("\n".join([past.notice.shown_title(), heading, *lines, ""])), soft_wrap=True)


def _show(title: str, head: Any, explanation: Any) -> None:
    from rich.text import Text

    verdict = "an opportunity" if explanation.qualified else "no opportunity"
    heading = f"{head.profile.name} (version {head.version}): {show_points(explanation.score.points)} of 100, {verdict}"
    lines = [f"  {sentence}" for sentence in explanation.sentences]
    out().print(Text("\n".join([f"{title}\n{heading}", *lines, ""])), soft_wrap=True)
