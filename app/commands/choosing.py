"""`tenderwatch sources enable` and `disable`: which portals this company reads."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import FAILED, Installation, find_keys, now, open_installation, show, tell
from domain.errors import WrongUse

if TYPE_CHECKING:
    from app.catalogue import Wish
    from domain.choices import Choice, Standing
    from domain.sources import Source

Names = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]…")]
Countries = Annotated[
    str | None,
    typer.Option("--country", metavar="ES,PT", help="Of these countries (ISO codes or names; INT: international)."),
]
Languages = Annotated[str | None, typer.Option("--language", metavar="es", help="In these languages, or in several.")]
Kinds = Annotated[
    str | None,
    typer.Option("--kind", metavar="ocds", help="That publish so: ocds, html, rss, …; own: a spider of its own."),
]
AllOf = Annotated[
    str | None,
    typer.Option("--all-of", metavar="ES", help="All of these countries, those too that another source covers."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="enable")(enable)
    app.command(name="disable")(disable)


def enable(
    names: Names = None,
    country: Countries = None,
    language: Languages = None,
    kind: Kinds = None,
    all_of: AllOf = None,
    only: Annotated[bool, typer.Option("--only", help="And turn all others off.")] = False,
    shipped: Annotated[
        bool, typer.Option("--as-shipped", help="Forget every choice: all are as their files say.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Turn on the sources that a company needs; values of one option are alternatives, options narrow one another."""
    from app.catalogue import is_demo

    place = open_installation()
    if shipped:
        _forget(place)
        return
    wish = _read(names, country, language, kind, all_of)
    meant, left = _find(place, wish)
    others = [each for each in place.sources.values() if only and each not in meant and not is_demo(each)]
    _save(place, [*_choices(meant, str(wish), on=True), *_choices(others, f"all but {wish}", on=False)])
    rows = [_row(place, source) for source in meant]
    rows += [{"source": each.id, "on": "no", "why": f"left as it is: {why}"} for each, why in left]
    show(rows, as_json, "")
    if left:
        tell(f"those that are left are turned on by name: tenderwatch sources enable {left[0][0].id}")
    if len(others):
        tell(f"{len(others)} others are off")


def disable(
    names: Names = None,
    country: Countries = None,
    language: Languages = None,
    kind: Kinds = None,
    every: Annotated[bool, typer.Option("--all", help="Every source.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Turn sources off; what was read of them stays."""
    place = open_installation()
    if every:
        meant: Sequence[Source] = list(place.sources.values())
        _save(place, _choices(meant, "--all", on=False))
    else:
        wish = _read(names, country, language, kind, None)
        meant, left = _find(place, wish)
        meant = [*meant, *(each for each, _ in left)]
        _save(place, _choices(meant, str(wish), on=False))
    show([_row(place, source) for source in meant], as_json, "")


def find_standings(place: Installation) -> "Mapping[str, Standing]":
    """Whether each source is on, and why."""
    from domain.choices import find_standing

    keys = find_keys(place.sources.values())
    choices = place.choices
    return {
        name: find_standing(source, choices.get(name), keys.get(name, False)) for name, source in place.sources.items()
    }


def _read(
    names: Sequence[str] | None, country: str | None, language: str | None, kind: str | None, all_of: str | None
) -> "Wish":
    from app.catalogue import Wish

    lists = (_countries(country), _split(language, str.lower), _split(kind, str.lower), _countries(all_of))
    wish = Wish(tuple(names or ()), *lists)
    if wish == Wish():
        raise WrongUse("which sources? Name them, or write --country ES,PT, --language es, --kind ocds or --all-of ES")
    return wish


def _split(text: str | None, fold: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(part.strip()) for part in (text or "").split(",") if part.strip()))


def _countries(text: str | None) -> tuple[str, ...]:
    """Codes; names in any language that ours are known in are taken too ("Spain", "España")."""
    from crawler.normalise.places import to_country

    found = []
    for each in _split(text, str):
        code = each.upper() if len(each) <= 3 else to_country(each)
        found.append(code if code else each)
    return tuple(dict.fromkeys(found))


def _find(place: Installation, wish: "Wish") -> "tuple[Sequence[Source], Sequence[tuple[Source, str]]]":
    from app.catalogue import find_wished

    found = find_wished(wish, place.sources)
    if not found.meant and not found.left:
        tell(f"no source is meant by {wish}; `tenderwatch sources list` shows them all")
        raise typer.Exit(FAILED)
    return found.meant, found.left


def _choices(sources: "Sequence[Source]", said: str, *, on: bool) -> "list[Choice]":
    from domain.choices import Choice

    return [Choice(source.id, on, said, now()) for source in sources]


def _save(place: Installation, choices: "Sequence[Choice]") -> None:
    from storage.choices import save_choices
    from storage.engine import writing

    with writing(place.engine) as c:
        save_choices(c, choices)
    place.look_again()


def _forget(place: Installation) -> None:
    from storage.choices import forget_choices
    from storage.engine import writing

    with writing(place.engine) as c:
        count = forget_choices(c, list(place.choices))
    tell(f"{count} choices are forgotten; `tenderwatch sources list` shows which sources are on by default")


def _row(place: Installation, source: "Source") -> dict[str, Any]:
    standing = find_standings(place)[source.id]
    return {"source": source.id, "on": "yes" if standing.on else "no", "why": standing.why}
