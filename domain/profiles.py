"""What one team sells and to whom: keyword lists, catalogue, codes, places, value range."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Keywords:
    """Lines of the query language (docs/query-language.md) as marketing wrote them.

    Each of `include` is looked for, beside it every line of `all`; one of `exclude` stops the notice.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    all: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A product or service that the company sells; codes are (scheme, id prefix) pairs."""

    sku: str
    name: str
    description: str = ""
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The contract values that a team can take on, in one currency; None is no limit."""

    min: Decimal | None
    max: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One team's interest. `codes` maps a scheme to prefixes; `places` are ISO 3166 alpha-2 or NUTS prefixes."""

    id: str
    name: str
    language: str
    keywords: Keywords = Keywords()
    catalogue: tuple[CatalogueItem, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    value: ValueRange | None = None
    threshold: int = 40


@dataclass(frozen=True, slots=True)
class ProfileVersion:
    """A saved version of a profile; `origin` is the file it was imported from, or None."""

    profile: Profile
    version: int
    author: str
    reason: str
    saved_at: str
    origin: str | None = None
    digest: str = ""
