"""What a source's YAML tells people about itself (`coverage`, `key_from`, `covered_by` …), held against its sense."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Problem = Callable[[Sequence[str | int], str], str]


def find_about_problems(values: Mapping[str, Any], problem: Problem, *, shipped: bool) -> Iterator[str]:
    """What does not fit together; of a shipped file also what strangers need to know before they turn it on."""
    off = values.get("enabled") is False or {"covered_by", "ended", "draft"} & set(values)
    if values.get("draft") and values.get("enabled"):
        yield problem(("enabled",), "a draft is off; remove this line, or `draft` once a test shows its list's end")
    if "why_off" in values and not off:
        yield problem(("why_off",), "it is on; remove this line, or write enabled: false")
    if "key_from" in values and "key_env" not in values:
        yield problem(("key_from",), "no key is asked for; write key_env: TENDERWATCH_KEY_…, or remove this line")
    if shipped:
        yield from _find_shipping_problems(values, problem)


def _find_shipping_problems(values: Mapping[str, Any], problem: Problem) -> Iterator[str]:
    if "key_env" in values and "key_from" not in values:
        yield problem(("key_env",), "where is a key had? write key_from: the address of that page")
    if values.get("enabled") is False and "why_off" not in values and not str(values["endpoint"]).count(".invalid"):
        yield problem(("enabled",), "off without a reason; write why_off: one line for people who want it on")


def find_covering_problems(covered: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """The sources whose `covered_by` names none, or one that is covered itself: the source, and how to mend it."""
    for name, other in covered.items():
        if other is None:
            continue
        if other not in covered:
            yield name, f"there is no source {other}; write the id of one that has the same notices"
        elif other == name or covered[other] is not None:
            yield name, f"{other} is covered itself, so that neither would be read; write the one that is"
