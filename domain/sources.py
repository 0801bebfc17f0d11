"""A source and what happens while it is crawled: pages, runs, steps, issues."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.health import Facts
from domain.notices import Kind, Status


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a portal may be asked: seconds between requests, and requests at once.

    `retry_after` is the wait in seconds where a portal answers one of `statuses` without saying how long. `timeout` is
    how many seconds one answer may take.
    """

    delay: float = 1.0
    at_once: int = 1
    retry_after: float = 60.0
    statuses: tuple[int, ...] = (429,)
    timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Browser:
    """How a browser reads the source's pages. `wait_for` (CSS) shows that a list is there, where its rows do not.

    `click_next` (CSS) is the button that shows the next page of a list; `until` is how it looks on the last one:
    "gone" or "disabled". `timeout` is in seconds, for all that one page waits for.
    """

    wait_for: str | None = None
    click_next: str | None = None
    until: str = "gone"
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Expect:
    """What a run of the source must bring: notices (least, most), share of notices with a field filled, silence."""

    notices: tuple[int, int]
    filled: Mapping[str, float]
    silence: timedelta


@dataclass(frozen=True, slots=True)
class Canary:
    """A notice that is known to be there: asked at `url` (None: it stands in every list), it must have these `fields`.

    `fields` are the texts that the notice must show, by name: key, title, buyer, deadline, …
    """

    url: str | None
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class About:
    """What people should know of a source before they turn it on.

    `sure`: high (official documentation), med (one third-party program) or low (hearsay). `key_from` is where a key is
    had, `covered_by` another source with the same notices, `ended` the year in which its publisher stopped. `draft`:
    its list cannot be shown to run to its end. `verified` is the day on which those who ship it last read its portal.
    """

    coverage: str | None = None
    terms: str | None = None
    sure: str = "med"
    key_from: str | None = None
    covered_by: str | None = None
    ended: int | None = None
    why_off: str | None = None
    draft: bool = False
    verified: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A portal as declared in its YAML (crawler/sources/*.yml, or an operator's folder).

    `listing` holds exactly one way of listing and its options; `html`, `json`, `feed` and `csv` where fields stand.
    `statuses` and `kinds` map the portal's own words. `endpoints` are further addresses by name (`notice`, `detail`).
    `enabled`: `run` and `work` crawl it; `declared_on`: so its file says, whether its key is set or not, and whatever
    an operator chose.
    """

    id: str
    title: str
    publisher: str
    country: str
    url: str
    licence: str
    zone: str
    endpoint: str
    every: timedelta
    expect: Expect
    listing: Mapping[str, Any]
    file: str
    protocol: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    currency: str | None = None
    encoding: str | None = None
    identity: str = "ocid"
    pace: Pace = Pace()
    obey_robots: bool = True
    statuses: Mapping[str, Status] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    html: Mapping[str, Any] = field(default_factory=dict)
    browser: Browser | None = None
    canary: Canary | None = None
    key_env: str | None = None
    user_agent: str | None = None
    enabled: bool = True
    json: Mapping[str, Any] = field(default_factory=dict)
    feed: Mapping[str, Any] = field(default_factory=dict)
    csv: Mapping[str, Any] = field(default_factory=dict)
    watch: Mapping[str, Any] = field(default_factory=dict)
    ocds: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    about: About = About()
    declared_on: bool = True

    @property
    def dates(self) -> tuple[str, ...]:
        """The strptime formats of the portal's own dates, as its block of fields declares them."""
        found: list[str] = []
        for block in (self.html, self.json, self.feed, self.csv):
            if block and "dates" in block:
                found += [block["dates"]] if isinstance(block["dates"], str) else block["dates"]
        return tuple(found)

    @property
    def decimal(self) -> str | None:
        """The decimal mark of the portal's amounts, where its block of fields declares it."""
        for block in (self.html, self.json, self.feed, self.csv):
            if block and "decimal" in block:
                return str(block["decimal"])
        return None


class RunState(StrEnum):
    """How a crawl ended. partial: some pages unread; suspicious: not as promised or as usual; blocked: refused."""

    RUNNING = "running"
    OK = "ok"
    PARTIAL = "partial"
    SUSPICIOUS = "suspicious"
    BLOCKED = "blocked"
    FAILED = "failed"


LOST = (RunState.FAILED, RunState.BLOCKED)
"""States of a run that brought nothing: the next one waits longer."""


class StepState(StrEnum):
    """A step of a crawl. waiting: not tried yet; failed: the next run tries it again; dead: given up after five."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"


class IssueKind(StrEnum):
    """What a person must look at."""

    UNREADABLE = "unreadable"
    UNKNOWN_WORD = "unknown word"
    SOURCE_CHANGED = "source changed"
    REFUSED = "refused"
    TOTAL_DIFFERS = "total differs"
    TOO_FEW = "fewer than expected"
    FILLED = "fields not filled"
    NOT_REACHED = "not reached"
    DEAD_LETTER = "dead letter"
    TEMPLATE = "template not used"
    LOGIN = "login asked"
    CONSENT = "consent wall"
    CAPTCHA = "captcha"
    CANARY = "known notice differs"


@dataclass(frozen=True, slots=True)
class Step:
    """A window, page token or detail page that a crawl must read; `token` is unique within its source.

    `kind` is the listing's own word (window, page, detail); `url` what to ask, with `{key}` where the source's key
    stands; `body` a POST's body or None (of a detail: the list's row as JSON, so that it is there after a kill);
    `low` and `high` (ISO 8601, UTC) are the window's bounds, so that the low-water mark can be computed. `baseline`: it
    belongs to a backfill, and so does what it leads to, whichever run reads it.
    """

    token: str
    kind: str
    url: str
    state: StepState = StepState.WAITING
    body: str | None = None
    low: str | None = None
    high: str | None = None
    key: str | None = None
    tries: int = 0
    reason: str | None = None
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write for a source until `expires_at`; `token` is checked in every storing transaction."""

    source: str
    token: int
    run_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Verification:
    """`sources try` reached the source's own portal, no stand-in, and read it: when, and by which version of ours."""

    source: str
    at: datetime
    version: str


@dataclass(frozen=True, slots=True)
class Page:
    """A saved response: `hash` is the SHA-256 of the body as received (after transfer decoding)."""

    hash: str
    url: str
    fetched_at: datetime
    media_type: str | None
    size: int


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells a portal which version of a document we have: its own ETag and Last-Modified, as printed.

    `url` is the address that was asked, without the source's key; `pages` are the hashes of the saved bodies that the
    document was read from: one, or an archive's portions.
    """

    url: str
    etag: str | None
    last_modified: str | None
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One crawl of one source; counts are of notices unless they say otherwise.

    `not_modified` are pages of which the portal said by 304 that they are as they were; they count as pages too.
    `claimed` is the portal's own total as far as it was told; `interrupted`: stopped or killed before its end.
    `since` and `until` are the period that a person asked for, None where it was the source's usual one.
    """

    id: int
    source: str
    started_at: datetime
    finished_at: datetime | None
    state: RunState
    baseline: bool
    pages: int
    new: int
    changed: int
    same: int
    claimed: int | None
    issues: int
    steps_left: int
    reason: str | None
    facts: Facts | None = None
    not_modified: int = 0
    interrupted: bool = False
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_backfill(self) -> bool:
        """A closed period of the past was asked for: it says nothing of what the source has now."""
        return self.since is not None and self.until is not None


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that a person must look at; `element` and `page` say where it was seen."""

    source: str
    kind: IssueKind
    reason: str
    element: str | None = None
    key: str | None = None
    url: str | None = None
    page: str | None = None
