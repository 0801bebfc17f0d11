"""A notice made ready for matching: its texts as streams of terms by language. Done once, used for every profile."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from domain.notices import Notice
from domain.rates import NO_RATES, Rates
from matching.codes import prefixes
from matching.languages import find_language
from matching.meaning.alike import Kept, find_kept
from matching.meaning.counts import Vector
from matching.meaning.divisions import Meant, explain_chances, find_meant
from matching.meaning.gloss import Gloss, gloss
from matching.meaning.heads import Heads
from matching.stems import to_language, vocabulary
from matching.stream import MOST_TEXT, Place, Rank, Stream

MOST_IN_ALL = 2_000_000  # code points read of one notice, titles first


@dataclass(slots=True)
class Reading:
    """A notice with its streams, the first place of each (scheme, prefix) of its codes, and texts cut for length.

    `recall` finds the vector that is stored for its texts, where one is.
    """

    notice: Notice
    streams: tuple[Stream, ...]
    codes: dict[tuple[str, str], Place]
    cut: tuple[Place, ...] = ()
    heads: Heads | None = field(default=None, repr=False)
    rates: Rates = NO_RATES
    _asides: tuple[Stream, ...] | None = None
    _glosses: tuple[Gloss, ...] | None = field(default=None, repr=False)
    recall: Callable[["Reading"], Kept | None] | None = field(default=None, repr=False)
    _kept: list[Kept | None] = field(default_factory=list, repr=False)
    _chances: list[Vector | None] = field(default_factory=list, repr=False)
    _meant: list[Meant | None] = field(default_factory=list, repr=False)

    @property
    def asides(self) -> tuple[Stream, ...]:
        """Buyers' names and documents' titles, which are looked at only where a line names their field."""
        if self._asides is None:
            self._asides, _ = _to_streams(_aside_places(self.notice), self.notice)
        return self._asides

    @property
    def glosses(self) -> tuple[Gloss, ...]:
        """Its streams by what their words mean in English."""
        if self._glosses is None:
            self._glosses = tuple(gloss(stream) for stream in self.streams)
        return self._glosses

    @property
    def kept(self) -> Kept | None:
        """The vector of its title, encoded once; None where there is no word, or no encoder."""
        if not self._kept and self.recall and (kept := self.recall(self)) is not None:
            self._kept.append(kept)
        if not self._kept:
            self._kept.append(find_kept(self.streams))
        return self._kept[0]

    @property
    def encoded(self) -> Kept | None:
        """The same, but None where it was not asked for yet."""
        return self._kept[0] if self._kept else None

    @property
    def chances(self) -> Vector | None:
        """How likely each division of the CPV is; None where its words say nothing."""
        if not self._chances:
            self._chances.append(self.meant.chances if self.meant else None)
        return self._chances[0]

    def remember_chances(self, chances: Vector) -> None:
        """Takes those that were stored for these very texts, heads and encoder; all 0: its words say nothing."""
        self._chances[:] = [chances if chances.any() else None]

    @property
    def meant(self) -> Meant | None:
        """The same with what each word says for it."""
        if not self._meant:
            known = self._chances[0] if self._chances else None
            if known is None or self.heads is not None:
                self._meant.append(find_meant(self.streams, self.heads, self.kept))
            else:
                self._meant.append(explain_chances(self.streams, known, lambda: self.kept))
        return self._meant[0]


def read_notice(notice: Notice, heads: Heads | None = None, rates: Rates = NO_RATES) -> Reading:
    """The notice's texts by the language that each is in; the portal's word is a hint, as is the notice's own.

    `rates` are those that its value may be converted by.
    """
    streams, cut = _to_streams(_places(notice), notice)
    return Reading(notice, streams, _codes(notice), cut, heads, rates)


def _to_streams(texts: Iterable[tuple[str, Place]], notice: Notice) -> tuple[tuple[Stream, ...], tuple[Place, ...]]:
    streams: dict[str, Stream] = {}
    own, cut, left = to_language(notice.language), [], MOST_IN_ALL
    for printed, unread in texts:
        hint = to_language(printed)
        language = find_language(unread.text, own if hint == "und" else hint)
        place = replace(unread, language=language)
        stream = streams.get(language) or streams.setdefault(language, Stream(language))
        most = min(MOST_TEXT, left)
        stream.add(place, vocabulary(language), most)
        left -= min(len(place.text), most)
        if len(place.text) > most:
            cut.append(place)
    return tuple(streams.values()), tuple(cut)


def _places(notice: Notice) -> Iterator[tuple[str, Place]]:
    for language, text in notice.title.items():
        yield language, Place(f"title.{language}", Rank.TITLE, text)
    for language, text in notice.description.items():
        yield language, Place(f"description.{language}", Rank.TEXT, text)
    for number, lot in enumerate(notice.lots):
        for language, text in lot.title.items():
            yield language, Place(f"lots[{number}].title.{language}", Rank.LOT_TITLE, text)
        for language, text in lot.description.items():
            yield language, Place(f"lots[{number}].description.{language}", Rank.TEXT, text)


def _aside_places(notice: Notice) -> Iterator[tuple[str, Place]]:
    for number, buyer in enumerate(notice.buyers):
        yield "und", Place(f"buyers[{number}].name", Rank.BUYER, buyer.name)
    for number, document in enumerate(notice.documents):
        yield "und", Place(f"documents[{number}].title", Rank.DOCUMENT, document.title or "")


def _codes(notice: Notice) -> dict[tuple[str, str], Place]:
    found: dict[tuple[str, str], Place] = {}
    lists = [("codes", notice.codes), *((f"lots[{n}].codes", lot.codes) for n, lot in enumerate(notice.lots))]
    for path, codes in lists:
        for number, code in enumerate(codes):
            place = Place(f"{path}[{number}]", Rank.CODE, code.id)
            for prefix in prefixes(code.scheme, code.id):
                found.setdefault(prefix, place)
    return found
