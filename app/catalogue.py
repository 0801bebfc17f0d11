"""The sources as people choose them: by country, language and way of publishing."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import WrongUse
from domain.sources import Source

INTERNATIONAL = "INT"
# Whose notices the Official Journal of the EU carries: the members, and the EEA's.
_OF_TED = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
     "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What a company needs. Values of one kind are alternatives, kinds narrow one another; none: any.

    `names` are sources by their ids, whatever else is asked. `all_of` are countries of which those are meant as well
    that another source covers.
    """

    names: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = ("--country", "--language", "--kind", "--all-of")
        options = zip(names, (self.countries, self.languages, self.kinds, self.all_of), strict=True)
        told = [f"{name} {','.join(values)}" for name, values in options if values]
        return " ".join(told) or "by its name"


@dataclass(frozen=True, slots=True)
class Found:
    """The sources that a wish means, and those that it leaves out, with why: covered, ended or a draft."""

    meant: tuple[Source, ...]
    left: tuple[tuple[Source, str], ...]


def find_wished(wish: Wish, sources: Mapping[str, Source]) -> Found:
    """The sources that a company needs. Raises WrongUse for a name, country, language or kind that none has, with the
    nearest one."""
    _check(wish, sources)
    meant, left = [], []
    for source in sources.values():
        if source.id in wish.names:
            meant.append(source)
        elif not is_demo(source) and _is_meant(wish, source):
            why = _why_left(wish, source)
            left.append((source, why)) if why else meant.append(source)
    return Found(tuple(meant), tuple(left))


def is_demo(source: Source) -> bool:
    """A portal of the demo's, on this machine."""
    return source.id.startswith("demo_")


def country_of(source: Source) -> str:
    """The source's country; INT for organisations of many countries, whose seat says nothing."""
    return INTERNATIONAL if source.id.startswith("int_") else source.country


def kind_of(source: Source) -> str:
    """How it publishes: its protocol, or "own" for a spider of its own."""
    return source.protocol or "own"


def _is_meant(wish: Wish, source: Source) -> bool:
    countries = (*wish.countries, *wish.all_of)
    own = country_of(source)
    of_country = own in countries or (own == "EU" and any(each in _OF_TED for each in countries))
    of_language = source.language is None or source.language in wish.languages
    anything = countries or wish.languages or wish.kinds
    return bool(
        anything
        and (of_country or not countries)
        and (of_language or not wish.languages)
        and (kind_of(source) in wish.kinds or not wish.kinds)
    )


def _why_left(wish: Wish, source: Source) -> str | None:
    about = source.about
    if about.draft:
        return "a draft"
    if about.ended is not None:
        return f"ended in {about.ended}"
    if about.covered_by is not None and country_of(source) not in wish.all_of:
        return f"{about.covered_by} has the same notices"
    return about.why_off if country_of(source) not in wish.all_of else None


def _check(wish: Wish, sources: Mapping[str, Source]) -> None:
    real = [source for source in sources.values() if not is_demo(source)]
    countries = {country_of(source) for source in real} | (_OF_TED if any(s.country == "EU" for s in real) else set())
    _known("source", wish.names, set(sources))
    _known("source of the country", (*wish.countries, *wish.all_of), countries, _names_of(countries))
    languages = {source.language for source in real if source.language}
    _known("source in the language", wish.languages, languages, _names_of(languages))
    _known("source of the kind", wish.kinds, {kind_of(source) for source in real})


def _known(what: str, asked: Sequence[str], known: set[str], names: Mapping[str, str] | None = None) -> None:
    """`names` are other words for those that are known, so that the nearest one is found by them too."""
    for value in asked:
        if value not in known:
            words = {**{each.casefold(): each for each in known}, **(names or {})}
            near = difflib.get_close_matches(value.casefold(), words, n=1, cutoff=0.5)
            hint = f"; did you mean {words[near[0]]}?" if near else ""
            raise WrongUse(f"no {what} {value!r}{hint} (there are {', '.join(sorted(known))})")


def _names_of(codes: set[str]) -> dict[str, str]:
    """English names of countries and languages, as a person may have written them."""
    from babel import Locale

    english = Locale("en")
    names = {**english.languages, **english.territories}
    return {str(names[code]).casefold(): f"{code} ({names[code]})" for code in codes if code in names}
