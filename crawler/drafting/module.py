"""The spider drafted for JSON-LD, which no protocol of ours reads: a small module that an operator reads and mends."""

from collections.abc import Mapping, Sequence
from datetime import date
from string import Template

from crawler.drafting.draft import About

_MODULE = Template('''"""$title: JSON-LD.

Drafted from one page on $day by `tenderwatch sources new`: hold FIELDS against the portal's own documentation.
"""

$library

from crawler.drafting.of_json_ld import rows_of_json_ld
from crawler.readers.html_find import read_tree
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider
from domain.errors import SourceChanged, Unreadable
from domain.notices import Kind, RawBuyer, RawMoney, RawNotice

FIELDS = {
$fields
}
"""Our field: the portal's."""
$constants

class Portal(SourceSpider):
    """Every row of a page is a notice."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:
        """The rows of one page."""
        scripts = read_tree(fetched.body, None).xpath('//script[@type="application/ld+json"]/text()')
        rows = rows_of_json_ld(scripts)
        if not rows:
            raise SourceChanged("no list of rows", "JSON-LD")
        notices, faults = [], []
        for number, row in enumerate(rows):
            try:
                notices.append(self.to_notice(row))
            except Unreadable as fault:
                faults.append(Unreadable(fault.reason, f"row {number}: {fault.element}"))
        keys = tuple(notice.key for notice in notices)
        return Reading(tuple(notices), keys, tuple(faults))

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


def json_ld_module(about: About, fields: Mapping[str, str], dates: Sequence[str] = ()) -> str:
    """A spider for the things of a page's JSON-LD; `fields` are their paths, `dates` strptime formats of their
    dates."""
    return _MODULE.substitute(
        title=(about.title or about.id).replace('"', "'").replace("\\", ""),
        day=date.today().isoformat(),  # noqa: DTZ011  (a day for a person)
        library="\n".join(["from datetime import datetime"] * bool(dates) + ["from typing import Any"]),
        fields="\n".join(f"    {name!r}: {path!r}," for name, path in fields.items()),
        constants=f"\nDATES = {tuple(dates)!r}\n" if dates else "",
        date="moment" if dates else "text",
        moment=_MOMENT if dates else "",
    )
