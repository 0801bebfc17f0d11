"""`tenderwatch judge`: what people say of opportunities, one by one or many at once."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from app.console import PARTIAL, in_zone, now, open_installation, print_json, settings, show, tell

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from domain.judgements import Judged, Judgement

VERDICTS = "relevant, already known, too late; wrong word, wrong place, wrong kind, too small, too large, not for us"
By = Annotated[str | None, typer.Option(help="Who; default: the name you are logged in with.")]


class OneOrMany(TyperGroup):
    """`judge 12 relevant` is `judge add 12 relevant`: what is no command is what is judged."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts `add` before arguments that name no command."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["add", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=OneOrMany, no_args_is_help=True, help="Say what an opportunity is worth: judge 12 relevant.")


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="OPPORTUNITY", help="Its number, or a notice as SOURCE:KEY.")],
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help=VERDICTS)],
    why: Annotated[str, typer.Option(help="In your words; it is kept.")] = "",
    by: By = None,
    profile: Annotated[str | None, typer.Option(help="Of a notice: for which profile.")] = None,
) -> None:
    """Judge one opportunity, or (a notice with --profile) one that a profile missed. The newest judgement holds."""
    from domain.opportunities import show_points
    from matching.learning.judging import to_verdict
    from storage.engine import writing

    meant = to_verdict(verdict)
    with writing(open_installation().engine) as c:
        made = _judge(c, name, profile, meant, by or getpass.getuser(), why)
    rest = "" if made.opportunity_id else "; the profile saw nothing in it, so it counts as missed"
    found = f"{'an' if made.qualified else 'no'} alert"
    scored = f"scored {show_points(made.score)} by version {made.profile_version}"
    tell(f"{made.profile_id}: {made.verdict} (it {scored}, {found}{rest})")


@app.command(name="list")
def list_some(
    profile: Annotated[str | None, typer.Option(help="Only of this profile.")] = None,
    verdict: Annotated[str | None, typer.Option(help=f"Only this one: {VERDICTS}")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """What was judged, the newest first; earlier judgements of the same are kept."""
    from matching.learning.judging import to_verdict
    from storage.engine import reading
    from storage.judgements import find_judgements

    place = open_installation()
    wanted = to_verdict(verdict) if verdict else None
    with reading(place.engine) as c:
        found = find_judgements(c, profile, verdict=wanted, limit=limit)
    if as_json:
        print_json([to_row(each) for each in found])
    else:
        show([_to_cells(each, place.settings.zone) for each in found], False, "nothing is judged; `tenderwatch judge`")


def _to_cells(judged: "Judged", zone: str) -> dict[str, Any]:
    row = to_row(judged)
    return {
        "opportunity": row["opportunity"] or "missed",
        "verdict": "\n".join(filter(None, (row["verdict"], row["why"]))),
        "notice": f"{row['title']}\n{row['profile']} · {row['notice']}\nscored {row['score']}",
        "by": f"{row['by']}\n{in_zone(row['at'], zone)[:16]}",
    }


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX, JSON or JSON lines.")],
    by: By = None,
) -> None:
    """Judge many at once: columns (or keys) `opportunity`, or `notice` and `profile`; `verdict`; `why` and `by`.

    The whole file is checked before anything of it is saved.
    """
    from domain.errors import WrongUse
    from matching.learning.files import read_judgements
    from storage.engine import writing

    rows = read_judgements(file)
    faults: list[str] = []
    with writing(open_installation().engine) as c:
        for row in rows:
            try:
                _judge(c, row.name, row.profile, row.verdict, row.by or by or getpass.getuser(), row.why)
            except WrongUse as error:
                faults.append(f"{file}, row {row.number}: {error}")
        if faults:
            raise WrongUse("\n".join([*faults[:50], "nothing of the file was saved"]))
    tell(f"{len(rows):,} judgements saved")


@app.command()
def export(
    target: Annotated[Path | None, typer.Argument(help="The file to write; stdout where none.")] = None,
    form: Annotated[str, typer.Option("--format", help="csv or json.")] = "csv",
    profile: Annotated[str | None, typer.Option(help="Only of this profile.")] = None,
) -> None:
    """Write all judgements, oldest first, as `judge import` reads them."""
    from app.exports import write_rows
    from domain.errors import WrongUse
    from storage.engine import reading
    from storage.judgements import find_judgements

    if form not in ("csv", "json"):
        raise WrongUse(f"--format {form}: write csv or json")
    with reading(open_installation().engine) as c:
        rows = [to_row(each) for each in reversed(find_judgements(c, profile))]
    written = write_rows(rows, COLUMNS, target, form)
    if target:
        tell(f"wrote {written:,} judgements into {target}")
    if not written:
        raise typer.Exit(PARTIAL)


COLUMNS = (
    "notice", "profile", "verdict", "why", "by", "opportunity", "score", "qualified", "revision", "profile_version",
    "model_version", "title", "at",
)  # fmt: skip


def to_row(judged: "Judged") -> dict[str, Any]:
    """A judgement as other programs get it."""
    from domain.opportunities import points_to_json

    made, notice = judged.judgement, judged.notice
    return {
        "id": made.id,
        "opportunity": made.opportunity_id,
        "notice": f"{notice.source}:{notice.key}",
        "profile": made.profile_id,
        "verdict": made.verdict.value,
        "relevant": made.verdict.is_relevant,
        "why": made.why,
        "by": made.made_by,
        "at": made.made_at,
        "score": points_to_json(made.score),
        "qualified": made.qualified,
        "revision": made.revision,
        "profile_version": made.profile_version,
        "model_version": made.model_version,
        "title": notice.shown_title(),
    }


def _judge(c: "Connection", name: str, profile: str | None, verdict: Any, by: str, why: str) -> "Judgement":
    from app.commands.notices import find_one
    from app.model import find_heads
    from domain.errors import WrongUse
    from matching.learning.judging import judge_notice, judge_opportunity
    from storage.opportunities import find_standing

    if name.isdigit() and profile is None:
        return judge_opportunity(c, int(name), verdict, by=by, why=why, now=now())
    stored = find_one(c, name)
    if profile is None:
        known = sorted(id_ for _, id_ in find_standing(c, [stored.procedure_id]))
        if len(known) != 1:
            rest = f"it is one of {', '.join(known)}" if known else "no profile saw anything in it"
            raise WrongUse(f"{name}: say for which profile, as in --profile {known[0] if known else 'NAME'}; {rest}")
        (profile,) = known
    learnt = find_heads(settings())
    return judge_notice(c, stored, profile, verdict, by=by, why=why, now=now(), heads=learnt)
