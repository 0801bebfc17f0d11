"""The fields of a list's rows: each place that repeats is a column, named by header, label, class or what it holds."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.drafting.printed import DateForm, Order, decimal_mark, find_dates, find_order, money_share, names_currency
from crawler.drafting.rows import LOOKED_AT, Rows, links_of
from crawler.drafting.selectors import Rule, apply, header_row, lasting_parts, link_part, stable_classes
from crawler.drafting.vocabulary import field_of, fold, words_of_name

DATES = ("deadline", "published")
_ENOUGH = 0.6
_KEY = re.compile(r"(?=[^\s]*\d)[\w][\w.:/#-]{2,59}")
_OF_OTHERS = re.compile(r"(?i)customer|organi[sz]ation|buyer|company|supplier|print|login|favou?rite|subscribe|share")
_WEIGHT = {"header": 0.95, "label": 0.9, "name": 0.8, "shape": 0.6}


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


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a list; `dates` and `decimal` are the html block's, `notes` what a person must look at."""

    guessed: tuple[Guessed, ...]
    dates: tuple[str, ...] = ()
    decimal: str | None = None
    needs_currency: bool = False
    notes: tuple[str, ...] = field(default=())


def guess_fields(rows: Rows, url: str, country: str) -> Fields:
    """What stands where in the rows of a list got from `url`; `country` decides what "05/06/2026" is, if need be."""
    looked = rows.elements[:LOOKED_AT]
    order = find_order([" ".join(row.itertext()) for row in looked], country)
    columns = [_typed(column, order) for column in _columns(looked, url)]
    taken: dict[str, Guessed] = {}
    forms: dict[str, DateForm] = {}
    for column in columns:
        _take_named(column, taken, forms)
    _take_link(looked, url, taken)
    _take_range(columns, order, taken, forms)
    _take_by_shape(columns, taken, forms)
    _take_key(columns, looked, url, taken)
    return _finish(taken, forms)


def guess_columns(columns: Sequence[Column], country: str) -> Fields:
    """The same for columns that were named elsewhere, such as the keys of rows in JSON."""
    order = find_order([value for column in columns for value in column.values], country)
    typed = [_typed(column, order) for column in columns if column.share >= _ENOUGH]
    taken: dict[str, Guessed] = {}
    forms: dict[str, DateForm] = {}
    for column in sorted(typed, key=lambda each: -each.distinct):
        _take_named(column, taken, forms)
    _take_by_shape(typed, taken, forms)
    for column in typed:
        links = all(re.match(r"https?://", value) for value in column.values)
        if links and column.distinct == 1.0:
            taken.setdefault("url", Guessed("url", column.rule, "an address in each row", 0.8, column.values))
        elif (
            "key" not in taken
            and column.distinct == 1.0
            and column.dates is None
            and _key_pattern(column.values) == "whole"
        ):
            taken["key"] = Guessed("key", column.rule, "each row has another", 0.6, column.values)
    if "key" not in taken and "url" in taken:
        taken["key"] = Guessed("key", taken["url"].rule, "each row has another address", 0.6, taken["url"].values)
    return _finish(taken, forms)


def _columns(rows: Sequence[HtmlElement], url: str) -> Iterator[Column]:
    """Places that most rows have once, those named by a header or label first."""
    seen: set[tuple[str, ...]] = set()
    for column in (*_cells(rows, url), *_labelled(rows, url), *_classed(rows, url), *_plain(rows, url)):
        if column.share >= _ENOUGH and column.values not in seen:
            seen.add(column.values)
            yield column


def _cells(rows: Sequence[HtmlElement], url: str) -> Iterator[Column]:
    heads = header_row(rows) or []
    for number in range(1, len(rows[0].findall("td")) + 1 if rows[0].tag == "tr" else 1):
        said = " ".join(heads[number - 1].text_content().split()) if number <= len(heads) else ""
        yield _read({"xpath": f"td[{number}]"}, rows, url, said, "header" if said else "shape")


def _labelled(rows: Sequence[HtmlElement], url: str) -> Iterator[Column]:
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


def _typed(column: Column, order: Order) -> Column:
    named = field_of(column.said)
    labelled = named is not None and named[0] == "value"
    return replace(column, dates=find_dates(column.values, order), money=money_share(column.values, labelled))


def _take_named(column: Column, taken: dict[str, Guessed], forms: dict[str, DateForm]) -> None:
    """A field that a header, label or class names, where the values are of its type."""
    named = field_of(column.said) if column.by != "shape" else None
    if named is None:
        return
    name, word = named
    fits = {
        "deadline": column.dates is not None,
        "published": column.dates is not None,
        "value": column.money >= _ENOUGH,
        "key": _key_pattern(column.values) is not None and column.distinct == 1.0,
        "title": column.words >= 2 and column.dates is None,
        "status": column.words <= 4 and column.dates is None,
        "codes": any(re.search(r"\d{8}", value) for value in column.values),
        "procedure": column.words <= 8 and column.dates is None,
    }.get(name, column.dates is None)
    better = name in taken and taken[name].sure >= _WEIGHT[column.by] and not _is_longer(column, name, taken)
    if not fits or better:
        return
    _take(name, column, taken, forms, f'{column.by} "{column.said}" says {word}', _WEIGHT[column.by])


