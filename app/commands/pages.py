"""`tenderwatch sources page`: a saved page as the portal gave it, to open and look at."""

import mimetypes
from pathlib import Path
from typing import Annotated

import typer

from app.console import in_zone, open_installation, out, tell
from domain.errors import WrongUse

_ENDINGS = {"application/xml": ".xml", "text/xml": ".xml", "application/octet-stream": ".bin"}
_OURS = (".html", ".json", ".xml", ".csv", ".txt", ".bin", ".zip")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="page")(page)


def page(
    name: Annotated[
        str, typer.Argument(metavar="PAGE-OR-ADDRESS", help="The page's number as mails name it, or its address.")
    ],
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write it (default: beside you).")] = None,
) -> None:
    """Write a saved page to a file, byte for byte as the portal gave it."""
    from storage.engine import reading
    from storage.pages import PageFiles, find_page

    place = open_installation()
    with reading(place.engine) as connection:
        found = find_page(connection, name)
    if found is None:
        raise WrongUse(f"no saved page has the number or address {name!r}; mails and `sources missed` name them")
    try:
        body = PageFiles(place.settings.pages_dir).read(found.hash)
    except FileNotFoundError:
        read_at = in_zone(found.fetched_at, place.settings.zone)
        raise WrongUse(
            f"the page of {read_at} is not kept any more (`db prune` removed it); it stood at {found.url}"
        ) from None
    file = to or Path(f"{found.hash[:12]}{_ending(found.media_type, body)}")
    if file.exists() and file.read_bytes() != body:
        raise WrongUse(f"{file} is there already and holds something else; name another file with --to")
    file.write_bytes(body)
    tell(f"{found.url}, read at {in_zone(found.fetched_at, place.settings.zone)}, {len(body):,} bytes")
    out().print(str(file), soft_wrap=True, highlight=False)


def _ending(media_type: str | None, body: bytes) -> str:
    kind = (media_type or "").partition(";")[0].strip().lower()
    ending = _ENDINGS.get(kind) or mimetypes.guess_extension(kind) or ""
    if ending in _OURS:
        return ending
    start = body.lstrip()[:1]
    return ".json" if start in (b"{", b"[") else ".html" if start == b"<" else ".txt"
