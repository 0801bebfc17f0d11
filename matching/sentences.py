"""Scores in sentences that whoever keeps the lists can read: where a word stands, and what it is to the profile."""

import re
from collections.abc import Iterator
from decimal import Decimal

from domain.notices import Notice
from domain.opportunities import OF_LOT, Reason, show_points, to_points
from matching.meaning.labels import name_code

SHOWN = 80  # letters of a printed text in a sentence
AROUND = 40  # letters of a long text on each side of a word
LONG = 2 * AROUND
FIELD = re.compile(
    r"(?:lots\[(?P<lot>\d+)\]\.)?(?P<name>title|description|codes|value|buyers|documents|regions|country|kind)"
    r"(?:\[\d+\])?(?:\.(?P<rest>[\w.]+))?"
)
CODE, CPV = re.compile(r"codes\[\d+\]$"), re.compile(r"\d{8}")
NAMES = {
    "title": "the title",
    "description": "the description",
    "codes": "the buyer's codes",
    "value": "the value",
    "buyers": "the buyer's name",
    "documents": "the title of a document",
    "regions": "the region",
    "country": "the country",
    "kind": "the kind of notice",
}


def to_sentence(reason: Reason, notice: Notice | None = None) -> str:
    """A line of a score: `+42 The title has one of your keywords: “pumps” in the title (yours: pump*).`

    With its notice a word of a long text is shown with what stands around it.
    """
    parts = [
        f"{show_points(reason.points, sign=True)} " if reason.points and not reason.stops else "",
        reason.explanation.rstrip("."),
    ]
    if reason.text:
        around = _find_around(reason, notice) if notice else None
        text = around or _name(reason, notice)
        parts.append(f": “{text}”" + (f" in {name_field(reason.field, notice)}" if reason.field else ""))
    if reason.matched and reason.matched != reason.text:
        parts.append(f" (yours: {reason.matched})")
    return f"{''.join(parts)}."


def _name(reason: Reason, notice: Notice | None) -> str:
    """The text, cut where it is long; of a CPV code also what it stands for, of an amount its currency."""
    text = reason.text or ""
    match = FIELD.fullmatch(reason.field or "")
    if notice and match and match["name"] == "value" and match["rest"] == "amount":
        money = notice.value if match["lot"] is None else notice.lots[int(match["lot"])].value
        return f"{text} {money.currency}" if money else text
    label = name_code(text) if CODE.search(reason.field or "") and CPV.fullmatch(text) else None
    shown = f"{text}: {label}" if label else text
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def name_field(path: str, notice: Notice | None = None) -> str:
    """A field as people say it: `lots[2].title.fr` is "the title of lot 3", or of the key that the portal prints."""
    match = FIELD.fullmatch(path)
    if match is None:
        return path
    name = NAMES[match["name"]]
    if match["lot"] is None:
        texts = getattr(notice, match["name"]) if notice and match["name"] in ("title", "description") else {}
        return f"{name} ({match['rest']})" if len(texts) > 1 else name
    number = int(match["lot"])
    key = notice.lots[number].key if notice and number < len(notice.lots) else str(number + 1)
    return f"{name} of lot {key or number + 1}".replace("the buyer's codes", "the codes")


def _find_around(reason: Reason, notice: Notice) -> str | None:
    """The word in brackets with what stands around it, where its field is a long text."""
    match = FIELD.fullmatch(reason.field or "")
    if not match or match["name"] not in ("title", "description") or reason.start is None or reason.end is None:
        return None
    owner = notice if match["lot"] is None else notice.lots[int(match["lot"])]
    text = getattr(owner, match["name"]).get(match["rest"], "")
    if len(text) <= LONG or len(reason.text or "") > SHOWN:
        return None
    before, after = text[max(reason.start - AROUND, 0) : reason.start], text[reason.end : reason.end + AROUND]
    shown = f"{_cut(before[::-1])[::-1] if reason.start > AROUND else before}[{reason.text}]"
    shown += _cut(after) if reason.end + AROUND < len(text) else after
    return " ".join(shown.split())


def _cut(text: str) -> str:
    """Up to the last whole word, with dots."""
    return f"{text.rpartition(' ')[0] or text} …"


def to_facts(reasons: tuple[Reason, ...], notice: Notice) -> Iterator[str]:
    """The lines that give points or tell of something unknown, as sentences; words for one thing share a line."""
    groups: dict[tuple[str, str | None], list[Reason]] = {}
    for reason in reasons:
        if not reason.stops and reason.rule != OF_LOT and (reason.points or reason.matched or reason.text):
            key = (reason.rule, reason.matched)
            groups.setdefault(key, []).append(reason)
    for group in sorted(groups.values(), key=lambda each: -sum(reason.points for reason in each)):
        yield to_sentence(group[0], notice) if len(group) == 1 else _to_line(group)


def _to_line(group: list[Reason]) -> str:
    """Several words for one thing: `+9.2 … what you sell (CPV 42: Pumps): “pumps” +6, “valves” +3.2.`"""
    total = show_points(to_points(sum((each.points for each in group), Decimal(0))), sign=True)
    words = ", ".join(f"“{each.text}” {show_points(each.points, sign=True)}" for each in group)
    return f"{total} {group[0].explanation.rstrip('.')} ({group[0].matched}): {words}."
