"""HTML lists and notices' own pages become RawNotices by the selectors in the source's YAML (html_rules.py)."""

from collections.abc import Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from crawler.readers.fields import (
    Found,
    ListPage,
    detail_url,
    over_row,
    read_documents,
    read_lots,
    read_notice,
    read_rows,
)
from crawler.readers.html_find import Scope, read_tree
from crawler.readers.html_rules import DetailRules, Fields, HtmlRules, ListRules, Rows, Rule, read_rules
from crawler.readers.rules import names_of
from domain.errors import SourceChanged, Unreadable
from domain.notices import RawNotice
from domain.sources import Source


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


def reads_once(source: Source) -> bool:
    """A notice's page is not asked again unless its row has changed."""
    rules = read_rules(source.html, source.id)
    return rules.detail is not None and rules.detail.once


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
    partial, fields = rules.detail is not None, of_list.rows.fields

    def read(element: HtmlElement) -> RawNotice:
        return _read_notice(Scope(element, page.url), fields, source, partial=partial)

    rows, faults = read_rows(elements, read, "list.row")
    details = {row.key: url for row in rows if (url := detail_url(row, source) if partial else None)}
    following = page.value(of_list.next)
    next_url = following if following and following.startswith(("http://", "https://")) else None
    return ListPage(tuple(rows), details, total, next_url, tuple(faults))


def _read_detail(page: Scope, rules: DetailRules, source: Source, row: RawNotice | None) -> RawNotice:
    if not page.rows(_unpinned(rules.mark)):
        raise SourceChanged("not found, so this is no notice's page", rules.mark.text)
    page.rows(rules.mark)
    found = _read_notice(page, rules.fields, source, partial=False, key=row.key if row else None)
    language = found.language
    found = replace(
        found,
        url=found.url or page.url or None,
        lots=read_lots(_inner(page, rules.lots), language),
        documents=read_documents(_inner(page, rules.documents), language),
    )
    return over_row(found, row, names_of(rules.fields.get("key", ()))) if row else found


def _inner(page: Scope, rows: Rows | None) -> list[Found]:
    return [_found(Scope(element, page.url), rows.fields) for element in page.rows(rows.row)] if rows else []


def _read_notice(scope: Scope, of: Fields, source: Source, *, partial: bool, key: str | None = None) -> RawNotice:
    return read_notice(_found(scope, of), source, partial=partial, key=key, of_key=names_of(of.get("key", ())))


def _found(scope: Scope, of: Fields) -> Found:
    return {name: scope.find(rules) for name, rules in of.items()}


def _says(page: Scope, words: Sequence[str]) -> bool:
    text = page.text().casefold() if words else ""
    return any(" ".join(word.split()).casefold() in text for word in words)


def _to_count(printed: str | None) -> int | None:
    digits = "".join(mark for mark in printed or "" if mark.isascii() and mark.isdigit())
    return int(digits) if 0 < len(digits) < 12 else None


def _unpinned(rule: Rule) -> Rule:
    return replace(rule, least=0, most=None)
