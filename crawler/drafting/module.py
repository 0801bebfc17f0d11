"""Spiders drafted for what no protocol of ours reads: small modules that an operator reads and mends."""

from collections.abc import Mapping, Sequence
from datetime import date
from string import Template
from typing import TYPE_CHECKING

from crawler.drafting.draft import About

if TYPE_CHECKING:
    from crawler.drafting.of_json import Table

_JSON = Template('''"""$title: $kind.

Drafted from one page on $day by `tenderwatch sources new`: hold FIELDS against the portal's own documentation.
"""

$imports
from domain.errors import SourceChanged, Unreadable
from domain.notices import Kind, RawBuyer, RawMoney, RawNotice

ROWS = $path  # where the rows stand in a page
FIELDS = {
$fields
}
"""Our field: the portal's."""
$constants

class Portal(SourceSpider):
    """Every row of a page is a notice."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:
        """The rows of one page$goes_on."""
$load
        if not isinstance(rows, list):
            raise SourceChanged("no list of rows", ".".join(ROWS))
        notices, faults = [], []
        for number, row in enumerate(rows):
            try:
                notices.append(self.to_notice(row))
            except Unreadable as fault:
                faults.append(Unreadable(fault.reason, f"row {number}: {fault.element}"))
        keys = tuple(notice.key for notice in notices)
        return Reading(tuple(notices), keys, tuple(faults)$more)

    def to_notice(self, row: Any) -> RawNotice:
        """One row, texts as printed."""
        key = at(row, FIELDS["key"].split("."))
        if not key:
            raise Unreadable("no key found", FIELDS["key"])
        found = {name: at(row, path.split(".")) for name, path in FIELDS.items()}
        language = self.source.language or "und"
        return RawNotice(
            key=str(key),
            kind=Kind.TENDER,
            status=None,
            url=text(found.get("url")),
            title={language: str(found["title"])} if found.get("title") else {},
            buyers=(RawBuyer(str(found["buyer"])),) if found.get("buyer") else (),
            codes=(("CPV", str(found["codes"])),) if found.get("codes") else (),
            value=RawMoney(str(found["value"])) if found.get("value") else None,
            published=$date(found.get("published")),
            deadline=$date(found.get("deadline")),
        )


def at(value: Any, path: Any) -> Any:
    """What stands at a path of names; None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: Any) -> str | None:
    """As it is printed; None for nothing."""
    return str(value) if value not in (None, "") else None
$moment''')
_MOMENT = '''

def moment(value: Any) -> str | None:
    """A date of the portal's, as ISO 8601; as it is printed where it has none of the formats."""
    for form in DATES:
        try:
            return datetime.strptime(str(value), form).isoformat(sep=" ")
        except ValueError:
            continue
    return text(value)
'''
_IMPORTS = {
    "json": """from crawler.readers.limits import load_json
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider""",
    "html": """from crawler.drafting.of_json import rows_of_json_ld
from crawler.readers.html_find import read_tree
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider""",
    "xml": """from crawler.drafting.of_feed import rows_of_feed
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider""",
}
_LOADS = {
    "json": """        page = load_json(fetched.body)[0]
        rows = at(page, ROWS)""",
    "html": """        scripts = read_tree(fetched.body, None).xpath('//script[@type="application/ld+json"]/text()')
        rows = rows_of_json_ld(scripts) or None""",
    "xml": """        rows = rows_of_feed(fetched.body)""",
}


def json_module(about: About, table: "Table", fields: Mapping[str, str], suffix: str, dates: Sequence[str] = ()) -> str:
    """The source of a spider that reads rows; `suffix` says of what: json, html (JSON-LD), xml (a feed)."""
    pages = table.offset is not None
    imports = _imports(suffix, pages, bool(dates))
    constants = (f"SIZE = {len(table.rows)}  # rows of a full page\n" if pages else "") + (
        f"DATES = {tuple(dates)!r}\n" if dates else ""
    )
    return _JSON.substitute(
        title=(about.title or about.id).replace('"', "'").replace("\\", ""),
        kind=table.kind,
        day=date.today().isoformat(),  # noqa: DTZ011  (a day for a person)
        imports=imports,
        path=repr(table.path),
        fields="\n".join(f"    {name!r}: {path!r}," for name, path in fields.items()),
        constants=f"\n{constants}" if constants else "",
        date="moment" if dates else "text",
        moment=_MOMENT if dates else "",
        goes_on=", and where the next one begins" if pages else "",
        load=_LOADS[suffix] + (_goes_on(table) if pages else ""),
        more=", total, next_url" if pages else "",
    ).replace("\n\n\n\n", "\n\n\n")


def _imports(suffix: str, pages: bool, dates: bool) -> str:
    library = ["from datetime import datetime"] * dates + ["from typing import Any"]
    library += ["from urllib.parse import parse_qsl, urlsplit"] * pages
    ours = ["from crawler.addresses import with_parameters"] * pages + [_IMPORTS[suffix]]
    return "\n".join([*library, "", *ours])


def _goes_on(table: "Table") -> str:
    total = f"at(page, {table.total!r})" if table.total else "None"
    return f"""
        total = {total}
        begun = int(dict(parse_qsl(urlsplit(fetched.url).query)).get({table.offset!r}, 0))
        full = isinstance(rows, list) and len(rows) >= SIZE
        next_url = with_parameters(fetched.url, {{{table.offset!r}: str(begun + len(rows))}}) if full else None"""
