"""Lots match on their own: an opportunity says which of them it is about."""

from sqlalchemy import Engine

from alerts.cards import to_lots
from alerts.words import words
from domain.notices import Code
from matching.explain import explain
from matching.profiles import digest
from matching.run import match_stored
from matching.score import prepare, score
from storage.engine import reading, writing
from storage.opportunities import find_opportunities
from storage.profiles import save_profile
from tests.factories import NOW, a_lot, a_notice, a_profile, stored

LOTS = (
    a_lot("1", title={"en": "Toilets"}),
    a_lot("2", title={"en": "Water pumps"}),
    a_lot("7", title={"en": "Road works"}, codes=(Code("CPV", "42122130"),)),
    a_lot("9", title={"en": "Other"}, description={"en": "A valve and more"}),
)
WORKS = a_notice(title={"en": "Works for the town"}, description={}, codes=(), lots=LOTS)


def test_the_lots_that_fit_are_told_and_give_no_points() -> None:
    prepared = prepare(a_profile())
    found = explain(WORKS, prepared)
    assert [lot.key for lot in found.lots] == ["2", "7", "9"]
    assert "Of its 4 lots it fits 2, 7, 9." in found.sentences
    assert sum(reason.points for reason in found.score.reasons) == found.score.points
    own = [reason for reason in score(WORKS, prepared).reasons if reason.rule == "lot fits"]
    assert [(each.field, each.text, each.points) for each in own] == [
        ("lots[1].title.en", "pumps", 0),
        ("lots[2].codes[0]", "42122130", 0),
        ("lots[3].description.en", "valve", 0),
    ]


def test_a_title_that_fits_says_nothing_of_its_lots() -> None:
    notice = a_notice(lots=(a_lot("1", title={"en": "North"}), a_lot("2", title={"en": "South"})))
    assert explain(notice, prepare(a_profile())).lots == ()


def test_an_opportunity_says_which_lots_of_the_revision_that_was_assessed(engine: Engine) -> None:
    profile = a_profile()
    with writing(engine) as c:
        save_profile(c, profile, author="Mira", reason="test", origin=None, digest=digest(profile), now=NOW)
        stored(c, WORKS)
    match_stored(engine, NOW)
    with writing(engine) as c:
        stored(c, a_notice(title={"en": "Works for the town"}, description={}, codes=(), lots=LOTS[::-1]))
    for _ in range(2):
        with reading(engine) as c:
            (view,) = find_opportunities(c)
        assert sorted(lot.key for lot in view.lots) == ["2", "7", "9"]
        match_stored(engine, NOW)


def test_lots_in_a_message_are_few_and_say_of_how_many() -> None:
    assert to_lots((), 4, words("en")) == ""
    assert to_lots(LOTS[1:2], 4, words("en")) == "2 Water pumps (of 4)"
    assert to_lots(LOTS * 2, 8, words("en")).endswith(", and 3 more (of 8)")
