"""A person's verdict on an opportunity, saved with what it was given on. Every door (command line, web) comes here."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from domain.errors import WrongUse
from domain.judgements import Judgement, Verdict
from domain.opportunities import Assessment, Opportunity
from matching.meaning.heads import Heads
from matching.rates import find_rates_for
from matching.score import prepare, score, version_of
from storage.judgements import find_opportunity_of, save_judgements
from storage.opportunities import find_opportunity
from storage.profiles import find_profile
from storage.stored import StoredNotice


def to_verdict(written: str) -> Verdict:
    """A verdict as people type it: `wrong word`, `wrong-word`, `Wrong_Word`. WrongUse names them all."""
    plain = " ".join(written.replace("-", " ").replace("_", " ").lower().split())
    try:
        return Verdict(plain)
    except ValueError as error:
        raise WrongUse(f"{written!r} is no verdict; write one of: {', '.join(Verdict)}") from error


def judge_opportunity(c: Connection, number: int, verdict: Verdict, *, by: str, why: str, now: datetime) -> Judgement:
    """Saves a verdict on an opportunity, with the assessment that counts for it. `now` is aware.

    WrongUse: there is no opportunity of this number.
    """
    view = find_opportunity(c, number)
    if view is None or view.assessment is None:
        raise WrongUse(f"no opportunity {number}; `tenderwatch opportunities list` shows their numbers")
    found = find_opportunity_of(c, view.opportunity.procedure_id, view.opportunity.profile_id)
    made = _of_assessment(view.opportunity, view.assessment, found[1] if found else None)
    return _save(c, replace(made, verdict=verdict, why=why, made_by=by, made_at=now))


def judge_notice(
    c: Connection,
    stored: StoredNotice,
    profile: str,
    verdict: Verdict,
    *,
    by: str,
    why: str,
    now: datetime,
    heads: Heads | None = None,
) -> Judgement:
    """Saves a verdict on a notice for a profile, also where it saw nothing in it: that is how a miss is told.

    WrongUse: there is no such profile.
    """
    head = find_profile(c, profile)
    if head is None:
        raise WrongUse(f"no profile {profile!r}; `tenderwatch profiles list` shows them")
    found = find_opportunity_of(c, stored.procedure_id, profile)
    if found and found[1] is not None:
        return judge_opportunity(c, found[0], verdict, by=by, why=why, now=now)
    scored = score(stored.notice, prepare(head.profile), heads, find_rates_for(c, [stored.notice]))
    qualified = not scored.stopped and scored.points >= head.profile.threshold
    made = Judgement(
        0, profile, stored.id, stored.revision, None, None, head.version, version_of(heads), scored.points, qualified,
        verdict, why, by, now,
    )  # fmt: skip
    return _save(c, made)


def _of_assessment(opportunity: Opportunity, made: Assessment, assessment_id: int | None) -> Judgement:
    return Judgement(
        0, opportunity.profile_id, made.notice_id, made.revision, opportunity.id, assessment_id, made.profile_version,
        made.model_version, made.score, made.qualified, Verdict.RELEVANT, "", "", made.made_at,
    )  # fmt: skip


def _save(c: Connection, made: Judgement) -> Judgement:
    (number,) = save_judgements(c, [made])
    return replace(made, id=number)
