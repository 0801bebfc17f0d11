"""`tenderwatch notices`: what was read."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import (
    in_zone,
    now,
    open_installation,
    out,
    print_json,
    print_rows,
    read_moment,
    show,
    tell,
    with_progress,
)

if TYPE_CHECKING:
    from domain.notices import Money
    from storage.notices import NoticeFilter, Revision, StoredNotice

app = typer.Typer(no_args_is_help=True, help="Stored notices: list, show, export.")
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
SourceName = Annotated[str | None, typer.Option("--source", help="Only of this source.")]
KindName = Annotated[str | None, typer.Option("--kind", help="tender, planning, award, cancellation, …")]
Country = Annotated[str | None, typer.Option("--country", help="ISO 3166 alpha-2, such as FR.")]
Since = Annotated[str | None, typer.Option("--since", help="Published since: 2026-01-31 or 7d.")]
OpenOnly = Annotated[bool, typer.Option("--open", help="Only those whose deadline has not passed.")]
Words = Annotated[str | None, typer.Option("--text", help="Only with these letters in the title.")]


@app.command(name="list")
def list_some(
    source: SourceName = None,
    kind: KindName = None,
    country: Country = None,
    since: Since = None,
    open_only: OpenOnly = False,
    text: Words = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """The newest notices."""
    from storage.engine import reading
    from storage.notices import list_notices

    place = open_installation()
    chosen = _filters(place.settings.zone, source, kind, country, since, open_only, text)
    with reading(place.engine) as connection:
        found = list_notices(connection, chosen, limit=limit)
    show([_row(each, place.settings.zone) for each in found], as_json, "no notices; `tenderwatch crawl` reads them")


@app.command(name="show")
def show_one(
    name: Annotated[str, typer.Argument(metavar="NOTICE", help="SOURCE:KEY, an address or a number.")],
    history: Annotated[bool, typer.Option("--history", help="With every revision and what it changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """One notice, whole."""
    from domain.notice_json import to_json
    from storage.engine import reading
    from storage.notices import find_revisions

    place = open_installation()
    with reading(place.engine) as connection:
        stored = find_one(connection, name)
        revisions = find_revisions(connection, stored.id) if history else []
    data: dict[str, Any] = to_json(stored.notice)
    if as_json:
        print_json({**data, "history": [_as_json(each) for each in revisions]} if history else data)
        return
    zone = place.settings.zone
    print_rows(["", f"{stored.notice.source}:{stored.notice.key}"], _facts(data, stored, zone))
    if history:
        _show_history(revisions, stored.notice.source, zone)


def _show_history(revisions: "Sequence[Revision]", source: str, zone: str) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from app.history import tell_history

    console = out()
    console.print("\nHistory", style="bold")
    for heading, lines in tell_history(revisions, source, zone):
        console.print(Text(heading, style="bold"))
        for line in lines:
            marked = Text(line)
            marked.highlight_regex(r"\[-.*?-\]", "red")
            marked.highlight_regex(r"\{\+.*?\+\}", "green")
            console.print(Padding(marked, (0, 0, 0, 4)))


def _as_json(revision: "Revision") -> dict[str, Any]:
    return {
        "revision": revision.number,
        "at": revision.made_at,
        "run": revision.run_id,
        "page": revision.page,
        "brought_by": revision.brought_by,
        "changes": [{"field": each.field, "old": each.old, "new": each.new} for each in revision.changes],
    }


@app.command()
def export(
    target: Annotated[Path | None, typer.Argument(help="The file to write; stdout where none (not for xlsx).")] = None,
    form: Annotated[str, typer.Option("--format", help="jsonl, csv or xlsx.")] = "jsonl",
    source: SourceName = None,
    kind: KindName = None,
    country: Country = None,
    since: Since = None,
    open_only: OpenOnly = False,
    text: Words = None,
) -> None:
    """Write notices into a file; cells that a spreadsheet would run as a formula are made harmless."""
    from app.exports import WRITERS
    from domain.errors import WrongUse
    from storage.engine import reading
    from storage.notices import count_notices, iterate_notices

    if form not in WRITERS:
        raise WrongUse(f"--format {form}: write one of {', '.join(WRITERS)}")
    if form == "xlsx" and target is None:
        raise WrongUse("--format xlsx needs a file to write: tenderwatch notices export notices.xlsx --format xlsx")
    target = None if str(target) == "-" else target
    place = open_installation()
    chosen = _filters(place.settings.zone, source, kind, country, since, open_only, text)
    with reading(place.engine) as connection:
        total = count_notices(connection, source)
        stored = iterate_notices(connection, chosen)

        def write(report: Any) -> int:
            return WRITERS[form]((each.notice for each in _counted(stored, report)), target)

        written = with_progress(total, "exporting", write)
    if target:
        tell(f"wrote {written:,} notices into {target}")
    sys.stdout.flush()


def find_one(connection: Any, name: str) -> "StoredNotice":
    """The one notice of this name; raises WrongUse where there is none, or several (they are listed)."""
    from domain.errors import WrongUse
    from storage.notices import find_notices_named

    found = find_notices_named(connection, name)
    if not found:
        raise WrongUse(f"no stored notice {name!r}; name it as SOURCE:KEY, by its address or its number")
    if len(found) > 1:
        names = ", ".join(f"{each.notice.source}:{each.notice.key}" for each in found[:10])
        raise WrongUse(f"{name!r} is the name of {len(found)} notices: {names}; name one of them as SOURCE:KEY")
    return found[0]


def _counted(stored: Any, report: Any) -> Any:
    for number, each in enumerate(stored, 1):
        report(number)
        yield each


def _filters(
    zone: str,
    source: str | None,
    kind: str | None,
    country: str | None,
    since: str | None,
    open_only: bool,
    text: str | None,
) -> "NoticeFilter":
    from domain.errors import WrongUse
    from domain.notices import Kind
    from storage.notices import NoticeFilter

    if kind and kind not in list(Kind):
        raise WrongUse(f"--kind {kind}: write one of {', '.join(Kind)}")
    return NoticeFilter(
        source=source,
        kind=Kind(kind) if kind else None,
        country=country.upper() if country else None,
        since=read_moment(since, zone) if since else None,
        deadline_after=now() if open_only else None,
        text=text,
    )


def _row(stored: "StoredNotice", zone: str) -> dict[str, Any]:
    notice = stored.notice
    return {
        "notice": f"{notice.source}:{notice.key}",
        "kind": notice.kind.value,
        "title": notice.shown_title(),
        "buyer": notice.buyers[0].name if notice.buyers else None,
        "country": notice.country,
        "value": _money(notice.value),
        "published": in_zone(notice.published_at, zone),
        "deadline": in_zone(notice.deadline_at, zone),
        "revision": stored.revision,
    }


def _facts(data: dict[str, Any], stored: "StoredNotice", zone: str) -> list[list[str]]:
    """What is known of a notice, a row each, as a person reads it."""
    notice = stored.notice
    special = {
        "title": "\n".join(notice.title.values()),
        "description": "\n\n".join(notice.description.values()),
        "buyers": "\n".join(f"{each.name} {each.id or ''}".strip() for each in notice.buyers),
        "regions": ", ".join(notice.regions),
        "codes": ", ".join(f"{code.scheme} {code.id}" for code in notice.codes),
        "value": _money(notice.value),
        "published_at": in_zone(notice.published_at, zone),
        "deadline_at": in_zone(notice.deadline_at, zone),
        "lots": "\n".join(
            f"{lot.key}: {next(iter(lot.title.values()), '')} {_money(lot.value)}".strip() for lot in notice.lots
        ),
        "documents": "\n".join(f"{each.title or ''} {each.url}".strip() for each in notice.documents),
    }
    rows = [[key, str(special.get(key, value) or "")] for key, value in data.items() if key != "raw"]
    return [row for row in rows if row[1]] + [["revision", str(stored.revision)]]


def _money(money: "Money | None") -> str:
    return f"{money.amount:,f} {money.currency}" if money else ""
