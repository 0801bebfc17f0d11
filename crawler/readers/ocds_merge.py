"""The releases of one ocid become one, by the merging rules of OCDS 1.1; versioned releases become compiled ones."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ocdsmerge
from ocdsmerge.exceptions import DuplicateIdValueWarning

from domain.errors import Unreadable

STAGES = {
    "planning": 0,
    "planningupdate": 0,
    "tender": 1,
    "tenderamendment": 1,
    "tenderupdate": 1,
    "tendercancellation": 1,
    "award": 2,
    "awardupdate": 2,
    "awardcancellation": 2,
    "contract": 2,
    "contractupdate": 2,
    "contractamendment": 2,
    "contracttermination": 2,
    "implementation": 2,
    "implementationupdate": 2,
}
"""The stage of each release tag (OCDS release codelist, folded): 0 planning, 1 tender, 2 award and contract."""

# Of the standard's schema only these rules matter beside what `_find_whole_lists` sees: lists of objects that have an
# id and are replaced as a whole all the same (they list codes, whose ids repeat over schemes).
_RULES: dict[tuple[str, ...], str] = {
    ("tag",): "omitWhenMerged",
    ("id",): "omitWhenMerged",
    ("date",): "omitWhenMerged",
    **{
        (*path, name): "wholeListMerge"
        for path in (("tender",), ("tender", "items"), ("awards", "items"), ("contracts", "items"))
        for name in ("additionalClassifications", "deliveryAddresses", "deliveryLocations")
    },
    ("parties", "additionalIdentifiers"): "wholeListMerge",
    ("parties", "details", "classifications"): "wholeListMerge",
}


def merge_releases(releases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The releases of one ocid as one, later ones over earlier ones; null takes a field away, absence does not.

    A compiled release replaces all before it. `tag` holds all tags, each where it came last; `date` is when the
    stage that the process has reached was first published, so that an amendment does not move it. Raises Unreadable
    where releases contradict one another in structure.
    """
    if len(releases) == 1:
        return releases[0]
    ordered = sorted(releases, key=_date_of)
    compiled = [position for position, release in enumerate(ordered) if "compiled" in tags_of(release)]
    ordered = ordered[compiled[-1] :] if compiled else ordered
    if len(ordered) == 1:
        return ordered[0]
    merger = ocdsmerge.Merger(merge_rules={**_RULES, **_find_whole_lists(ordered)})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DuplicateIdValueWarning)
            merged = merger.create_compiled_release([{**release, "date": _date_of(release)} for release in ordered])
    except (TypeError, AttributeError, KeyError, RecursionError, ocdsmerge.exceptions.OCDSMergeError) as error:
        raise Unreadable(f"its releases cannot be merged: {error}", f"ocid {ordered[0].get('ocid')}") from error
    tags = [tag for release in ordered for tag in tags_of(release)]
    merged["tag"] = sorted(set(tags), key=lambda tag: len(tags) - 1 - tags[::-1].index(tag))
    merged["id"] = ordered[-1].get("id")
    merged["date"] = _first_of_stage(ordered) or None
    return dict(merged)


def compile_versioned(versioned: dict[str, Any]) -> dict[str, Any]:
    """The last value of each field of a versioned release."""
    history: list[dict[str, Any]] = []
    compiled = dict(_last_values(versioned, history))
    newest = max(history, key=lambda value: str(value.get("releaseDate") or ""), default={})
    compiled["tag"] = ["compiled", *dict.fromkeys(tag for value in history for tag in _words(value.get("releaseTag")))]
    compiled["date"], compiled["id"] = newest.get("releaseDate"), newest.get("releaseID")
    return compiled


def is_versioned(release: dict[str, Any]) -> bool:
    """Versioned releases have neither date nor tag of their own, and lists of values in place of values."""
    return "date" not in release and "tag" not in release and any(map(_is_history, _nested(release, 3)))


def tags_of(release: Mapping[str, Any]) -> list[str]:
    """The release's tags; one that is no list is one tag."""
    return _words(release.get("tag"))


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _date_of(release: dict[str, Any]) -> str:
    date = release.get("date")
    return date if isinstance(date, str) else ""


def _first_of_stage(ordered: Sequence[dict[str, Any]]) -> str:
    """A tag that is only an update or none of the codelist's does not begin a stage."""
    stages = [max((STAGES.get(tag.lower(), -1) for tag in tags_of(release)), default=-1) for release in ordered]
    reached = max(stages)
    return next(_date_of(release) for release, stage in zip(ordered, stages, strict=True) if stage == reached)


def _find_whole_lists(releases: Sequence[dict[str, Any]]) -> dict[tuple[str, ...], str]:
    """Lists of objects without ids cannot be merged object by object: each release would add its own again."""
    found: dict[tuple[str, ...], str] = {}
    todo: list[tuple[tuple[str, ...], Any]] = [((), release) for release in releases]
    while todo:
        path, value = todo.pop()
        if isinstance(value, dict):
            todo += [((*path, key), inner) for key, inner in value.items() if isinstance(inner, (dict, list))]
        elif value and all(isinstance(item, dict) for item in value):
            if any("id" not in item or not isinstance(item["id"], (str, int)) for item in value):
                found[path] = "wholeListMerge"
            else:
                todo += [(path, item) for item in value]
    return found


def _is_history(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and "releaseDate" in item and "value" in item for item in value)
    )


def _nested(value: dict[str, Any], depth: int) -> Iterable[Any]:
    for inner in value.values():
        yield inner
        if depth and isinstance(inner, dict):
            yield from _nested(inner, depth - 1)


def _last_values(value: Any, history: list[dict[str, Any]]) -> Any:
    if _is_history(value):
        history += value
        return max(value, key=lambda item: str(item["releaseDate"] or ""))["value"]
    if isinstance(value, dict):
        last = {key: _last_values(inner, history) for key, inner in value.items()}
        return {key: inner for key, inner in last.items() if inner is not None}
    return [_last_values(item, history) for item in value] if isinstance(value, list) else value
