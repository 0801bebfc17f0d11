"""What is wrong with a declared listing, its requests and paths, that a schema cannot say: `(place, what and mend)`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from crawler.addresses import KEY, is_secret
from crawler.listing.asking import CSRF, to_body
from crawler.listing.templates import MOMENTS, NUMBER, PAGES, PLACE, ROW, find_places, is_template
from crawler.paths import explain

At = tuple[str | int, ...]
Problem = tuple[At, str]
WAYS = ("rows", "css", "xpath", "feed")
OTHERS = {"key", "number", CSRF.strip("{}")}
SECRET_HEADERS = {"authorization", "x-api-key", "apikey", "ocp-apim-subscription-key", "cookie"}
OCDS_PATHS = ("rows", "total", "pages", "next", "error", "ocid")


def check_listing(values: Mapping[str, Any]) -> Iterator[Problem]:
    """All problems of a source's listing, requests and OCDS paths; `values` keep to the schema."""
    listing, request = values["listing"], values.get("request", {})
    asked = {("endpoint",): values["endpoint"], ("request",): to_body(request)}
    names = {name for text in asked.values() for name, _ in find_places(text)}
    links, window = listing.get("links", {}), listing.get("window", {})
    further = (window.get("over", {}), links.get("url"), to_body(links.get("request", {})))
    yield from _check_window(listing.get("window"), names | {name for each in further for name, _ in find_places(each)})
    yield from _check_pages(listing, names)
    over = window.get("over", {})
    for at, text in asked.items():
        yield from _check_places(at, text, listing, {*OTHERS, *over})
    for name, each in over.items():
        yield from _check_places(("listing", "window", "over", name), each, listing, OTHERS)
    if "links" in listing:
        yield from _check_links(listing, {*OTHERS, *over})
    yield from _check_request(("request",), request, values)
    yield from _check_ocds(("ocds",), values.get("ocds", {}))


def _check_ocds(at: At, ocds: Mapping[str, Any]) -> Iterator[Problem]:
    if isinstance(ocid := ocds.get("ocid"), dict):
        yield from _check_paths((*at, "ocid"), ocid, ("path",))
        yield from _check_regex((*at, "ocid", "regex"), ocid["regex"], 1)
        ocds = {name: value for name, value in ocds.items() if name != "ocid"}
    yield from _check_paths(at, ocds, OCDS_PATHS)


def _check_window(window: Mapping[str, Any] | None, names: set[str]) -> Iterator[Problem]:
    if window is None:
        return
    at: At = ("listing", "window")
    in_place = names & set(MOMENTS)
    if "from" not in window and not in_place:
        yield at, "a window needs its beginning; write from: PARAMETER, or {low:%Y-%m-%d} into the endpoint or body"
    if not {"to", "by", "whole"} & set(window) and "high" not in names:
        yield at, "a window needs its end; write to: PARAMETER, or by: month"
    for name, told in (("size", "gives the size; remove this line"), ("halve_when_full", "cannot be halved; remove")):
        if "by" in window and name in window:
            yield (*at, name), f"`by` {told}" if name == "size" else f"a day, month or year {told}"
    if "begins" in window and window.get("by") != "year":
        yield (*at, "begins"), "only a year begins with a month; write by: year, or remove this line"


def _check_pages(listing: Mapping[str, Any], names: set[str]) -> Iterator[Problem]:
    pages, at = listing.get("pages"), ("listing", "pages")
    counted = names & set(PAGES)
    if pages is not None and "param" in pages and counted:
        yield (*at, "param"), f"the page stands in {{{min(counted)}}} as well; remove one of the two"
    if pages is not None and "param" not in pages and not counted:
        yield at, "nothing says where the page's number goes; write param: NAME, or {page} into the endpoint or body"
    if counted and pages is None:
        yield ("endpoint",), f"{{{min(counted)}}} without pages; write listing: {{pages: {{size: ROWS}}}}"
    for name in ("next", "pages"):
        if listing.get(name, {}).get("stop_when_known") and "window" in listing:
            yield ("listing", name, "stop_when_known"), "a window has an end of its own; remove this line"


def _check_places(at: At, text: Any, listing: Mapping[str, Any], known: set[str]) -> Iterator[Problem]:
    """Placeholders that would be sent as they stand."""
    for name, rest in find_places(text):
        shown = f"{{{name}{rest}}}"
        if name in MOMENTS:
            yield from _check_moment(at, shown, rest, "window" in listing)
        elif name == ROW and at[:2] != ("listing", "links"):
            yield at, f"{shown} without a row: it belongs into listing.links"
        elif name == ROW:
            if rest and (wrong := explain(rest[1:])):
                yield at, f"{shown}: {wrong}"
        elif name in PAGES and at[:2] == ("listing", "links"):
            yield at, f"{shown} has no value for an entry's document; remove it"
        elif name not in known and name not in PAGES:
            hint = ", ".join(["low", "high", "page", "offset", *sorted(known - OTHERS)])
            yield at, f"{shown} stands for nothing; known are {hint}"


def _check_moment(at: At, shown: str, rest: str, has_window: bool) -> Iterator[Problem]:
    if not has_window:
        yield at, f"{shown} without a window; write listing: {{window: {{by: month}}}}"
    elif not (NUMBER.fullmatch(rest) or (rest.startswith(":") and "%" in rest)):
        yield at, f"{shown} is no date; write such as {{low:%Y-%m}} or {{low.year}}"


