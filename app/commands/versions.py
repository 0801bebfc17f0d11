"""`tenderwatch profiles history` and `revert`: who changed a list, when, why, word by word; and back again."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import in_zone, open_installation, out, print_json, tell

if TYPE_CHECKING:
    from domain.profiles import ProfileVersion

MOST_CHANGES = 40  # of one version


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="history")(history)
    app.command(name="revert")(revert)


def history(
    name: Annotated[str, typer.Argument(metavar="PROFILE")],
    limit: Annotated[int, typer.Option(min=1, help="How many versions, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Every version of a profile: who saved it, when, why, and what changed, word by word."""
    from storage.engine import reading
    from storage.profiles import find_versions

    place = open_installation()
    with reading(place.engine) as connection:
        versions = find_versions(connection, name)
    if not versions:
        raise _unknown(name)
    pairs = list(zip([None, *versions], versions, strict=False))[::-1][:limit]
    if as_json:
        print_json([_to_json(before, version) for before, version in pairs])
        return
    for before, version in pairs:
        _show(before, version, place.settings.zone)


def revert(
    name: Annotated[str, typer.Argument(metavar="PROFILE")],
    version: Annotated[int, typer.Argument(min=1, metavar="VERSION", help="The one to go back to.")],
    reason: Annotated[str | None, typer.Option("--why", "--reason", help="Why; it is kept with the version.")] = None,
    author: Annotated[str | None, typer.Option("--by", "--author", help="Who; default: your login name.")] = None,
) -> None:
    """Save an older version of a profile as the newest one; nothing is lost of those between."""
    from app.commands.profiles import keep, who
    from domain.errors import WrongUse
    from storage.engine import reading
    from storage.profiles import find_profile

    engine = open_installation().engine
    with reading(engine) as connection:
        if find_profile(connection, name) is None:
            raise _unknown(name)
        wanted = find_profile(connection, name, version)
    if wanted is None:
        raise WrongUse(f"{name} has no version {version}; `tenderwatch profiles history {name}` shows them")
    why = f"back to version {version}" + (f": {reason}" if reason else "")
    # No file is its origin: the file that the newest version came from says something else now.
    tell(keep(engine, wanted.profile, who(author), why, origin=None))


def _unknown(name: str) -> Exception:
    from domain.errors import WrongUse

    return WrongUse(f"no profile {name!r}; `tenderwatch profiles list` shows them")


def _to_json(before: "ProfileVersion | None", version: "ProfileVersion") -> dict[str, Any]:
    from domain.profile_changes import compare_profiles

    changes = compare_profiles(before.profile if before else None, version.profile)
    return {
        "profile": version.profile.id,
        "version": version.version,
        "saved_at": version.saved_at,
        "by": version.author,
        "why": version.reason,
        "file": version.origin,
        "changes": [asdict(change) for change in changes],
    }


def _show(before: "ProfileVersion | None", version: "ProfileVersion", zone: str) -> None:
    from datetime import datetime

    from rich.text import Text

    from domain.profile_changes import compare_profiles

    saved = in_zone(datetime.fromisoformat(version.saved_at), zone)
    origin = f"\n  from {version.origin}" if version.origin else ""
    changes = compare_profiles(before.profile if before else None, version.profile)
    lines = [f"  {change.sentence}" for change in changes[:MOST_CHANGES]]
    more = [f"  and {len(changes) - MOST_CHANGES} more"] if len(changes) > MOST_CHANGES else []
    out().print(Text(f"version {version.version}, {saved}, by {version.author}", style="bold"), soft_wrap=True)
    out().print(Text("\n".join([f"  why: {version.reason}{origin}", *lines, *more, ""])), soft_wrap=True)
