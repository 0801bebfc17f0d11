"""The notice as data (docs/notice.schema.json), and the raw notice that readers give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a notice announces. change: a corrigendum of another notice; modification: of a signed contract."""

    PLANNING = "planning"
    TENDER = "tender"
    AWARD = "award"
    CHANGE = "change"
    MODIFICATION = "modification"
    CANCELLATION = "cancellation"
    AUCTION = "auction"
    OTHER = "other"


class Status(StrEnum):
    """What the portal says of the notice. Whether it is still open *now* is computed when asked, never stored."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    AWARDED = "awarded"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """Whether the portal printed a time, or only a day (then the instant is the end of that day there)."""

    MINUTE = "minute"
    DAY = "day"


class ZoneFrom(StrEnum):
    """Where a deadline's zone was taken from: its own offset, the buyer's country or region, the source's YAML."""

    PRINTED = "printed"
    BUYER = "buyer"
    SOURCE = "source"


Texts = Mapping[str, str]
"""Language (ISO 639-1, lower case; `und` where unknown) -> text in that language."""


@dataclass(frozen=True, slots=True)
class Code:
    """A classification code: scheme as the field writes it (CPV, OKPD2, UNSPSC, …); CPV ids are eight digits."""

    scheme: str
    id: str


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its ISO 4217 currency; `amount` keeps the digits that the portal printed."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """An organisation that buys; `scheme` names the register of `id`, `country` is ISO 3166 alpha-2."""

    name: str
    id: str | None = None
    scheme: str | None = None
    country: str | None = None
    url: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """A part of a procedure that can be won on its own; `key` is the portal's own."""

    key: str
    title: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    codes: tuple[Code, ...] = ()
    value: Money | None = None
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file that the portal offers with the notice."""

    url: str
    title: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One field that a corrigendum moves: `title`, `description`, `codes`, `deadline_at` or `status`.

    `lots` are the keys of the lots that it moves in (none: in the notice itself). `old` and `new` are a text, a code's
    id, a status, or a moment: as printed in a RawNotice, in a Notice ISO 8601 with an offset.
    """

    field: str
    new: str | None
    old: str | None = None
    lots: tuple[str, ...] = ()
    precision: Precision | None = None
    zone_from: ZoneFrom | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a notice does to another one, `target`, which it names by key or by `identifier`.

    `replaces` is the kind of notice that it is a whole new version of; None: only its `moves` are told.
    """

    target: str
    replaces: Kind | None = None
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice of one source, normalised. Datetimes are aware; unknown is None, never a guess.

    `identifier` (how other notices name it, where that is not its key) and `correction` are no part of its content.
    """

    source: str
    key: str
    kind: Kind
    status: Status
    url: str | None = None
    procedure_id: str | None = None
    language: str | None = None
    title: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    buyers: tuple[Buyer, ...] = ()
    country: str | None = None
    regions: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()
    value: Money | None = None
    published_at: datetime | None = None
    deadline_at: datetime | None = None
    deadline_precision: Precision | None = None
    deadline_zone: ZoneFrom | None = None
    lots: tuple[Lot, ...] = ()
    documents: tuple[Document, ...] = ()
    changes: str | None = None
    raw: Mapping[str, Any] | None = None
    identifier: str | None = None
    correction: Correction | None = None

    def shown_title(self) -> str:
        """The title in the notice's own language, else in any; never empty."""
        return self.title.get(self.language or "") or next(iter(self.title.values()), "") or self.key


# What is raw is not frozen, as it lives no longer than its page: to make a frozen notice takes 5 µs more.
@dataclass(slots=True, unsafe_hash=True)
class RawBuyer:
    """A buyer as printed; `country` may be a name or any ISO form, `region` a NUTS code that gives the zone."""

    name: str
    id: str | None = None
    scheme: str | None = None
    country: str | None = None
    region: str | None = None
    url: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(slots=True)
class RawMoney:
    """An amount as printed ("262 512,00 ₽"); currency None where it stands in the amount or is the source's own."""

    amount: str
    currency: str | None = None


@dataclass(slots=True)
class RawLot:
    """A lot as printed."""

    key: str
    title: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    codes: tuple[tuple[str, str], ...] = ()
    value: RawMoney | None = None
    deadline: str | None = None


@dataclass(slots=True)
class RawNotice:
    """What a reader found, as printed: strings, with the portal's own key. `pipelines.normalise` makes a Notice of it.

    `kind` and `status` are already our words, or None with the portal's unknown word in `unknown_words`.
    `codes` are (scheme, id) pairs. `partial` marks a list's row whose detail page could not be read.
    """

    key: str
    kind: Kind | None
    status: Status | None
    url: str | None = None
    procedure_id: str | None = None
    language: str | None = None
    title: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    buyers: tuple[RawBuyer, ...] = ()
    country: str | None = None
    regions: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    value: RawMoney | None = None
    published: str | None = None
    deadline: str | None = None
    lots: tuple[RawLot, ...] = ()
    documents: tuple[Document, ...] = ()
    changes: str | None = None
    raw: Mapping[str, Any] | None = None
    unknown_words: tuple[tuple[str, str], ...] = ()
    partial: bool = False
    identifier: str | None = None
    correction: Correction | None = None
