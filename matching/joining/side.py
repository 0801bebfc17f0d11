"""A notice as it is compared with another one: what it says, and what it said before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.notices import Kind, Notice
from matching.joining.names import to_name, to_words

STAGES = {Kind.PLANNING: "plan", Kind.TENDER: "call", Kind.AUCTION: "call", Kind.AWARD: "award",
          Kind.MODIFICATION: "modification"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Title:
    """A title with its folded words."""

    language: str
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two notices. `deadlines` are all that it ever had, the present one first; `seen_at` our first sight."""

    notice: Notice
    titles: tuple[Title, ...]
    names: tuple[tuple[str, tuple[str, ...]], ...]
    deadlines: tuple[datetime, ...]
    seen_at: datetime

    @property
    def stage(self) -> str | None:
        """Where in a procedure the notice stands; None where that says nothing."""
        return STAGES.get(self.notice.kind)


def to_side(notice: Notice, seen_at: datetime, earlier: Sequence[datetime] = ()) -> Side:
    """A notice ready for comparison; `earlier` are deadlines that it had before."""
    titles = tuple(Title(language, text, to_words(text)) for language, text in notice.title.items() if text.strip())
    names = tuple((buyer.name, to_name(buyer.name)) for buyer in notice.buyers[:5] if buyer.name.strip())
    return Side(notice, titles, names, tuple(_deadlines(notice, earlier)), seen_at)


def _deadlines(notice: Notice, earlier: Iterable[datetime]) -> list[datetime]:
    present = [notice.deadline_at] if notice.deadline_at else []
    return list(dict.fromkeys([*present, *earlier]))
