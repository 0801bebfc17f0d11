"""Country names in many languages become ISO 3166 alpha-2; NUTS codes are told from other words."""

import re
import unicodedata
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from crawler.normalise.ru_regions import find_ru_region

# Languages in which countries are looked up by name, after the source's own and English: those of the portals known.
_LANGUAGES = (
    "es", "pt", "fr", "de", "it", "nl", "ru", "uk", "pl", "cs", "sk", "sl", "hr", "sr", "bs", "mk", "bg", "ro", "hu",
    "el", "da", "sv", "nb", "nn", "fi", "et", "lv", "lt", "is", "ga", "mt", "sq", "tr", "ka", "hy", "az", "kk", "ky",
    "uz", "be", "ca", "eu", "gl", "ar", "fa", "he", "hi", "bn", "th", "vi", "id", "ms", "ja", "ko", "zh", "mn", "cy",
    "lb",
)  # fmt: skip
# What CLDR does not have: parts of the United Kingdom as its portals print them, the EU's own codes, long names.
_OTHER_NAMES = {
    "UK": "GB",
    "EL": "GR",
    "ENG": "GB",
    "SCT": "GB",
    "WLS": "GB",
    "NIR": "GB",
    "England": "GB",
    "Scotland": "GB",
    "Wales": "GB",
    "Cymru": "GB",
    "Northern Ireland": "GB",
    "Great Britain": "GB",
    "Britain": "GB",
    "United Kingdom of Great Britain and Northern Ireland": "GB",
    "Republic of Ireland": "IE",
    "Holland": "NL",
    "Czech Republic": "CZ",
    "Česká republika": "CZ",
    "Slovak Republic": "SK",
    "Slovenská republika": "SK",
    "Bundesrepublik Deutschland": "DE",
    "Österreich": "AT",
    "Turkey": "TR",
    "Macedonia": "MK",
    "FYROM": "MK",
    "Moldova, Republic of": "MD",
    "Russian Federation": "RU",
    "Российская Федерация": "RU",
    "Російська Федерація": "RU",
    "РФ": "RU",
    "USA": "US",
    "U.S.A.": "US",
    "United States of America": "US",
    "Estados Unidos de América": "US",
    "Estados Unidos Mexicanos": "MX",
    "Viet Nam": "VN",
    "Korea, Republic of": "KR",
    "Republic of Korea": "KR",
    "Tanzania, United Republic of": "TZ",
    "Bolivia, Plurinational State of": "BO",
    "Estado Plurinacional de Bolivia": "BO",
    "Venezuela, Bolivarian Republic of": "VE",
    "República Bolivariana de Venezuela": "VE",
    "República Oriental del Uruguay": "UY",
    "Republica Dominicana": "DO",
    "Iran, Islamic Republic of": "IR",
    "Lao People's Democratic Republic": "LA",
    "Syrian Arab Republic": "SY",
    "Côte d'Ivoire": "CI",
    "Ivory Coast": "CI",
    "Cape Verde": "CV",
    "Swaziland": "SZ",
    "Burma": "MM",
    "Democratic Republic of the Congo": "CD",
    "Republic of the Congo": "CG",
}
_LONG_FORM = re.compile(
    r"^(the |republic of |the republic of |kingdom of |republica de |republica del |republica |republique de |"
    r"repubblica di |republica da |republica do |republik |republika |republique du |republique |республика )"
)
# The first characters after the country's in NUTS 2013, 2016, 2021 and 2024 (and "Z", outside the regions).
_NUTS = {
    "AL": "0", "AT": "123", "BE": "123", "BG": "34", "CH": "0", "CY": "0", "CZ": "0", "DE": "123456789ABCDEFG",
    "DK": "0", "EE": "0", "EL": "3456", "ES": "1234567", "FI": "12", "FR": "123456789ABCDEFGHIJKLMY", "HR": "0",
    "HU": "123", "IE": "0", "IS": "0", "IT": "CFGHI", "LI": "0", "LT": "0", "LU": "0", "LV": "0", "ME": "0", "MK": "0",
    "MT": "0", "NL": "1234", "NO": "0", "PL": "123456789", "PT": "123", "RO": "1234", "RS": "12", "SE": "123",
    "SI": "0", "SK": "0", "TR": "123456789ABC", "UK": "CDEFGHIJKLMN", "XK": "0", "UA": "0123456789",
}  # fmt: skip
_NUTS_COUNTRY = {"GR": "EL", "GB": "UK"}
_COUNTRY_OF_NUTS = {nuts: country for country, nuts in _NUTS_COUNTRY.items()}
_ISO_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


