"""Amounts as printed become Decimals with their digits, and symbols or names become ISO 4217 codes."""

import re
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies

from domain.notices import Money

# Above any public budget (Indonesia's is 3.6e15 IDR): such a number is a slip or an attack.
TOO_LARGE = Decimal(10) ** 18

_PLAIN = re.compile(r"\d{1,24}(?:\.\d{1,12})?", re.ASCII)
_EXPONENT = re.compile(r"(\d{1,24}(?:\.\d{1,24})?)[eE]\+?(\d{1,2})", re.ASCII)
_NUMBER = re.compile(r"\d(?:[\d.,'’\s\u00a0\u2009\u202f]*\d)?", re.ASCII)
_SPACING = re.compile(r"['’\s\u00a0\u2009\u202f]")
_GROUPED = {mark: re.compile(rf"\d{{1,3}}(?:\{mark}\d{{2,3}})*\{mark}\d{{3}}", re.ASCII) for mark in ".,"}
_LETTERS = re.compile(r"[^\W\d_]+\.?(?:\s+[^\W\d_]+\.?)*|[\u20a0-\u20bf$£¥]")
_SYMBOLS = {
    "₽": "RUB",
    "руб": "RUB",
    "рублей": "RUB",
    "рубль": "RUB",
    "€": "EUR",
    "£": "GBP",
    "фунт стерлингов": "GBP",
    "гривна": "UAH",
    "₴": "UAH",
    "грн": "UAH",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "лв": "BGN",
    "lei": "RON",
    "₺": "TRY",
    "₸": "KZT",
    "тенге": "KZT",
    "₹": "INR",
    "₪": "ILS",
    "₩": "KRW",
    "₫": "VND",
    "₦": "NGN",
    "₱": "PHP",
    "₾": "GEL",
    "֏": "AMD",
    "R$": "BRL",
}
# In which names are looked up after the portal's own language and English.
_LANGUAGES = (
    "ru",
    "uk",
    "de",
    "fr",
    "es",
    "pt",
    "pl",
    "it",
    "nl",
    "cs",
    "ro",
    "hu",
    "bg",
    "el",
    "tr",
    "sv",
    "da",
    "fi",
)
_FOLDED_SYMBOLS = {symbol.casefold(): code for symbol, code in _SYMBOLS.items()}


def to_money(amount: str, currency: str | None, *, decimal: str | None = None, language: str | None = None) -> Money:
    """The amount with the currency printed in it, else `currency` (a code, symbol or name).

    `decimal` is the source's decimal mark, needed where one mark alone stands before three digits. Raises ValueError
    that says what is odd: no number, an ambiguous, negative or impossible one, an unknown currency.
    """
    number = to_amount(amount, decimal)
    if currency is not None and len(currency) == 3 and currency in _codes():
        return Money(number, currency)
    found = _LETTERS.search(amount) if not amount.isascii() or not _PLAIN.fullmatch(amount.strip()) else None
    code = to_currency(found[0], language) if found and not _EXPONENT.fullmatch(amount) else None
    code = code or (to_currency(currency, language) if currency else None)
    if code is None:
        raise ValueError(f"currency {(found[0] if found else currency)!r} is unknown")
    return Money(number, code)


def to_amount(printed: str, decimal: str | None = None) -> Decimal:
    """The number with its digits as printed. Raises ValueError where it is none, ambiguous, negative or too large."""
    text = printed.strip()
    if _PLAIN.fullmatch(text) and decimal in (None, "."):
        return _within_reason(Decimal(text), printed)
    if exponent := _EXPONENT.fullmatch(text):
        return _within_reason(Decimal(exponent[1]).scaleb(int(exponent[2])), printed)
    found = _NUMBER.findall(text)
    if len(found) != 1 or len(text) > 80 or re.search(r"[eE]\+?\d|[-−(]\s*\d", text):
        raise ValueError(f"{printed[:80]!r} is not an amount")
    return _within_reason(Decimal(_with_point(_SPACING.sub("", found[0]), decimal, printed)), printed)


@lru_cache(maxsize=1024)
def to_currency(printed: str, language: str | None = None) -> str | None:
    """ISO 4217 by code, unambiguous symbol, or name (in `language` first); None where unknown ("$", "kr")."""
    text = printed.strip().rstrip(".")
    if text.upper() in _codes():
        return text.upper()
    folded = text.casefold()
    if folded in _FOLDED_SYMBOLS:
        return _FOLDED_SYMBOLS[folded]
    for names in (_names(language or "en"), _names("en"), _all_names()):
        if folded in names:
            return names[folded]
    return None


def _with_point(digits: str, decimal: str | None, printed: str) -> str:
    marks = {mark for mark in ".," if mark in digits}
    if not marks:
        return digits
    if len(marks) == 2:
        last = max(marks, key=digits.rfind)
        if digits.count(last) > 1 or (decimal and last != decimal):
            raise ValueError(f"{printed[:80]!r} is not an amount")
        return digits.replace("," if last == "." else ".", "").replace(last, ".")
    mark = marks.pop()
    if decimal == mark and digits.count(mark) == 1:
        return digits.replace(mark, ".")
    if _GROUPED[mark].fullmatch(digits) and (digits.count(mark) > 1 or decimal):
        return digits.replace(mark, "")
    if digits.count(mark) > 1 or decimal or (_GROUPED[mark].fullmatch(digits) and digits[0] != "0"):
        raise ValueError(f"{printed[:80]!r} can be read in two ways")
    return digits.replace(mark, ".")


def _within_reason(amount: Decimal, printed: str) -> Decimal:
    if amount >= TOO_LARGE:
        raise ValueError(f"{printed[:80]!r} is too large for an amount")
    return amount


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(list_currencies())


@lru_cache(maxsize=32)
def _names(language: str) -> dict[str, str]:
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return {}
    return {name.casefold(): code for code, name in locale.currencies.items()}


@lru_cache(maxsize=1)
def _all_names() -> dict[str, str]:
    """Names in all languages, without those that two languages give to two currencies."""
    found: dict[str, set[str]] = {}
    for language in _LANGUAGES:
        for name, code in _names(language).items():
            found.setdefault(name, set()).add(code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}
