"""The phrases of one language, with its plurals, its names of fields and countries, its dates and amounts."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol

from alerts.phrases import ENGLISH, FIELDS
from alerts.phrases_es import SPANISH, SPANISH_FIELDS
from alerts.phrases_fil import FILIPINO, FILIPINO_FIELDS
from alerts.phrases_ru import RUSSIAN, RUSSIAN_FIELDS

TABLES: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "en": (ENGLISH, FIELDS),
    "es": (SPANISH, SPANISH_FIELDS),
    "ru": (RUSSIAN, RUSSIAN_FIELDS),
    "fil": (FILIPINO, FILIPINO_FIELDS),
}
# Whose one form is for 21 and 31 too; the others' are for 1 alone.
COUNTED_BY_ENDING = {"ru"}
# The day of the week is what a reader looks for first; CLDR has it in different places.
DAYS = {"en": "EEE d MMM y", "es": "EEE d MMM y", "ru": "EEE, d MMM y", "fil": "EEE d MMM y"}


CAUSES = {
    "first run": re.compile(r"first run of (?P<source>.+)"),
    "backfill": re.compile(r"backfill of (?P<source>.+)"),
    "edit": re.compile(r"edit of profile (?P<profile>.+) \(version (?P<version>\d+)\)"),
}


class Words(dict[str, str]):
    """The phrases by their key; in templates `w.buyer`."""

    def __init__(self, language: str) -> None:
        phrases, self.fields = TABLES[language]
        super().__init__(phrases)
        self.language = language
        self.locale = Locale(language)

    def count(self, key: str, count: int, **values: str) -> str:
        """The phrase `key` for this many, in the form that the language has for it."""
        return self[self._form(key, count)].format(count=count, **values)

    def to_state(self, state: str) -> str:
        """The state of a source; of what is no state of a run, the word itself."""
        return self.get(f"state {state}", state)

    def to_cause(self, cause: str) -> str:
        """Why notices are a baseline, which the events tell in English; as told, where it is none of these."""
        for name, form in CAUSES.items():
            if said := form.fullmatch(cause):
                return self[f"cause {name}"].format(**said.groupdict())
        return cause

    def to_country(self, code: str) -> str:
        """The name of an ISO 3166 alpha-2 code; the code itself where it has none."""
        return str(self.locale.territories.get(code, code))

    def to_day(self, moment: datetime) -> str:
        """The date with its day of the week, as it is on the clock of `moment`."""
        return format_date(moment.date(), DAYS[self.language], self.locale)

    def to_amount(self, amount: Decimal, decimals: int) -> str:
        """An amount with its thousands set apart; all its digits, however many."""
        group, point = get_group_symbol(self.locale), get_decimal_symbol(self.locale)
        return f"{amount:,.{decimals}f}".replace(",", "\0").replace(".", point).replace("\0", group)

    def _form(self, key: str, count: int) -> str:
        form = self.locale.plural_form(count) if self.language in COUNTED_BY_ENDING else "one" if count == 1 else ""
        return f"{key}_{form}" if f"{key}_{form}" in self else key


@cache
def words(language: str) -> Words:
    """The phrases of this language, one of `domain.alerts.LANGUAGES`."""
    return Words(language)
