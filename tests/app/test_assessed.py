"""An old alert is explained as it was made, after an edit of the list, a revision, and another model."""

from decimal import Decimal

import pytest
from sqlalchemy import Engine

import matching.score
from app.assessed import find_past
from domain.profiles import Keywords
from matching.run import match_stored
from storage.engine import reading, writing
from storage.notices import find_notice
from storage.opportunities import find_assessments, find_opportunities
from tests.factories import NOW, a_notice, a_version, stored


def test_each_score_is_told_with_the_versions_of_its_day(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(engine) as c:
        a_version(c)
        stored(c, a_notice())
    monkeypatch.setattr(matching.score, "MODEL_VERSION", "old")
    match_stored(engine, NOW)
    with reading(engine) as c:
        (view,) = find_opportunities(c)
        (first,) = find_assessments(c, view.opportunity.id)
    with writing(engine) as c:
        a_version(c, keywords=Keywords(("turbine",), ("water",)), threshold=90)
        stored(c, a_notice(title={"en": "Water pumps, now with a pump house"}))
    monkeypatch.setattr(matching.score, "MODEL_VERSION", "new")
    match_stored(engine, NOW)
    with reading(engine) as c:
        notice = find_notice(c, "gb_test", "ocds-test-1")
        assert notice
        old, new = find_past(c, notice, "pumps")
        assert find_past(c, notice, "others") == []
    assert old.assessment == first
    assert (old.version.version, old.notice.title, old.assessment.model_version) == (1, a_notice().title, "old")
    assert old.to_sentences()[0] == "+42 The title has one of your keywords: “pumps” in the title (yours: pump*)."
    assert old.to_sentences()[-1].endswith("above the threshold of 40 of that day.")
    assert (new.version.version, new.assessment.model_version, new.assessment.score) == (2, "new", Decimal(0))
    assert new.to_sentences()[-2].startswith(
        "Stopped: One of your minus-words stands in the notice: “Water” in the title"
    )
