"""Which sources were read at their own portal is remembered, the newest time only."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from domain.sources import Verification
from storage.engine import reading, writing
from storage.verifications import find_never_verified, find_verifications, save_verification

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_the_newest_verification_is_kept(engine: Engine) -> None:
    with writing(engine) as c:
        save_verification(c, Verification("gb_a", AT.replace(year=2025), "0.1.0"))
        save_verification(c, Verification("gb_a", AT, "0.2.0"))
    with reading(engine) as c:
        assert find_verifications(c) == {"gb_a": Verification("gb_a", AT, "0.2.0")}
        assert find_never_verified(c, ["gb_b", "gb_a", "eu_c"]) == ["eu_c", "gb_b"]