def _is_longer(column: Column, name: str, taken: dict[str, Guessed]) -> bool:
    """Of two columns called a title, a portal's "Name" and "Description", the first with several words is meant."""
    before = taken[name].values
    return name == "title" and column.words > 2 * max(sum(len(v.split()) for v in before) / max(len(before), 1), 1)


def _take(
    name: str, column: Column, taken: dict[str, Guessed], forms: dict[str, DateForm], why: str, sure: float
) -> None:
    rule = dict(column.rule)
    if name in DATES and column.dates is not None:
        forms[name] = column.dates
        rule |= {"regex": column.dates.pattern} if column.dates.pattern else {}
        sure -= 0.2 * column.dates.unsure
    if name == "codes":
        rule |= {"regex": r"(?<!\d)(\d{8})(?!\d)", "all": True, "scheme": "CPV"}
    if name == "key" and (pattern := _key_pattern(column.values)):
        rule |= {"regex": pattern} if pattern != "whole" else {}
    taken[name] = Guessed(name, rule, why, round(sure * min(1.0, column.share + 0.1), 2), column.values)


def _take_link(rows: Sequence[HtmlElement], url: str, taken: dict[str, Guessed]) -> None:
    """The address of a notice's page: a link of every row, each another, best that on its number or title."""
    host = urlsplit(url).hostname
    links = [[each for each in row.iter("a") if each.get("href") in links_of(row)] for row in rows]
    kinds = Counter(part for row in links for part in {link_part(each.get("href")) for each in row})
    found: list[tuple[tuple[float, ...], str, list[str]]] = []
    for part in (part for part, count in kinds.items() if count >= _ENOUGH * len(rows)):
        firsts = [next((each for each in row if link_part(each.get("href")) == part), None) for row in links]
        hrefs = [each.get("href") for each in firsts if each is not None]
        near = urlsplit(urljoin(url, hrefs[0])).hostname == host
        if len(set(hrefs)) >= _ENOUGH * len(rows):
            found.append(((not _OF_OTHERS.search(part), near, *_weigh(firsts, taken), len(set(hrefs))), part, hrefs))
    if not found:
        return
    _, part, hrefs = max(found)
    own = rows[0].tag == "a" and rows[0].get("href") == hrefs[0]
    safe = len(part) > 3 and '"' not in part and all(part in href for href in hrefs)
    where: Rule = {"xpath": "."} if own else {"css": f'a[href*="{part}"]'} if safe else {"css": "a"}
    why = f"{len(hrefs)} of {len(rows)} rows lead to a page of their own"
    taken["url"] = Guessed("url", {**where, "attribute": "href"}, why, 0.9, tuple(urljoin(url, each) for each in hrefs))


def _weigh(links: Sequence[HtmlElement | None], taken: dict[str, Guessed]) -> tuple[float, ...]:
    """How many of these links stand on the number, on the title, on any words."""
    texts = [" ".join(each.text_content().split()) if each is not None else "" for each in links]
    on = {
        name: sum(bool(text) and (text in value or value in text) for text, value in zip(texts, taken[name].values, strict=True) if value)
        if name in taken else 0
        for name in ("key", "title")
    }  # fmt: skip
    return max(on.values()), sum(map(bool, texts)), sum(map(len, texts))


def _take_by_shape(columns: Sequence[Column], taken: dict[str, Guessed], forms: dict[str, DateForm]) -> None:
    """What no word names: the longest text is the title, of two dates the later is the deadline."""
    used = {guess.values for guess in taken.values()}
    free = [column for column in columns if column.values not in used]
    dated = [column for column in free if column.dates is not None and column.by == "shape"]
    dated = list({column.dates.moments: column for column in reversed(dated) if column.dates}.values())
    if len(dated) == 2 and not {*DATES} & {*taken} and (pair := _earlier_later(dated[0], dated[1])):
        for name, column in zip(("published", "deadline"), pair, strict=True):
            _take(name, column, taken, forms, "the later of two dates" if name == "deadline" else "the earlier", 0.6)
    if "title" not in taken:
        titles = [each for each in free if each.dates is None and each.money < _ENOUGH and each.words >= 2.5]
        titles = [each for each in titles if each.distinct > 0.5 and not _holds_others(each, columns)] or titles
        if best := max(titles, key=lambda each: (each.by == "name", min(each.words, 25)), default=None):
            _take("title", best, taken, forms, "the longest text of the row", 0.6)
    if "value" not in taken:
        if paid := next((each for each in free if each.money >= 0.8 and each.dates is None), None):
            _take("value", paid, taken, forms, "amounts with a currency", 0.6)


def _holds_others(column: Column, columns: Sequence[Column]) -> bool:
    """It is a part of the row with several columns in it, not one of them."""
    inside = [each for each in columns if each is not column and _is_inside(each, column)]
    return len(inside) > 1