def _check_links(listing: Mapping[str, Any], known: set[str]) -> Iterator[Problem]:
    links: Mapping[str, Any] = listing["links"]
    at: At = ("listing", "links")
    ways = [name for name in WAYS if links.get(name)]
    if len(ways) != 1 and (ways or "regex" not in links):
        told, mend = " and ".join(ways) or "nothing", "one of rows: PATH, css: CSS, feed: true, or a regex for text"
        yield (
            at,
            f"{told} says where the entries stand; write {mend}",
        )
    is_page = bool({"css", "xpath"} & set(links))
    yield from _check_paths(at, links, ("rows", "total", "pages", *(() if is_page else ("next",))))
    version = {"version": links["version"].removeprefix("row.")} if "version" in links else {}
    yield from _check_paths(at, version, ("version",))
    if is_page:
        yield from _check_selectors(at, links)
    yield from _check_address(at, links, known, listing)
    yield from _check_regex((*at, "regex"), links.get("regex"), None)
    yield from _check_request((*at, "request"), links.get("request", {}), {"key_env": True})
    yield from _check_date((*at, "date"), links.get("date"))
    if "date" not in links:
        for name in ("first", "overlap"):
            if name in links:
                yield (
                    (*at, name),
                    f"nothing tells what is old; write date: {{by: month}}, or remove {name}",
                )


def _check_address(at: At, links: Mapping[str, Any], known: set[str], listing: Mapping[str, Any]) -> Iterator[Problem]:
    url, body = links.get("url"), to_body(links.get("request", {}))
    if url is None:
        return
    if not is_template(url):
        yield from _check_paths(at, links, ("url",))
        return
    if not any(name == ROW for name, _ in (*find_places(url), *find_places(body))):
        yield (*at, "url"), "the same address for each entry; write {row.id} into it, or a path such as url"
    yield from _check_places((*at, "url"), url, listing, known)
    yield from _check_places((*at, "request"), body, listing, known)


def _check_date(at: At, date: Mapping[str, Any] | None) -> Iterator[Problem]:
    if date is None:
        return
    yield from _check_paths(at, date, ("path",))
    groups = {"year": 1, "month": 2, "day": 3}[date["by"]]
    yield from _check_regex((*at, "regex"), date.get("regex"), 1 if "format" in date else groups)


def _check_regex(at: At, regex: str | None, groups: int | None) -> Iterator[Problem]:
    if regex is None:
        return
    try:
        found = re.compile(regex).groups
    except re.error as error:
        yield at, f"no regular expression: {error}"
        return
    if groups is not None and found != groups:
        what = {1: "(.+)", 2: "(\\d{4})-(\\d{2})", 3: "(\\d{4})-(\\d{2})-(\\d{2})"}[groups]
        yield at, f"{found} groups where {groups} are read; write such as {what}"


def _check_selectors(at: At, links: Mapping[str, Any]) -> Iterator[Problem]:
    from cssselect import SelectorError  # here: lxml is not needed for a portal with an API
    from lxml.etree import XPathError

    from crawler.readers.entries import to_xpath

    selectors = {name: {name: links[name]} for name in ("css", "xpath") if name in links}
    selectors |= {"next": {"css": links["next"]}} if "next" in links else {}
    for name, options in selectors.items():
        try:
            to_xpath(options)
        except (SelectorError, XPathError) as error:
            yield (*at, name), f"no selector: {error}"


def _check_request(at: At, request: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Problem]:
    for name in ("json", "form"):
        if name in request and request.get("method") == "GET":
            yield (*at, name), "a GET has no body; write method: POST, or remove this line"
    if "csrf" in request and not ("cookie_from" in request and to_body(request) is not None):
        yield (*at, "csrf"), "a cookie's value goes into a POST; write cookie_from: ADDRESS and form: {…} as well"
    if "token" in request:
        yield from _check_paths((*at, "token"), request["token"], ("path",))
        yield from _check_secrets((*at, "token"), request["token"], values)
    yield from _check_secrets(at, request, values)


def _check_secrets(at: At, request: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Problem]:
    """A key has no place in a file."""
    fields = {
        **{("headers", name): value for name, value in request.get("headers", {}).items()},
        **{(kind, name): value for kind in ("json", "form") for name, value in _items(request.get(kind))},
    }
    for (kind, name), value in fields.items():
        secret = is_secret(name) or (kind == "headers" and name.lower() in SECRET_HEADERS)
        if secret and isinstance(value, str) and value and not PLACE.search(value):
            yield (*at, kind, name), f"{name} holds a key; write {KEY} in its place and key_env: TENDERWATCH_KEY_…"
        if isinstance(value, str) and KEY in value and "key_env" not in values:
            yield (*at, kind, name), f"{KEY} without key_env; write key_env: TENDERWATCH_KEY_…"


def _items(body: Any) -> list[tuple[str, Any]]:
    return list(body.items()) if isinstance(body, dict) else []


def _check_paths(at: At, options: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if name in options and (wrong := explain(options[name])):
            yield (*at, name), f"{wrong}; write such as data or result.resources[?format=='JSON']"
