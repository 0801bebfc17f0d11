"""Tables that are too large for memory: cut up into small ones, and some of those read again."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import count, islice
from typing import IO

from crawler.readers.archives import REFUSED, Document, open_members, telling_broken
from crawler.readers.csv_file import Newest, Row, Versions, read_table
from crawler.readers.csv_rules import CsvRules, read_rules
from crawler.readers.fields import ListPage
from crawler.readers.limits import MAX_BODY
from domain.errors import Unreadable
from domain.sources import Source

ROWS = 50  # of one small table


def split_csv(file: IO[bytes], source: Source) -> Iterator[Document]:
    """Small tables with the columns that the YAML names, in UTF-8; rows that cannot be read as what they are refused
    for. Raises as `read_table`."""
    rules = read_rules(source.csv, source.id)
    rows = read_table(file, rules, source.encoding)
    for number in count(1):
        part = list(islice(rows, ROWS))
        yield from ((f"{row.element}.csv", row) for row in part if isinstance(row, Unreadable))
        sound = [row for row in part if not isinstance(row, Unreadable)]
        if sound or (number == 1 and not part):
            yield f"{number:06}.csv", _write(sound, rules)
        if not part:
            return


def read_portion(body: bytes, source: Source) -> tuple[ListPage, Versions]:
    """The notices of some small tables in one archive, of several versions of one the highest; and the versions."""
    rules = read_rules(source.csv, source.id)
    found = Newest(rules, source)
    for name, member in open_members(io.BytesIO(body), lambda name: name.endswith((".csv", REFUSED)), MAX_BODY):
        if isinstance(member, Unreadable):
            found.add(Unreadable(member.reason, name))
            continue
        with telling_broken():
            table = member.read_all()
        for row in read_table(io.BytesIO(table), rules, "utf-8"):
            found.add(row)
    return found.to_page()


def _write(rows: Sequence[Row], rules: CsvRules) -> bytes:
    names = list(dict.fromkeys(rules.columns()))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=rules.delimiter, quotechar=rules.quote)
    writer.writerows([names, *([row[name] for name in names] for row in rows)])
    return text.getvalue().encode("utf-8", "replace")
