"""The columns of a list: each place that repeats in its rows, with what names it and what it holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.drafting.printed import DateForm
from crawler.drafting.selectors import Rule, apply, header_row, lasting_parts, stable_classes
from crawler.drafting.vocabulary import field_of, fold, words_of_name

ENOUGH = 0.6  # share of the rows, or of a column's values, that must have something


@dataclass(frozen=True, slots=True)
class Column:
    """A place in every row: its rule, what names it (`said`, and whether that is a header, label, name or its shape),
    and its values, "" where a row has none."""

    rule: Rule
    values: tuple[str, ...]
    said: str = ""
    by: str = "shape"
    dates: DateForm | None = None
    money: float = 0.0

    @property
    def share(self) -> float:
        """How many of the rows have it."""
        return sum(map(bool, self.values)) / len(self.values)

    @property
    def words(self) -> float:
        """Words of a value on average."""
        printed = [value for value in self.values if value]
        return sum(len(value.split()) for value in printed) / max(len(printed), 1)

    @property
    def distinct(self) -> float:
        """How many of its values differ."""
        printed = [value for value in self.values if value]
        return len(set(printed)) / max(len(printed), 1)


@dataclass(frozen=True, slots=True)
class Guessed:
    """A field with its rule, why it was taken, how sure that is (0 to 1), and its first values."""

    field: str
    rule: Rule
    why: str
    sure: float
    values: tuple[str, ...] = ()


def read_columns(rows: Sequence[HtmlElement], url: str) -> Iterator[Column]:
    """Places that most rows have once, those named by a header or label first."""
    seen: set[tuple[str, ...]] = set()
    for column in (*_cells(rows, url), *read_labelled(rows, url), *_classed(rows, url), *_plain(rows, url)):
        if column.share >= ENOUGH and column.values not in seen:
            seen.add(column.values)
            yield column


def _cells(rows: Sequence[HtmlElement], url: str) -> Iterator[Column]:
    heads = header_row(rows) or []
    for number in range(1, len(rows[0].findall("td")) + 1 if rows[0].tag == "tr" else 1):
        said = " ".join(heads[number - 1].text_content().split()) if number <= len(heads) else ""
        placed = _read({"xpath": f"td[{number}]"}, rows, url, said, "header" if said else "shape")
        named = _read({"column": said}, rows, url, said, "header") if said else placed
        yield named if named.values == placed.values else placed


def read_labelled(rows: Sequence[HtmlElement], url: str) -> Iterator[Column]:
    """What stands beside the labels in the rows that say what they are."""
    labels: dict[str, str] = {}
    for row in rows[:5]:
        for each in row.iter():
            text = " ".join((each.text or "").split()) if isinstance(each.tag, str) and each.tag != "a" else ""
            if 1 < len(text) < 40 and field_of(text):
                labels.setdefault(fold(text), text.rstrip(" :"))
    for text in labels.values():
        yield _read({"label": text}, rows, url, text, "label")


def _classed(rows: Sequence[HtmlElement], url: str) -> Iterator[Column]:
    """Elements with a class, an itemprop, or a machine's date."""
    for css, said in dict(_names(rows)).items():
        if not any(len(row.cssselect(css)) > 1 for row in rows):
            attribute = {"attribute": "datetime"} if css.startswith("time") and "datetime" in css else {}
            yield _read({"css": css, **attribute}, rows, url, said, "name" if said else "shape")


def _names(rows: Sequence[HtmlElement]) -> Iterator[tuple[str, str]]:
    for row in rows[:5]:
        for each in row.iterdescendants():
            if not isinstance(each.tag, str):
                continue
            names = stable_classes(each)
            if each.tag == "time" and each.get("datetime"):
                yield (f"time.{names[0]}[datetime]" if names else "time[datetime]"), " ".join(map(words_of_name, names))
            if prop := each.get("itemprop"):
                yield f'[itemprop="{prop}"]', words_of_name(prop)
            yield from ((f".{name}", words_of_name(name)) for name in names)
            yield from ((f".{name} a", words_of_name(name)) for name in names if each.findall("a"))
            yield from ((f'[class*="{part}"]', words_of_name(part)) for part in lasting_parts(each))


def _plain(rows: Sequence[HtmlElement], url: str) -> Iterator[Column]:
    """Headings, the first link, the row itself, and what follows it where a notice takes several rows."""
    for css in ("h1", "h2", "h3", "h4", "h5", "strong", "b", "time"):
        if not any(len(row.cssselect(css)) > 1 for row in rows):
            yield _read({"css": css}, rows, url)
    yield _read({"xpath": "(.//a[normalize-space()])[1]"}, rows, url)
    if rows[0].tag == "a":
        yield _read({"xpath": "."}, rows, url)
    elif not rows[0].findall("td[2]"):
        yield _read({"xpath": "."}, rows, url)
        following = rows[0].xpath(f"following-sibling::{rows[0].tag}[normalize-space()][1]")
        if following and following[0] not in rows:
            yield _read({"xpath": f"following-sibling::{rows[0].tag}[normalize-space()][1]"}, rows, url)


def _read(rule: Rule, rows: Sequence[HtmlElement], url: str, said: str = "", by: str = "shape") -> Column:
    values = [next(iter(apply(rule, row, url)), "") for row in rows]
    return Column(rule, tuple(" ".join(value.split()) for value in values), said, by)
