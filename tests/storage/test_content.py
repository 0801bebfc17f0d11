"""The canonical text of a revision is exactly what the slower, plainer way gives."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.notice_json import NOT_CONTENT, content, from_content, to_json
from domain.notices import Buyer, Code, Document, Kind, Lot, Money, Notice, Precision, Status, ZoneFrom

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
maybe = st.none() | texts
maps = st.dictionaries(st.sampled_from(["en", "fr", "de", "und"]), texts, max_size=4)
codes = st.lists(st.builds(Code, texts, texts), max_size=3).map(tuple)
money = st.none() | st.builds(Money, st.decimals(allow_nan=False, allow_infinity=False, places=2), texts)
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=3))])
moments = st.none() | st.datetimes(min_value=datetime(1900, 1, 1), timezones=zones)  # noqa: DTZ001
notices = st.builds(
    Notice,
    source=texts,
    key=texts,
    kind=st.sampled_from(Kind),
    status=st.sampled_from(Status),
    url=maybe,
    procedure_id=maybe,
    language=maybe,
    title=maps,
    description=maps,
    buyers=st.lists(st.builds(Buyer, texts, maybe, maybe, maybe, maybe, maybe, maybe), max_size=2).map(tuple),
    country=maybe,
    regions=st.lists(texts, max_size=2).map(tuple),
    codes=codes,
    value=money,
    published_at=moments,
    deadline_at=moments,
    deadline_precision=st.none() | st.sampled_from(Precision),
    deadline_zone=st.none() | st.sampled_from(ZoneFrom),
    lots=st.lists(st.builds(Lot, texts, maps, maps, codes, money, moments), max_size=2).map(tuple),
    documents=st.lists(st.builds(Document, texts, maybe, maybe), max_size=2).map(tuple),
    changes=maybe,
)


@settings(max_examples=60, deadline=None)
@given(notices)
def test_the_quick_way_is_the_plain_way(notice: Notice) -> None:
    plain = {key: value for key, value in to_json(notice).items() if key not in NOT_CONTENT}
    wanted = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    text, digest = content(notice)
    assert text == wanted.encode()
    assert digest == hashlib.sha256(wanted.encode()).hexdigest()
    assert from_content(text.decode(), notice.status) == notice


def test_an_amount_keeps_its_digits() -> None:
    notice = Notice("s", "k", Kind.TENDER, Status.OPEN, value=Money(Decimal("7440000.00"), "EUR"))
    assert b'"amount":"7440000.00"' in content(notice)[0]
