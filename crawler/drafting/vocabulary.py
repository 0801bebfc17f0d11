"""What portals call the fields of a notice: the words of headers, labels and class names, in the languages we meet."""

import re
from collections.abc import Iterable

WORDS: dict[str, tuple[str, ...]] = {
    "deadline": (
        "closing", "closing date", "close date", "closes", "closing on", "deadline", "due date", "due",
        "bid opening date", "opening date", "submission deadline", "submission date", "end date", "bid due",
        "expires", "expiry date", "response date", "ends", "valid through", "closing time", "angebotsfrist",
        "abgabefrist", "einreichungsfrist", "frist", "schlusstermin", "date limite", "clôture", "échéance",
        "fecha límite", "fecha limite", "plazo de presentación", "fin de presentación", "fecha de cierre",
        "cierre", "prazo", "data limite", "encerramento", "data de encerramento", "scadenza", "termine",
        "data scadenza", "sluitingsdatum", "termin składania", "termin składania ofert",
        "окончание подачи заявок", "прием заявок до", "дата окончания", "дата окончания подачи заявок",
        "кінцевий строк", "anbudsfrist", "tilbudsfrist", "határidő", "lhůta", "termen limită", "son tarih",
        "截止日期",
    ),
    "published": (
        "published", "publication date", "publication", "date published", "posted", "posted date", "issue date",
        "issued", "release date", "start date", "available from", "date posted", "veröffentlicht",
        "veröffentlichung", "veröffentlichungsdatum", "publié", "publié le", "date de publication",
        "fecha de publicación", "publicado", "publicación", "data de publicação", "publicação", "pubblicato",
        "data pubblicazione", "gepubliceerd", "publicatiedatum", "data publikacji", "размещено", "опубликовано",
        "дата размещения", "дата публикации", "опубліковано", "publicerad", "publisert", "közzététel",
        "zveřejněno", "data publicării", "发布日期",
    ),
    "key": (
        "number", "no", "no.", "reference", "ref", "ref.", "reference number", "reference no", "bid #",
        "bid no", "bid number", "bid id", "solicitation", "solicitation number", "solicitation #", "tender no",
        "tender number", "tender id", "notice id", "notice number", "rfp number", "id", "event id", "nummer",
        "vergabenummer", "referenznummer", "aktenzeichen", "numéro", "référence", "n°", "expediente", "número",
        "referencia", "número de expediente", "nº", "numero", "referência", "processo", "codice", "cig",
        "numero gara", "kenmerk", "numer", "znak sprawy", "номер", "№", "реестровый номер", "номер закупки",
        "номер извещения", "ідентифікатор", "diarienummer", "编号",
    ),
    "title": (
        "title", "description", "subject", "name", "project", "project title", "bid title", "tender title",
        "tender name", "bezeichnung", "titel", "gegenstand", "leistung", "objet", "intitulé", "titre", "título",
        "objeto", "descripción", "objeto del contrato", "descrição", "oggetto", "titolo", "omschrijving",
        "nazwa", "przedmiot", "przedmiot zamówienia", "наименование", "предмет", "объект закупки",
        "наименование закупки", "назва", "предмет закупівлі", "tárgy", "název", "obiect", "konu", "标题",
    ),
    # Only on a notice's own page: in a list, a description is all the title that there is.
    "description": (
        "description", "description of contract", "summary", "scope", "scope of work", "details", "abstract",
        "beschreibung", "kurze beschreibung", "description du marché", "résumé", "descripción", "resumen", "descrição",
        "descrizione", "omschrijving", "opis", "krótki opis", "описание", "дополнительная информация", "опис",
        "beskrivning", "beskrivelse", "leírás", "popis", "descriere", "açıklama", "描述",
    ),
    "buyer": (
        "buyer", "agency", "authority", "contracting authority", "organisation", "organization", "department",
        "entity", "procuring entity", "procuring agency", "customer", "customer name", "ministry",
        "municipality", "issuer", "issuing agency", "client", "purchaser", "auftraggeber", "vergabestelle",
        "acheteur", "organisme", "pouvoir adjudicateur", "órgano de contratación", "organismo", "entidad",
        "entidade", "órgão", "stazione appaltante", "ente", "amministrazione", "opdrachtgever", "zamawiający",
        "заказчик", "организатор", "организация", "замовник", "upphandlare", "oppdragsgiver", "ajánlatkérő",
        "zadavatel", "autoritate contractantă", "idare", "采购人",
    ),
    "value": (
        "value", "amount", "price", "estimate", "estimated value", "estimated cost", "budget", "wert",
        "auftragswert", "montant", "valeur", "valeur estimée", "importe", "presupuesto", "presupuesto base",
        "valor", "valor estimado", "importo", "valore", "base d'asta", "waarde", "wartość", "цена", "сумма",
        "начальная цена", "нмцк", "вартість", "очікувана вартість", "värde", "verdi", "érték", "hodnota",
        "valoare", "bedel", "预算金额",
    ),
    "status": (
        "status", "state", "stage", "statut", "état", "estado", "situación", "situação", "stato", "статус",
        "этап", "состояние", "стадия", "stav", "stare", "állapot", "durum", "状态",
    ),
    "procedure": (
        "procedure", "procedure type", "purchase method", "method", "type", "verfahrensart", "vergabeart",
        "procédure", "type de procédure", "procedimiento", "tipo de procedimiento", "modalidade", "procedura",
        "tipo di procedura", "tryb", "способ закупки", "способ определения поставщика", "вид процедури",
    ),
    "codes": (
        "cpv", "cpv code", "cpv-code", "cpv codes", "code cpv", "código cpv", "codice cpv", "kod cpv",
    ),
}  # fmt: skip
STATUSES = {
    "open": "open", "active": "open", "published": "open", "current": "open", "abierto": "open", "publicada": "open",
    "ouvert": "open", "en cours": "open", "offen": "open", "laufend": "open", "aperto": "open", "in corso": "open",
    "aberto": "open", "aberta": "open", "otwarte": "open", "подача заявок": "open", "прием заявок": "open",
    "closed": "closed", "expired": "closed", "under evaluation": "closed", "evaluation": "closed", "cerrado": "closed",
    "cerrada": "closed", "clos": "closed", "clôturé": "closed", "geschlossen": "closed", "chiuso": "closed",
    "scaduto": "closed", "encerrado": "closed", "encerrada": "closed", "zakończone": "closed", "завершена": "closed",
    "работа комиссии": "closed", "awarded": "awarded", "adjudicado": "awarded", "adjudicada": "awarded",
    "attribué": "awarded", "vergeben": "awarded", "aggiudicato": "awarded", "adjudicada definitivamente": "awarded",
    "cancelled": "cancelled", "canceled": "cancelled", "withdrawn": "cancelled", "anulado": "cancelled",
    "annulé": "cancelled", "aufgehoben": "cancelled", "annullato": "cancelled", "cancelado": "cancelled",
    "unieważnione": "cancelled", "отменена": "cancelled", "planned": "planned", "upcoming": "planned",
}  # fmt: skip
NEXT = {
    "next", "next page", "next ›", "next »", "›", "»", ">", ">>", "→", "older", "siguiente", "suivant", "page suivante",
    "weiter", "nächste", "nächste seite", "successivo", "successiva", "avanti", "próximo", "próxima", "seguinte",
    "volgende", "następna", "dalej", "следующая", "вперед", "далее", "наступна", "nästa", "neste", "další", "következő",
    "următoarea", "sonraki", "下一页",
}  # fmt: skip
_SPECIFIC = ("deadline", "published", "value", "codes", "key", "buyer", "status", "procedure", "title")
_ORDER = (*_SPECIFIC, "description")


def fold(text: str) -> str:
    """For comparison: case, blanks, and the marks that a label ends with aside; ё is е, as most write it."""
    plain = " ".join(text.split()).casefold().replace("ё", "е")
    return plain.strip(" :*›»") or plain


def field_of(label: str, among: Iterable[str] = _SPECIFIC) -> tuple[str, str] | None:
    """The field that a header or label names, with the word that says so; the longest word decides."""
    text = fold(label)
    if not text or len(text) > 60:
        return None
    found = [
        (len(word), field, word)
        for field in among
        for word in WORDS[field]
        if text == word or re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    ]
    if not found:
        return None
    _, field, word = max(found, key=lambda each: (each[0], -_ORDER.index(each[1])))
    return field, word


def words_of_name(name: str) -> str:
    """The words of a class name, an id or a JSON key: `bid-closing__date`, `closingDate` -> "closing date"."""
    return " ".join(re.sub(r"(?<=[a-zа-я0-9])(?=[A-ZА-Я])|[-_./]+|\d+", " ", name).split()).casefold()
