"""`tenderwatch rates`: by which exchange rates a value in another currency is held against your range."""

from pathlib import Path
from typing import Annotated

import typer

from app.console import now, open_installation, show, tell

app = typer.Typer(no_args_is_help=True, help="Exchange rates of the European Central Bank: import, list.")


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="eurofxref as CSV, XML or zip.")],
) -> None:
    """Save the rates of a file; notices whose value they may convert are matched again by the next match."""
    from crawler.readers.ecb_rates import read_ecb_rates
    from domain.errors import Unreadable, WrongUse
    from storage.engine import writing
    from storage.rates import rematch_after, save_rates

    try:
        rates = read_ecb_rates(file.read_bytes())
    except Unreadable as error:
        raise WrongUse(f"{file}: {error}") from error
    with writing(open_installation().engine) as c:
        days = save_rates(c, rates, now())
        again = rematch_after(c, days)
    tell(f"{len(days):,} days saved of {len(rates):,} in the file; {again:,} notices are matched again")


@app.command(name="list")
def list_some(
    days: Annotated[int, typer.Option(min=1, max=10_000, help="Of how many days back.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """What one euro is, by day, the newest first."""
    from datetime import timedelta

    from storage.engine import reading
    from storage.rates import find_rates, find_span

    with reading(open_installation().engine) as c:
        span = find_span(c)
        until = span[1] if span else now().date()
        found = find_rates(c, [until + timedelta(days=1 - back) for back in range(days)])
    rows = [
        {"day": day.isoformat(), **({name: str(rate) for name, rate in found.days[day].items()})}
        for day in sorted(found.days, reverse=True)
        if (until - day).days < days
    ]
    empty = "no rates yet; get eurofxref-hist.zip from the bank's site, then `tenderwatch rates import FILE`"
    if as_json or not rows:
        show(rows, as_json, empty)
        return
    show([{"day": row["day"], "one euro is": ", ".join(f"{rate} {name}" for name, rate in row.items() if name != "day")}
          for row in rows], False, empty)  # fmt: skip
    if span:
        tell(f"rates of {span[2]:,} days, {span[0]} to {span[1]}")
