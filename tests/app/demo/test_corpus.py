"""The corpus: the same on every machine, of the promised size, and varied enough to try everything on."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from app.demo.corpus import build_corpus
from app.demo.nouns import UK, Buyer
from app.demo.wording import LANGUAGES, cpv_labels, language, suppliers

TODAY = date(2026, 9, 14)
CORPUS = build_corpus(TODAY)


def test_the_same_day_gives_the_same_corpus():
    assert build_corpus(TODAY) == CORPUS
    assert build_corpus(TODAY - timedelta(days=1)) != CORPUS


def test_size_and_languages_of_each_portal():
    assert len(CORPUS.on("ocds")) == 150
    assert len(CORPUS.on("html")) == 96
    assert (len(CORPUS.on("js")), len(CORPUS.on("ted"))) == (42, 72)
    assert len({notice.language for notice in CORPUS.notices}) == 10
    assert min(Counter(notice.language for notice in CORPUS.notices).values()) >= 10


def test_kinds_and_later_lives():
    ocds = Counter(notice.kind for notice in CORPUS.on("ocds"))
    assert (ocds["planning"], ocds["award"]) == (16, 12)
    lives = Counter((notice.portal, change.kind) for notice in CORPUS.notices for change in notice.changes)
    assert lives[("ocds", "deadline")] == 9
    assert lives[("ocds", "cancellation")] == 5
    assert lives[("ocds", "award")] == 6
    assert lives[("ocds", "tender")] == 3
    assert (lives[("html", "deadline")], lives[("html", "cancellation")], lives[("html", "award")]) == (6, 5, 5)
    assert {len(notice.lots) for notice in CORPUS.notices} >= {0, 2, 3, 4, 5}
    for what in ("value", "deadline_at"):
        assert 15 < sum(getattr(notice, what) is None for notice in CORPUS.notices) < 60
    assert sum(notice.method == "below" for notice in CORPUS.notices) > 10


@pytest.mark.parametrize("today", [TODAY + timedelta(days=31 * step) for step in range(14)])
def test_everything_was_published_in_the_last_days_before_today(today):
    corpus = build_corpus(today)
    for notice in corpus.notices:
        assert corpus.moment - timedelta(days=23) < notice.published_at < corpus.moment
        moments = [notice.published_at, *(change.at for change in notice.changes)]
        assert moments == sorted(moments)
        assert moments[-1] < corpus.moment
        assert notice.deadline_at is None or notice.deadline_at > notice.published_at
    for ago in (0, 1):  # what a crawl of the day before has not seen
        end = corpus.moment - timedelta(days=ago)
        assert sum(end - timedelta(days=1) < notice.published_at <= end for notice in corpus.notices) > 15
        changes = [change for notice in corpus.notices for change in notice.changes]
        kinds = Counter(change.kind for change in changes if end - timedelta(days=1) < change.at <= end)
        assert min(kinds["deadline"], kinds["cancellation"]) > 2


def test_open_and_closed_ones():
    statuses = Counter(notice.status_on(CORPUS.moment) for notice in CORPUS.notices)
    assert statuses["open"] > 150
    assert min(statuses[status] for status in ("planned", "closed", "awarded", "cancelled")) > 9
    moved = next(notice for notice in CORPUS.notices if [change.kind for change in notice.changes] == ["deadline"])
    before = moved.changes[0].at - timedelta(seconds=1)
    assert moved.deadline_on(before) == moved.deadline_at
    assert moved.deadline_on(CORPUS.moment) == moved.deadline_at + timedelta(days=7)
    assert moved.updated_on(before) == moved.published_at


def test_one_procedure_stands_on_both_portals():
    twins = [notice for notice in CORPUS.notices if notice.ocid]
    assert len(twins) == 1
    original = next(notice for notice in CORPUS.on("ocds") if notice.key == twins[0].ocid)
    assert (original.title, original.buyers, original.deadline_at) == (
        twins[0].title,
        twins[0].buyers,
        twins[0].deadline_at,
    )
    assert original.status_on(CORPUS.moment) == "open"


def test_keys_are_unique_and_shaped_like_their_portals():
    keys = [notice.key for notice in CORPUS.notices]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"ocds-tw0dmo-[0-9a-f]{6}", notice.key) for notice in CORPUS.on("ocds"))
    laws = Counter(len(notice.key) for notice in CORPUS.on("html"))
    assert set(laws) == {19, 11}
    assert min(laws.values()) > 20


def test_characters_that_hurt():
    texts = "\n".join(f"{notice.title}\n{notice.description}\n{notice.buyer.name}" for notice in CORPUS.notices)
    for text in ("&lt;b&gt;", "&lt;a href=", "<a href=", " & ", '"Class II"', "\u00a0", "«", "Поставка"):
        assert text in texts


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_language_has_its_own_subjects(code):
    spoken = language(code)
    assert spoken.code == code
    assert len(spoken.subjects) >= 12
    assert {subject.by for subject in spoken.subjects} <= {buyer.type for buyer in spoken.buyers}
    for subject in spoken.subjects:
        assert len(subject.titles) in (2, 3)
        assert 2 <= len(re.findall(r"[.!?](?:\s|$)", subject.text)) + 1 <= 6
        assert set(subject.codes) <= cpv_labels().keys()


def test_nobody_real_can_be_written_to():
    buyers: list[Buyer] = [buyer for code in LANGUAGES for buyer in language(code).buyers]
    assert all(re.fullmatch(r"[a-z0-9-]+\.example\.(org|com)", buyer.site) for buyer in buyers)
    assert len({buyer.name for buyer in buyers}) == len(buyers)
    assert len(suppliers()) >= 6


def test_the_moment_is_a_midnight_in_the_united_kingdom():
    assert CORPUS.moment.tzinfo == UK
    assert CORPUS.moment.isoformat() == "2026-09-14T00:00:00+01:00"
