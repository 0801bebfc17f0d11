"""What TED publishes of a notice: one publication for itself and one for each change, none altered afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from app.demo.nouns import Change, ChangeKind, Corpus, Lot, Notice

Type = Literal["pin-only", "cn-standard", "can-standard", "veat"]
FIRST_NUMBER, STEP = 90_000_000, 37  # TED gives less than a million a year: its links lead to nobody's notice
# BT-140, why a notice is changed
REASONS: dict[ChangeKind, str] = {"deadline": "update-add", "cancellation": "cancel"}
# ISO 3166-1 and ISO 639-2 codes of three letters, as TED writes them
COUNTRIES = {
    "AT": "AUT", "BE": "BEL", "CH": "CHE", "DE": "DEU", "DK": "DNK", "ES": "ESP", "FR": "FRA", "GB": "GBR",
    "IT": "ITA", "NL": "NLD", "PL": "POL", "PT": "PRT", "RU": "RUS",
}  # fmt: skip
LANGUAGES = {"de": "deu", "es": "spa", "fr": "fra", "it": "ita", "nl": "nld", "pl": "pol", "pt": "por"}


@dataclass(frozen=True, slots=True)
class Publication:
    """One notice of TED's under its own number; `earlier` is the one that it changes or that led to it."""

    number: int
    notice: Notice
    type: Type
    at: datetime
    deadline_at: datetime | None
    earlier: "Publication | None" = None
    reason: str | None = None  # BT-140: it changes `earlier`, and does not follow from it

    @property
    def key(self) -> str:
        """The publication number, without leading noughts."""
        return f"{self.number}-{self.at:%Y}"

    @property
    def id(self) -> str:
        """The notice's identifier (BT-701)."""
        return str(uuid5(UUID(self.notice.key), str(self.number)))

    @property
    def language(self) -> str:
        """The notice's language, as ISO 639-2."""
        return LANGUAGES[self.notice.language]

    @property
    def lots(self) -> tuple[Lot, ...]:
        """The lots by their technical ids; what is not divided is one lot. A plan has parts."""
        notice, prefix = self.notice, "PAR" if self.type == "pin-only" else "LOT"
        parts = notice.lots or (Lot("1", notice.title, notice.codes[:1], notice.value),)
        return tuple(Lot(f"{prefix}-{int(lot.key):04}", lot.title, lot.codes, lot.value) for lot in parts)


def publications(corpus: Corpus) -> tuple[Publication, ...]:
    """All that TED publishes of its notices, oldest first; numbers run in the order of publication."""
    drafts: list[tuple[datetime, Notice, Change | None]]
    drafts = [(notice.published_at, notice, None) for notice in corpus.on("ted")]
    drafts += [(change.at, notice, change) for notice in corpus.on("ted") for change in notice.changes]
    drafts.sort(key=lambda draft: (draft[0], draft[1].key))
    newest: dict[str, Publication] = {}
    found = []
    for place, (at, notice, change) in enumerate(drafts):
        made = _publish(FIRST_NUMBER + place * STEP, at, notice, change, newest.get(notice.key))
        newest[notice.key] = made
        found.append(made)
    return tuple(found)


def _publish(
    number: int, at: datetime, notice: Notice, change: Change | None, earlier: Publication | None
) -> Publication:
    if change is None:
        return Publication(number, notice, _to_type(notice), at, notice.deadline_at)
    if change.kind == "award":
        return Publication(number, notice, "can-standard", at, None, earlier)
    deadline = change.deadline_at or notice.deadline_at
    return Publication(number, notice, _to_type(notice), at, deadline, earlier, REASONS[change.kind])


def _to_type(notice: Notice) -> Type:
    if notice.kind == "planning":
        return "pin-only"
    if notice.kind == "tender":
        return "cn-standard"
    return "veat" if notice.method == "direct" else "can-standard"
