"""What differs between two versions of a profile, word by word, as people read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.profiles import CatalogueItem, Profile, ValueRange


class Sign(StrEnum):
    """Added, taken out, put into another list, or another value."""

    ADDED = "+"
    REMOVED = "-"
    MOVED = ">"
    CHANGED = "="


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """`what` is a list or setting by its name (`keyword`, `minus-word`, `code` …), `old` and `new` what stands there.

    Of what was added `old` is None, of what was removed `new`. What was moved stands in `new`, `old` is the list where
    it stood.
    """

    sign: Sign
    what: str
    old: str | None
    new: str | None

    @property
    def sentence(self) -> str:
        """As in a list of changes: `+ keyword heat pump`, `= threshold 40 -> 45`."""
        match self.sign:
            case Sign.ADDED:
                return f"+ {self.what} {self.new}"
            case Sign.REMOVED:
                return f"- {self.what} {self.old}"
            case Sign.MOVED:
                return f"> {self.new}: {self.old}, now {self.what}"
        return f"= {self.what} {self.old or 'none'} -> {self.new or 'none'}"


def compare_profiles(old: Profile | None, new: Profile) -> tuple[ProfileChange, ...]:
    """All that differs, words first. None: there was no version before, so that all is added."""
    lists = _lists(old) if old else {}
    changes = [each for what, texts in _lists(new).items() for each in _compare(what, lists.get(what, ()), texts)]
    changes += [each for what, texts in lists.items() if what not in _lists(new) for each in _compare(what, texts, ())]
    return (*_join_moves(changes), *_compare_settings(old, new))


def _lists(profile: Profile) -> dict[str, Sequence[str]]:
    keywords = profile.keywords
    codes = [f"{scheme}:{code}" for scheme, each in profile.codes.items() for code in each]
    return {
        "keyword": keywords.include,
        "minus-word": keywords.exclude,
        "word for all": keywords.all,
        "code": codes,
        "place": profile.places,
        "wanted buyer": profile.buyers.include,
        "unwanted buyer": profile.buyers.exclude,
        "kind of notice": profile.kinds,
        "catalogue item": [_to_text(item) for item in profile.catalogue],
    }


def _to_text(item: CatalogueItem) -> str:
    codes = ", ".join(f"{scheme}:{code}" for scheme, code in item.codes)
    return f"{item.sku} {item.name}".strip() + (f" ({codes})" if codes else "")


def _compare(what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[ProfileChange]:
    before, after = set(old), set(new)
    yield from (ProfileChange(Sign.ADDED, what, None, each) for each in dict.fromkeys(new) if each not in before)
    yield from (ProfileChange(Sign.REMOVED, what, each, None) for each in dict.fromkeys(old) if each not in after)
    if before == after and list(old) != list(new):
        yield ProfileChange(Sign.CHANGED, f"order of each {what}", "as before", "another")


def _join_moves(changes: Sequence[ProfileChange]) -> Iterator[ProfileChange]:
    """What left one list of words for another was moved."""
    gone = {each.old: each for each in changes if each.sign is Sign.REMOVED and "word" in each.what}
    come = {each.new: each for each in changes if each.sign is Sign.ADDED and "word" in each.what}
    for change in changes:
        if change.sign is Sign.ADDED and change.new in gone and come[change.new] is change:
            yield ProfileChange(Sign.MOVED, change.what, gone[change.new].what, change.new)
        elif not (change.sign is Sign.REMOVED and change.old in come and gone[change.old] is change):
            yield change


def _compare_settings(old: Profile | None, new: Profile) -> Iterator[ProfileChange]:
    before = _settings(old) if old else {}
    after = _settings(new)
    for what in dict.fromkeys([*after, *before]):
        if before.get(what) != after.get(what):
            yield ProfileChange(Sign.CHANGED, what, before.get(what), after.get(what))


def _settings(profile: Profile) -> dict[str, str | None]:
    return {
        "name": profile.name,
        "language": profile.language,
        "value": _range(profile.value),
        "threshold": str(profile.threshold),
        **{f"weight of {name}": f"{percent}%" for name, percent in sorted(profile.weights.items())},
    }


def _range(value: ValueRange | None) -> str | None:
    if value is None:
        return None
    least, most = ("any" if limit is None else f"{limit:f}" for limit in (value.min, value.max))
    return f"{least} to {most} {value.currency}"
