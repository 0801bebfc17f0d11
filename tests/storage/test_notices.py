"""Notices: new, changed, the same."""

from tests.factories import NOW, a_notice, a_run, stored
from storage.engine import reading, writing
from storage.notices import *


def test_first(engine):
    with writing(engine) as c:
        s = stored(c, a_notice(), a_notice(key="b"))
    assert [x.notice for x in s] == [a_notice(), a_notice(key="b")]


def test_2(engine):
    test_first(engine)


def test_3(engine):
    test_first(engine)


def test_4(engine):
    test_first(engine)
