"""What the demo is made of: a buyer's notice as a person would tell it, before any portal gives it its own shape."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

Portal = Literal["ocds", "html", "js", "ted"]
Kind = Literal["planning", "tender", "award"]
Method = Literal["open", "restricted", "below", "direct"]
ChangeKind = Literal["tender", "deadline", "cancellation", "award"]
Status = Literal["planned", "open", "closed", "awarded", "cancelled"]
UK = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Buyer:
    """An invented public body; `region` is NUTS in the EU and the UK, ISO 3166-2 elsewhere."""

    name: str
    type: str
    country: str
    region: str
    city: str
    street: str
    postcode: str
    zone: str
    site: str

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which this buyer sets its deadlines."""
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Supplier:
    """An invented company that wins awards."""

    name: str
    country: str
    city: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A part of a notice that may be bid for alone."""

    key: str
    title: str
    codes: tuple[str, ...]
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a notice after it was published; `deadline_at` is the deadline from then on."""

    at: datetime
    kind: ChangeKind
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice on one portal, with its whole later life in `changes` (oldest first)."""

    portal: Portal
    key: str  # the ocid on the OCDS portal, the procedure's UUID on TED, the register's number on the others
    kind: Kind
    language: str
    title: str
    description: str
    buyers: tuple[Buyer, ...]
    codes: tuple[str, ...]
    category: str
    value: Decimal | None
    currency: str
    published_at: datetime
    deadline_at: datetime | None
    lots: tuple[Lot, ...]
    method: Method
    supplier: Supplier
    changes: tuple[Change, ...] = ()
    ocid: str | None = None  # a procedure's identifier, where the portal knows one

    @property
    def buyer(self) -> Buyer:
        """The lead buyer."""
        return self.buyers[0]

    def changes_until(self, moment: datetime) -> tuple[Change, ...]:
        """Return what had happened by then."""
        return tuple(change for change in self.changes if change.at <= moment)

    def deadline_on(self, moment: datetime) -> datetime | None:
        """Return the deadline as it stood at that moment."""
        deadlines = [change.deadline_at for change in self.changes_until(moment) if change.deadline_at]
        return deadlines[-1] if deadlines else self.deadline_at

    def updated_on(self, moment: datetime) -> datetime:
        """Return the moment of the last change by then."""
        return max([self.published_at, *(change.at for change in self.changes_until(moment))])

    def status_on(self, moment: datetime) -> Status:
        """Return the status at that moment."""
        happened = {change.kind for change in self.changes_until(moment)}
        if "cancellation" in happened:
            return "cancelled"
        if self.kind == "award" or "award" in happened:
            return "awarded"
        if self.kind == "planning" and "tender" not in happened:
            return "planned"
        deadline = self.deadline_on(moment)
        return "closed" if deadline and deadline <= moment else "open"


@dataclass(frozen=True, slots=True)
class Corpus:
    """All notices of all portals. `today` is a date in the United Kingdom."""

    today: date
    notices: tuple[Notice, ...]

    @property
    def moment(self) -> datetime:
        """The start of today in the United Kingdom: everything in the corpus was published before it."""
        return datetime.combine(self.today, time(), UK)

    def on(self, portal: Portal) -> tuple[Notice, ...]:
        """Return the notices that one portal carries."""
        return tuple(notice for notice in self.notices if notice.portal == portal)
