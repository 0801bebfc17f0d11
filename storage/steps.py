"""The steps of a crawl: committed with the notices they brought, so that a killed crawl asks only for the rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, bindparam, case, delete, func, insert, select, update

from domain.sources import Step, StepState
from storage.ids import in_chunks
from storage.runs import UNFINISHED
from storage.schema import runs, sources, steps
from storage.types import AnyRow, as_texts, one_of

MOST_TRIES = 5
MOST_LOOKS = 4  # at a window whose total differs: the portal may count what it never shows


def add_steps(c: Connection, source: str, run_id: int, steps_: Sequence[Step]) -> int:
    """Adds what is to be read; how many steps this run has to do that it had not before.

    A token that this run has already, that waits since an earlier run or is dead, is left alone; one that an earlier
    run has done is to do again. So a next link that loops ends.
    """
    added = 0
    for chunk in in_chunks(list({step.token: step for step in steps_}.values())):
        named = {"of_source": source, "tokens": as_texts(step.token for step in chunk)}
        there = {row.token: row for row in c.execute(_FIND, named)}
        again = [step for step in chunk if step.token in there and _is_old(there[step.token], run_id)]
        rows = [_to_row(step, source, run_id) for step in chunk if step.token not in there]
        if rows:
            c.execute(_ADD, rows)
        if again:
            c.execute(_AGAIN, [_to_again(step, source, run_id) for step in again])
        added += len(rows) + len(again)
    return added


def save_step(c: Connection, source: str, token: str, state: StepState, reason: str | None = None) -> None:
    """Records how a step went, for the run that holds the source's lease; counts its tries.

    A detail's fifth failure makes it dead: its row is stored. A list is tried for ever, as nobody knows what stands in
    it. LookupError for a token that was never added.
    """
    went = {"of_source": source, "of_token": token, "to": state, "tried": int(state != StepState.WAITING)}
    if c.execute(_SAVE, {**went, "because": reason}).rowcount == 0:
        raise LookupError(f"{source} has no step {token}")


def ask_again(c: Connection, source: str, tokens: Sequence[str], reason: str) -> int:
    """Windows that were read and held too little are for the next run as well, `MOST_LOOKS` times; how many."""
    done = (steps.c.source == source) & steps.c.kind.in_(("window", "total")) & (steps.c.state == StepState.DONE)
    short = done & (steps.c.tries < MOST_LOOKS)
    count = 0
    for chunk in in_chunks(list(tokens)):
        again = update(steps).where(short, one_of(steps.c.token, "tokens"))
        again = again.values(state=StepState.FAILED, reason=reason)
        count += c.execute(again, {"tokens": as_texts(chunk)}).rowcount
    return count


def find_unfinished_steps(c: Connection, source: str) -> list[Step]:
    """Steps to do or to try again, oldest first."""
    query = select(steps).where(steps.c.source == source, steps.c.state.in_(UNFINISHED)).order_by(steps.c.id)
    return [to_step(row) for row in c.execute(query)]


def find_done_tokens(c: Connection, source: str, tokens: Sequence[str]) -> set[str]:
    """Which of these tokens were read to their end by some run."""
    found: set[str] = set()
    for chunk in in_chunks(list(tokens)):
        rows = c.execute(_FIND, {"of_source": source, "tokens": as_texts(chunk)})
        found.update(row.token for row in rows if row.state == StepState.DONE)
    return found


def find_done_before(c: Connection, source: str, run_ids: Sequence[int]) -> set[str]:
    """The tokens that these runs have read to their end."""
    done = (steps.c.source == source) & (steps.c.state == StepState.DONE) & steps.c.run_id.in_(run_ids)
    return set(c.execute(select(steps.c.token).where(done)).scalars()) if run_ids else set()


def prune_done_steps(c: Connection, source: str, before: datetime) -> int:
    """Deletes the done steps of runs that ended before; how many."""
    old = select(runs.c.id).where(runs.c.source == source, runs.c.finished_at < before)
    done = (steps.c.source == source) & (steps.c.state == StepState.DONE) & steps.c.run_id.in_(old)
    return c.execute(delete(steps).where(done)).rowcount


_OWN = (steps.c.source == bindparam("of_source")) & (steps.c.token == bindparam("of_token"))

_FIND = select(steps.c.token, steps.c.state, steps.c.run_id).where(
    steps.c.source == bindparam("of_source"), one_of(steps.c.token, "tokens")
)

_ADD = insert(steps)

_SAVE = (
    update(steps)
    .where(_OWN)
    .values(
        state=case(
            (
                (bindparam("to", type_=String) == StepState.FAILED)
                & (steps.c.tries + 1 >= MOST_TRIES)
                & (steps.c.kind == "detail"),
                StepState.DEAD,
            ),
            else_=bindparam("to", type_=String),
        ),
        tries=steps.c.tries + bindparam("tried"),
        reason=bindparam("because"),
        run_id=func.coalesce(
            select(sources.c.lease_run_id).where(sources.c.source == bindparam("of_source")).scalar_subquery(),
            steps.c.run_id,
        ),
    )
)

_AGAIN = (
    update(steps)
    .where(_OWN)
    .values(
        {
            name: bindparam(name)
            for name in ("run_id", "kind", "url", "body", "low", "high", "key", "state", "tries", "reason", "baseline")
        }
    )
)


def _is_old(row: AnyRow, run_id: int) -> bool:
    return bool(row.state == StepState.DONE and row.run_id != run_id)


def _to_again(step: Step, source: str, run_id: int) -> dict[str, Any]:
    row = _to_row(step, source, run_id)
    return {"of_source": row.pop("source"), "of_token": row.pop("token"), **row}


def _to_row(step: Step, source: str, run_id: int) -> dict[str, Any]:
    return {
        "source": source,
        "run_id": run_id,
        "token": step.token,
        "kind": step.kind,
        "url": step.url,
        "state": StepState.WAITING,
        "body": step.body,
        "low": step.low,
        "high": step.high,
        "key": step.key,
        "tries": 0,
        "reason": None,
        "baseline": step.baseline,
    }


def to_step(row: AnyRow) -> Step:
    """The step of a row."""
    return Step(
        token=row.token,
        kind=row.kind,
        url=row.url,
        state=StepState(row.state),
        body=row.body,
        low=row.low,
        high=row.high,
        key=row.key,
        tries=row.tries,
        reason=row.reason,
        baseline=row.baseline,
    )
