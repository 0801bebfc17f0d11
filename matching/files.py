"""Scores from files alone, without a database: `tenderwatch score`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from domain.errors import BadProfile, Unreadable
from domain.notices import Notice
from domain.opportunities import points_to_json, reason_to_json
from matching.meaning.heads import Heads
from matching.notice_lines import read_notice_line
from matching.prepare import Prepared, prepare
from matching.profiles import read_profile
from matching.reading import read_notice
from matching.score import score_reading

Fault = Callable[[int, Unreadable], None]
"""Told of a line (counted from 1) that is no notice; its `element` says what in it is wrong."""


def score_files(
    profiles: Sequence[Path],
    notices: Path | Iterable[bytes | str],
    on_fault: Fault | None = None,
    heads: Heads | None = None,
) -> Iterator[dict[str, Any]]:
    """{"notice": key, "source", "profile", "score", "reasons"} for each pair above 0, in the order of the notices.

    `notices` is a JSONL file, or lines such as those of sys.stdin.buffer; blank ones are passed over. BadProfile comes
    before the first line, with the faults of all profiles. A bad line goes to `on_fault`, without one it is raised.
    `heads` is what was learnt from other notices.
    """
    ready = read_profiles(profiles)
    if isinstance(notices, Path):
        with notices.open("rb") as lines:
            yield from _score_lines(ready, lines, on_fault, heads)
    else:
        yield from _score_lines(ready, notices, on_fault, heads)


def read_profiles(files: Sequence[Path]) -> list[Prepared]:
    """The profiles of these files, ready to score. BadProfile says all that is wrong in any, and ids that clash."""
    ready, faults, seen = [], [], dict[str, Path]()
    for file in files:
        try:
            profile = read_profile(file)
        except BadProfile as error:
            faults.append(str(error))
            continue
        if profile.id in seen:
            faults.append(f"{file}: id: {profile.id} is also that of {seen[profile.id]}; give each profile its own")
        seen[profile.id] = file
        ready.append(prepare(profile))
    if faults:
        raise BadProfile("\n".join(faults))
    return ready


def _score_lines(
    ready: Sequence[Prepared], lines: Iterable[bytes | str], on_fault: Fault | None, heads: Heads | None
) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            notice = read_notice_line(line)
        except Unreadable as error:
            if on_fault is None:
                raise
            on_fault(number, error)
            continue
        yield from _score(ready, notice, heads)


def _score(ready: Sequence[Prepared], notice: Notice, heads: Heads | None) -> Iterator[dict[str, Any]]:
    reading = read_notice(notice, heads)
    for prepared in ready:
        score = score_reading(reading, prepared)
        if score.points > 0:
            yield {
                "notice": notice.key,
                "source": notice.source,
                "profile": prepared.profile.id,
                "score": points_to_json(score.points),
                "reasons": [reason_to_json(reason) for reason in score.reasons],
            }
