"""A suggestion that a person accepts becomes a version of its profile; the file that it came from is not rewritten."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from app.commands.learning import find_head, find_samples
from domain.errors import WrongUse
from domain.profiles import Profile, ProfileVersion
from matching.learning.suggestions import Kind, Suggestion, to_suggestion
from matching.meaning.heads import Heads
from matching.profiles import digest
from storage.engine import reading, writing
from storage.profiles import find_origin, save_profile

LISTS = {Kind.INCLUDE: "keywords.include", Kind.MINUS: "keywords.exclude"}


def accept_suggestion(
    engine: Engine,
    id: str,  # noqa: A002
    by: str,
    why: str,
    days: int,
    now: datetime,
    heads: Heads | None = None,
) -> Iterator[str]:
    """Saves the suggestion; yields what to tell the person. WrongUse: it is none, or is accepted already."""
    profile, kind, line = _read_id(id)
    with reading(engine) as c:
        head, suggestion = _find(c, profile, kind, line, now - timedelta(days=days), heads)
        origin = find_origin(c, profile)
    reason = f"accepted the suggestion {id}: {to_evidence(suggestion)}" + (f". {why}" if why else "")
    with writing(engine) as c:
        if find_head(c, profile).version != head.version:
            raise WrongUse(f"{profile} was edited meanwhile; `tenderwatch profiles suggest {profile}` looks anew")
        after = suggestion.after
        saved = save_profile(c, after, author=by, reason=reason, origin=None, digest=digest(after), now=now)
    yield f"{profile}: saved as version {saved.version} ({reason})"
    if origin:
        yield from _tell_file(Path(origin), head.profile, kind, line)


def to_evidence(suggestion: Suggestion) -> str:
    """What judgements say of it, in a line that stands in the version's reason."""
    names = {"relevant": "judged relevant", "rejected": "judged not relevant", "unjudged": "not judged"}
    parts = []
    for side, counts in suggestion.effect.to_counts().items():
        told = " and ".join(f"{n} {names[name]}" for name, n in counts.items() if n)
        if told:
            parts.append(f"{'finds' if side == 'found' else 'keeps away'} {told}")
    return ", ".join(parts) or "it changes no judged or recent notice"


def _read_id(id: str) -> tuple[str, Kind, str]:  # noqa: A002
    profile, _, rest = id.partition(":")
    kind, _, line = rest.partition(":")
    if kind not in list(Kind) or not line:
        raise WrongUse(f"{id!r} is no suggestion; `tenderwatch profiles suggest {profile or 'PROFILE'}` prints them")
    return profile, Kind(kind), line


def _find(
    c: Connection, profile: str, kind: Kind, line: str, since: datetime, heads: Heads | None
) -> tuple[ProfileVersion, Suggestion]:
    head = find_head(c, profile)
    samples = find_samples(c, profile, since, heads)
    return head, to_suggestion(head.profile, kind, line, samples)


def _tell_file(file: Path, before: Profile, kind: Kind, line: str) -> Iterator[str]:
    """The file stays what a person wrote: which line makes it say the same."""
    yield f"The profile came from {file}. So that the file says the same, edit it:"
    if kind is Kind.DROP:
        is_word = line in before.keywords.include
        where, written = ("keywords.include", line) if is_word else (f"codes.{line.split()[0]}", line.split()[1])
        yield f"  take this line out of {where}:  - {_to_yaml(written)}"
    elif kind in LISTS:
        yield f"  add this line to {LISTS[kind]}:  - {_to_yaml(line)}"
    elif kind is Kind.WEIGHTS:
        yield f"  weights: {{{line.replace('=', ': ')}}}"
    else:
        yield f"  {kind}: {line}"
    yield "From then on its edits count again; until then `tenderwatch run` leaves it alone and says so."


def _to_yaml(line: str) -> str:
    import yaml

    return str(yaml.safe_dump(line, allow_unicode=True, width=1000)).removesuffix("...\n").strip()
