"""JSON lists and notices' own documents become RawNotices by the paths in the source's YAML (json_rules.py)."""

from dataclasses import replace
from typing import Any

from crawler.addresses import with_parameters
from crawler.normalise.counts import to_count
from crawler.paths import search
from crawler.readers.fields import ListPage, over_row, read_documents, read_lots, read_notice, read_rows
from crawler.readers.json_find import fill, find_fields, find_rows, find_value, to_rows
from crawler.readers.json_rules import DetailRules, Fields, Inner, ListRules, read_rules
from crawler.readers.limits import decode, load_json
from crawler.readers.rules import names_of
from domain.errors import SourceChanged
from domain.notices import RawNotice
from domain.sources import Source


def read_page(body: bytes, source: Source, url: str) -> ListPage:
    """A list or a notice's own document, whichever the paths find. Raises SourceChanged where it is neither."""
    rules = read_rules(source.json, source.id)
    try:
        return read_list(body, source, url)
    except SourceChanged:
        data = _load(body, source)
        if rules.detail is None or search(rules.detail.mark, data) is None:
            raise
        return ListPage((_read_detail(data, rules.detail, source, None),), {})


def read_list(body: bytes, source: Source, url: str) -> ListPage:
    """The rows of an answer got from `url`.

    Raises SourceChanged for an empty body, an error in place of a list, a body without its rows that neither tells a
    total of 0 nor has the portal's own words for an empty list, and rows of which none can be read.
    """
    rules = read_rules(source.json, source.id)
    data, of_list = _load(body, source), rules.list
    found = search(of_list.rows.path, data)
    rows = to_rows(found)
    total = to_count(search(of_list.total, data)) if of_list.total else None
    if not rows:
        _check_empty(rows, total, body, data, of_list, source)
        return ListPage((), {}, total)
    if of_list.total and total is None:
        raise SourceChanged("no total, where the list has one", str(of_list.total.expression))
    whole = rules.detail is None
    notices, faults = read_rows(rows, lambda row: _read_row(row, of_list, source, partial=not whole), of_list.rows.text)
    more = search(of_list.more, data) if of_list.more else None
    return ListPage(
        tuple(notices),
        {} if whole else _details(rows, of_list.rows.fields, source),
        total,
        _next_url(data, of_list, url) if more is not False else None,
        tuple(faults),
        more=None if more is None else bool(more),
        pages=to_count(search(of_list.pages, data)) if of_list.pages else None,
    )


def read_detail(body: bytes, source: Source, row: RawNotice | None) -> RawNotice:
    """The notice of its own document; what that does not say is taken from the list's `row`.

    Raises SourceChanged where the mark is missing or the document is another notice's.
    """
    rules = read_rules(source.json, source.id)
    if rules.detail is None:
        raise SourceChanged("the source has no json.detail")
    return _read_detail(_load(body, source), rules.detail, source, row)


def reads_once(source: Source) -> bool:
    """A notice's document is not asked again unless its row has changed."""
    rules = read_rules(source.json, source.id)
    return rules.detail is not None and rules.detail.once


def _load(body: bytes, source: Source) -> Any:
    texts = load_json(body, source.encoding)
    if len(texts) != 1:
        raise SourceChanged(f"{len(texts)} JSON texts where one was promised")
    return texts[0]


def _check_empty(rows: Any, total: int | None, body: bytes, data: Any, of_list: ListRules, source: Source) -> None:
    """Raises SourceChanged where an answer without rows is not the portal's way to say that there are none."""
    text = decode(body, source.encoding).casefold() if of_list.empty else ""
    if total == 0 or any(word.casefold() in text for word in of_list.empty):
        return
    if of_list.error and (told := search(of_list.error, data)) is not None:
        raise SourceChanged(f"the portal answers with an error: {str(told)[:200]}", str(of_list.error.expression))
    if rows is None:
        raise SourceChanged("no rows, and none of the portal's words for an empty list", of_list.rows.text)


def _next_url(data: Any, of_list: ListRules, url: str) -> str | None:
    """The next page: an address, relative or not, or this page's own with another value of the parameter."""
    found = find_value(data, of_list.next)
    if found is None or of_list.next_param is None:
        return found
    return with_parameters(url, {of_list.next_param: found})


def _read_row(row: Any, of_list: ListRules, source: Source, *, partial: bool) -> RawNotice:
    found = find_fields(row, of_list.rows.fields)
    notice = read_notice(found, source, partial=partial, of_key=_key_of(of_list.rows.fields))
    return _with_inner(notice, row, of_list.inner)


def _details(rows: list[Any], fields: Fields, source: Source) -> dict[str, str]:
    """The address of each row's own document, by key: `endpoints: {detail: "https://…/{row.id}"}`."""
    template = source.endpoints.get("detail", "")
    keys = (find_value(row, fields["key"]) for row in rows)
    found = ((key, fill(template, row)) for key, row in zip(keys, rows, strict=True))
    return {key: url for key, url in found if key and url}


def _read_detail(data: Any, rules: DetailRules, source: Source, row: RawNotice | None) -> RawNotice:
    if search(rules.mark, data) is None:
        raise SourceChanged("not found, so this is no notice's document", rules.mark_text)
    inside = search(rules.row, data) if rules.row else data
    of_key = _key_of(rules.fields)
    found = find_fields(inside, rules.fields)
    notice = read_notice(found, source, partial=False, key=row.key if row else None, of_key=of_key)
    notice = _with_inner(notice, inside, rules.inner)
    return over_row(notice, row, of_key) if row else notice


def _with_inner(notice: RawNotice, data: Any, inner: Inner) -> RawNotice:
    if inner.lots is None and inner.documents is None:
        return notice
    lots = read_lots(find_rows(data, inner.lots), notice.language)
    return replace(notice, lots=lots, documents=read_documents(find_rows(data, inner.documents), notice.language))


def _key_of(fields: Fields) -> str:
    return names_of(fields.get("key", ()))
