"""The `watch:` block of a source's YAML: which part of a page is followed, and which differences are noise."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cssselect import SelectorError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

RULES: Mapping[str, str] = {
    "invisible": "scripts, styles, comments, hidden elements, and the choices and fields of forms",
    "ads": "frames, advertisements, and banners that ask for consent",
    "dates": "clocks, `today is` and `last updated` lines, `5 minutes ago`, a `2 days left` that only ran on; never a "
    "date in a sentence, row or label about a deadline, nor one that moves otherwise than the clock does",
    "counters": "views, visitors, downloads, likes; the number of results and of pages to turn; numbers standing alone",
    "tokens": "numbers of requests and sessions, and other long random words",
    "tracking": "in links: campaign parameters, session ids, tokens and moments",
    "order": "where a block stands, and in which order its lines do",
    "returning": "a block that was missed for a while and comes back as it was",
}
"""Every rule, and what it ignores. All are in force unless the YAML says otherwise."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one source. `selects` and `leaves_out` are elements (none selected: the whole page); `in_force` are
    names out of `RULES`; `regexes` is noise of this page's own; `words` are folded, and one of them must begin a word
    of what is told (none: everything is told)."""

    selects: tuple[etree.XPath, ...] = ()
    leaves_out: tuple[etree.XPath, ...] = ()
    in_force: frozenset[str] = frozenset(RULES)
    regexes: tuple[re.Pattern[str], ...] = ()
    words: tuple[str, ...] = ()
    cut: str = ""

    def are_met_by(self, text: str) -> bool:
        """One of the operator's words begins a word of the text, or there are none."""
        folded = " ".join(text.split()).casefold()
        return not self.words or any(re.search(rf"(?<!\w){re.escape(word)}", folded) for word in self.words)

    def without_own_noise(self, text: str) -> str:
        """The text without what the operator's expressions find."""
        for regex in self.regexes:
            text = regex.sub("", text)
        return " ".join(text.split())


def read_rules(values: Mapping[str, Any]) -> Rules:
    """The rules that `watch:` declares; `check_rules` has told what is wrong with them."""
    in_force = (frozenset(values.get("ignore", RULES)) - frozenset(values.get("keep", ()))) & frozenset(RULES)
    selects, leaves_out = _as_list(values.get("select")), _as_list(values.get("leave_out"))
    return Rules(
        selects=tuple(map(_to_path, selects)),
        leaves_out=tuple(map(_to_path, leaves_out)),
        in_force=in_force,
        regexes=tuple(re.compile(each) for each in values.get("regexes", ())),
        words=tuple(" ".join(word.split()).casefold() for word in values.get("words", ())),
        cut=repr((selects, leaves_out, sorted(in_force & {"invisible", "ads"}))),
    )


def check_rules(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong with a `watch:` block beyond its schema: the place in it, and how to mend it."""
    for name in ("select", "leave_out"):
        for css in _as_list(values.get(name)):
            try:
                _to_path(css)
            except (SelectorError, etree.XPathError) as error:
                yield (name,), f"{css!r} is no CSS selector ({error}); write one such as div.tenders"
    for place, regex in enumerate(values.get("regexes", ())):
        try:
            re.compile(regex)
        except re.error as error:
            yield ("regexes", place), f"no regular expression ({error}); mend it"
    for name in sorted(set(values.get("ignore", ())) & set(values.get("keep", ()))):
        yield ("keep",), f"{name} stands in ignore as well; remove one of the two"


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _to_path(css: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(css))
