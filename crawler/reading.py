"""What reading one page gives: the only thing that protocols and portals' own spiders hand on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.errors import Unreadable
from domain.notices import RawNotice
from domain.sources import Page, Step, Validators
from domain.watch import Watched

FindReleases = Callable[[Sequence[str]], Mapping[str, list[dict[str, Any]]]]
"""The releases stored before, by ocid, oldest first."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A step's response as it came: the item that travels through Scrapy, one for each page.

    `url` is where it came from in the end; `page` names the saved bytes, None where the body was empty. `more`: it is
    a part of what the step asked for, and the step is done with a later part. `validators` are what the portal tells
    the document by, where it does; `not_modified`: it says that this is the document of an earlier run.
    """

    step: Step
    url: str
    body: bytes = field(repr=False)
    page: Page | None
    status: int = 200
    more: bool = False
    validators: Validators | None = None
    not_modified: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A page that was understood: notices as printed, and what leads on from it.

    `keys` identify the rows of a list page (None: it is no list page), `faults` are the rows that could not be read;
    `total` is the portal's own count of the whole list, `pages` that of its pages; `more`: it says whether pages come
    after this one (None: it does not). `releases` are kept raw beside the notices. `once`: a detail that was read by
    any run is not asked again; `anew` are tokens of details that are read again all the same. `cursor` is the opaque
    place in a feed where the next run reads on. `made_at`: when the portal made this list. `versions` are the moments
    of the notices' versions by key, where their older ones may be read after newer ones, and `deleted` those of
    notices that the portal has taken back. `watched` is what a page that is followed by difference shows, for the next
    look at it.
    """

    notices: tuple[RawNotice, ...] = ()
    keys: tuple[str, ...] | None = None
    faults: tuple[Unreadable, ...] = ()
    total: int | None = None
    next_url: str | None = None
    details: tuple[Step, ...] = ()
    releases: tuple[dict[str, Any], ...] = ()
    once: bool = False
    cursor: str | None = None
    pages: int | None = None
    more: bool | None = None
    made_at: datetime | None = None
    versions: Mapping[str, datetime] = field(default_factory=dict)
    deleted: Mapping[str, datetime] = field(default_factory=dict)
    anew: frozenset[str] = frozenset()
    watched: Watched | None = None
