"""OCDS 1.0 and 1.1 pages: packages of releases or records, bare ones, one after another or line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.normalise.counts import to_count
from crawler.readers.limits import load_json_texts
from crawler.readers.ocds_merge import compile_versioned, is_versioned, merge_releases
from crawler.readers.ocds_release import read_release
from crawler.readers.ocds_shape import Shape
from domain.errors import SourceChanged, Unreadable

__all__ = ["OcdsPage", "merge_releases", "read_page", "read_release"]

# What only a release has beside its ocid; a record has `releases`, `compiledRelease` or `versionedRelease`.
_SECTIONS = {"tag", "date", "tender", "planning", "awards", "contracts", "buyer", "parties", "initiationType"}
_RECORD = {"releases", "compiledRelease", "versionedRelease"}
_COMPLAINTS = ("error", "errors", "message", "detail", "fault", "title", "status")
USUAL = Shape({})


@dataclass(frozen=True, slots=True)
class OcdsPage:
    """What stands in one response. `faults` are records that could not be read; the others stand in `releases`."""

    releases: tuple[dict[str, Any], ...]
    next_url: str | None = None
    total: int | None = None
    pages: int | None = None
    faults: tuple[Unreadable, ...] = ()


def read_page(body: bytes, encoding: str | None = None, shape: Shape = USUAL) -> OcdsPage:
    """All releases of a page, each with its ocid; `{"releases": []}` is an empty page, believed.

    `shape` tells where the page is not as usual. Raises SourceChanged for an empty body, HTML, an error body or JSON
    that is no OCDS, Unreadable for what is no JSON, or what the portal itself calls an error.
    """
    texts, faults = load_json_texts(body, encoding)
    releases: list[dict[str, Any]] = []
    for position, text in enumerate(texts):
        shape.check(text)
        rows = shape.rows(text, isinstance(text, dict) and _is_ocds(text))
        for found in _read_text(rows, "" if len(texts) == 1 else f"[{position}]"):
            if isinstance(found, Unreadable):
                faults.append(found)
            else:
                releases.append(found)
    if not releases and faults:
        raise SourceChanged(f"none of its records can be read; the first: {faults[0].reason}", faults[0].element)
    return OcdsPage(tuple(releases), *_find_way(texts, shape), tuple(faults))


def _find_way(texts: Sequence[Any], shape: Shape) -> tuple[str | None, int | None, int | None]:
    """The next page's address, the total and the number of pages that the texts tell, the first that does."""
    next_url: str | None = None
    total: int | None = None
    pages: int | None = None
    for text in texts:
        if isinstance(text, dict):
            next_url = next_url or (shape.next(text) if "next" in shape.paths else _find_next(text))
            total = (shape.total(text) if "total" in shape.paths else _find_total(text)) if total is None else total
            pages = shape.pages(text) if pages is None else pages
    return next_url, total, pages


def _read_text(text: Any, path: str) -> Iterator[dict[str, Any] | Unreadable]:
    """The releases of one JSON text, whatever it is."""
    if isinstance(text, list):
        for position, item in enumerate(text):
            yield from _read_one(item, f"{path}[{position}]")
    elif isinstance(text, dict) and (_is_ocds(text) or not any(map(_holds_ocds, text.values()))):
        yield from _read_one(text, path)
    elif isinstance(text, dict):
        # Some APIs wrap their packages: {"data": [...]}, {"result": {...}}.
        for key, inner in text.items():
            if _holds_ocds(inner):
                yield from _read_text(inner, f"{path}.{key}".lstrip("."))
    else:
        yield SourceChanged("neither a package nor a release", path or None)


def _read_one(item: Any, path: str) -> Iterator[dict[str, Any] | Unreadable]:
    """A package, record or release."""
    if not isinstance(item, dict):
        yield Unreadable("neither a package nor a release", path or None)
    elif "ocid" in item and not _RECORD.isdisjoint(item):
        yield from _read_record(item, path)
    elif "ocid" in item:
        yield compile_versioned(item) if is_versioned(item) else item
    elif isinstance(item.get("records"), list):
        for position, record in enumerate(item["records"]):
            yield from _read_record(record, f"{path}.records[{position}]".lstrip("."))
    elif isinstance(item.get("releases"), list):
        for position, release in enumerate(item["releases"]):
            if _is_plain(release):
                yield release
            else:
                yield _check(release, f"{path}.releases[{position}]".lstrip("."), None)
    elif not _SECTIONS.isdisjoint(item) and "error" not in item:
        yield Unreadable("a release without an ocid", f"{path}.ocid".lstrip("."))
    else:
        yield SourceChanged(f"no OCDS: {_complaint(item)}", path or None)


