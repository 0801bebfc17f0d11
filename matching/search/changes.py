"""What an edit of a profile changes: the lines, items and codes without which no score can be another."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from domain.profiles import Profile
from matching.phrases import read_phrase
from matching.prepare import is_part_number, label, named_items, read_keywords, wanted_codes
from matching.query.nodes import Node, Phrase

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a profile looks for and what stops it, as its score sees it; each with what reasons print of it."""

    lines: tuple[tuple[Node, str], ...]
    minus: tuple[tuple[Node, str], ...]
    codes: tuple[tuple[tuple[str, str], str, bool], ...]
    rest: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A score can be another only where one of `lines` or `codes` is in the notice, or one of `minus` in a notice that
    one of `wanted` finds.

    `wanted` has all lines and codes, old and new. `rest`: something else than words differs, which may move each score
    that they give; a threshold moves none.
    """

    lines: tuple[Node, ...]
    codes: tuple[tuple[str, str], ...]
    minus: tuple[Node, ...]
    wanted: tuple[tuple[Node, ...], tuple[tuple[str, str], ...]]
    rest: bool = False


def find_change(old: Profile | None, new: Profile) -> Change:
    """What differs between two versions; None: there was none before."""
    before, after = to_sought(old) if old else Sought((), (), (), ()), to_sought(new)
    lines = _unique(node for node, _ in (*before.lines, *after.lines))
    codes = _unique(prefix for prefix, _, _ in (*before.codes, *after.codes))
    if before.rest != after.rest:
        return Change(lines, codes, (), (lines, codes), rest=True)
    return Change(
        _unique(node for node, _ in _differ(before.lines, after.lines)),
        _unique(prefix for prefix, _, _ in _differ(before.codes, after.codes)),
        _unique(node for node, _ in _differ(before.minus, after.minus)),
        (lines, codes),
    )


def to_sought(profile: Profile) -> Sought:
    """The profile as its score sees it."""
    wanted, minus = read_keywords(profile)
    items, names = named_items(profile)
    written = profile.keywords.include or (" AND ".join(profile.keywords.all),)
    numbers = [item for item in profile.catalogue if is_part_number(item.sku)]
    return Sought(
        (
            *zip(wanted, written, strict=False),
            *((name, label(item)) for item, name in zip(items, names, strict=True)),
            *((Phrase(read_phrase(item.sku)), label(item)) for item in numbers),
        ),
        tuple(zip(minus, profile.keywords.exclude, strict=True)),
        tuple((prefix, each.written, each.item is None) for prefix, each in wanted_codes(profile).items()),
        (
            profile.places,
            profile.value,
            profile.language,
            profile.buyers,
            profile.kinds,
            tuple(sorted(profile.weights.items())),
        ),
    )


def _differ(old: Sequence[T], new: Sequence[T]) -> list[T]:
    """What stands in one only; everything where what stands in both is in another order, which settles ties."""
    both = set(old) & set(new)
    if [each for each in old if each in both] != [each for each in new if each in both]:
        return [*old, *new]
    return [each for each in (*old, *new) if each not in both]


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
