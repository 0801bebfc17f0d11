"""`tenderwatch sources new`, `record` and `replay`: a source drafted from a page, and pages kept as its tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import FAILED, Installation, now, open_installation, print_rows, settings, show, tell
from domain.errors import TenderwatchError, WrongUse

if TYPE_CHECKING:
    from crawler.drafting.asking import FetchedPage
    from crawler.drafting.draft import Draft
    from crawler.drafting.write import Written
    from domain.config import Settings

Id = Annotated[str, typer.Argument(metavar="ID", help="COUNTRY_PORTAL in lower case, such as gb_norbridge.")]
Url = Annotated[str, typer.Argument(metavar="URL", help="The address of the list (or of an API's first page).")]
StandIn = Annotated[
    str | None,
    typer.Option("--endpoint", metavar="URL", help="Ask this address in the portal's place, for trying out."),
]
SHOWN = 5  # rows of the page in the table
ID = r"[a-z]{2,}(_[a-z0-9]+)+"


ACCEPTED = "accepted"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="new")(new)
    app.command(name="record")(record)
    app.command(name="replay")(replay)


def new(
    name: Id,
    url: Url,
    browser: Annotated[
        str | None, typer.Option(metavar="CSS", help="Read the page with a browser, once this element is shown.")
    ] = None,
    details: Annotated[bool, typer.Option(help="Read the first notice's own page as well.")] = True,
    replaces: Annotated[
        bool, typer.Option("--replaces", help="Take the place of a shipped source of this id.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow the page as it is: what is new or changed becomes notices.")
    ] = False,
    select: Annotated[
        list[str] | None, typer.Option(metavar="CSS", help="With --watch: only these elements are followed.")
    ] = None,
    words: Annotated[
        list[str] | None, typer.Option("--word", metavar="WORD", help="With --watch: only what has it is told.")
    ] = None,
    endpoint: StandIn = None,
) -> None:
    """Draft a source from one page: how it publishes is guessed, and YAML, saved page and stub are written."""
    from crawler.drafting.asking import Asked, fetch_page
    from crawler.drafting.guess import guess
    from crawler.drafting.of_watch import draft_watch
    from crawler.drafting.write import check_free, write_draft

    found = settings()
    folder = _own_folder(found)
    _check_id(name, found, replaces)
    check_free(name, folder)
    _check_url(url)
    page = fetch_page(found, Asked(url, endpoint=endpoint, wait_for=browser))
    if (select or words) and not watch:
        raise WrongUse("--select and --word go with --watch")
    if watch:
        draft = draft_watch(page, name, select=select or (), words=words or (), browser=browser)
    else:
        draft = guess(page, name, browser=browser)
    pages = {"list": page}
    if details and draft.detail_url and not browser:
        draft, pages = _with_detail(found, draft, page, endpoint)
    written = write_draft(draft, pages, name, folder, f"{now():%Y-%m-%d}", replaces=replaces)
    _tell_draft(draft, written, name)


def record(
    name: Annotated[str, typer.Argument(metavar="SOURCE")],
    url: Annotated[str, typer.Argument(metavar="URL", help="The page to save.")],
    case: Annotated[
        str | None, typer.Option(help="The case's name, such as closed (default: the next free one).")
    ] = None,
    detail: Annotated[bool, typer.Option("--detail", help="It is a notice's own page, not a list.")] = False,
    says: Annotated[str | None, typer.Option(help="What the page shows, for whoever reads the test.")] = None,
    endpoint: StandIn = None,
) -> None:
    """Save a page as a case of a source, with what was read from it as what is expected from now on."""
    import re
    import shutil

    from crawler.drafting.asking import Asked, fetch_page
    from crawler.drafting.cases import folder_of, write_expected
    from crawler.drafting.write import save_case

    place = open_installation()
    source = place.source(name)
    _check_url(url)
    if case is not None and not re.fullmatch(r"[a-z0-9_]+", case):
        raise WrongUse(f"--case {case}: write small letters, digits and _, such as missing_optional")
    target = _free_case(folder_of(source), case, "detail" if detail else "list")
    asked = Asked(url, source.id, endpoint, kind="detail" if detail else "page")
    page = fetch_page(place.settings, asked)
    save_case(target, page, _suffix(page), says or "recorded by `tenderwatch sources record`")
    if detail:
        _mark_detail(target)
    try:
        expected = write_expected(target, source)
    except TenderwatchError as error:
        shutil.rmtree(target)
        raise WrongUse(f"{url} was fetched, and {source.id} cannot read it, so nothing was saved: {error}") from error
    tell(f"wrote {target}: {len(expected['notices'])} notices, {len(expected['issues'])} issues")
    _show_notices(expected["notices"])
    tell(f"read {target / 'expected.json'} against the page; `tenderwatch sources replay {source.id}` holds it so")


def replay(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]…", help="Default: all that have cases.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="What is read now is what is expected from now on.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Read the saved pages of sources again, and tell every field that differs from what is expected."""
    from crawler.drafting.cases import cases_of

    place = open_installation()
    chosen = [place.source(name) for name in names] if names else list(place.sources.values())
    if accept and not names:
        raise WrongUse("--accept needs the names of sources: what is expected of all others is not meant")
    rows = [_replay_case(place, source.id, case, accept) for source in chosen for case in cases_of(source)]
    for name in names or ():
        if not any(row["source"] == name for row in rows):
            raise WrongUse(f"{name} has no cases; `tenderwatch sources record {name} URL` saves a page as one")
    show(rows, as_json, "no cases; `tenderwatch sources record SOURCE URL` saves a page as one")
    if any(row["differences"] and row["state"] != ACCEPTED for row in rows):
        raise typer.Exit(FAILED)


