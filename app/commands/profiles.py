"""`tenderwatch profiles`: what your company sells and to whom, as files in and out of the database."""

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.training import train
from app.console import FAILED, now, open_installation, show, tell

if TYPE_CHECKING:
    from sqlalchemy import Engine

app = typer.Typer(no_args_is_help=True, help="Profiles: import, export, list, check, train.")
app.command()(train)
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE…")]


@app.command(name="import")
def import_files(
    files: Files,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the version.")] = "imported from a file",
    author: Annotated[str | None, typer.Option(help="Who; default: the name you are logged in with.")] = None,
) -> None:
    """Save each file as the new version of its profile; all files are checked before any is saved."""
    from matching.profiles import read_profile

    profiles = [(file, read_profile(file)) for file in files]
    engine = open_installation().engine
    for file, profile in profiles:
        tell(save(engine, file, profile, author or getpass.getuser(), reason))


@app.command()
def export(
    name: Annotated[str, typer.Argument(metavar="PROFILE")],
    target: Annotated[Path | None, typer.Argument(help="The file to write; stdout where none.")] = None,
    version: Annotated[int | None, typer.Option(help="An older version.")] = None,
) -> None:
    """Write a profile as YAML."""
    from domain.errors import WrongUse
    from matching.profiles import write_profile
    from storage.engine import reading
    from storage.profiles import find_profile

    with reading(open_installation().engine) as connection:
        found = find_profile(connection, name, version)
    if not found:
        raise WrongUse(f"no profile {name!r}; `tenderwatch profiles list` shows them")
    text = write_profile(found.profile)
    if target:
        target.write_text(text, encoding="utf-8")
        tell(f"wrote {target} ({found.profile.id}, version {found.version})")
    else:
        sys.stdout.write(text)


@app.command(name="list")
def list_all(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Every profile with its newest version."""
    from storage.engine import reading
    from storage.profiles import find_profiles

    with reading(open_installation().engine) as connection:
        heads = find_profiles(connection)
    rows = [
        {
            "profile": head.profile.id,
            "name": head.profile.name,
            "version": head.version,
            "words": len(head.profile.keywords.include),
            "minus-words": len(head.profile.keywords.exclude),
            "catalogue": len(head.profile.catalogue),
            "threshold": head.profile.threshold,
            "saved": str(head.saved_at)[:16],
            "by": head.author,
            "why": head.reason,
        }
        for head in heads
    ]
    show(rows, as_json, "no profiles yet; `tenderwatch profiles import FILE` saves one")


@app.command()
def check(files: Files) -> None:
    """Check profile files without saving them."""
    from domain.errors import BadProfile
    from matching.profiles import read_profile

    bad = 0
    for file in files:
        try:
            profile = read_profile(file)
        except BadProfile as error:
            bad += 1
            tell(str(error))
        else:
            words, items = len(profile.keywords.include), len(profile.catalogue)
            tell(f"{file}: {profile.id} is sound ({words} words, {items} catalogue items)")
    if bad:
        raise typer.Exit(FAILED)


def save(engine: "Engine", file: Path, profile: object, author: str, reason: str) -> str:
    """Save a profile that was read from `file`; the sentence says which version it became."""
    from domain.profiles import Profile
    from matching.profiles import digest
    from storage.engine import writing
    from storage.profiles import find_profile, save_profile

    assert isinstance(profile, Profile)
    with writing(engine) as connection:
        before = find_profile(connection, profile.id)
        saved = save_profile(
            connection,
            profile,
            author=author,
            reason=reason,
            origin=str(file.resolve()),
            digest=digest(profile),
            now=now(),
        )
    if before and before.version == saved.version:
        return f"{profile.id}: the same as version {saved.version}, nothing to save"
    return f"{profile.id}: saved as version {saved.version} ({len(profile.keywords.include)} words)"