def _is_inside(one: Column, other: Column) -> bool:
    pairs = [(a, b) for a, b in zip(one.values, other.values, strict=True) if a]
    return all(a in b and len(a) < len(b) for a, b in pairs)


def _take_range(columns: Sequence[Column], order: Order, taken: dict[str, Guessed], forms: dict[str, DateForm]) -> None:
    """A column that prints "3/20/2026 - 4/20/2026": from when until when."""
    if {*DATES} & {*taken}:
        return
    for column in columns:
        halves = [re.split(r"(?<=\d)\s*(?:[-–—]|to|bis|au|al|до)\s*(?=\d{1,2}[/. ])", value) for value in column.values]
        if sum(len(each) == 2 for each in halves) < _ENOUGH * len(halves):
            continue
        ends = [find_dates([each[place] if len(each) == 2 else "" for each in halves], order) for place in (0, 1)]
        for name, found, mark in zip(
            ("published", "deadline"), ends, (r"{}\s*(?:[-–—]|to)", r"(?:[-–—]|to)\s*{}"), strict=True
        ):
            if found is not None:
                pattern = mark.format(found.pattern or r"([\d./]+)")
                why = "the end of a span of time" if name == "deadline" else "the beginning of a span of time"
                forms[name] = found
                taken[name] = Guessed(name, {**column.rule, "regex": pattern}, why, 0.6, column.values)
        return


def _earlier_later(one: Column, other: Column) -> tuple[Column, Column] | None:
    assert one.dates is not None
    assert other.dates is not None
    pairs = [(a, b) for a, b in zip(one.dates.moments, other.dates.moments, strict=True) if a and b]
    if pairs and all(a <= b for a, b in pairs):
        return one, other
    return (other, one) if pairs and all(b <= a for a, b in pairs) else None


def _take_key(columns: Sequence[Column], rows: Sequence[HtmlElement], url: str, taken: dict[str, Guessed]) -> None:
    """The notice's number: printed, if nothing else part of its link; never what two rows share."""
    if "key" in taken:
        return
    if "url" in taken and (found := _key_in_link(taken["url"])):
        taken["key"] = found
        return
    for column in columns:
        pattern = _key_pattern(column.values) if column.dates is None and column.money < _ENOUGH else None
        if pattern and column.share == 1.0:
            rule = column.rule if pattern == "whole" else {**column.rule, "regex": pattern}
            taken["key"] = Guessed("key", rule, "each row prints another number", 0.6, column.values)
            return
    if "url" in taken and len(set(taken["url"].values)) == len(rows):
        rule = {**taken["url"].rule, "regex": r"([^/?#]+)/?(?:[?#].*)?$"}
        values = tuple(next(iter(apply(rule, row, url)), "") for row in rows)
        if len(set(values)) == len(rows):
            taken["key"] = Guessed("key", rule, "the last part of its link", 0.5, values)


def _key_in_link(link: Guessed) -> Guessed | None:
    """The parameter, or the part of the path, that differs from notice to notice."""
    names = [name for name, value in parse_qsl(urlsplit(link.values[0]).query) if re.search(r"\d", value)]
    patterns = [rf"[?&]{re.escape(name)}=([^&#]+)" for name in names]
    patterns += [
        r"/(\d{3,})/?(?:[?#].*)?$",
        r"/(\d{3,})(?:[/?#_-]|$)",
        r"([0-9a-f]{8}-[0-9a-f-]{27})",
        r"/([^/?#]*\d[^/?#]*)/?$",
    ]
    for pattern in patterns:
        found = [re.search(pattern, value) for value in link.values]
        values = tuple(match[1] for match in found if match)
        if len(values) == len(link.values) and len(set(values)) == len(values):
            return Guessed("key", {**link.rule, "regex": pattern}, "what differs in its link", 0.75, values)
    return None


def _key_pattern(values: Sequence[str]) -> str | None:
    """How to cut numbers out of these values: "whole", or a pattern; None where they hold none, or one twice."""
    if all(_KEY.fullmatch(value) for value in values) and len(set(values)) == len(values):
        return "whole"
    found = [re.findall(r"(?<!\S)(?=\S*\d\S*\d)[\w][\w./-]{3,}\w(?!\S)", value) for value in values]
    if all(len(each) == 1 for each in found) and len({each[0] for each in found}) == len(values):
        return r"(?<!\S)((?=\S*\d\S*\d)\w[\w./-]{3,}\w)(?!\S)"
    return None


def _finish(taken: dict[str, Guessed], forms: dict[str, DateForm]) -> Fields:
    notes = []
    dates = tuple(dict.fromkeys(form for each in forms.values() for form in each.formats))
    if any(each.unsure for each in forms.values()):
        notes.append("which of day and month comes first in its dates is not sure: look at html.dates")
    values = taken["value"].values if "value" in taken else ()
    return Fields(
        tuple(taken.values()), dates, decimal_mark(values), bool(values) and not names_currency(values), tuple(notes)
    )
