"""A score is the same on SQLite and on PostgreSQL, and through them: what is stored is what was scored in memory."""

import random
from decimal import Decimal

from sqlalchemy import Engine

from domain.notices import Buyer, Code, Money, Notice
from domain.profiles import BuyerLists, CatalogueItem, Keywords, Profile, ValueRange
from domain.rates import Rates
from matching.profiles import digest
from matching.run import match_stored
from matching.score import prepare, score
from storage.engine import reading, writing
from storage.opportunities import find_assessments, find_opportunities
from storage.profiles import save_profile
from storage.rates import save_rates
from tests.factories import NOW, a_lot, a_notice, a_profile, stored
from tests.matching.factories import CODES, WORDS

RATES = Rates({NOW.date().replace(month=10, day=30): {"GBP": Decimal("0.85")}})


def some_notices(chance: random.Random, count: int) -> list[Notice]:
    def text() -> str:
        return " ".join(chance.choices([*WORDS, "supply", "of", "water", "for", "the"], k=chance.randint(1, 9)))

    def money() -> Money | None:
        amount = Decimal(chance.randint(1, 99999)) / 100
        return Money(amount, chance.choice(["EUR", "GBP", "RUB"])) if chance.random() < 0.7 else None

    return [
        a_notice(
            key=str(number),
            title={chance.choice(["en", "fr", "ru"]): text()},
            description={"en": text()},
            buyers=(Buyer(chance.choice(["Norbridge Works", "Other"])),),
            codes=tuple(Code("CPV", each) for each in chance.sample(CODES[:3], chance.randint(0, 2))),
            value=money(),
            lots=tuple(a_lot(str(n), title={"en": text()}, value=money()) for n in range(chance.randint(0, 2))),
        )
        for number in range(count)
    ]


def some_profiles(chance: random.Random, count: int) -> list[Profile]:
    lines = ["pump*", "valve", "x-ray", "IT", "équipement*", "насос", "~strasse", "title:water", "water NEAR/3 pump"]
    return [
        a_profile(
            id=f"p{number}",
            keywords=Keywords(tuple(chance.sample(lines, 3)), tuple(chance.sample(["rental", "the"], 1))),
            catalogue=(CatalogueItem("AX-200", "Mixer", codes=(("CPV", "42"),)),),
            codes={"CPV": tuple(chance.sample(["33", "4212", "42"], 1))},
            value=ValueRange(Decimal(10), Decimal("500.5"), "EUR"),
            buyers=BuyerLists(exclude=("other",) if chance.random() < 0.3 else ()),
            weights={"code fits": chance.randint(25, 200)} if chance.random() < 0.5 else {},
            threshold=chance.randint(1, 90),
        )
        for number in range(count)
    ]


def test_what_is_stored_is_what_was_scored(engine: Engine) -> None:
    chance = random.Random(3)
    notices, profiles = some_notices(chance, 40), some_profiles(chance, 8)
    with writing(engine) as c:
        save_rates(c, RATES.days, NOW)
        for profile in profiles:
            save_profile(c, profile, author="", reason="", origin=None, digest=digest(profile), now=NOW)
        stored(c, *notices)
    match_stored(engine, NOW)
    expected = {(n.key, p.id): score(n, prepare(p), rates=RATES) for n in notices for p in profiles}
    seen = 0
    with reading(engine) as c:
        for view in find_opportunities(c, qualified_only=False, limit=1000):
            (made,) = find_assessments(c, view.opportunity.id)
            found = expected[view.notice.notice.key, view.opportunity.profile_id]
            assert (made.score, made.reasons) == (found.points, found.reasons)
            assert made.score == view.opportunity.score == (0 if found.stopped else sum(r.points for r in made.reasons))
            seen += 1
    assert seen > 50
