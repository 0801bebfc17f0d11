"""HTML lists and notices' own pages become RawNotices by the selectors in the source's YAML (html_rules.py).

Texts are given as HTML, entities and all: normalising decodes them, once, as it does for every source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from html import escape
from typing import Any

from crawler.readers.html_find import Scope, read_tree
from crawler.readers.html_rules import DetailRules, Fields, HtmlRules, ListRules, Rows, Rule, read_rules
from domain.errors import SourceChanged, Unreadable
from domain.notices import Document, Kind, RawBuyer, RawLot, RawMoney, RawNotice, Status
from domain.sources import Source

_BUYER = ("id", "scheme", "country", "region", "url", "email", "phone")
_TEXTS = {"title", "description"}


@dataclass(frozen=True, slots=True)
class ListPage:
    """What a list says: its rows (partial, where notices have pages of their own), and those pages by key.

    `total` is what the portal prints; `faults` are rows that could not be read.
    """

    rows: tuple[RawNotice, ...]
    details: dict[str, str]
    total: int | None = None
    next_url: str | None = None
    faults: tuple[Unreadable, ...] = ()


def read_page(body: bytes, source: Source, url: str) -> ListPage:
    """A list or a notice's own page, whichever the selectors find. Raises SourceChanged where it is neither."""
    rules = read_rules(source.html, source.id)
    page = Scope(read_tree(body, source.encoding), url)
    if (
        rules.detail
        and not (rules.list and page.rows(_unpinned(rules.list.rows.row)))
        and page.rows(_unpinned(rules.detail.mark))
    ):
        return ListPage((_read_detail(page, rules.detail, source, None),), {})
    if rules.list:
        return _read_list(page, rules, rules.list, source)
    raise SourceChanged("not found", rules.detail.mark.text if rules.detail else None)


def read_list(body: bytes, source: Source, url: str) -> ListPage:
    """The rows of a list got from `url`.

    Raises SourceChanged for an empty body, a page without rows that does not say in the portal's own words that
    there are none, rows of which none can be read, and a count that is not what the YAML pins.
    """
    rules = read_rules(source.html, source.id)
    if rules.list is None:
        raise SourceChanged("the source has no html.list")
    return _read_list(Scope(read_tree(body, source.encoding), url), rules, rules.list, source)


def find_keys(body: bytes, source: Source) -> tuple[str, ...]:
    """The keys of a list's rows as far as they can be read, none where there is no list: what tells one page of it
    from another while a browser still draws it."""
    rules = read_rules(source.html, source.id)
    try:
        page = Scope(read_tree(body, source.encoding), "")
        if rules.list is None:
            return ()
        rows = page.rows(_unpinned(rules.list.rows.row))
        of_key = [_unpinned(rule) for rule in rules.list.rows.fields["key"]]
        found = [Scope(row, "").value(of_key) for row in rows]
    except Unreadable:
        return ()
    return tuple(key for key in found if key)


def read_detail(body: bytes, source: Source, url: str, row: RawNotice | None) -> RawNotice:
    """The notice of its own page; what the page does not say is taken from the list's `row`.

    Raises SourceChanged where the page's mark is missing or the page is another notice's.
    """
    rules = read_rules(source.html, source.id)
    if rules.detail is None:
        raise SourceChanged("the source has no html.detail")
    return _read_detail(Scope(read_tree(body, source.encoding), url), rules.detail, source, row)


