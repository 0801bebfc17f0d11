"""What every command shares: the terminal, the installation's settings and database, and how lists are shown."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from domain.errors import WrongUse

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Engine

    from domain.choices import Choice
    from domain.config import Settings
    from domain.sources import Source

DONE, FAILED, WRONG, PARTIAL = 0, 1, 2, 3


@dataclass
class State:
    """The global options of this call."""

    config: Path | None = None
    verbose: bool = False


state = State()


@dataclass(frozen=True)
class Installation:
    """An installation that is ready for use: its settings, its database, its sources."""

    settings: "Settings"
    engine: "Engine"

    @cached_property
    def sources(self) -> "Mapping[str, Source]":
        """The sound sources by id, on or off as this installation chose."""
        from domain.choices import with_choices

        return with_choices(self._declared, self.choices, find_keys(self._declared.values()))

    @cached_property
    def _declared(self) -> "Mapping[str, Source]":
        """As their files say; those with a mistake are told, and stop no other."""
        from crawler.registry import load_sound_sources

        sources, problems = load_sound_sources(self.settings.sources_dir)
        if problems:
            tell(f"left out, `tenderwatch sources check` tells all: {problems[0]}")
        return sources

    @cached_property
    def choices(self) -> "Mapping[str, Choice]":
        """Which sources an operator has turned on or off."""
        from storage.choices import find_choices
        from storage.engine import reading

        with reading(self.engine) as c:
            return find_choices(c)

    def look_again(self) -> None:
        """What was chosen since is heeded, so that a supervisor need not be started anew for it."""
        for name in ("choices", "sources"):
            self.__dict__.pop(name, None)

    def source(self, name: str) -> "Source":
        """The source of this id; raises WrongUse that names the nearest one, or BadSource with its mistakes."""
        from crawler.registry import find_source_ids, load_source

        if name in self.sources:
            return self.sources[name]
        if name in find_source_ids(self.settings.sources_dir):
            return load_source(name, self.settings.sources_dir)
        raise WrongUse(f"no source {name!r}{nearest(name, self.sources)}; `tenderwatch sources list` shows them all")


def find_keys(sources: "Iterable[Source]") -> dict[str, bool]:
    """Whether the key that a source needs is set, by the ids of those that need one."""
    from domain.config import has_secret

    return {source.id: has_secret(source.key_env) for source in sources if source.key_env}


def now() -> datetime:
    """This moment, in UTC; the only clock of the command line."""
    return datetime.now(UTC)


def settings() -> "Settings":
    """The settings of this call."""
    from domain.config import read_settings

    return read_settings(state.config)


def open_installation() -> Installation:
    """Settings, sources and a database of this release. An empty database is made ready; an older one is refused."""
    from storage.engine import check_schema, is_empty, open_engine

    start_logging()
    found = settings()
    if found.database.startswith("sqlite"):
        found.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(found.database)
    if is_empty(engine):
        from storage.migrate import upgrade  # Alembic takes a third of a second

        upgrade(found.database, None)
    check_schema(engine)
    return Installation(found, engine)


def start_logging(least: int = 30) -> None:
    """Logs go to stderr, a constant message and fields; those of `least` (warnings) and worse, or all with --verbose.

    Times are UTC.
    """
    import logging

    import structlog

    from domain.masking import mask_event, mask_logging

    mask_logging()
    level = logging.DEBUG if state.verbose else least
    plainly = structlog.dev.plain_traceback  # a pretty one shows the values of names, which are no texts to mask
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_event,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plainly),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def out() -> "Console":
    """The console for results: stdout."""
    from rich.console import Console

    return Console(emoji=False)  # "cbc:ID" is no emoji


def err() -> "Console":
    """The console for progress and trouble: stderr."""
    from rich.console import Console

    return Console(stderr=True, emoji=False)


def tell(message: str) -> None:
    """A line for the person at the terminal, on stderr; crawled text in it cannot be markup."""
    err().print(message, markup=False, highlight=False, soft_wrap=True)


def fail(message: str, code: int) -> NoReturn:
    """Tell what is wrong and end."""
    tell(f"tenderwatch: {message}")
    sys.exit(code)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=None, default=_to_plain) + "\n")


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """A table on stdout; cells are crawled text, so no markup is read in them."""
    from rich.table import Table
    from rich.text import Text

    cells = [[Text("" if cell is None else str(cell)) for cell in row] for row in rows]
    several_lines = any("\n" in cell.plain for row in cells for cell in row)
    table = Table(title=title, title_justify="left", header_style="bold", expand=False, show_lines=several_lines)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        table.add_row(*row)
    out().print(table)


def show(rows: Sequence[Mapping[str, Any]], as_json: bool, empty: str, title: str | None = None) -> None:
    """Rows as JSON or as a table; `empty` is the sentence for none."""
    if as_json:
        print_json(list(rows))
    elif rows:
        print_rows(list(rows[0]), [list(row.values()) for row in rows], title=title)
    else:
        tell(empty)


def in_zone(moment: datetime | None, zone: str) -> str:
    """A moment in a zone as people read it, "2026-01-31 12:00 Europe/Madrid"; "" for None."""
    from zoneinfo import ZoneInfo

    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}" if moment else ""


def to_span(span: timedelta) -> str:
    """A length of time as people say it: `40 s`, `5 min`, `3 h 20 min`, `2 d 4 h`."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    parts = (f"{days} d", f"{hours} h") if days else (f"{hours} h", f"{minutes} min")
    return " ".join(part for part in parts if not part.startswith("0 "))


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean X?` where something is near."""
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def read_moment(text: str, zone: str) -> datetime:
    """A date or moment that a person typed, or a span back from now ("7d", "12h"); raises WrongUse."""
    import re
    from zoneinfo import ZoneInfo

    if span := re.fullmatch(r"(\d+)\s*([dh])", text.strip()):
        return now() - timedelta(**{{"d": "days", "h": "hours"}[span[2]]: int(span[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise WrongUse(f"{text!r} is no date; write 2026-01-31, 2026-01-31T12:00 or 7d") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def with_progress(total: int | None, label: str, work: Callable[[Callable[[int], None]], Any]) -> Any:
    """Run `work(report)` under a progress bar on stderr; `report` takes how many are done so far."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True) as progress:
        task = progress.add_task(label, total=total)
        return work(lambda done: progress.update(task, completed=done))


def _to_plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
