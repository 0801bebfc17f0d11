"""Makes up the demo's notices: the same ones for the same day, on any machine. No clock and no shared randomness."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid5

from app.demo.nouns import Buyer, Change, Corpus, Kind, Lot, Method, Notice, Portal
from app.demo.wording import LANGUAGES, Subject, language, suppliers

SEED = 20_814
OCID_PREFIX = "ocds-tw0dmo"  # made up: no publisher has registered it
PROCEDURES = UUID("5b0c9f0e-6f2d-4a38-9d57-2f6b8e1c4a70")  # the namespace of the demo's procedures on TED

# How many notices each portal carries in each language, and what becomes of how many of them.
SPOKEN: dict[Portal, dict[str, int]] = {
    "ocds": {"en": 40, "fr": 18, "de": 18, "es": 15, "it": 14, "pl": 14, "pt": 12, "nl": 10, "uk": 9},
    "html": {"ru": 34, "uk": 14, "pl": 10, "de": 8, "fr": 8, "en": 8, "it": 7, "es": 6},
    "js": {"nl": 18, "pt": 14, "es": 10},
    "ted": {"de": 14, "fr": 14, "it": 12, "pl": 12, "es": 7, "pt": 7, "nl": 6},
}
STORIES: dict[Portal, dict[str, int]] = {
    "ocds": {"planned": 13, "planned_then_called": 3, "awarded": 12, "called_then_awarded": 6, "cancelled": 5,
             "moved": 9, "no_deadline": 6, "called": 96},
    "html": {"awarded": 4, "called_then_awarded": 5, "cancelled": 5, "moved": 6, "called": 75},
    "js": {"planned": 3, "called_then_awarded": 3, "cancelled": 3, "moved": 4, "called": 29},
    "ted": {"planned": 4, "awarded": 6, "called_then_awarded": 3, "cancelled": 3, "moved": 4, "called": 52},
}  # fmt: skip
# Rough rates, for plausible amounts only.
RATES = {"EUR": "1", "GBP": "0.86", "CHF": "0.95", "PLN": "4.3", "UAH": "48", "RUB": "95"}
CURRENCIES = {"GB": "GBP", "CH": "CHF", "PL": "PLN", "UA": "UAH", "RU": "RUB"}
CLOSING_TIMES = (time(10), time(11), time(12), time(13, 30), time(14), time(15, 45), time(17), time(23, 59))


@dataclass(frozen=True, slots=True)
class _Brief:
    """What one notice shall be about, before it has dates."""

    portal: Portal
    language: str
    subject: Subject
    variant: int
    buyer: Buyer
    story: str


def build_corpus(today: date) -> Corpus:
    """Return the notices of the twenty days before `today`, which is a date in the United Kingdom."""
    rng = Random(SEED)  # noqa: S311  (plausible, not secret)
    notices = [_notice(brief, number, today, rng) for number, brief in enumerate(_briefs(rng))]
    return Corpus(today, (*notices, _twin(notices)))


def _briefs(rng: Random) -> Iterator[_Brief]:
    used = dict.fromkeys(LANGUAGES, 0)
    for portal, spoken in SPOKEN.items():
        stories = [story for story, count in STORIES[portal].items() for _ in range(count)]
        rng.shuffle(stories)
        for code, story in zip((code for code, count in spoken.items() for _ in range(count)), stories, strict=True):
            variant, place = divmod(used[code], len(language(code).subjects))
            subject = language(code).subjects[place]
            buyer = rng.choice(language(code).buyers_of(subject.by))
            used[code] += 1
            yield _Brief(portal, code, subject, variant, buyer, story)


def _notice(brief: _Brief, number: int, today: date, rng: Random) -> Notice:
    currency = CURRENCIES.get(brief.buyer.country, "EUR")
    below = rng.random() < 0.12
    value = _value(brief, below, currency, rng)
    quantity = rng.randint(*brief.subject.n)
    description = f"{brief.subject.text} {rng.choice(language(brief.language).closing)}"
    published_at, deadline_at, changes = _dates(brief, today, rng)
    return Notice(
        portal=brief.portal,
        key=_key(brief, number, published_at, rng),
        kind=_kind(brief.story),
        language=brief.language,
        title=brief.subject.titles[brief.variant].format(n=quantity),
        description=description.format(n=quantity),
        buyers=_buyers(brief, rng),
        codes=brief.subject.codes,
        category=brief.subject.category,
        value=value,
        currency=currency,
        published_at=published_at,
        deadline_at=deadline_at,
        lots=_lots(brief.subject, value, rng),
        method=_method(brief.story, below, rng),
        supplier=rng.choice(suppliers()),
        changes=changes,
    )


def _twin(notices: list[Notice]) -> Notice:
    """The same procedure on the HTML portal: a laboratory's call that the OCDS portal carries too."""
    original = next(
        notice
        for notice in notices
        if notice.portal == "ocds"
        and notice.language == "fr"
        and notice.codes[0].startswith("38")
        and notice.deadline_at
        and not notice.changes
    )
    published_at = original.published_at + timedelta(hours=2)
    return replace(
        original,
        portal="html",
        key=f"3{published_at:%y}17042099",
        published_at=published_at,
        ocid=original.key,
    )


