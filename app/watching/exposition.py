"""Prometheus' text exposition format, version 0.0.4, written by ourselves: three kinds of line and their escapes.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(slots=True)
class Family:
    """A metric with its samples. A counter's name ends in `_total`; a name ends in its unit (seconds, bytes)."""

    name: str
    kind: Literal["gauge", "counter"]
    text: str
    samples: list[tuple[Mapping[str, str], float]] = field(default_factory=list)
    _known: set[frozenset[tuple[str, str]]] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or (self.kind == "counter") != self.name.endswith("_total"):
            raise ValueError(f"{self.name!r} is no name for a {self.kind}")

    def add(self, value: float, **labels: str) -> None:
        """A sample; the same labels twice is ValueError, as Prometheus refuses the whole page for it."""
        if any(not _LABEL.fullmatch(name) or name.startswith("__") for name in labels):
            raise ValueError(f"{self.name}: {list(labels)} are no names of labels")
        key = frozenset(labels.items())
        if key in self._known:
            raise ValueError(f"{self.name}{labels} is there already")
        self._known.add(key)
        self.samples.append((labels, value))


def write(families: Iterable[Family]) -> str:
    """The page that is scraped; a family without samples still says what it is."""
    return "".join(_write_family(family) for family in families)


def _write_family(family: Family) -> str:
    lines = [f"# HELP {family.name} {_escape_help(family.text)}", f"# TYPE {family.name} {family.kind}"]
    lines += [f"{family.name}{_write_labels(labels)} {_write_value(value)}" for labels, value in family.samples]
    return "\n".join(lines) + "\n"


def _write_labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escape_label(value)}"' for name, value in labels.items()) + "}"


def _write_value(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))


def _escape_help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _escape_label(text: str) -> str:
    return _escape_help(text).replace('"', '\\"')
