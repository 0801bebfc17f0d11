"""`tenderwatch opportunities`: what the profiles found worth a bid."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import in_zone, open_installation, print_json, print_rows, tell
from domain.opportunities import points_to_json, reason_to_json, show_points

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.opportunities import OpportunityView

app = typer.Typer(no_args_is_help=True, help="Opportunities: list.")


@app.command(name="list")
def list_some(
    profile: Annotated[str | None, typer.Option(help="Only of this profile.")] = None,
    min_score: Annotated[int, typer.Option(min=0, max=100, help="Only with at least this score.")] = 0,
    everything: Annotated[bool, typer.Option("--all", help="Also those below their profile's threshold.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, max=10_000, help="Default: 50; of a summary, all.")] = None,
    summary: Annotated[int | None, typer.Option(help="Only those of this summary, by the number in its mail.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """The best opportunities first, each with why."""
    from storage.engine import reading
    from storage.opportunities import find_opportunities

    place = open_installation()
    with reading(place.engine) as connection:
        if summary is None:
            found = find_opportunities(
                connection, profile=profile, min_score=min_score, qualified_only=not everything, limit=limit or 50
            )
        else:
            of_summary = _find_summary(connection, summary, limit or 10_000)
            found = [each for each in of_summary if each.opportunity.score >= min_score]
            found = [each for each in found if profile in (None, each.opportunity.profile_id)]
    if as_json:
        print_json([_to_json(view) for view in found])
    elif found:
        rows = [
            [show_points(view.opportunity.score), to_heading(view, place.settings.zone), to_reasons(view)]
            for view in found
        ]
        print_rows(["score", "opportunity", "why"], rows)
    else:
        tell("no opportunities; `tenderwatch match` looks for them, `tenderwatch explain NOTICE` says why not")


def _find_summary(connection: "Connection", number: int, limit: int) -> "list[OpportunityView]":
    from domain.errors import WrongUse
    from storage.events import find_summed_up
    from storage.opportunities import find_these

    numbers = find_summed_up(connection, number)
    if numbers is None:
        raise WrongUse(f"--summary {number}: there is no such summary; its number stands at the end of its mail")
    return find_these(connection, numbers, limit)


def to_heading(view: "OpportunityView", zone: str) -> str:
    """Title, buyer, deadline in `zone` and the notice's name, on a line each."""
    notice = view.notice.notice
    buyer = ", ".join(each.name for each in notice.buyers[:2]) or "buyer not stated"
    place = f" ({notice.country})" if notice.country else ""
    deadline = in_zone(notice.deadline_at, zone) or "not stated"
    name = f"{view.profile_name} · {notice.source}:{notice.key}"
    return f"{notice.shown_title()}\n{buyer}{place}\ndeadline {deadline}\n{name}"


def to_reasons(view: "OpportunityView") -> str:
    """The three reasons with the most points, on a line each, with what stands in the notice."""
    reasons = view.assessment.reasons[:3] if view.assessment else ()
    lines = [
        f"{show_points(each.points, sign=True)} {each.explanation}" + (f" «{each.text}»" if each.text else "")
        for each in reasons
    ]
    return "\n".join(lines)


def _to_json(view: "OpportunityView") -> dict[str, Any]:
    from domain.notice_json import to_json

    return {
        "opportunity": view.opportunity.id,
        "profile": view.opportunity.profile_id,
        "score": points_to_json(view.opportunity.score),
        "qualified": view.opportunity.qualified,
        "reasons": [reason_to_json(each) for each in view.assessment.reasons] if view.assessment else [],
        "notice": to_json(view.notice.notice),
    }