def _kind(story: str) -> Kind:
    if story.startswith("planned"):
        return "planning"
    return "award" if story == "awarded" else "tender"


def _method(story: str, below: bool, rng: Random) -> Method:
    if story == "awarded" and rng.random() < 0.5:
        return "direct"
    if below:
        return "below"
    return "restricted" if rng.random() < 0.15 else "open"


def _key(brief: _Brief, number: int, published_at: datetime, rng: Random) -> str:
    """Return an ocid, a UUID, or a register's number: 19 digits under one law (single suppliers too), or 11."""
    if brief.portal == "ocds":
        return f"{OCID_PREFIX}-{0x0A1000 + number * 7:06x}"
    if brief.portal == "ted":
        return str(uuid5(PROCEDURES, str(number)))
    if brief.portal == "js":
        return f"OTD-{published_at:%y}-{40_000 + number * 13}"
    if rng.random() < 0.7 or brief.story == "awarded":
        return f"0{rng.randint(10, 99)}{rng.randint(0, 99_999_999):08d}{published_at:%y}{number:06d}"
    return f"3{published_at:%y}{17_000_000 + number * 131:08d}"


def _buyers(brief: _Brief, rng: Random) -> tuple[Buyer, ...]:
    """Return the lead buyer; some purchases are joint."""
    others = [buyer for buyer in language(brief.language).buyers if buyer != brief.buyer]
    joint = brief.portal == "ocds" and rng.random() < 0.04
    return (brief.buyer, *(rng.sample(others, 3) if joint else ()))


def _value(brief: _Brief, below: bool, currency: str, rng: Random) -> Decimal | None:
    lowest, highest = (8, 60) if below else brief.subject.value
    euros = Decimal(rng.randint(lowest * 1000, highest * 1000))
    disclosed = rng.random() > 0.15
    amount = euros * Decimal(RATES[currency])
    cents = Decimal(rng.randint(0, 99)) / 100 if brief.portal == "html" else Decimal(0)
    return (round(amount, -2) + cents).quantize(Decimal("0.01")) if disclosed else None


def _lots(subject: Subject, value: Decimal | None, rng: Random) -> tuple[Lot, ...]:
    if not subject.lots or rng.random() < 0.2:
        return ()
    share = None if value is None else (value / len(subject.lots)).quantize(Decimal("0.01"))
    return tuple(
        Lot(str(number), title, subject.codes[(number - 1) % len(subject.codes) :][:1], share)
        for number, title in enumerate(subject.lots, start=1)
    )


def _dates(brief: _Brief, today: date, rng: Random) -> tuple[datetime, datetime | None, tuple[Change, ...]]:
    """Return when it was published, its first deadline, and what happened later: all of it before `today`."""
    ago = rng.choice((1, 1, 1, 2, 2, *range(1, 21)))
    open_for, closing = rng.randint(11, 45), rng.choice(CLOSING_TIMES)
    later = rng.choice((1, 1, 2, 2, *range(1, 5)))
    if brief.story in ("called_then_awarded", "planned_then_called", "cancelled", "moved"):
        ago = max(ago, 6) if brief.story != "called_then_awarded" else 20
    published = _working_day(today - timedelta(days=ago), ago)
    published_at = _at(published, time(rng.randint(8, 17), rng.randint(0, 59), rng.randint(0, 59)), brief.buyer)
    changed_at = _at(today - timedelta(days=later), time(rng.randint(8, 17), rng.randint(0, 59)), brief.buyer)
    if brief.story == "called_then_awarded":
        return published_at, _at(published + timedelta(days=10), closing, brief.buyer), (Change(changed_at, "award"),)
    if brief.story in ("planned", "awarded", "no_deadline"):
        return published_at, None, ()
    if brief.story == "called":
        return published_at, _at(published + timedelta(days=open_for), closing, brief.buyer), ()
    return published_at, *_changed(brief, today, changed_at, open_for, closing)


def _changed(
    brief: _Brief, today: date, changed_at: datetime, open_for: int, closing: time
) -> tuple[datetime | None, tuple[Change, ...]]:
    """Return the first deadline, still ahead on `today`, and the change."""
    first = _at(today + timedelta(days=3 + open_for // 4), closing, brief.buyer)
    if brief.story == "cancelled":
        return first, (Change(changed_at, "cancellation"),)
    if brief.story == "moved":
        return first, (Change(changed_at, "deadline", first + timedelta(days=7)),)
    return None, (Change(changed_at, "tender", first + timedelta(days=20)),)


def _working_day(day: date, ago: int) -> date:
    """Return the Friday before, for a day of a weekend; not in the last days, which always have something new."""
    return day - timedelta(days=day.weekday() - 4) if ago > 3 and day.weekday() > 4 else day


def _at(day: date, clock: time, buyer: Buyer) -> datetime:
    return datetime.combine(day, clock, buyer.tz)
