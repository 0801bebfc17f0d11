"""`tenderwatch alerts take|decline|hand|remove|why|feed`: who deals with an opportunity, and why it went there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import in_zone, now, open_installation, print_json, print_rows, tell

if TYPE_CHECKING:
    from alerts.why import Why
    from storage.stories import News

Opportunity = Annotated[int, typer.Argument(metavar="OPPORTUNITY", help="Its number, or that of one merged into it.")]
By = Annotated[str, typer.Option(help="The person, by the id in alerts.yml.")]
Reason = Annotated[str, typer.Option("--why", help="Why, in your words.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (take, decline, hand, remove, why, feed):
        app.command(name=command.__name__)(command)


def take(opportunity: Opportunity, by: By, reason: Reason = "") -> None:
    """Bid for it: the others who were to deal with it are relieved; reminders of its deadline go on."""
    from alerts.decide import take as decide

    done = decide(open_installation().engine, opportunity, by, reason, now())
    tell(f"{by} bids for opportunity {done.opportunity_id}" if done.is_new else f"{by} has taken it already")


def decline(opportunity: Opportunity, by: By, reason: Reason = "") -> None:
    """Do not bid for it: nobody is reminded of it, and it is not escalated."""
    from alerts.decide import decline as decide

    done = decide(open_installation().engine, opportunity, by, reason, now())
    tell(f"nobody bids for opportunity {done.opportunity_id}" if done.is_new else "it was declined already")


def hand(
    opportunity: Opportunity,
    by: By,
    to: Annotated[str, typer.Option(help="Who deals with it from now on.")],
    reason: Reason = "",
) -> None:
    """Hand it to another person, who is told so; whoever had it is told no more of it."""
    from alerts.decide import hand as decide

    place = open_installation()
    done = decide(place.engine, opportunity, by, to, reason, now(), place.settings.zone)
    tell(f"{to} deals with opportunity {done.opportunity_id} now, and will be told so")


def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A person, destination, team or rule, by its id.")],
    to: Annotated[str | None, typer.Option(help="Who gets what is theirs.")] = None,
    kind: Annotated[str | None, typer.Option(help="Which, where a rule has the id of a person, say.")] = None,
) -> None:
    """Remove a person, destination, team or rule: what is theirs goes to another; the ledger and all decisions stay."""
    from alerts.removal import remove as decide

    place = open_installation()
    done = decide(place.engine, name, to, now(), place.settings.zone, kind)
    back = "leave it out of alerts.yml, or the next `tenderwatch alerts import` brings it back"
    tell(f"the {done.kind} {name} is removed; {back}")
    if done.kind == "rule":
        tell("  what it has queued still goes; nothing of it is reminded or escalated any more")
    if done.destination:
        tell(f"  nothing goes to the destination {done.destination} any more; {done.lapsed:,} that had not gone lapse")
    if done.handed:
        tell(f"  {to} has its {len(done.handed):,} open opportunities now, and will be told so")
    if done.rules:
        tell(f"  these rules lead to {to} now: {', '.join(done.rules)}")
    if done.teams:
        tell(f"  no longer in the teams: {', '.join(done.teams)}")
    if done.was_default:
        tell(f"  {to} gets what no rule sends anywhere")
    if done.without_operators:
        tell("  no destination is `operators: true`: nobody is told of lost deliveries and bad sources")


def why(opportunity: Opportunity, as_json: Json = False) -> None:
    """Which rule sent it where, when and by which schedule; or why nobody got it, rule by rule."""
    from alerts.why import find_why
    from storage.engine import reading

    place = open_installation()
    with reading(place.engine) as connection:
        found = find_why(connection, opportunity, now(), place.settings.zone)
    if as_json:
        print_json(_to_json(found))
        return
    view, zone = found.view, place.settings.zone
    tell(f"opportunity {view.opportunity.id}: {view.notice.notice.shown_title()}")
    tell(
        f"{view.opportunity.score} points for {view.profile_name}, {view.notice.notice.source}:{view.notice.notice.key}"
    )
    tell(_to_standing(found, zone))
    rows = [_to_row(each, zone) for each in found.news]
    if rows:
        print_rows(["event", "to whom", "what became of it"], rows, title="\nWhat happened")
    else:
        tell("nothing that anybody could be told has happened: it does not qualify, or is not matched yet")
    if found.obstacle:
        tell(f"\nAs it is now nobody would be told of it as new: {found.obstacle}")
    rules = [[each.name, "fits" if each.fits else "does not fit", each.text] for each in found.rules]
    print_rows(["rule", "", "why"], rules, title="\nWhat each rule says to it now")


def feed(
    folder: Annotated[Path, typer.Option("--folder", help="Default: `feeds` in the data folder.")] = Path(),
) -> None:
    """Write a calendar of deadlines (.ics) and an Atom feed for each profile and each person."""
    from alerts.feeds import write_feeds
    from storage.engine import reading

    place = open_installation()
    target = folder if folder != Path() else place.settings.data_dir / "feeds"
    with reading(place.engine) as connection:
        written = write_feeds(connection, target, place.settings, now())
    tell(f"{written.files:,} feeds in {target}, {written.changed:,} of them new or changed")


def _to_standing(found: "Why", zone: str) -> str:
    standing = found.standing
    decided = standing.decided
    if decided is not None:
        reason = f": {decided.why}" if decided.why else ""
        return f"{decided.state} by {decided.by} on {in_zone(decided.made_at, zone)}{reason}"
    if not standing.at_work:
        return "nobody is to deal with it"
    whys = {each.person: each.why for each in standing.assignments if each.ended_at is None}
    return f"undecided; with {', '.join(f'{person} ({whys[person]})' for person in standing.at_work)}"


def _to_row(news: "News", zone: str) -> list[str]:
    routed = f"routed {in_zone(news.routed_at, zone)}" if news.routed_at else "not routed yet"
    became = []
    for each in news.told:
        rules = f" by {', '.join(each.rules)}" if each.rules else ""
        counted = "" if each.by_name else ", only counted"
        reason = f" ({each.reason})" if each.reason else ""
        became.append(f"{each.destination}{rules}: {each.state} {in_zone(each.at, zone)}{counted}{reason}")
    return [
        f"{news.event.kind}\n{in_zone(news.event.happened_at, zone)}",
        f"{news.note or ''}\n{routed}",
        "\n".join(became),
    ]


def _to_json(found: "Why") -> dict[str, Any]:
    from dataclasses import asdict

    standing = found.standing
    return {
        "opportunity": found.view.opportunity.id,
        "profile": found.view.opportunity.profile_id,
        "score": float(found.view.opportunity.score),
        "obstacle": found.obstacle,
        "with": list(standing.at_work),
        "decisions": [asdict(each) for each in standing.decisions],
        "assignments": [asdict(each) for each in standing.assignments],
        "events": [asdict(each) for each in found.news],
        "rules": [asdict(each) for each in found.rules],
    }
