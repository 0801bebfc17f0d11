"""Answers that mean `nothing here`, as a source's YAML names them: texts of a body, or statuses such as 404."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from crawler.listing.asking import FILE
from crawler.readers.archives import is_archive
from domain.sources import Source, Step

LONGEST = 64 * 1024  # bytes; a longer body is no message


@dataclass(frozen=True, slots=True)
class Nothing:
    """The texts and statuses of one kind of document."""

    texts: tuple[str, ...] = ()
    statuses: frozenset[int] = frozenset()

    @classmethod
    def read(cls, values: Sequence[str | int]) -> Self:
        """As `empty:` has them."""
        texts = tuple(each for each in values if isinstance(each, str))
        return cls(texts, frozenset(each for each in values if isinstance(each, int)))

    def is_said(self, body: bytes, status: int = 200) -> bool:
        """The answer means that there is nothing."""
        if status in self.statuses:
            return True
        is_message = self.texts and len(body) < LONGEST and not is_archive(body)  # an archive's members are asked alone
        text = body.decode("utf-8", "ignore") if is_message else ""
        return any(each in text for each in self.texts)


@dataclass(frozen=True, slots=True)
class Nothings:
    """Of a source's lists, and of the documents that hold its notices."""

    lists: Nothing
    documents: Nothing

    @classmethod
    def read(cls, source: Source) -> Self:
        """A source without links has lists of notices."""
        documents = Nothing.read(source.ocds.get("empty") or source.json.get("list", {}).get("empty", ()))
        links = source.listing.get("links")
        return cls(documents if links is None else Nothing.read(links.get("empty", ())), documents)

    def of(self, step: Step) -> Nothing:
        """What means nothing in answer to this step."""
        return self.documents if step.kind in (FILE, "detail") else self.lists