def _replay_case(place: Installation, source: str, case: Path, accept: bool) -> dict[str, Any]:
    from crawler.drafting.cases import replay as replay_case
    from crawler.drafting.cases import write_expected

    try:
        found = replay_case(case, place.source(source))
    except FileNotFoundError as error:
        found = [f"{error.filename} is missing"]
    except TenderwatchError as error:
        return {"source": source, "case": case.name, "state": "refused", "differences": f"refused: {error}"}
    state = f"{len(found)} differ" if found else "same"
    if found and accept:
        write_expected(case, place.source(source))
        state = ACCEPTED
    return {"source": source, "case": case.name, "state": state, "differences": "\n".join(found)}


def _own_folder(found: "Settings") -> Path:
    if found.sources_dir is None:
        raise WrongUse('no folder for your own sources; write sources_dir = "sources" into tenderwatch.toml')
    return found.sources_dir


def _check_id(name: str, found: "Settings", replaces: bool) -> None:
    import re

    from crawler.registry import SHIPPED, find_source_ids

    if not re.fullmatch(ID, name):
        raise WrongUse(f"{name}: write COUNTRY_PORTAL in small letters, digits and _, such as gb_norbridge")
    shipped = name in {file.stem for file in SHIPPED.glob("*.yml")}
    if shipped and not replaces:
        raise WrongUse(f"{name} is a shipped source; choose another id, or add --replaces to take its place")
    if replaces and not shipped:
        raise WrongUse(f"--replaces: there is no shipped source {name}; leave it out")
    if name in find_source_ids(found.sources_dir) and not shipped:
        raise WrongUse(f"{name} exists already; `tenderwatch sources show {name}` shows it")


def _check_url(url: str) -> None:
    from urllib.parse import parse_qsl, urlsplit

    from crawler.addresses import is_secret

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise WrongUse(f"{url}: write an address such as https://tenders.example.org/list")
    for key, value in parse_qsl(parts.query):
        if is_secret(key) and value != "{key}":
            raise WrongUse(
                f"{key} in the address is a key; leave it out here, and see key_env in docs/adding-a-source.md"
            )


def _with_detail(
    found: "Settings", draft: "Draft", page: "FetchedPage", endpoint: str | None
) -> "tuple[Draft, dict[str, FetchedPage]]":
    """The draft with what the first notice's own page says; without it where that page is refused."""
    from dataclasses import replace

    from crawler.drafting.asking import Asked, fetch_page
    from crawler.drafting.of_html import add_detail

    assert draft.detail_url is not None
    try:
        own = fetch_page(found, Asked(draft.detail_url, endpoint=endpoint))
    except TenderwatchError as error:
        return replace(draft, missing=(*draft.missing, f"html.detail: {error}")), {"list": page}
    more = add_detail(draft, own)
    return more, {"list": page, "detail": own} if "detail" in more.values.get("html", {}) else {"list": page}


def _tell_draft(draft: "Draft", written: "Written", name: str) -> None:
    tell(f"{name}: {draft.kind}, {draft.rows} notices on the page, {draft.sure:.0%} sure")
    for why in draft.evidence:
        tell(f"  - {why}")
    if draft.guessed:
        rows = [
            [each.field, each.why, f"{each.sure:.0%}", next(filter(None, each.values), "")] for each in draft.guessed
        ]
        print_rows(["field", "taken because", "sure", "first value"], rows, title="What stands where")
    _show_notices(written.notices)
    for (kind, element), reason in _first_of_each(written.issues).items():
        tell(f"odd: {kind}: {element}: {reason}")
    for each in draft.missing:
        tell(f"to do: {each}")
    for file in written.files:
        tell(f"wrote {file}")
    if draft.protocol is None:
        tell("it is off (`enabled: false`): no protocol of ours reads this, and its spider is a draft")
    elif not draft.is_on:
        tell("it is off (`enabled: false`), because too much of it is a guess; turn it on once you have read it")
    yml = next(file for file in written.files if file.suffix == ".yml")
    tell(f"next: read {yml}, then: tenderwatch sources try {name}")


def _first_of_each(issues: Sequence[tuple[str, str | None, str]]) -> dict[tuple[str, str | None], str]:
    """The first reason of each kind and element: a page of fifty rows has the same word fifty times."""
    return {(kind, element): reason for kind, element, reason in reversed(issues)}


def _show_notices(notices: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        {
            "key": each["key"],
            "title": next(iter(each["title"].values()), "")[:60],
            "buyer": ", ".join(buyer["name"] for buyer in each["buyers"])[:40],
            "published": (each["published_at"] or "")[:10],
            "deadline": (each["deadline_at"] or "")[:16],
            "value": " ".join(each["value"].values()) if each["value"] else "",
        }
        for each in notices[:SHOWN]
    ]
    show(rows, False, "no notices in it", title=f"As it is read now: {len(rows)} of {len(notices)} notices")


def _free_case(folder: Path, case: str | None, beginning: str) -> Path:
    if case is not None:
        if (folder / case).exists():
            raise WrongUse(f"{folder / case} exists and is left as it is; choose another --case")
        return folder / case
    names = (beginning, *(f"{beginning}_{number}" for number in range(2, 1000)))
    return next(folder / name for name in names if not (folder / name).exists())


def _suffix(page: "FetchedPage") -> str:
    begins = page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if begins[:1] in (b"{", b"["):
        return "json"
    return "html" if b"<html" in begins or b"<!doctype html" in begins else "xml" if begins[:1] == b"<" else "bin"


def _mark_detail(case: Path) -> None:
    import json

    file = case / "meta.json"
    meta = json.loads(file.read_text(encoding="utf-8")) | {"read": "detail"}
    file.write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
