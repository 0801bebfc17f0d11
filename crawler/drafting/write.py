"""A draft as files in an operator's folder: ID.yml, ID.py where it needs a spider, and its first case.

All is written and checked in a folder of its own first, so that nothing half-done is left among the sources.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from crawler.drafting.asking import FetchedPage
from crawler.drafting.cases import write_expected
from crawler.drafting.draft import Draft
from crawler.registry import check_sources, load_source
from domain.errors import BadSource, TenderwatchError, WrongUse


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a new source, and what its own reader gave of the page: notices as JSON, and issues."""

    files: tuple[Path, ...]
    notices: tuple[Mapping[str, Any], ...]
    issues: tuple[tuple[str, str | None, str], ...]


def write_draft(
    draft: Draft,
    pages: Mapping[str, FetchedPage],
    id: str,  # noqa: A002
    folder: Path,
    day: str,
    *,
    replaces: bool = False,
) -> Written:
    """Write a source with its cases (`pages`, by the case's name). Raises WrongUse where a file is there already."""
    check_free(id, folder)
    with tempfile.TemporaryDirectory(prefix="tenderwatch-") as name:
        place = Path(name)
        _write_files(draft, id, place, day, replaces)
        for case, page in pages.items():
            save_case(place / id / case, page, draft.suffix, _says(case, draft), _row_of(case, pages))
        found = _check(id, place, pages)
        folder.mkdir(parents=True, exist_ok=True)
        made = sorted(path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        for path in made:
            target = folder / path.relative_to(place)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        first = found[next(iter(pages))]
        return Written(
            tuple(folder / path.relative_to(place) for path in made),
            tuple(first["notices"]),
            tuple((kind, element, reason) for kind, element, reason in first["issues"]),
        )


def check_free(id: str, folder: Path) -> None:  # noqa: A002
    """Raises WrongUse where files of this id are in the folder: nothing is overwritten."""
    there = [
        path
        for path in (folder / f"{id}.yml", folder / f"{id}.yaml", folder / f"{id}.py", folder / id)
        if path.exists()
    ]
    if there:
        raise WrongUse(f"{there[0]} exists and is left as it is; choose another id, or remove it first")


def save_case(case: Path, page: FetchedPage, suffix: str, says: str, row: bytes | None = None) -> None:
    """The page of a case and its meta.json; what is expected of it is not written yet. `row`: the list whose first
    row led to this page of a notice."""
    case.mkdir(parents=True)
    (case / f"page.{suffix}").write_bytes(page.body)
    meta = {"says": says, "page": f"page.{suffix}", "url": page.url}
    if row is not None:
        (case / f"list.{suffix}").write_bytes(row)
        meta |= {"read": "detail", "row": f"list.{suffix}"}
    (case / "meta.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_files(draft: Draft, id: str, place: Path, day: str, replaces: bool) -> None:  # noqa: A002
    values = {**draft.values, **({"replaces": True} if replaces else {})}
    if not draft.is_on:
        values["enabled"] = False
    (place / f"{id}.yml").write_text(to_yaml(draft, values, day), encoding="utf-8")
    if draft.module:
        (place / f"{id}.py").write_text(draft.module, encoding="utf-8")


def to_yaml(draft: Draft, values: Mapping[str, Any], day: str) -> str:
    """The YAML with what was guessed, how sure, and what is left to do, as comments."""
    lines = [f"Drafted on {day} by `tenderwatch sources new` from one page: {draft.kind}, {draft.sure:.0%} sure."]
    lines += [f"evidence: {why}" for why in draft.evidence]
    lines += [f"guessed {each.field}: {each.why} ({each.sure:.0%})" for each in draft.guessed]
    lines += [f"TO DO {each}" for each in draft.missing]
    text = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
    return "".join(f"# {' '.join(line.split())}\n" for line in lines) + text


def _check(id: str, place: Path, pages: Mapping[str, FetchedPage]) -> dict[str, dict[str, Any]]:  # noqa: A002
    """What the new source's own reader gives of its pages. A draft that cannot be read is told, never written."""
    _, problems = check_sources(place)
    mine = [problem for problem in problems if str(place) in problem]
    if mine:
        raise BadSource("the draft is not sound; please tell us:\n" + "\n".join(mine))
    source = load_source(id, place)
    found = {}
    for case in pages:
        try:
            found[case] = write_expected(place / id / case, source)
        except TenderwatchError as error:
            raise BadSource(f"what was drafted cannot read its own page ({case}): {error}") from error
    return found


def _says(case: str, draft: Draft) -> str:
    return "the page of one notice" if case == "detail" else f"the page that the source was drafted from: {draft.kind}"


def _row_of(case: str, pages: Mapping[str, FetchedPage]) -> bytes | None:
    """The list that led to a notice's own page."""
    return pages["list"].body if case == "detail" else None
