"""Judged notices as tests need them: a title, and what a person said."""

from dataclasses import replace
from datetime import datetime

from domain.judgements import Judged, Judgement, Verdict
from domain.profiles import Profile
from matching.learning.quality import is_qualified
from matching.score import MODEL_VERSION, prepare, score
from storage.stored import StoredNotice
from tests.factories import NOW, a_notice


def judged(profile: Profile, title: str, verdict: Verdict, number: int, at: datetime = NOW, version: int = 1) -> Judged:
    """A notice of this title, judged on what the profile makes of it."""
    notice = a_notice(key=str(number), title={"en": title}, description={}, codes=())
    found = score(notice, prepare(profile))
    made = Judgement(
        number, profile.id, number, 1, number, None, version, MODEL_VERSION, found.points,
        is_qualified(found, profile), verdict, "", "Ann", at,
    )  # fmt: skip
    return Judged(made, notice, number, found.reasons)


def stored(title: str, number: int) -> StoredNotice:
    """A notice that nobody has judged."""
    notice = replace(a_notice(key=str(number), title={"en": title}, description={}, codes=()))
    return StoredNotice(number, number, 1, notice, NOW, NOW, False, False, None)
