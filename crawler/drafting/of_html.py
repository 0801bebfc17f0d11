"""A web page: its list as `html.list`, and a notice's own page as `html.detail`."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.drafting.asking import FetchedPage
from crawler.drafting.columns import Guessed
from crawler.drafting.draft import About, Draft, filled_of, head, heads_up, plain_title, sure_of, tail
from crawler.drafting.naming import Fields, guess_fields, statuses_of
from crawler.drafting.paging import find_paging
from crawler.drafting.printed import Order, find_dates, find_order, money_share
from crawler.drafting.rows import Rows, find_rows
from crawler.drafting.selectors import Rule, apply
from crawler.drafting.vocabulary import field_of
from crawler.normalise.languages import to_language
from crawler.readers.html_find import read_tree, text_of

_OF_DETAIL = ("deadline", "published", "value", "codes", "buyer", "procedure", "status", "key", "description")
_LONGEST = 300  # characters of a value beside a label; a description may be long


def draft_html(page: FetchedPage, id: str, *, browser: str | None = None) -> Draft | None:  # noqa: A002
    """The page's list as a source; None where nothing on it repeats as notices do."""
    tree = read_tree(page.body, None)
    rows = find_rows(tree)
    if rows is None:
        return None
    about = about_page(tree, id, page.url)
    fields = guess_fields(rows, page.url, about.country)
    if not {"key"} <= {each.field for each in fields.guessed}:
        return None
    paging = find_paging(tree, page.url, rows.elements)
    block = _list_block(rows, fields, paging.next, paging.total)
    browse = {"browser": {"wait_for": browser}} if browser else {}
    statuses = statuses_of(fields.guessed)
    values = {
        **head(about, needs_currency=fields.needs_currency),
        "protocol": "html",
        "endpoint": page.url,
        **browse,
        "listing": paging.listing,
        **tail(len(rows.elements), filled_of(fields.guessed)),
        **({"statuses": statuses} if statuses else {}),
        "html": block,
    }
    missing = [*heads_up(about), *fields.notes, *paging.missing]
    missing.append("html.list.nothing_found: the portal's own words for an empty list, which this page does not show")
    url = next((each for each in fields.guessed if each.field == "url"), None)
    return Draft(
        kind="a list on a web page",
        protocol="html",
        sure=sure_of(fields.guessed, min(0.95, rows.score / 8) if rows.by_meaning else 0.5),
        evidence=(*rows.why, f"the rows are {_shown(rows.rule)}", *paging.why),
        values=values,
        rows=len(rows.elements),
        suffix="html",
        guessed=fields.guessed,
        missing=tuple(missing),
        detail_url=url.values[0] if url else None,
    )


def add_detail(draft: Draft, page: FetchedPage) -> Draft:
    """The draft with what the page of its first notice says beside labels that we know; as it was, where none."""
    tree = read_tree(page.body, None)
    country = draft.values["publisher"]["country"]
    known = {each.field for each in draft.guessed}
    found, formats = _find_labelled(tree, page.url, country)
    new = {name: rule for name, rule in found.items() if name not in known or name in ("deadline", "value", "buyer")}
    if not set(new) - known and not new:
        return replace(draft, missing=(*draft.missing, "html.detail: no labels that we know on a notice's own page"))
    mark = found[next(iter(new))]["label"]
    if key := _key_rule(draft, tree, page.url):
        new = {"key": key, **new}
    block = {**draft.values["html"]}
    block["detail"] = {"is": {"xpath": _label_path(mark)}, "fields": new}
    block["dates"] = list(dict.fromkeys([*block.get("dates", ()), *formats]))
    if not block["dates"]:
        del block["dates"]
    guessed = tuple(
        Guessed(f"{name} (own page)", rule, _why(rule), 0.85, tuple(apply(rule, tree, page.url)[:1]))
        for name, rule in new.items()
    )
    labels = ", ".join(rule["label"] for rule in new.values() if "label" in rule)
    why = f"the page of the first notice has labels: {labels}"
    return replace(
        draft,
        values={**draft.values, "html": block},
        guessed=(*draft.guessed, *guessed),
        evidence=(*draft.evidence, why),
    )