@lru_cache(maxsize=8192)
def to_country(printed: str, language: str | None = None) -> str | None:
    """Alpha-2 of a code (alpha-2, alpha-3, the EU's UK and EL) or a name in `language`, English or any known one."""
    word = printed.strip()
    if word.upper() in _known():
        return word.upper()
    alias = get_global("territory_aliases").get(word.upper(), ())
    if len(word) == 3 and len(alias) == 1:
        return str(alias[0])
    folded = _fold(word)
    if not 1 < len(folded) < 80:
        return None
    short = _LONG_FORM.sub("", folded)
    for names in (_own_names, _names_in(language or "en"), _names_in("en"), _all_names):
        found = names() if callable(names) else names
        if code := found.get(folded) or found.get(short):
            return code
    return None


def is_region(printed: str, country: str | None) -> bool:
    """A NUTS code of `country` (alpha-2, None where unknown), or an ISO 3166-2 code such as RU-KAM.

    "England" is none, nor is "MEX", though Montenegro's codes begin with ME.
    """
    prefix, rest = printed[:2], printed[2:]
    if prefix in _NUTS and rest[:1] != "-" and (country is None or _NUTS_COUNTRY.get(country, country) == prefix):
        return rest == "" or (len(rest) <= 3 and rest.isascii() and rest.isalnum() and rest[0] in _NUTS[prefix] + "Z")
    return bool(_ISO_REGION.fullmatch(printed)) and country in (None, prefix)


@lru_cache(maxsize=4096)
def to_region(printed: str, country: str | None) -> str | None:
    """The NUTS or ISO 3166-2 code that is printed, or that a printed name of a Russian region stands for."""
    code = printed.strip()
    if is_region(code, country):
        return code
    return find_ru_region(code) if country == "RU" else None


def country_of_region(code: str) -> str | None:
    """The country of a NUTS code below the country's own (two letters alone are also states' and provinces')."""
    return _COUNTRY_OF_NUTS.get(code[:2], code[:2]) if len(code) > 2 and is_region(code, None) else None


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """ISO 3166 alpha-2, with Kosovo's XK: CLDR's territories without groups, pseudo ones and withdrawn codes."""
    withdrawn = get_global("territory_aliases")
    codes = (str(code) for code in Locale("en").territories)
    codes = (code for code in codes if len(code) == 2 and code.isalpha())
    return frozenset(code for code in codes if code not in {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", *withdrawn})


@lru_cache(maxsize=1)
def _own_names() -> dict[str, str]:
    return {_fold(name): code for name, code in _OTHER_NAMES.items()}


@lru_cache(maxsize=64)
def _names_in(language: str) -> dict[str, str]:
    territories = Locale.parse(language).territories if language in {"en", *_LANGUAGES} else {}
    return {_fold(name): code for code, name in territories.items() if code in _known()}


@lru_cache(maxsize=1)
def _all_names() -> dict[str, str]:
    """Names in all languages, without those that two languages give to two countries."""
    found: dict[str, str] = {}
    clashes: set[str] = set()
    for language in _LANGUAGES:
        for name, code in _names_in(language).items():
            if found.setdefault(name, code) != code:
                clashes.add(name)
    return {name: code for name, code in found.items() if name not in clashes}


def _fold(name: str) -> str:
    """Without case, accents and punctuation."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(mark))
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())
