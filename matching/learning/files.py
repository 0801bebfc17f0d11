"""Files of judgements: many at once, from a spreadsheet or another program."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.errors import WrongUse
from domain.judgements import Verdict
from matching.learning.judging import to_verdict
from matching.problems import Problems
from matching.sheets import read_tables

JSON_SUFFIXES = {".json", ".jsonl", ".ndjson"}
KEYS = ("opportunity", "notice", "profile", "verdict", "why", "by")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file: `name` is the number of an opportunity, or with `profile` a notice."""

    number: int
    name: str
    profile: str | None
    verdict: Verdict
    why: str
    by: str | None


def read_judgements(file: Path) -> list[Row]:
    """All rows of a file. WrongUse names each that is wrong, with its number, and how to mend it.

    A notice with a profile is taken before the number of an opportunity, which another installation counts otherwise.
    """
    rows, faults = [], []
    for number, values in _read(file):
        try:
            rows.append(_to_row(number, values))
        except WrongUse as error:
            faults.append(f"{file}, row {number}: {error}")
    if faults:
        raise WrongUse("\n".join(faults[:50]))
    return rows


def _to_row(number: int, values: Mapping[str, str]) -> Row:
    both = values.get("notice") and values.get("profile")
    name = values["notice"] if both else values.get("opportunity") or values.get("notice")
    if not name:
        raise WrongUse("write the number of an `opportunity`, or a `notice` with its `profile`")
    if not values.get("verdict"):
        raise WrongUse(f"write its `verdict`: {', '.join(Verdict)}")
    verdict = to_verdict(values["verdict"])
    profile = values.get("profile") if name == values.get("notice") else None
    return Row(number, name, profile or None, verdict, values.get("why", ""), values.get("by") or None)


def _read(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    if file.suffix.lower() in JSON_SUFFIXES:
        yield from _read_json(file)
        return
    problems = Problems(file)
    tables = read_tables(file, problems)
    if problems.found:
        raise WrongUse("\n".join(problems.found))
    if not tables or not tables[0]:
        raise WrongUse(f"{file}: it is empty; write a line of headings ({', '.join(KEYS)}) and a row for each")
    (at, headings), *rows = tables[0]
    names = [cell.strip().lower() for cell in headings]
    if "verdict" not in names:
        raise WrongUse(f"{file}, row {at}: no column is headed `verdict`; write the headings {', '.join(KEYS)}")
    for number, cells in rows:
        yield number, {name: cell.lstrip("'") for name, cell in zip(names, cells, strict=False)}


def _read_json(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    text = file.read_text(encoding="utf-8-sig")
    try:
        found = (
            json.loads(text)
            if text.lstrip().startswith("[")
            else [json.loads(t) for t in text.splitlines() if t.strip()]
        )
    except ValueError as error:
        raise WrongUse(f"{file}: it is no JSON ({error}); write a list of objects, or one object a line") from error
    for number, each in enumerate(found, 1):
        if not isinstance(each, dict):
            raise WrongUse(f"{file}, row {number}: write an object with the keys {', '.join(KEYS)}")
        yield number, {str(key): _to_text(value) for key, value in each.items()}


def _to_text(value: Any) -> str:
    return "" if value is None else str(value)
