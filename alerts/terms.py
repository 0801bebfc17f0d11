"""What a rule asks of an opportunity, and what a person knows about: what speaks against it, in words."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TypeAlias

from domain.alerts import Rule
from domain.notices import Money, Notice
from domain.opportunities import Reason
from domain.people import Person

# NUTS writes two countries in its own way.
ISO_COUNTRIES = {"UK": "GB", "EL": "GR"}
Test: TypeAlias = Callable[[Rule, Notice], str | None]


def find_misfit(rule: Rule, profile: str, score: int | Decimal, notice: Notice | None) -> str | None:
    """The first condition of the rule that fails; None where all hold. `notice` may be None if no term asks for it.

    What the notice does not say is no reason against it.
    """
    if rule.profile not in (None, profile):
        return f"profile: the rule is of {rule.profile}, this is of {profile}"
    if score < rule.min_score:
        return f"min_score: {score} points, where the rule asks {rule.min_score}"
    if rule.terms.max_score is not None and score > rule.terms.max_score:
        return f"max_score: {score} points, where the rule goes up to {rule.terms.max_score}"
    if notice is None or not rule.terms.asks_notice:
        return None
    return next((found for test in TESTS if (found := test(rule, notice)) is not None), None)


def find_ignorance(person: Person, profile: str, notice: Notice, reasons: Sequence[Reason]) -> str | None:
    """Why it is none of what the person knows about; None where it is."""
    known = person.speciality
    if known.profiles and profile not in known.profiles:
        return f"knows about {', '.join(known.profiles)}"
    countries = _countries_of(notice)
    if known.countries and countries and not countries & set(known.countries):
        return f"works for {', '.join(known.countries)}"
    if known.languages and notice.language and notice.language not in known.languages:
        return f"reads {', '.join(known.languages)}"
    if known.products and not _has_product(known.products, reasons):
        return f"sells {', '.join(known.products)}"
    return None


def _value(rule: Rule, notice: Notice) -> str | None:
    """The total or a lot (it can be won on its own) is between the limits; another currency is not known."""
    if rule.terms.value is None:
        return None
    least, most, currency = rule.terms.value
    amounts = [notice.value, *(lot.value for lot in notice.lots)]
    known = [money for money in amounts if money is not None]
    if not known or any(money.currency != currency for money in known):
        return None
    if any(_is_between(money, least, most) for money in known):
        return None
    limits = " to ".join("…" if limit is None else f"{limit:,}" for limit in (least, most))
    return f"value: {known[0].amount:,} {currency}, where the rule asks {limits}"


def _place(rule: Rule, notice: Notice) -> str | None:
    found = {*_countries_of(notice), *(_to_iso(region) for region in notice.regions)}
    wanted = {_to_iso(place) for place in rule.terms.places}
    if not wanted or not found or any(place.startswith(each) for place in found for each in wanted):
        return None
    # A country alone does not say whether it is in a region of it that the rule asks for.
    if (
        any(each.startswith(place) for place in found for each in wanted if len(place) == len("ES"))
        and not notice.regions
    ):
        return None
    said = sorted({*_countries_of(notice), *notice.regions})
    return f"places: {', '.join(said)}, where the rule asks {', '.join(rule.terms.places)}"


def _buyer(rule: Rule, notice: Notice) -> str | None:
    names = [buyer.name for buyer in notice.buyers]
    if not rule.terms.buyers or not names or _matches(names, rule.terms.buyers):
        return None
    return f"buyers: {'; '.join(names[:3])} is none of {', '.join(rule.terms.buyers)}"


def _lot(rule: Rule, notice: Notice) -> str | None:
    """A notice without lots is its only one."""
    titles = [text for lot in notice.lots for text in lot.title.values()] or list(notice.title.values())
    if not rule.terms.lots or not titles or _matches(titles, rule.terms.lots):
        return None
    return f"lots: none of {max(len(notice.lots), 1)} is {' or '.join(rule.terms.lots)}"


def _kind(rule: Rule, notice: Notice) -> str | None:
    if not rule.terms.kinds or notice.kind in rule.terms.kinds:
        return None
    return f"kinds: a {notice.kind} notice, where the rule asks {', '.join(rule.terms.kinds)}"


TESTS: tuple[Test, ...] = (_kind, _place, _value, _buyer, _lot)


def _is_between(money: Money, least: Decimal | None, most: Decimal | None) -> bool:
    return (least is None or money.amount >= least) and (most is None or money.amount <= most)


def _matches(texts: Sequence[str], patterns: Sequence[str]) -> bool:
    """Whether one of the texts is one of the patterns, in which only `*` means anything; case does not count."""
    wanted = [pattern.casefold().replace("[", "[[]").replace("?", "[?]") for pattern in patterns]
    return any(fnmatchcase(" ".join(text.casefold().split()), pattern) for text in texts for pattern in wanted)


def _countries_of(notice: Notice) -> set[str]:
    codes = [notice.country, *(buyer.country for buyer in notice.buyers)]
    return {_to_iso(code) for code in codes if code}


def _to_iso(place: str) -> str:
    return ISO_COUNTRIES.get(place[:2], place[:2]) + place[2:]


def _has_product(products: Sequence[str], reasons: Sequence[Reason]) -> bool:
    """What matched (a keyword, a catalogue item, a code) has one of these words in it."""
    said = [text.casefold() for each in reasons if each.points > 0 for text in (each.matched, each.text) if text]
    return any(product.casefold() in text for product in products for text in said)
