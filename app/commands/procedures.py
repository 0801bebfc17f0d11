"""`tenderwatch procedures`: which notices are of one procedure, and what people say of it."""

import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console import in_zone, now, open_installation, out, print_json, print_rows, show, tell
from domain.errors import WrongUse

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.joining import Suggestion
    from storage.procedure_views import Join, ProcedureView
    from storage.stored import StoredNotice
    from storage.words import Word

app = typer.Typer(no_args_is_help=True, help="Procedures over portals: show, suggested, join, separate.")
Name = Annotated[str, typer.Argument(metavar="NOTICE", help="SOURCE:KEY, an address or a number.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="The other notice, named in the same way.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for those who read it later.")]
Author = Annotated[str | None, typer.Option(help="Who; default: the name you are logged in with.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command(name="show")
def show_one(name: Name, as_json: AsJson = False) -> None:
    """The notices of a procedure, by what evidence they came together, and what people said."""
    from app.commands.notices import find_one
    from storage.engine import reading
    from storage.procedure_views import view_procedure

    place = open_installation()
    with reading(place.engine) as c:
        view = view_procedure(c, find_one(c, name).procedure_id)
    if as_json:
        print_json(_to_json(view))
    else:
        _show(view, place.settings.zone)


@app.command()
def suggested(
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    as_json: AsJson = False,
) -> None:
    """Pairs of notices that may be of one procedure, the surest first; people join or separate them."""
    from storage.engine import reading
    from storage.joining import find_suggestions
    from storage.procedure_views import name_notices

    with reading(open_installation().engine) as c:
        found = find_suggestions(c, limit)
        names = name_notices(c, {number for each in found for number in (each.notice_id, each.other_id)})
    if as_json:
        print_json([_of_suggestion(each, names) for each in found])
    elif found:
        rows = [[f"{each.confidence:.0%}", _pair(each, names), _reasons(each)] for each in found]
        print_rows(["sure", "notices", "what speaks for and against"], rows)
        tell("`tenderwatch procedures join A B --why …` or `separate A B --why …` decides; it is remembered")
    else:
        tell("nothing is suggested; `tenderwatch match` compares what is new")


@app.command()
def join(name: Name, other: Other, why: Why, author: Author = None) -> None:
    """Say that two notices are of one procedure. It is remembered: nothing parts them but `separate`."""
    from storage.engine import writing
    from storage.joining import join_by_hand, lock_joining

    place = open_installation()
    with writing(place.engine) as c:
        lock_joining(c)
        one, two = _find_two(c, name, other)
        by, reason = author or getpass.getuser(), _check(why)
        made = join_by_hand(c, one.id, two.id, said_by=by, why=reason, now=now())
    said = "are one procedure now, and have one opportunity for each profile" if made else "were one procedure already"
    tell(f"{_name(one)} and {_name(two)} {said}; it is kept that {by} said so")


@app.command()
def separate(
    name: Name,
    other: Other,
    why: Why,
    along: Annotated[list[str] | None, typer.Option("--with", metavar="NOTICE", help="Goes along; repeatable.")] = None,
    author: Author = None,
) -> None:
    """Say that two notices are of two procedures. It is remembered: nothing joins them again but `join`.

    What the portal of NOTICE says belongs to it goes along; all else stays with OTHER.
    """
    from storage.engine import writing
    from storage.joining import lock_joining

    place = open_installation()
    with writing(place.engine) as c:
        lock_joining(c)
        one, two = _find_two(c, name, other)
        by, reason = author or getpass.getuser(), _check(why)
        names = _part(c, one, two, along or [], by, reason)
    tell(f"{', '.join(names)} and {_name(two)} are two procedures; it is kept that {by} said so")
    tell("each has opportunities of its own; what was told stays. The next match tells what nobody was told of")


def _part(
    c: "Connection", one: "StoredNotice", two: "StoredNotice", along: Sequence[str], by: str, why: str
) -> list[str]:
    """Parts the two, or keeps what is said where they are two already; the names of all that go with `one`."""
    from app.commands.notices import find_one
    from storage.joining import find_members, find_unit
    from storage.procedure_views import name_notices
    from storage.separating import separate as part
    from storage.words import say

    if one.procedure_id != two.procedure_id:
        sides = [find_members(c, each.procedure_id) for each in (one, two)]
        say(c, [(a, b) for a in sides[0] for b in sides[1]], same=False, said_by=by, why=why, now=now())
        return list(name_notices(c, set(sides[0])).values())
    unit = set(find_unit(c, one.id))
    going = ({one.id} if two.id in unit else unit) | {find_one(c, each).id for each in along}
    members = set(find_members(c, one.procedure_id))
    if two.id in going or not going <= members:
        raise WrongUse("--with names a notice that is not of this procedure, or OTHER itself; `procedures show` tells")
    part(c, one.procedure_id, going, said_by=by, why=why, now=now())
    return list(name_notices(c, going).values())


def _find_two(c: "Connection", name: str, other: str) -> "tuple[StoredNotice, StoredNotice]":
    from app.commands.notices import find_one

    one, two = find_one(c, name), find_one(c, other)
    if one.id == two.id:
        raise WrongUse(f"{name} and {other} are the same notice; name two")
    return one, two


def _check(why: str) -> str:
    if not why.strip():
        raise WrongUse("--why is empty; write the reason in a few words, for those who ask later")
    return why.strip()


def _name(stored: "StoredNotice") -> str:
    return f"{stored.notice.source}:{stored.notice.key}"


def _show(view: "ProcedureView", zone: str) -> None:
    names = {each.id: _name(each) for each in view.notices} | view.others
    rows = [
        [_name(each), each.notice.kind, each.notice.shown_title(), ", ".join(b.name for b in each.notice.buyers[:2]),
         in_zone(each.notice.deadline_at, zone)]
        for each in view.notices
    ]  # fmt: skip
    print_rows(["notice", "kind", "title", "buyer", "deadline"], rows, title=f"Procedure {view.id}")
    joined = [
        {"when": in_zone(each.made_at, zone), "notice": names[each.notice_id], "sure": f"{each.confidence:.0%}",
         "by": each.made_by, "evidence": "\n".join(each.evidence)}
        for each in view.joins
    ]  # fmt: skip
    show(joined, False, "joined with nothing", title="How they came together")
    if view.words:
        said = [
            {"when": in_zone(each.said_at, zone), "who": each.said_by, "notices": _pair(each, names),
             "said": "one procedure" if each.same else "two procedures", "why": each.why}
            for each in view.words
        ]  # fmt: skip
        show(said, False, "", title="What people said")
    if view.suggestions:
        asked = [[f"{each.confidence:.0%}", _pair(each, names), _reasons(each)] for each in view.suggestions]
        print_rows(["sure", "notices", "what speaks for and against"], asked, title="Suggested")
    if view.opportunities:
        out().print(f"opportunities: {', '.join(f'{number} ({profile})' for number, profile in view.opportunities)}")


def _pair(each: "Suggestion | Word", names: dict[int, str]) -> str:
    return f"{names[each.notice_id]}\n{names[each.other_id]}"


def _reasons(each: "Suggestion") -> str:
    return "\n".join([*each.evidence, *([f"not joined: {each.obstacle}"] if each.obstacle else [])])


def _to_json(view: "ProcedureView") -> dict[str, Any]:
    from domain.notice_json import to_json

    names = {each.id: _name(each) for each in view.notices} | view.others
    return {
        "procedure": view.id,
        "notices": [to_json(each.notice) for each in view.notices],
        "joins": [_of_join(each, names) for each in view.joins],
        "words": [_of_word(each, names) for each in view.words],
        "suggestions": [_of_suggestion(each, names) for each in view.suggestions],
        "opportunities": [{"opportunity": number, "profile": profile} for number, profile in view.opportunities],
    }


def _of_join(each: "Join", names: dict[int, str]) -> dict[str, Any]:
    return {
        "notice": names[each.notice_id],
        "procedure": each.procedure_id,
        "from_procedure": each.from_procedure_id,
        "evidence": list(each.evidence),
        "confidence": each.confidence,
        "made_by": each.made_by,
        "made_at": each.made_at,
    }


def _of_word(each: "Word", names: dict[int, str]) -> dict[str, Any]:
    pair = [names[each.notice_id], names[each.other_id]]
    return {"notices": pair, "same": each.same, "said_by": each.said_by, "why": each.why, "said_at": each.said_at}


def _of_suggestion(each: "Suggestion", names: dict[int, str]) -> dict[str, Any]:
    return {
        "notices": [names[each.notice_id], names[each.other_id]],
        "confidence": each.confidence,
        "evidence": list(each.evidence),
        "obstacle": each.obstacle,
        "made_at": each.made_at,
    }
