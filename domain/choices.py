"""Whether a source is crawled by `run` and `work`, and why: its YAML, its key, and what an operator chose."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from domain.sources import Source


@dataclass(frozen=True, slots=True)
class Choice:
    """An operator turned a source on or off: `said` is how it was asked for, such as "--country ES,PT"."""

    source: str
    enabled: bool
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """On or off, and why in words."""

    on: bool
    why: str


def find_standing(source: Source, choice: Choice | None, has_key: bool) -> Standing:
    """On by default or by choice, never without the key that it needs; off by choice, or for what its YAML says."""
    if choice is not None and not choice.enabled:
        return Standing(False, f"turned off ({choice.said})")
    if source.key_env is not None and not has_key:
        return Standing(False, f"needs a key in {source.key_env}; get one at {source.about.key_from or source.url}")
    if choice is not None:
        return Standing(True, f"turned on ({choice.said})")
    why = why_off(source)
    return Standing(False, why) if why else Standing(True, "default" if source.key_env is None else "its key is set")


def why_off(source: Source) -> str | None:
    """Why the source's YAML leaves it off; None where it is on by default, or only lacks its key."""
    about, own = source.about, source.about.why_off
    if about.draft:
        return f"a draft: {own or 'its list is not shown to run to its end'}"
    if about.ended is not None:
        return f"ended in {about.ended}" + (f": {own}" if own else "")
    if about.covered_by is not None:
        return f"covered by {about.covered_by}" + (f": {own}" if own else "")
    return None if source.declared_on else own or "its file says enabled: false"


def with_choices(
    sources: Mapping[str, Source], choices: Mapping[str, Choice], has_key: Mapping[str, bool]
) -> dict[str, Source]:
    """The sources as this installation crawls them: `enabled` by what stands above; `has_key` by source."""
    found = {}
    for name, source in sources.items():
        on = find_standing(source, choices.get(name), has_key.get(name, False)).on
        found[name] = source if source.enabled is on else replace(source, enabled=on)
    return found
