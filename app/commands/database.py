"""`tenderwatch db`: the life of the database."""

from pathlib import Path
from typing import Annotated

import typer

from app.console import now, open_installation, settings, tell

app = typer.Typer(no_args_is_help=True, help="The database: upgrade, backup, restore, prune.")


@app.command()
def upgrade() -> None:
    """Bring the database to this release; a filled one is backed up first."""
    from storage.migrate import upgrade as run

    found = settings()
    found.data_dir.mkdir(parents=True, exist_ok=True)
    revision = run(found.database, found.data_dir / "backups")
    tell(f"the database is at revision {revision}")


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Write the whole database into one file, while it is in use."""
    from domain.errors import WrongUse
    from storage.backup import backup as run

    if target.exists():
        raise WrongUse(f"{target} exists; name a file that does not, nothing is overwritten")
    run(open_installation().settings.database, target)
    tell(f"wrote {target} ({target.stat().st_size:,} bytes)")


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that `db backup` wrote.")],
    force: Annotated[bool, typer.Option(help="Replace what the database holds now.")] = False,
) -> None:
    """Put a backup into the database; refused where it holds notices, unless forced."""
    from storage.backup import restore as run

    found = settings()
    found.data_dir.mkdir(parents=True, exist_ok=True)
    run(found.database, archive, force=force)
    tell(f"restored {archive}")


@app.command()
def prune(
    days: Annotated[int, typer.Option(min=1, help="Keep pages that are younger than this.")] = 30,
    gigabytes: Annotated[float, typer.Option(min=0, help="Keep no more than this of the others.")] = 5.0,
) -> None:
    """Remove saved pages that no open issue and no current revision needs."""
    from datetime import timedelta

    from storage.engine import writing
    from storage.pages import PageFiles
    from storage.prune import prune as run

    place = open_installation()
    with writing(place.engine) as connection:
        pruned = run(
            connection,
            PageFiles(place.settings.pages_dir),
            now(),
            keep=timedelta(days=days),
            most_bytes=int(gigabytes * 10**9),
        )
    tell(f"removed {pruned.pages:,} saved pages ({pruned.bytes:,} bytes); kept {pruned.kept:,}")
