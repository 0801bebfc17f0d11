"""The number of a whole list as a web page prints it, and a rule that finds it on every page of the list."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.drafting.selectors import Rule, apply, stable_classes

_NUMBER = r"(\d[\d.,\s\u00a0\u202f]*\d|\d)"
_DIGITS = r"(\d[\d.,\s]*\d|\d)"
_NOUNS = (
    r"results?|notices?|tenders?|records?|items?|bids?|entries|opportunities|solicitations|hits|found|in total|"
    r"treffer|ergebnisse|ausschreibungen|bekanntmachungen|einträge|gefunden|résultats?|avis|annonces|marchés|"
    r"resultados?|licitaciones|anuncios|registros?|expedientes|licitações|risultati|bandi|gare|avvisi|resultaten|"
    r"aankondigingen|wyników|ogłoszeń|записей|запис[иь]|закупок|результатов|результат[аы]?|тендеров|лотов|записів|"
    r"закупівель|träffar|upphandlingar|treff|kunngjøringer|resultater|találat|hirdetmény|výsledků|zakázek|záznamů|"
    r"rezultate|anunțuri|sonuç|ilan|tulosta"
)
_RESULTS = (
    r"results?|treffer|ergebnisse|résultats?|resultados?|risultati|resultaten|wyniki|träffar|treff|resultater|rezultate"
)
_ALL = (
    r"total|gesamt|insgesamt|gefunden|totale|totaal|łącznie|razem|znaleziono|найдено|всего|итого|знайдено|всього|totalt|"
    r"összesen|celkem|nalezeno|toplam|yhteensä|found"
)
_FORMS = (
    rf"(?i)^(?!.*\b(?:page|pages|seite|página|pagina|pagine|strona|страниц[аы]|sida|side|oldal)\b)"
    rf".*(?:\bof|\bvon|\bde|\bdi|\bиз|\bsur|\bvan|\bav|\baf|\bz|\bз|/)\s+(?:about\s+)?{_NUMBER}(?:\s+\w+)?\s*$",
    rf"(?i)^\D{{0,30}}?{_NUMBER}\s+(?:{_NOUNS})\b",
    rf"(?i)^(?:\D{{0,20}}\s)?(?:{_ALL})(?:\s+(?:of\s+)?(?:{_NOUNS}))?\s*:?\s*{_NUMBER}\D{{0,20}}$",
    rf"(?i)^(?:\D{{0,20}}\s)?(?:(?:{_NOUNS})\s*:|(?:{_RESULTS})\s*\()\s*{_NUMBER}\D{{0,20}}$",
)
_TAGS = ("p", "span", "div", "h1", "h2", "h3", "h4", "h5", "strong", "b", "em", "small", "td", "th", "dd", "label",
         "legend", "caption", "output")  # fmt: skip
LONGEST = 90


@dataclass(frozen=True, slots=True)
class PrintedTotal:
    """The rule for `html.list.total`, the number that it finds on this page, and the text around it."""

    rule: Rule
    number: int
    text: str


def find_total(page: HtmlElement, rows: Sequence[HtmlElement]) -> PrintedTotal | None:
    """The portal's count of the whole list with these rows; None where none can be told from other numbers."""
    inside = {each for row in rows for each in row.iter()}
    for element in page.iter(*_TAGS):
        if element in inside:
            continue
        for text, own in _texts(element):
            found = next(filter(None, (_number(text, form, len(rows)) for form in _FORMS)), None)
            if found and (rule := _find_rule(page, element, text, found[0], rows[0].tag, own)):
                return PrintedTotal(rule, found[1], text)
    return None


def _texts(element: HtmlElement) -> Iterator[tuple[str, bool]]:
    """All that a small element says, then each of its own texts (True)."""
    whole = " ".join(element.text_content().split())
    if len(whole) < LONGEST and not (len(element) and len(element[0]) > 2):
        yield whole, False
    for text in (element.text, *(each.tail for each in element)):
        if text and len(element) and 3 < len(text.strip()) < LONGEST:
            yield " ".join(text.split()), True


def _number(text: str, form: str, rows: int) -> tuple[str, int] | None:
    """The number as printed, and what it is; None where it is less than the rows that are there."""
    found = re.search(form, text) if len(text) > 3 else None
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return (found[1].strip(), int(digits)) if found and digits and rows <= int(digits) < 10**8 else None


def _find_rule(page: HtmlElement, element: HtmlElement, text: str, printed: str, row: str, own: bool) -> Rule | None:
    """By its id or class, else by the words of its text where no other number on the page has them."""
    for rule in () if own else _by_name(element, text, printed):
        if apply(rule, page, "")[:1] == [printed]:
            return rule
    for rule in _by_text(element, text, printed, row, own):
        if set(apply({**rule, "all": True}, page, "")) == {printed}:
            return rule
    return None


def _by_name(element: HtmlElement, text: str, printed: str) -> Iterator[Rule]:
    names = [f"#{element.get('id')}"] if re.fullmatch(r"[A-Za-z_][\w-]*", element.get("id") or "") else []
    names += [f"{element.tag}.{name}" for name in stable_classes(element)]
    for above in list(element.iterancestors())[:3]:
        names += [f"{above.tag}.{name} {element.tag}" for name in stable_classes(above)]
    yield from ({"css": name, "regex": regex} for name in names for regex, _ in _around(text, printed))


def _by_text(element: HtmlElement, text: str, printed: str, row: str, own: bool) -> Iterator[Rule]:
    """An element of this kind, outside of the rows and as short, that has the word before or after the number."""
    inside = row == element.tag or any(above.tag == row for above in element.iterancestors())
    outside = "" if inside else f"[not(ancestor::{row})]"
    for regex, word in _around(text, printed):
        if len(word) > 1 and own:
            yield {"xpath": f'//{element.tag}{outside}/text()[contains(., "{word}")]', "regex": regex}
        elif len(word) > 1:
            short = f"string-length(normalize-space()) < {LONGEST}"
            yield {"xpath": f'//{element.tag}{outside}[contains(., "{word}")][{short}]', "regex": regex}


def _around(text: str, printed: str) -> list[tuple[str, str]]:
    """A pattern for the number by the word before it, and by that after it, each with the word; a word for what is
    counted comes first."""
    before, _, after = text.rpartition(printed)
    found = []
    if word := re.search(r"([^\W\d_]+|/)\s*([:(]?)\s*$", before):
        begins, mark = ("" if word[1] == "/" else r"\b"), (rf"{re.escape(word[2])}\s*" if word[2] else "")
        found.append((rf"{begins}{word[1]}\s*{mark}{_DIGITS}", word[1]))
    if word := re.match(r"\s*([^\W\d_]+)", after):
        found.append((rf"{_DIGITS}\s+{word[1]}\b", word[1]))
    return sorted(found, key=lambda each: not re.fullmatch(f"(?i){_NOUNS}|{_ALL}", each[1]))
