"""docs/sources.md: what the shipped sources' YAML files say of themselves, for people who choose."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from app.catalogue import INTERNATIONAL, country_of, is_demo, kind_of
from domain.choices import why_off
from domain.sources import Source

_HEAD = """# Sources
Generated from `crawler/sources/*.yml` by `make docs`; do not edit it here. The portals that Tenderwatch can read, by
country; the demo's own are left out. `tenderwatch sources list` says how each fares with you,
`tenderwatch sources enable --country ES,PT --language es` turns on what a company needs.

- **On** without a choice of yours: yes, or why not. A source that needs a key says where to get one, and is on once the
  variable is set.
- **Sure**: how sure the facts of its YAML are: high (official documentation), med (one third-party program), low
  (hearsay).
- **Live**: when its own portal was last read by the people who ship it; `never` until somebody has run
  `tenderwatch sources try ID` and says so.
- **Pace**: seconds between two requests, and requests at once where there are several.
"""


def to_markdown(sources: Mapping[str, Source]) -> str:
    """The page: totals, then a table for each country."""
    real = [source for source in sources.values() if not is_demo(source)]
    parts = [_HEAD, _totals(real)]
    for country in sorted({country_of(source) for source in real}):
        rows = [_row(source) for source in real if country_of(source) == country]
        parts.append(f"## {_name(country)}\n{_table(_COLUMNS, rows)}")
    return "\n".join(parts)


_COLUMNS = ("Source", "Portal", "Coverage", "Protocol", "Licence or terms", "Pace", "Sure", "Live", "On")


def _row(source: Source) -> list[str]:
    about, pace = source.about, source.pace
    terms = f"{source.licence}; [terms]({about.terms})" if about.terms else source.licence
    return [
        f"`{source.id}`",
        f"[{_cell(source.title)}]({source.url})",
        _cell(about.coverage or ""),
        kind_of(source),
        _cell(terms),
        f"{pace.delay:g} s" + (f", {pace.at_once} at once" if pace.at_once > 1 else ""),
        about.sure,
        about.verified or "never",
        _on(source),
    ]


def _on(source: Source) -> str:
    if why := why_off(source):
        return f"no: {_cell(why)}"
    if source.key_env is not None:
        return f"with a key in `{source.key_env}`, from <{source.about.key_from or source.url}>"
    return "yes"


def _totals(sources: Sequence[Source]) -> str:
    countries = Counter(country_of(source) for source in sources)
    kinds = Counter(map(kind_of, sources))
    on = sum(_on(source) == "yes" for source in sources)
    drafts = sum(source.about.draft for source in sources)
    nations = len([country for country in countries if country not in (INTERNATIONAL, "EU")])
    told = f"**{len(sources)} sources** of {nations} countries; {on} are on without a key or a choice, {drafts}"
    return (
        f"{told} are drafts.\n\n{_table(('Protocol', 'Sources'), _by_number(kinds))}\n"
        f"{_table(('Country', 'Sources'), [(_name(code), number) for code, number in _by_number(countries)])}"
    )


def _by_number(counts: Counter[str]) -> list[tuple[str, str]]:
    return [(name, str(number)) for name, number in sorted(counts.items(), key=lambda each: (-each[1], each[0]))]


def _name(country: str) -> str:
    if country == INTERNATIONAL:
        return "International"
    from babel import Locale

    return f"{Locale('en').territories.get(country, country)} ({country})"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
