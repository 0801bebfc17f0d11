"""`tenderwatch match`, `score` and `explain`: what a notice is worth to a profile, and why."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.console import PARTIAL, now, open_installation, out, print_json, tell, with_progress
from domain.opportunities import points_to_json, reason_to_json


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
    tell(f"{matched.notices:,} notices matched, {matched.qualified:,} new opportunities")


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
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Why a notice is, or is not, an opportunity for each profile."""
    from app.commands.notices import find_one
    from app.model import find_heads
    from domain.errors import WrongUse
    from matching.explain import explain as why
    from matching.score import prepare
    from storage.engine import reading
    from storage.profiles import find_profiles

    place = open_installation()
    with reading(place.engine) as connection:
        stored = find_one(connection, name)
        heads = [head for head in find_profiles(connection) if profile in (None, head.profile.id)]
    if not heads:
        raise WrongUse(f"no profile {profile or ''}".rstrip() + "; `tenderwatch profiles list` shows them")
    learnt = find_heads(place.settings)
    found = [(head, why(stored.notice, prepare(head.profile), learnt)) for head in heads]
    if as_json:
        print_json([_as_json(stored.notice.source, stored.notice.key, head, each) for head, each in found])
        return
    for head, each in found:
        _show(stored.notice.shown_title(), head, each)


def _as_json(source: str, key: str, head: Any, explanation: Any) -> dict[str, Any]:
    return {
        "notice": f"{source}:{key}",
        "profile": head.profile.id,
        "version": head.version,
        "score": points_to_json(explanation.score.points),
        "threshold": head.profile.threshold,
        "qualified": explanation.qualified,
        "reasons": [reason_to_json(reason) for reason in explanation.score.reasons],
        "missing": [
            {"rule": each.rule, "points": points_to_json(each.points), "explanation": each.sentence}
            for each in explanation.missing
        ],
        "sentences": list(explanation.sentences),
    }


def _show(title: str, head: Any, explanation: Any) -> None:
    from rich.text import Text

    verdict = "an opportunity" if explanation.qualified else "no opportunity"
    heading = f"{head.profile.name} (version {head.version}): {explanation.score.points} of 100, {verdict}"
    lines = [f"  {sentence}" for sentence in explanation.sentences]
    out().print(Text("\n".join([f"{title}\n{heading}", *lines, ""])), soft_wrap=True)
