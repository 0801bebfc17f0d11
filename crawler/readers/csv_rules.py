r"""The `csv:` block of a source's YAML: columns as data, checked when they are read.

A field is a column's header, a mapping, or a list of either of which the first that finds something counts:

    column        the column's header, as printed, without blanks around it

and the keys that all formats have (rules.py): "*a\n*b" in a cell is `{column: …, split: "\n", regex: '\*?(.+)'}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.readers import rules
from crawler.readers.rules import FIELDS, check_formats, mapping, only, read_once
from domain.errors import BadSource

_RULE_KEYS = rules.COMMON_KEYS | {"column"}
_BLOCK_KEYS = {"dates", "decimal", "delimiter", "quote", "fields", "documents", "version"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(rules.Rule):
    """One way to a field: a column, or a constant `value`."""

    column: str | None = None


Fields = rules.Fields[Rule]


@dataclass(frozen=True, slots=True)
class CsvRules:
    """The whole block. `documents` find addresses; `version` the number of a notice's version, of which the highest
    counts, in whichever file it stands."""

    delimiter: str
    quote: str
    fields: Fields
    documents: tuple[Rule, ...]
    version: tuple[Rule, ...]

    def columns(self) -> Iterator[str]:
        """Each column that a rule names, so that one which is gone is told."""
        for several in (*self.fields.values(), self.documents, self.version):
            for rule in several:
                if rule.column is not None:
                    yield rule.column


def read_rules(block: Mapping[str, Any], source: str) -> CsvRules:
    """The block as rules, read once for each source. Raises BadSource with the path of what is wrong."""
    return read_once(_read, block, source)


def check_rules(block: Mapping[str, Any]) -> str | None:
    """What is wrong with a block ("csv.fields.key: …"), or None."""
    try:
        _read(block)
    except BadSource as error:
        return str(error)
    return None


def _read(block: Mapping[str, Any]) -> CsvRules:
    only(block, "csv", _BLOCK_KEYS)
    check_formats(block, "csv")
    marks = {"delimiter": block.get("delimiter", ","), "quote": block.get("quote", '"')}
    for name, mark in marks.items():
        if not isinstance(mark, str) or len(mark) != 1:
            raise BadSource(f"csv.{name}: write one character")
    fields = rules.read_fields(block.get("fields"), "csv.fields", FIELDS, _read_rule)
    rules.need(fields, "csv.fields", ("key",))
    lists = {name: _read_list(block, name) for name in ("documents", "version")}
    return CsvRules(marks["delimiter"], marks["quote"], fields, lists["documents"], lists["version"])


def _read_list(block: Mapping[str, Any], name: str) -> tuple[Rule, ...]:
    return rules.read_field(block[name], f"csv.{name}", _read_rule) if name in block else ()


def _read_rule(value: Any, at: str) -> Rule:
    block = {"column": value} if isinstance(value, str) else mapping(value, at)
    only(block, at, _RULE_KEYS)
    if ("column" in block) == ("value" in block):
        raise BadSource(f"{at}: write exactly one of column and value")
    column = rules.optional_text(block, "column", at)
    return Rule(text=f"column {column!r}" if column else "value", column=column, **rules.read_common(block, at))