def _read_record(record: Any, path: str) -> Iterator[dict[str, Any] | Unreadable]:
    """The embedded releases; where some are only linked, the compiled release, else the versioned one."""
    if not isinstance(record, dict):
        yield Unreadable("a record that is no object", path)
        return
    ocid, releases = record.get("ocid"), record.get("releases")
    embedded = releases if isinstance(releases, list) else []
    if embedded and all(map(_has_body, embedded)):
        for position, release in enumerate(embedded):
            yield _check(release, f"{path}.releases[{position}]".lstrip("."), ocid)
    elif isinstance(record.get("compiledRelease"), dict):
        yield _check(record["compiledRelease"], f"{path}.compiledRelease".lstrip("."), ocid)
    elif isinstance(record.get("versionedRelease"), dict):
        yield _check(record["versionedRelease"], f"{path}.versionedRelease".lstrip("."), ocid)
    else:
        yield Unreadable("a record without a release of its own: they are only linked", f"{path}.releases".lstrip("."))


def _is_plain(release: Any) -> bool:
    """As nearly all are: an object with an ocid, and no versioned one, which has no date."""
    if type(release) is not dict or "date" not in release:
        return False
    ocid = release.get("ocid")
    return type(ocid) is str and bool(ocid) and not ocid.isspace()


def _check(release: Any, path: str, ocid: Any) -> dict[str, Any] | Unreadable:
    if not isinstance(release, dict):
        return Unreadable("a release that is no object", path)
    if not release.get("ocid") and ocid:
        release = {"ocid": ocid, **release} if "ocid" not in release else {**release, "ocid": ocid}
    if not isinstance(release.get("ocid"), (str, int)) or not str(release["ocid"]).strip():
        return Unreadable("a release without an ocid", f"{path}.ocid")
    return compile_versioned(release) if is_versioned(release) else release


def _has_body(release: Any) -> bool:
    """A linked release has only url, date and tag."""
    return isinstance(release, dict) and (
        "ocid" in release or not _SECTIONS.isdisjoint(release.keys() - {"tag", "date"})
    )


def _is_ocds(item: dict[str, Any]) -> bool:
    return "ocid" in item or isinstance(item.get("releases"), list) or isinstance(item.get("records"), list)


def _holds_ocds(value: Any) -> bool:
    if isinstance(value, dict):
        return _is_ocds(value) or any(
            isinstance(inner, (dict, list)) and _holds_ocds_here(inner) for inner in value.values()
        )
    return _holds_ocds_here(value)


def _holds_ocds_here(value: Any) -> bool:
    if isinstance(value, dict):
        return _is_ocds(value)
    return isinstance(value, list) and any(isinstance(item, dict) and _is_ocds(item) for item in value)


def _complaint(item: dict[str, Any]) -> str:
    """What an error body says, for the person who reads the issue."""
    said = [f"{key}: {item[key]}" for key in _COMPLAINTS if isinstance(item.get(key), (str, int, list, dict))]
    keys = ", ".join(list(item)[:8]) or "no keys"
    return f"the portal says {'; '.join(said)[:300]}" if said else f"its keys are {keys[:200]}"


def _find_next(package: dict[str, Any]) -> str | None:
    """`links.next` (the standard's pagination extension), as text, object or list of links; `next_page` of Prozorro."""
    links = package.get("links")
    if isinstance(links, list):
        links = {link.get("rel"): link for link in links if isinstance(link, dict) and isinstance(link.get("rel"), str)}
    for holder, names in ((links, ("next",)), (package, ("next", "next_page", "nextPage"))):
        for name in names:
            found = holder.get(name) if isinstance(holder, dict) else None
            if isinstance(found, dict):
                found = next((found[key] for key in ("href", "url", "uri") if found.get(key)), None)
            if isinstance(found, str) and found.strip():
                return found.strip()
    return None


def _find_total(package: dict[str, Any]) -> int | None:
    for holder in (package, package.get("meta"), package.get("pagination")):
        for name in ("total", "totalCount", "total_count"):
            found = to_count(holder.get(name)) if isinstance(holder, dict) else None
            if found is not None:
                return found
    return None