def _key_rule(draft: Draft, tree: HtmlElement, url: str) -> Rule | None:
    """Where a notice's own page says the number that its row has: beside a label, or in its address."""
    key = next(each for each in draft.guessed if each.field == "key")
    cut = re.search(key.rule.get("regex", "$^"), key.values[0])
    wanted = cut[1] if cut else key.values[0]
    texts = (" ".join((each.text or "").split()) for each in tree.iter(etree.Element))
    labels = dict.fromkeys(text.rstrip(" :*") for text in texts if 1 < len(text) < 40 and field_of(text, ("key",)))
    rules: list[Rule] = [{"label": label} for label in labels]
    names = [name for name, value in parse_qsl(urlsplit(url).query) if value == wanted]
    rules += [{"page": True, "regex": rf"[?&]{re.escape(name)}=([^&#]+)"} for name in names]
    rules += [{"page": True, "regex": key.rule["regex"]}] if "attribute" in key.rule and "regex" in key.rule else []
    return next((rule for rule in rules if apply(rule, tree, url)[:1] == [wanted]), None)


def _why(rule: Rule) -> str:
    return f'label "{rule["label"]}"' if "label" in rule else "in the page's own address"


def about_page(tree: HtmlElement, id: str, url: str) -> About:  # noqa: A002
    """What the page says of its portal: its name and language."""
    name = tree.xpath("string(//meta[@property='og:site_name']/@content)") or tree.xpath("string(//title)")
    root = tree.getroottree().getroot()
    return About(id, url, plain_title(name), to_language(root.get("lang") or "") if root.get("lang") else None)


def _list_block(rows: Rows, fields: Fields, following: Rule | None, total: Rule | None) -> dict[str, Any]:
    order = ("key", "url", "title", "buyer", "status", "procedure", "value", "published", "deadline", "codes")
    by_field = {each.field: each.rule for each in fields.guessed}
    told: dict[str, Any] = {name: by_field[name] for name in order if name in by_field}
    told.setdefault("kind", {"value": "tender"})
    block: dict[str, Any] = {"dates": list(fields.dates)} if fields.dates else {}
    if fields.decimal:
        block["decimal"] = fields.decimal
    listed: dict[str, Any] = {"row": {**rows.rule, "count": "1+"}}
    listed |= {"total": total} if total else {}
    listed |= {"next": following} if following else {}
    return {**block, "list": {**listed, "fields": told}}


def _find_labelled(tree: HtmlElement, url: str, country: str) -> tuple[dict[str, Rule], list[str]]:
    """Fields beside a label of theirs whose value is of the field's type, and the formats of dates among them."""
    order = find_order([text_of(tree)], country)
    found: dict[str, Rule] = {}
    formats: list[str] = []
    for element in tree.iter():
        printed = " ".join((element.text or "").split()) if isinstance(element.tag, str) else ""
        named = field_of(printed, _OF_DETAIL) if 1 < len(printed) < 40 and element.tag not in ("a", "option") else None
        if named is None or named[0] in found or '"' in printed:
            continue
        rule: Rule = {"label": printed.rstrip(" :*")}
        value = next(iter(apply(rule, tree, url)), "")
        if (fitting := _fit(named[0], value, order)) is not None:
            found[named[0]] = {**rule, **fitting[0]}
            formats += fitting[1]
    return found, formats


def _fit(name: str, value: str, order: Order) -> tuple[Rule, tuple[str, ...]] | None:
    """What the rule of this value needs beside its label; None where the value is not of the field's type."""
    if not value or (len(value) > _LONGEST and name != "description"):
        return None
    if name in ("deadline", "published"):
        dates = find_dates([" ".join(value.split())], order)
        return ({"regex": dates.pattern} if dates.pattern else {}, dates.formats) if dates else None
    if name == "value":
        return ({}, ()) if money_share([value], True) else None
    if name == "codes":
        return (
            ({"regex": r"(?<!\d)(\d{8})(?!\d)", "all": True, "scheme": "CPV"}, ())
            if re.search(r"\d{8}", value)
            else None
        )
    if name == "key":
        return None  # the row's key stands: a page may print several numbers
    return {}, ()


def _label_path(label: str) -> str:
    return f'//*[starts-with(normalize-space(text()), "{label}")]'


def _shown(rule: Rule) -> str:
    return " ".join(f"{name} {value}" for name, value in rule.items())
