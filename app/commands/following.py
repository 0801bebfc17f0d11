"""`tenderwatch sources watch`: what is seen of a page that is followed, what is ignored, and what would be told."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import Installation, in_zone, now, open_installation, print_json, show, tell
from domain.errors import WrongUse

if TYPE_CHECKING:
    from crawler.watch.look import Finding, Look
    from domain.sources import Source

_LEAST = ("same", "first")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="watch")(watch)


def watch(
    name: Annotated[str, typer.Argument(metavar="SOURCE", help="A source with protocol: watch.")],
    page: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A saved page, in place of asking for it.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also the blocks that are as they were.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Forget what stood there: the next crawl is the first look again.")
    ] = False,
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="Ask this address in the portal's place, for trying out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Look at a followed page now: its blocks, what is ignored by which rule, what would be told. Stores nothing."""
    place = open_installation()
    source = place.source(name)
    if source.protocol != "watch":
        how = source.protocol or "a spider of its own"
        raise WrongUse(f"{name} is read by {how}; only a source with protocol: watch is followed")
    if anew:
        _forget(place, source)
        return
    looks = [(url, _look(place, source, url, page, endpoint)) for url in _addresses(source, page)]
    if as_json:
        pages = [_to_json(url, look, source, every) for url, look in looks]
        print_json({"rules": _rules_by_name(source), "pages": pages})
        return
    show([{"rule": rule, "holds": holds, "what it ignores": what} for rule, holds, what in _rules(source)], False, "")
    for url, look in looks:
        _show(url, look, source, every, place.settings.zone)


def to_json(place: Installation, source: "Source") -> dict[str, Any]:
    """The rules of a followed source, "yes: …" where they hold, and its pages, for `sources show --json`."""
    return {"rules": _rules_by_name(source), "pages": _pages(place, source)}


def _rules_by_name(source: "Source") -> dict[str, str]:
    return {name: f"{holds}: {what}" for name, holds, what in _rules(source)}


def show_followed(place: Installation, source: "Source") -> None:
    """The same as tables."""
    rules = [{"rule": name, "holds": holds, "what it ignores": what} for name, holds, what in _rules(source)]
    show(rules, False, "", title="What is ignored")
    show(_pages(place, source), False, "no page was looked at yet", title="Followed pages")


def _pages(place: Installation, source: "Source") -> list[dict[str, Any]]:
    """What is remembered of each followed page: when it was seen, its blocks, and what has gone since."""
    from storage.engine import reading
    from storage.watched import find_all_watched

    with reading(place.engine) as c:
        seen = find_all_watched(c, source.id)
    return [
        {
            "page": each.url,
            "seen": in_zone(each.seen_at, place.settings.zone),
            "blocks": len(each.live),
            "gone": "\n".join(f"{in_zone(b.gone_at, place.settings.zone)}: {_text(b.lines)}" for b in each.gone[:20]),
        }
        for each in seen
    ]


def _rules(source: "Source") -> list[tuple[str, str, str]]:
    from crawler.watch.rules import RULES, read_rules

    in_force = read_rules(source.watch).in_force
    told = [(name, "yes" if name in in_force else "no", what) for name, what in RULES.items()]
    own = {"leave_out": "elements of", "regexes": "what is found by", "words": "blocks without one of"}
    return told + [(name, "yes", f"{what} {source.watch[name]}") for name, what in own.items() if name in source.watch]


def _addresses(source: "Source", page: Path | None) -> tuple[str, ...]:
    return (source.endpoint,) if page else (source.endpoint, *source.listing["file"].get("more", ()))


def _look(place: Installation, source: "Source", url: str, page: Path | None, endpoint: str | None) -> "Look":
    from crawler.drafting.asking import Asked, fetch_page
    from crawler.watch.look import look
    from storage.engine import reading
    from storage.watched import find_watched

    with reading(place.engine) as c:
        before = find_watched(c, source.id, url)
    body = page.read_bytes() if page else fetch_page(place.settings, Asked(url, source.id, endpoint)).body
    return look(body, source, url, now(), before)


def _forget(place: Installation, source: "Source") -> None:
    from storage.engine import writing
    from storage.watched import forget_watched

    with writing(place.engine) as c:
        pages = forget_watched(c, source.id)
    tell(f"{source.id}: {pages} pages are forgotten; the next crawl is their first look, and tells nothing")


def _show(url: str, look: "Look", source: "Source", every: bool, zone: str) -> None:
    counts = Counter(finding.what for finding in look.findings)
    tell(f"{url}: {', '.join(f'{count} {what}' for what, count in counts.items())}")
    if look.baseline:
        tell("it is the first look (or the first by these rules): what stands there now is where comparing begins")
    counted = Counter((each.rule, each.text) for each in look.left_out)
    left_out = [{"left out by": rule, "text": text, "times": times} for (rule, text), times in counted.items()]
    show(left_out, False, "nothing is left out")
    shown = (each for each in look.findings if every or look.baseline or each.what not in _LEAST)
    show([_row(finding, source, url) for finding in shown], False, "all is as it was")
    gone = [{"gone since": in_zone(each.gone_at, zone), "block": _text(each.lines)} for each in look.watched.gone]
    show(gone, False, "nothing has gone")


def _row(finding: "Finding", source: "Source", url: str) -> dict[str, Any]:
    from html import unescape

    from crawler.watch.tell import to_raw

    told = next(iter(to_raw(finding, source, url).description.values())) if finding.is_told else ""
    return {
        "what": finding.what,
        "ignored by": ", ".join(sorted(finding.rules)),
        "block": _text(finding.block.lines),
        "would be told": unescape(told)[:500],
    }


def _text(lines: tuple[str, ...]) -> str:
    text = " | ".join(lines)
    return text if len(text) <= 160 else f"{text[:159]}…"


def _to_json(url: str, look: "Look", source: "Source", every: bool) -> dict[str, Any]:
    found = [each for each in look.findings if every or each.what != "same"]
    return {
        "url": url,
        "baseline": look.baseline,
        "left_out": [{"rule": each.rule, "text": each.text} for each in look.left_out],
        "blocks": [{"key": each.block.key, **_row(each, source, url)} for each in found],
        "gone": [{"key": each.key, "since": each.gone_at, "lines": each.lines} for each in look.watched.gone],
    }
