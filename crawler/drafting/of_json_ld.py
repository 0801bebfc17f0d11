"""JSON-LD in a web page: its things as rows, for which a spider is drafted."""

import json
from collections.abc import Sequence

from crawler.drafting.asking import FetchedPage
from crawler.drafting.draft import About, Draft, filled_of, head, heads_up, sure_of, tail
from crawler.drafting.module import json_ld_module
from crawler.drafting.of_json import Row, guess_rows


def draft_json_ld(page: FetchedPage, about: About, rows: Sequence[Row]) -> Draft | None:
    """The rows as a source with a spider of its own; None where none of them has a number and a title."""
    fields = guess_rows(rows, about)
    if fields is None:
        return None
    hold = "hold FIELDS in it against the portal's own documentation, then remove `enabled: false`"
    return Draft(
        kind="JSON-LD",
        protocol=None,
        sure=min(0.6, sure_of(fields.guessed, 0.9)),
        evidence=(f"{len(rows)} things in the page's JSON-LD",),
        values={
            **head(about, needs_currency=fields.needs_currency),
            "endpoint": page.url,
            "listing": {"file": {}},
            **tail(len(rows), filled_of(fields.guessed)),
            "enabled": False,
        },
        rows=len(rows),
        suffix="html",
        guessed=fields.guessed,
        missing=(
            f"no protocol of ours reads JSON-LD: {about.id}.py was drafted to read it; {hold}",
            *heads_up(about),
            "how it goes on after this page is not known: the page is taken for the whole list",
        ),
        module=json_ld_module(about, {each.field: each.rule["path"] for each in fields.guessed}, fields.dates),
    )


def rows_of_json_ld(texts: Sequence[str]) -> list[Row]:
    """What stands in a page's JSON-LD: the items of lists, else typed things."""
    found: list[Row] = []
    for text in texts:
        try:
            value = json.loads(text, strict=False)
        except ValueError:
            continue
        for each in (
            value if isinstance(value, list) else value.get("@graph", [value]) if isinstance(value, dict) else []
        ):
            if isinstance(each, dict) and isinstance(each.get("itemListElement"), list):
                found += [item.get("item", item) for item in each["itemListElement"] if isinstance(item, dict)]
            elif isinstance(each, dict) and "@type" in each:
                found.append(each)
    return [row for row in found if isinstance(row, dict)]
