"""The words of the demo's buyers, read from `texts/`: one file for each language, written in it, not translated."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.demo.nouns import Buyer, Supplier

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("en", "fr", "de", "es", "it", "pl", "pt", "nl", "uk", "ru")


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a kind of buyer buys; `{n}` in the texts is a quantity, `value` is in thousands of euros."""

    by: str
    codes: tuple[str, ...]
    category: str
    value: tuple[int, int]
    titles: tuple[str, ...]
    text: str
    lots: tuple[str, ...]
    n: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Language:
    """Who buys in a language, what, and how such a text ends."""

    code: str
    buyers: tuple[Buyer, ...]
    subjects: tuple[Subject, ...]
    closing: tuple[str, ...]

    def buyers_of(self, type_: str) -> tuple[Buyer, ...]:
        """Return the buyers that buy such things."""
        return tuple(buyer for buyer in self.buyers if buyer.type == type_)


@cache
def language(code: str) -> Language:
    """Read one language's file."""
    data = _read(code)
    return Language(
        code=data["language"],
        buyers=tuple(Buyer(**buyer) for buyer in data["buyers"]),
        subjects=tuple(_subject(subject) for subject in data["subjects"]),
        closing=tuple(data["closing"]),
    )


@cache
def suppliers() -> tuple[Supplier, ...]:
    """Return the made-up companies that win the demo's awards."""
    return tuple(Supplier(**supplier) for supplier in _read("suppliers"))


@cache
def cpv_labels() -> dict[str, str]:
    """Return the English label of each CPV code in the demo."""
    return dict(_read("cpv"))


def _subject(data: dict[str, Any]) -> Subject:
    lowest, highest = data["value"]
    fewest, most = data.get("n", (1, 1))
    return Subject(
        by=data["by"],
        codes=tuple(data["codes"]),
        category=data["category"],
        value=(lowest, highest),
        titles=tuple(data["titles"]),
        text=data["text"],
        lots=tuple(data.get("lots", ())),
        n=(fewest, most),
    )


def _read(name: str) -> Any:
    return yaml.safe_load((TEXTS / f"{name}.yml").read_text(encoding="utf-8"))