def _read_list(page: Scope, rules: HtmlRules, of_list: ListRules, source: Source) -> ListPage:
    elements = page.rows(_unpinned(of_list.rows.row))
    total = _to_count(page.value(of_list.total))
    if not elements:
        if total == 0 or _says(page, of_list.nothing_found):
            return ListPage((), {}, 0)
        raise SourceChanged("no rows, and none of the portal's words for an empty list", of_list.rows.row.text)
    page.rows(of_list.rows.row)
    rows: list[RawNotice] = []
    details: dict[str, str] = {}
    faults: list[Unreadable] = []
    for position, element in enumerate(elements):
        try:
            row = _read_notice(Scope(element, page.url), of_list.rows.fields, source, partial=rules.detail is not None)
        except Unreadable as fault:
            faults.append(Unreadable(fault.reason, f"list.row[{position}]: {fault.element}"))
            continue
        rows.append(row)
        if detail := _detail_url(row, source) if rules.detail else None:
            details[row.key] = detail
    if not rows:
        raise SourceChanged(f"none of {len(elements)} rows can be read: {faults[0].reason}", faults[0].element)
    following = page.value(of_list.next)
    next_url = following if following and following.startswith(("http://", "https://")) else None
    return ListPage(tuple(rows), details, total, next_url, tuple(faults))


def _read_detail(page: Scope, rules: DetailRules, source: Source, row: RawNotice | None) -> RawNotice:
    if not page.rows(_unpinned(rules.mark)):
        raise SourceChanged("not found, so this is no notice's page", rules.mark.text)
    page.rows(rules.mark)
    found = _read_notice(page, rules.fields, source, partial=False, key=row.key if row else None)
    if row and found.key != row.key:
        raise SourceChanged(f"the page is of notice {found.key}, not {row.key}", _texts_of(rules.fields.get("key", ())))
    found = replace(
        found,
        url=found.url or page.url or None,
        lots=_read_lots(page, rules.lots, found.language or source.language or "und"),
        documents=_read_documents(page, rules.documents),
    )
    return _over_row(found, row) if row else found


def _read_notice(scope: Scope, of: Fields, source: Source, *, partial: bool, key: str | None = None) -> RawNotice:
    found = {name: scope.values(rules) for name, rules in of.items()}
    first = {name: values[0] for name, values in found.items() if values}
    key = first.get("key") or key
    if not key:
        raise SourceChanged("no key found", _texts_of(of.get("key", ())) or "key")
    kind, odd_kind = _in_words("kind", first.get("kind"), source.kinds, Kind)
    status, odd_status = _in_words("status", first.get("status"), source.statuses, Status)
    language = first.get("language") or source.language
    return RawNotice(
        key=key,
        kind=kind,
        status=status,
        url=first.get("url"),
        procedure_id=first.get("procedure_id"),
        language=language,
        title={language or "und": escape(first["title"], quote=False)} if "title" in first else {},
        description={language or "und": escape("\n\n".join(found["description"]), quote=False)}
        if first.get("description")
        else {},
        buyers=_read_buyers(found, first),
        country=first.get("country"),
        regions=tuple(found.get("regions", ())),
        codes=_read_codes(of, found.get("codes", ())),
        value=RawMoney(first["value"], first.get("currency")) if "value" in first else None,
        published=first.get("published"),
        deadline=first.get("deadline"),
        changes=first.get("changes"),
        raw={name: first[name] for name in ("law", "procedure") if name in first} or None,
        unknown_words=(*odd_kind, *odd_status),
        partial=partial,
    )


def _texts(paragraphs: Sequence[str], language: str | None) -> dict[str, str]:
    return {language or "und": escape("\n\n".join(paragraphs), quote=False)} if paragraphs else {}


def _read_buyers(found: Mapping[str, Sequence[str]], first: Mapping[str, str]) -> tuple[RawBuyer, ...]:
    """All names found; what else is printed belongs to the first, and the scheme to an id that was found."""
    names = [escape(name, quote=False) for name in found.get("buyer", ())]
    more = {name: first.get(f"buyer_{name}") for name in _BUYER if name != "scheme" or "buyer_id" in first}
    return tuple(RawBuyer(name, **(more if not position else {})) for position, name in enumerate(names))


