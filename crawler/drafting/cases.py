"""A saved page and what was read from it: `<folder>/<source>/<case>/{page.*, meta.json, expected.json}`.

meta.json: {"says": …, "page": file, "url": …, "read": "detail" where the page is a notice's own, "row": a list's file
whose first row led to it, "before": releases that were stored already, or how a followed page looked a day earlier,
then with "at": the moment of the later look}.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.loader import to_spider
from crawler.pipelines.normalise import to_notice
from crawler.readers import json_notices
from crawler.readers.fields import ListPage
from crawler.readers.html import read_detail, read_list
from crawler.readers.ocds import OcdsPage, merge_releases, read_page, read_release
from crawler.readers.ted import FORMATS, read_xml
from crawler.reading import Fetched
from crawler.registry import SHIPPED
from crawler.watch.look import look
from crawler.watch.tell import read_blocks, to_raw
from domain.notice_json import to_json
from domain.notices import RawNotice
from domain.sources import Source, Step

SHIPPED_CASES = SHIPPED.parents[1] / "tests" / "sources"


def cases_of(source: Source) -> list[Path]:
    """The folders of a source's cases: beside an operator's YAML, or in the repository's tests/sources."""
    return sorted(path.parent for path in folder_of(source).glob("*/meta.json"))


def folder_of(source: Source) -> Path:
    """Where a source's cases lie."""
    place = Path(source.file).parent
    return (SHIPPED_CASES if place == SHIPPED else place) / source.id


def read_case(case: Path, source: Source) -> dict[str, Any]:
    """What is read from a case's page now, as its expected.json has it. Raises what the readers raise."""
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    body = (case / meta["page"]).read_bytes()
    if source.json and source.protocol:
        return _read_json(case, meta, body, source)
    if source.protocol == "watch":
        return _read_watched(case, meta, body, source)
    if source.protocol not in ("ocds", "html"):
        return _read_by_spider(case, meta, body, source)
    if source.protocol == "ocds":
        page = read_page(body, source.encoding)
        before = read_page((case / meta["before"]).read_bytes()).releases if "before" in meta else ()
        return _told(_read_ocds(page, before, source), page, source)
    if meta.get("read") == "detail":
        row = read_list((case / meta["row"]).read_bytes(), source, meta["url"]).rows[0] if "row" in meta else None
        return _told([read_detail(body, source, meta["url"], row)], None, source)
    listed = read_list(body, source, meta["url"])
    return {**_told(listed.rows, listed, source), "details": listed.details}


def _read_json(case: Path, meta: Mapping[str, Any], body: bytes, source: Source) -> dict[str, Any]:
    if meta.get("read") == "detail":
        before = (case / meta["row"]).read_bytes() if "row" in meta else None
        row = json_notices.read_list(before, source, meta["url"]).rows[0] if before else None
        return _told([json_notices.read_detail(body, source, row)], None, source)
    listed = json_notices.read_list(body, source, meta["url"])
    return {**_told(listed.rows, listed, source), "details": listed.details}


def replay(case: Path, source: Source) -> list[str]:
    """The differences between what is read now and what is expected, `notices[0].title.en: "a" -> "b"`; none where
    all is as it was. Raises FileNotFoundError where nothing is expected yet."""
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    return list(differences(expected, json.loads(json.dumps(read_case(case, source)))))


def write_expected(case: Path, source: Source) -> dict[str, Any]:
    """Read the case and keep what was read as what is expected from now on."""
    found = read_case(case, source)
    (case / "expected.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return found


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Field by field: `path: old -> new`."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*old, *(name for name in new if name not in old)]:
            yield from differences(old.get(name), new.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differences(one, other, f"{path}[{place}]")
    elif isinstance(old, list) and isinstance(new, list):
        yield f"{path}: {len(old)} -> {len(new)} of them"
    elif old != new:
        yield f"{path}: {_shown(old)} -> {_shown(new)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 80 else text[:77] + "…"


def _read_by_spider(case: Path, meta: Mapping[str, Any], body: bytes, source: Source) -> dict[str, Any]:
    """What the source's spider makes of a page; a document of XML alone is what `parse` takes."""
    if source.protocol in FORMATS and body.lstrip(b"\xef\xbb\xbf").startswith(b"<"):
        return _told(read_xml(body, source.protocol), None, source)
    before = read_page((case / meta["before"]).read_bytes()).releases if "before" in meta else ()
    step = Step(meta["url"], meta.get("read", "page" if source.protocol else "detail"), meta["url"])
    found = to_spider(source)().read(
        Fetched(step, meta["url"], body, None), lambda ocids: {each["ocid"]: [each] for each in before}
    )
    details = {each.key: [each.token, each.url] for each in found.details}
    faults = [str(fault) for fault in found.faults]
    of_page: dict[str, Any] = {"total": found.total, "next_url": found.next_url, "faults": faults}
    if found.deleted:
        of_page["deleted"] = {key: at.isoformat() for key, at in found.deleted.items()}
    return {**_told(found.notices, None, source), **of_page, "details": details, "cursor": found.cursor}


def _read_watched(case: Path, meta: Mapping[str, Any], body: bytes, source: Source) -> dict[str, Any]:
    """All blocks of a page; of one that has a `before`, seen a day earlier, what is told of the difference."""
    if "before" not in meta:
        return _told(read_blocks(body, source, meta["url"]), None, source)
    at = datetime.fromisoformat(meta["at"])
    before = look((case / meta["before"]).read_bytes(), source, meta["url"], at - timedelta(days=1), None)
    told = look(body, source, meta["url"], at, before.watched).told
    return _told([to_raw(finding, source, meta["url"]) for finding in told], None, source)


def _read_ocds(page: OcdsPage, before: Sequence[dict[str, Any]], source: Source) -> list[RawNotice]:
    groups: dict[str, list[dict[str, Any]]] = {release["ocid"]: [] for release in page.releases}
    for release in (*before, *page.releases):
        groups.get(release["ocid"], []).append(release)
    return [read_release(merge_releases(releases), source) for releases in groups.values()]


def _told(rows: Sequence[RawNotice], page: OcdsPage | ListPage | None, source: Source) -> dict[str, Any]:
    read = [to_notice(row, source) for row in rows]
    found: dict[str, Any] = {
        "notices": [to_json(notice) for notice, _ in read],
        "issues": [[issue.kind.value, issue.element, issue.reason] for _, issues in read for issue in issues],
    }
    if page is not None:
        found |= {"total": page.total, "next_url": page.next_url, "faults": [str(fault) for fault in page.faults]}
    return found
