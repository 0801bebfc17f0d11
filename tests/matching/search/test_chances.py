"""What the index keeps of notices gives the scores that their texts give."""

from collections.abc import Sequence

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from domain.notices import Notice
from domain.profiles import Profile
from matching.evidence import find_evidence
from matching.prepare import prepare
from matching.reading import read_notice
from matching.score import MODEL_VERSION, find_points, score_evidence
from matching.search.chances import find_known_chances
from matching.search.index import Index
from matching.search.words import WORDS_VERSION, to_findable
from storage.search import Versions, save_loose
from tests.factories import a_notice
from tests.matching.search.test_candidates import VERSIONS, store
from tests.matching.test_percolator import NOTICES, PROFILES

FIRST = a_notice(title={"en": "Supply of water pumps"}, description={}, codes=())
SECOND = a_notice(title={"de": "Reinigung der Schule"}, language="de", description={}, codes=())


def known(c: Connection, numbers: Sequence[int]) -> dict[int, list[float]]:
    """The notices whose chances the index knows."""
    chances = find_known_chances(Index(c), numbers, MODEL_VERSION)
    found = ((number, chances.find(number)) for number in numbers)
    return {number: row.tolist() for number, row in found if row is not None}


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NOTICES, min_size=1, max_size=5), PROFILES, st.data())
def test_scores_are_the_same_by_what_was_read_before(
    engine: Engine, notices: list[Notice], profile: Profile, data: st.DataObject
) -> None:
    """To the last digit and word, whether chances are made or read, and points with their reasons or without."""
    prepared, numbers = prepare(profile), list(range(len(notices)))
    with engine.connect() as c, c.begin() as transaction:
        store(c, notices, data.draw(st.integers(0, len(notices))))
        chances = find_known_chances(Index(c), numbers[::-1], MODEL_VERSION)
        transaction.rollback()
    for number, notice in enumerate(notices):
        again, row = read_notice(notice), chances.find(number)
        assert row is not None
        again.remember_chances(row)
        fresh = score_evidence(find_evidence(read_notice(notice), prepared))
        assert find_points(find_evidence(again, prepared)) == (fresh.points, fresh.stopped)
        assert score_evidence(find_evidence(again, prepared)) == fresh
        assert again.chances is None or (again.chances == np.asarray(read_notice(notice).chances)).all()


def test_what_the_index_has_doubts_about_is_not_known(engine: Engine) -> None:
    found = [to_findable(read_notice(notice)) for notice in (FIRST, SECOND)]
    old = [Versions(WORDS_VERSION, "old"), Versions("old", MODEL_VERSION)]
    with engine.connect() as c, c.begin() as transaction:
        store(c, [FIRST, SECOND, FIRST, FIRST, FIRST], 1)
        save_loose(c, [(0, found[1])], VERSIONS)  # it changed, or was as it is now before
        save_loose(c, [(1, found[1])], VERSIONS)  # the same again
        save_loose(c, [(2, found[0])], old[0])
        save_loose(c, [(3, found[0])], old[1])
        assert known(c, []) == {}
        assert known(c, [9]) == {}
        assert sorted(known(c, [4, 9, 0, 1, 2, 3])) == [1, 4]
        assert known(c, [4])[4] == np.frombuffer(found[0].chances, "<f2").tolist()
        transaction.rollback()
