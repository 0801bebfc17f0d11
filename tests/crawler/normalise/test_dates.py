import contextlib
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.normalise.dates import Zones, to_moment
from crawler.normalise.zones import find_zone

LONDON = Zones(None, ZoneInfo("Europe/London"))
KAMCHATKA = Zones(find_zone("RU", "RU-KAM"), ZoneInfo("Europe/Moscow"))


@pytest.mark.parametrize(
    ("printed", "at", "precision", "zone_from"),
    [
        ("2026-02-01T12:00:00Z", "2026-02-01T12:00:00+00:00", "minute", "printed"),
        ("2026-02-01T12:00:00.000-06:00", "2026-02-01T12:00:00-06:00", "minute", "printed"),
        ("2026-02-01T12:00:00 +0100", "2026-02-01T12:00:00+01:00", "minute", "printed"),
        ("2026-07-01T12:00:00", "2026-07-01T12:00:00+01:00", "minute", "source"),
        ("2026-07-01 12:00", "2026-07-01T12:00:00+01:00", "minute", "source"),
        ("2026-07-10+02:00", "2026-07-10T23:59:59+02:00", "day", "printed"),
        ("2026-07-10", "2026-07-10T23:59:59+01:00", "day", "source"),
        ("03.08.2026 09:00 (МСК+9)", "2026-08-03T09:00:00+12:00", "minute", "printed"),
        ("03.08.2026 09:00 (МСК-1) Калининград", "2026-08-03T09:00:00+02:00", "minute", "printed"),
        ("03.08.2026 09:00 МСК", "2026-08-03T09:00:00+03:00", "minute", "printed"),
        ("3.8.2026", "2026-08-03T23:59:59+01:00", "day", "source"),
        ("12-Jul-2026 00:00 (GMT -12.00)", "2026-07-12T00:00:00-12:00", "minute", "printed"),
        ("14-Jun-2026 23:30 (GMT 2.00)", "2026-06-14T23:30:00+02:00", "minute", "printed"),
        ("14-Jun-2026 23:30 (GMT 5.75)", "2026-06-14T23:30:00+05:45", "minute", "printed"),
        ("14-Jun-2026 23:30 (GMT -3.50)", "2026-06-14T23:30:00-03:30", "minute", "printed"),
        ("12.08.2026\u00a009:00", "2026-08-12T09:00:00+01:00", "minute", "source"),
        ("Wed, 29 Jul 2026 06:59:36 GMT", "2026-07-29T06:59:36+00:00", "minute", "printed"),
        # The clocks skip 01:00 to 02:00 on 29 March, and show 01:00 to 02:00 twice on 25 October.
        ("2026-03-29T01:30:00", "2026-03-29T02:30:00+01:00", "minute", "source"),
        ("2026-10-25T01:30:00", "2026-10-25T01:30:00+01:00", "minute", "source"),
    ],
)
def test_a_deadline_as_printed(printed: str, at: str, precision: str, zone_from: str):
    moment = to_moment(printed, LONDON, end_of_day=True, formats=["%d-%b-%Y %H:%M"])
    assert (moment.at.isoformat(), moment.precision, moment.zone_from) == (at, precision, zone_from)


def test_a_bare_day_of_publication_begins_where_the_buyer_is():
    moment = to_moment("03.08.2026", KAMCHATKA, end_of_day=False)
    assert (moment.at.isoformat(), moment.zone_from) == ("2026-08-03T00:00:00+12:00", "buyer")


@pytest.mark.parametrize(
    "printed",
    ["", "soon", "2026-13-01", "31.02.2026", "0001-01-01T00:00:00Z", "0001-01-01", "9999-12-31", "2026", "20260102",
     "2026-02-01T25:00:00Z", "01.01.2026 10:00 (МСК+99)", "9" * 200],
)  # fmt: skip
def test_what_is_no_date_is_refused(printed: str):
    with pytest.raises(ValueError):
        to_moment(printed, LONDON, end_of_day=True)


@given(st.text() | st.datetimes().map(str) | st.dates().map(str))
def test_only_value_errors(printed: str):
    with contextlib.suppress(ValueError):
        assert to_moment(printed, KAMCHATKA, end_of_day=True).at.tzinfo is not None


@pytest.mark.parametrize(
    ("country", "region", "zone"),
    [
        ("ES", "ES701", "Atlantic/Canary"),
        ("ES", "ES300", "Europe/Madrid"),
        ("PT", "PT200", "Atlantic/Azores"),
        ("RO", None, "Europe/Bucharest"),
        ("CO", None, "America/Bogota"),
        ("UA", None, "Europe/Kyiv"),
        ("RU", "RU-OMS", "Asia/Omsk"),
        ("RU", "RU-MOW", "Europe/Moscow"),
        ("RU", "RU-SA", None),
        ("RU", None, None),
        ("US", None, None),
        ("BR", None, None),
        (None, None, None),
    ],
)
def test_a_buyers_zone_is_told_only_where_it_is_settled(country: str | None, region: str | None, zone: str | None):
    found = find_zone(country, region)
    assert (found.key if found else None) == zone
