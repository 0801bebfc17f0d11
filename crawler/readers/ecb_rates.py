"""The European Central Bank's files of euro reference rates: eurofxref in CSV, XML, or a zip of one of them."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from crawler.readers.limits import check_size
from crawler.readers.xml import load_xml
from domain.errors import Unreadable
from domain.rates import DayRates

MOST_BYTES = 32 * 1024 * 1024  # unpacked; the whole history since 1999 is 1.5 MB of CSV, 8 MB of XML
CURRENCY = re.compile("[A-Z]{3}")
DATES = ("%Y-%m-%d", "%d %B %Y")  # of the history, and of the daily file


def read_ecb_rates(body: bytes) -> dict[date, DayRates]:
    """What one euro is in each currency, by day. Unreadable says what is no such file, and where."""
    if body.startswith(b"PK\x03\x04"):
        body = _unpack(body)
    check_size(body)
    found = _read_xml(body) if body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _read_csv(body)
    if not found:
        raise Unreadable("no rates; it must be the bank's eurofxref file, as CSV, XML or a zip of it")
    return found


def _unpack(body: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            first = next((each for each in archive.infolist() if not each.is_dir()), None)
            if first is None or first.file_size > MOST_BYTES:
                raise Unreadable("the zip is empty, or unpacks to far more than rates")
            with archive.open(first) as file:
                return file.read(MOST_BYTES)
    except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
        raise Unreadable(f"the zip is damaged: {error}") from error


def _read_xml(body: bytes) -> dict[date, DayRates]:
    days: dict[date, DayRates] = {}
    for cube in load_xml(body).iter("{*}Cube"):
        if printed := cube.get("time"):
            pairs = ((each.get("currency", ""), each.get("rate", "")) for each in cube.iter("{*}Cube"))
            rates = dict(_to_rates(((name, rate) for name, rate in pairs if name), printed))
            days[_to_day(printed, printed)] = rates
    return days


def _read_csv(body: bytes) -> dict[date, DayRates]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not text: {error}") from error
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    rows = [row for row in rows if any(row)]
    if not rows or rows[0][0].lower() != "date":
        raise Unreadable("its first column must be headed Date, as in the bank's eurofxref CSV", "line 1")
    days: dict[date, DayRates] = {}
    for number, row in enumerate(rows[1:], 2):
        pairs = ((name, cell) for name, cell in zip(rows[0][1:], row[1:], strict=False) if name)
        days[_to_day(row[0], f"line {number}")] = dict(_to_rates(pairs, f"line {number}"))
    return days


def _to_rates(pairs: Iterator[tuple[str, str]], where: str) -> Iterator[tuple[str, Decimal]]:
    """N/A is a currency that was not quoted on that day."""
    for name, printed in pairs:
        if printed in ("N/A", ""):
            continue
        try:
            rate = Decimal(printed)
        except InvalidOperation:
            rate = Decimal("NaN")
        if not CURRENCY.fullmatch(name) or not rate.is_finite() or rate <= 0:
            raise Unreadable(f"{name[:10]} {printed[:20]!r} is no rate", where)
        yield name, rate


def _to_day(printed: str, where: str) -> date:
    for form in DATES:
        try:
            return datetime.strptime(printed, form).date()  # noqa: DTZ007 (a day, no moment)
        except ValueError:
            continue
    raise Unreadable(f"{printed[:40]!r} is no date", where)