def _read_codes(of: Fields, values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    scheme = next((rule.scheme for rule in of.get("codes", ()) if rule.scheme), None)
    return tuple((scheme, value) for value in dict.fromkeys(values)) if scheme else ()


def _read_lots(page: Scope, rules: Rows | None, language: str) -> tuple[RawLot, ...]:
    lots = []
    for element in page.rows(rules.row) if rules else ():
        scope = Scope(element, page.url)
        found = {name: scope.values(of) for name, of in (rules.fields if rules else {}).items()}
        first = {name: values[0] for name, values in found.items() if values}
        if "key" not in first:
            continue
        texts = {name: {language: escape(first[name], quote=False)} for name in _TEXTS if name in first}
        value = RawMoney(first["value"], first.get("currency")) if "value" in first else None
        codes = _read_codes(rules.fields if rules else {}, found.get("codes", ()))
        lots.append(RawLot(first["key"], codes=codes, value=value, deadline=first.get("deadline"), **texts))
    return tuple(lots)


def _read_documents(page: Scope, rules: Rows | None) -> tuple[Document, ...]:
    found: dict[str, Document] = {}
    for element in page.rows(rules.row) if rules else ():
        scope = Scope(element, page.url)
        first = {name: scope.value(of) for name, of in (rules.fields if rules else {}).items()}
        if url := first.get("url"):
            title = first.get("title")
            found.setdefault(url, Document(url, escape(title, quote=False) if title else None, first.get("media_type")))
    return tuple(found.values())


def _in_words(where: str, word: str | None, words: Mapping[str, Any], kind: Any) -> tuple[Any, list[tuple[str, str]]]:
    """Our word for the portal's, by the source's list (case and blanks aside); a constant is our own word."""
    if word is None:
        return None, []
    folded = " ".join(word.split()).casefold()
    for printed, ours in words.items():
        if " ".join(printed.split()).casefold() == folded:
            return ours, []
    if folded in {each.value for each in kind}:
        return kind(folded), []
    return None, [(where, " ".join(word.split()))]


def _over_row(found: RawNotice, row: RawNotice) -> RawNotice:
    """The page's fields over the row's; unknown words of both stay told, but for a word that the page mends."""
    kept = {
        each.name: getattr(row, each.name)
        for each in fields(RawNotice)
        if each.name not in ("partial", "buyers", "raw", "unknown_words") and not getattr(found, each.name)
    }
    mended = {name for name in ("kind", "status") if getattr(found, name)}
    words = [pair for pair in row.unknown_words if pair[0] not in mended and pair not in found.unknown_words]
    raw = {**(row.raw or {}), **(found.raw or {})} or None
    return replace(
        found, **kept, buyers=_join_buyers(found, row), raw=raw, unknown_words=(*found.unknown_words, *words)
    )


def _join_buyers(found: RawNotice, row: RawNotice) -> tuple[RawBuyer, ...]:
    """The page's buyers; the first keeps what only the row says of it, and its name where the page has none."""
    if not found.buyers or not row.buyers:
        return found.buyers or row.buyers
    first, other = found.buyers[0], row.buyers[0]
    missing = {name: getattr(other, name) for name in _BUYER if getattr(first, name) is None}
    return (replace(first, **missing), *found.buyers[1:])


def _detail_url(row: RawNotice, source: Source) -> str | None:
    if row.url and row.url.startswith(("http://", "https://")):
        return row.url
    template = source.endpoints.get("detail")
    return template.replace("{key}", row.key) if template else None


def _says(page: Scope, words: Sequence[str]) -> bool:
    text = page.text().casefold() if words else ""
    return any(" ".join(word.split()).casefold() in text for word in words)


def _to_count(printed: str | None) -> int | None:
    digits = "".join(mark for mark in printed or "" if mark.isascii() and mark.isdigit())
    return int(digits) if 0 < len(digits) < 12 else None


def _unpinned(rule: Rule) -> Rule:
    return replace(rule, least=0, most=None)


def _texts_of(rules: Sequence[Rule]) -> str:
    return " | ".join(rule.text for rule in rules)
