"""Instants and texts come back from both engines as they were."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import StatementError

from storage.bulk import Same, insert_columns
from storage.engine import writing
from storage.schema import issues, releases, sources
from tests.factories import NOW


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
        datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London")),
        datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=ZoneInfo("Europe/London")),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_in_utc(engine: Engine, moment: datetime) -> None:
    with writing(engine) as c:
        c.execute(insert(sources), {"source": "a", "lease_expires_at": moment})
        found = c.execute(select(sources.c.lease_expires_at)).scalar_one()
        assert c.execute(select(sources.c.source).where(sources.c.lease_expires_at == moment)).scalar() == "a"
    assert found == moment.astimezone(UTC)
    assert found.tzinfo is UTC


def test_instants_sort(engine: Engine) -> None:
    east = timezone(timedelta(hours=9))
    moments = [datetime(2026, 1, 1, 12, tzinfo=east), datetime(2026, 1, 1, 9, tzinfo=UTC), None]
    with writing(engine) as c:
        rows = [{"source": str(number), "lease_expires_at": moment} for number, moment in enumerate(moments)]
        c.execute(insert(sources), rows)
        at_nine = sources.c.lease_expires_at < datetime(2026, 1, 1, 9, tzinfo=UTC)
        assert c.execute(select(sources.c.source).where(at_nine)).scalars().all() == ["0"]


def test_a_naive_instant_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(StatementError, match="no time zone"), writing(engine) as c:
        c.execute(insert(sources), {"source": "a", "lease_expires_at": naive})


def test_what_no_database_takes_is_replaced(engine: Engine) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    row = {"source": "a", "kind": "unreadable", "reason": "odd: \x00 \ud800 😀", "identity": "i", "seen": 1}
    with writing(engine) as c:
        c.execute(insert(issues), {**row, "first_seen_at": now, "last_seen_at": now})
        assert c.execute(select(issues.c.reason)).scalar_one() == "odd: \ufffd \ufffd 😀"


def test_text_given_as_its_bytes_is_text(engine: Engine) -> None:
    texts = ["plain", "é 中 😀", ""]
    row = {"source": Same("a"), "ocid": Same("o"), "saved_at": Same(NOW)}
    with writing(engine) as c:
        insert_columns(c, releases, {**row, "digest": ["1", "2", "3"], "body": [text.encode() for text in texts]})
        insert_columns(c, releases, {**row, "digest": ["4", "5", "6"], "body": texts})
        query = select(releases.c.body).order_by(releases.c.digest)
        assert c.execute(query).scalars().all() == [*texts, *texts]
        assert c.execute(query.where(releases.c.body == "é 中 😀".encode())).scalars().all() == ["é 中 😀"] * 2
        lengths = c.execute(select(func.length(releases.c.body)).order_by(releases.c.digest)).scalars().all()
        assert lengths == [5, 5, 0] * 2, "in letters: no engine keeps bytes"
