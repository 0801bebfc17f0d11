"""What the HTML portal prints about a notice, in the words and forms of EIS (zakupki.gov.ru)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.demo.nouns import Lot, Notice, Status

NBSP = "\u00a0"
MOSCOW = ZoneInfo("Europe/Moscow")
SYMBOLS = {"RUB": "₽", "EUR": "€", "PLN": "zł", "UAH": "₴", "GBP": "£", "CHF": "CHF"}
CURRENCIES = {
    "RUB": "РОССИЙСКИЙ РУБЛЬ", "EUR": "ЕВРО", "PLN": "ПОЛЬСКИЙ ЗЛОТЫЙ", "UAH": "ГРИВНА", "GBP": "ФУНТ СТЕРЛИНГОВ",
    "CHF": "ШВЕЙЦАРСКИЙ ФРАНК",
}  # fmt: skip
REGIONS = {
    "RU-SVE": "Свердловская область", "RU-KAM": "Камчатский край", "RU-NVS": "Новосибирская область",
    "RU-MOS": "Московская область", "RU-NIZ": "Нижегородская область", "RU-KGD": "Калининградская область",
}  # fmt: skip
# Each law has its own words for the same status, and its own ways of buying.
STATUSES: dict[str, dict[Status, str]] = {
    "44-ФЗ": {
        "open": "Подача заявок",
        "closed": "Работа комиссии",
        "awarded": "Определение поставщика завершено",
        "cancelled": "Определение поставщика отменено",
    },
    "223-ФЗ": {
        "open": "Подача заявок",
        "closed": "Работа комиссии",
        "awarded": "Закупка завершена",
        "cancelled": "Закупка отменена",
    },
}
WAYS = {
    "44-ФЗ": {
        "open": ("ea20", "Электронный аукцион"),
        "restricted": ("ok20", "Открытый конкурс в электронной форме"),
        "below": ("zk20", "Запрос котировок в электронной форме"),
        "direct": ("ezt20", "Закупка, осуществляемая в соответствии с частью 12 статьи 93 Закона № 44-ФЗ"),
    },
    "223-ФЗ": {
        "open": ("notice223", "Запрос предложений в электронной форме"),
        "restricted": ("notice223", "Конкурс в электронной форме"),
        "below": ("notice223", "Запрос котировок в электронной форме"),
        "direct": ("notice223", "Закупка у единственного поставщика (исполнителя, подрядчика)"),
    },
}


@dataclass(frozen=True, slots=True)
class View:
    """A notice at a moment, as the templates need it."""

    notice: Notice
    moment: datetime

    @property
    def law(self) -> str:
        """The law: its register's numbers have 19 digits or 11."""
        return "44-ФЗ" if len(self.notice.key) == 19 else "223-ФЗ"

    @property
    def way(self) -> str:
        """The way of buying, in words."""
        return WAYS[self.law][self._method][1]

    @property
    def path(self) -> str:
        """The page's path; the two laws have different ones."""
        code = WAYS[self.law][self._method][0]
        view = "/view" if self.law == "44-ФЗ" else ""
        return f"/epz/order/notice/{code}{view}/common-info.html?regNumber={self.notice.key}"

    @property
    def documents_path(self) -> str:
        """The path of the page with the documents."""
        return self.path.replace("common-info", "documents")

    @property
    def status(self) -> str:
        """The status in the portal's words."""
        return STATUSES[self.law][self.notice.status_on(self.moment)]

    @property
    def card_title(self) -> str | None:
        """The title on the list's card: EIS leaves it out where a single supplier was chosen under 44-FZ."""
        return None if self.law == "44-ФЗ" and self._method == "direct" else self.notice.title

    @property
    def customer_label(self) -> str:
        """The label of the buyer: an open contest is placed by an authorised body."""
        contest = self.law == "44-ФЗ" and self._method == "restricted"
        return "Организация, осуществляющая размещение" if contest else "Заказчик"

    @property
    def customer_path(self) -> str:
        """The path of the buyer's page."""
        return f"/epz/organization/view/info.html?organizationCode={self.notice.key[:11]}"

    @property
    def price(self) -> str | None:
        """The price as EIS prints it: no-break spaces between thousands, a comma, the sign."""
        value = self.notice.value
        return None if value is None else f"{money(value)} {SYMBOLS[self.notice.currency]}"

    @property
    def published(self) -> str:
        """The day of publication, dd.mm.yyyy."""
        return f"{self.notice.published_at:%d.%m.%Y}"

    @property
    def updated(self) -> str:
        """The day of the last change, dd.mm.yyyy."""
        return f"{self.notice.updated_on(self.moment):%d.%m.%Y}"

    @property
    def deadline_day(self) -> str | None:
        """The day of the deadline: the list prints no time."""
        deadline = self.notice.deadline_on(self.moment)
        return f"{deadline:%d.%m.%Y}" if deadline else None

    @property
    def sections(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """The blocks of the notice's page: a heading, then labels with their values."""
        yield "Общая информация о закупке", list(self._general())
        yield "Контактная информация", list(self._contact())
        if deadline := self.notice.deadline_on(self.moment):
            yield "Информация о процедуре закупки", list(self._procedure(deadline))
        if self.notice.value is not None:
            yield f"Начальная (максимальная) цена {self._contract}", list(self._money(self.notice.value))
        if self.notice.changes_until(self.moment):
            yield "Сведения об изменениях", list(self._changes())

    @property
    def objects(self) -> list[tuple[int, str, str]]:
        """The rows of the table of what is bought: number, CPV code, name."""
        return [(row, code, self.notice.title) for row, code in enumerate(self.notice.codes, start=1)]

    @property
    def lots(self) -> list[tuple[Lot, str]]:
        """The lots, with their prices as printed."""
        return [(lot, money(lot.value) if lot.value is not None else "") for lot in self.notice.lots]

    @property
    def documents(self) -> list[tuple[str, str]]:
        """The files: an identifier and a name."""
        names = ("Описание объекта закупки.docx", "Проект контракта.docx", "Обоснование цены.xlsx")
        return [(f"{self.notice.key}{row:013d}", f"{row}. {name}") for row, name in enumerate(names, start=1)]

    @property
    def _method(self) -> str:
        return "direct" if self.notice.kind == "award" else self.notice.method

    @property
    def _contract(self) -> str:
        return "контракта" if self.law == "44-ФЗ" else "договора"

    def _general(self) -> Iterator[tuple[str, str]]:
        if self.law == "44-ФЗ":
            yield "Способ определения поставщика (подрядчика, исполнителя)", self.way
            yield "Наименование объекта закупки", self.notice.title
        else:
            yield "Реестровый номер извещения", self.notice.key
            yield "Способ осуществления закупки", self.way
            yield "Наименование закупки", self.notice.title
        yield "Этап закупки", self.status
        if self.notice.ocid:
            yield "Идентификатор процедуры (OCID)", self.notice.ocid

    def _contact(self) -> Iterator[tuple[str, str]]:
        buyer = self.notice.buyer
        yield "Наименование организации", buyer.name
        yield "Место нахождения", f"{buyer.postcode}, {buyer.city}, {buyer.street}"
        yield "Ответственное должностное лицо", "Контрактная служба"
        yield "Адрес электронной почты", f"procurement@{buyer.site}"
        yield "Номер контактного телефона", "7-000-0000000"
        yield "Дополнительная информация", self.notice.description
        yield "Регион", REGIONS.get(buyer.region, buyer.city)
        yield "Код региона (NUTS, ISO 3166-2)", buyer.region
        yield "Код страны (ISO 3166-1)", buyer.country

    def _procedure(self, deadline: datetime) -> Iterator[tuple[str, str]]:
        yield "Дата и время начала срока подачи заявок", _printed(self.notice.published_at)
        if self.law == "44-ФЗ":
            yield "Дата и время окончания срока подачи заявок", _printed(deadline)
        else:
            yield "Дата и время окончания подачи заявок (по местному времени заказчика)", _printed(deadline)

    def _money(self, value: Decimal) -> Iterator[tuple[str, str]]:
        yield f"Начальная (максимальная) цена {self._contract}", money(value)
        yield "Валюта", CURRENCIES[self.notice.currency]

    def _changes(self) -> Iterator[tuple[str, str]]:
        words = {
            "deadline": "Изменён срок окончания подачи заявок",
            "cancellation": "Закупка отменена по решению заказчика",
            "award": "Определён поставщик",
        }
        for change in self.notice.changes_until(self.moment):
            yield f"{change.at:%d.%m.%Y}", words[change.kind]


def money(amount: Decimal) -> str:
    """Print an amount: `262 512,00` with no-break spaces."""
    return f"{amount:,.2f}".replace(",", NBSP).replace(".", ",")


def total(count: int) -> str:
    """Print a number of records with its noun in the right case."""
    if count % 10 == 1 and count % 100 != 11:
        noun = "запись"
    elif count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14):
        noun = "записи"
    else:
        noun = "записей"
    return f"{count:,} {noun}".replace(",", NBSP)


def _printed(moment: datetime) -> str:
    """Print a moment in the buyer's zone, told as hours from Moscow: `08.10.2026 10:00 (МСК+4)`."""
    here, moscow = moment.utcoffset(), moment.astimezone(MOSCOW).utcoffset()
    assert here is not None
    assert moscow is not None
    hours = (here - moscow) // timedelta(hours=1)
    return f"{moment:%d.%m.%Y %H:%M} (МСК{f'{hours:+d}' if hours else ''})"
