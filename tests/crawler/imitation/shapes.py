"""In what releases are packed: packages, records, arrays, JSON lines, zips, and the bytes of all these."""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from tests.crawler.imitation.shelf import Json, Release, group


def bodies(releases: Sequence[Release]) -> list[Json]:
    return [release.body for release in releases]


def package(releases: Sequence[Release], **more: Any) -> Json:
    """A release package."""
    head = {"uri": "https://portal.example/package", "version": "1.1", "publishedDate": "2026-11-20T00:00:00Z"}
    return {**head, "publisher": {"name": "Imitation"}, "releases": bodies(releases), **more}


def records(releases: Sequence[Release], **more: Any) -> Json:
    """A record package: each record with its releases and the compiled one."""
    return {**package(()), "records": [_record(each) for each in group(releases).values()], **more}


def compiled(releases: Sequence[Release]) -> Json:
    """A package with the compiled release of each process."""
    return {**package(()), "releases": [_compile(each) for each in group(releases).values()]}


def packages(releases: Sequence[Release]) -> list[Json]:
    """An array of packages, one for each process."""
    return [package(each) for each in group(releases).values()]


def lines(releases: Sequence[Release]) -> str:
    """JSON lines, a package for each process."""
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in packages(releases))


def pack(members: dict[str, Any]) -> bytes:
    """A zip of these members by name."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in members.items():
            archive.writestr(name, to_bytes(each))
    return body.getvalue()


def to_bytes(body: Any, encoding: str = "utf-8") -> bytes:
    """Bytes as they are, texts encoded, anything else as JSON."""
    if isinstance(body, bytes):
        return body
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return text.encode(encoding)


def _record(releases: Sequence[Release]) -> Json:
    return {"ocid": releases[0].ocid, "releases": bodies(releases), "compiledRelease": _compile(releases)}


def _compile(releases: Sequence[Release]) -> Json:
    last = releases[-1].body
    return {**last, "id": f"{last['ocid']}-compiled", "tag": ["compiled"], "initiationType": "tender"}
