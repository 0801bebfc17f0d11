"""A page that is followed by difference: its blocks, and what is remembered of it between two looks."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Block:
    """A row, card or paragraph of a page as it was shown. `lines` are its texts, blanks folded.

    `links` are its addresses without what only tracks; `path` is where it stands (tags and classes, without places in
    a row); `heading` is its own, `section` the one above it and `header` a table's. `row`: one of a list. `key` is
    given at its first sight and kept; `gone_at` is when it was first missed, None while it is on the page.
    """

    lines: tuple[str, ...]
    links: tuple[str, ...] = ()
    path: str = ""
    heading: str | None = None
    section: str | None = None
    header: str = ""
    row: bool = False
    key: str = ""
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What a page showed when it was last read: `seen_at` is the moment it came.

    `rules` tells by which rules it was cut into blocks. `blocks` are those on the page in their order, then those that
    have gone.
    """

    url: str
    seen_at: datetime
    rules: str
    blocks: tuple[Block, ...]

    @property
    def live(self) -> tuple[Block, ...]:
        """The blocks that were on the page."""
        return tuple(block for block in self.blocks if block.gone_at is None)

    @property
    def gone(self) -> tuple[Block, ...]:
        """Blocks that were there before, with the moment they were missed."""
        return tuple(block for block in self.blocks if block.gone_at is not None)
