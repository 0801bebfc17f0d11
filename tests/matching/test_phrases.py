"""Phrases: found exactly where a naive reading of the text finds them."""

from dataclasses import replace
from itertools import product

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

from domain.notices import Kind, Notice, Status
from matching.phrases import compile_exact, compile_phrases, read_phrase
from matching.reading import MOST_IN_ALL, read_notice
from matching.stream import MOST_TEXT
from tests.factories import a_lot


def find(phrase: str, text: str, language: str = "en") -> list[str]:
    """The printed words of each hit in a title."""
    reading = read_notice(Notice("s", "1", Kind.TENDER, Status.OPEN, title={language: text}))
    index = compile_phrases([read_phrase(phrase)], language)
    hits = {(hit.start, hit.end) for stream in reading.streams for hit in index.find(stream)}
    return [text[start:end] for start, end in sorted(hits)]


def find_number(number: str, text: str) -> list[str]:
    reading = read_notice(Notice("s", "1", Kind.TENDER, Status.OPEN, title={"en": text}))
    index = compile_exact([read_phrase(number)], "en")
    return sorted({hit.text for stream in reading.streams for hit in index.find(stream)})


@pytest.mark.parametrize(
    ("phrase", "language", "text", "found"),
    [
        ("medical device*", "en", "Medical DEVICES, medical-device", ["Medical DEVICES", "medical-device"]),
        ("medical device", "en", "medical (device)", ["medical (device"]),
        ("medical device", "en", "device medical; medical and device", []),
        ("reagent", "en", "re-agent kits, reagents", ["re-agent", "reagents"]),
        ("re-agent", "en", "Reagent, re agents, re-agent", ["Reagent", "re agents", "re-agent"]),
        ("x-ray", "en", "X-Ray, x ray, xrays", ["X-Ray", "x ray", "xrays"]),
        ("xray film", "en", "x-ray films", ["x-ray films"]),
        ("purpose vehicle", "en", "multi-purpose-vehicle", ["purpose-vehicle"]),
        ("multipurpose", "en", "multi-purpose-vehicle", ["multi-purpose"]),
        ("pump*", "en", "pumping pumps Pumpe impump", ["pumping", "pumps", "Pumpe"]),
        ("équipement médical", "fr", "Achat d'équipements médicaux", ["équipements médicaux"]),
        ("équipement médical", "fr", "Achat d'ÉQUIPEMENTS MEDICAL", ["ÉQUIPEMENTS MEDICAL"]),
        ("equipement* medica*", "fr", "d'équipements médicaux", ["équipements médicaux"]),
        ("Gerät", "de", "Medizinische Geräte", ["Geräte"]),
        ("strasse", "de", "Straßen", ["Straßen"]),
        ("educación", "es", "servicios de educacion", ["educacion"]),
        ("медицинское оборудование", "ru", "поставка медицинского оборудования", ["медицинского оборудования"]),
        ("елка", "ru", "Ёлки", ["Ёлки"]),
        ("łóżko szpitalne", "pl", "łóżka szpitalne", ["łóżka szpitalne"]),
        ("dispositivo medico", "it", "fornitura di dispositivi medici", ["dispositivi medici"]),
        ("医疗设备", "zh", "某医院医疗设备采购", ["医疗设备"]),
        ("医療機器", "ja", "医療機器の購入", ["医療機器"]),
        ("의료기기", "ko", "의료기기를 구매", ["의료기기"]),
        ("أجهزة", "ar", "توريد الأجهزة الطبية", ["الأجهزة"]),
        ("cihaz", "tr", "CİHAZLAR, cihazları", ["CİHAZLAR", "cihazları"]),
        ("tıbbi cihaz", "tr", "TIBBİ CİHAZLAR", ["TIBBİ CİHAZLAR"]),
        ("IT", "en", "it is IT, and It", ["IT"]),
        ("it", "en", "IT", ["IT"]),
        ("IT services", "en", "it service", ["it service"]),
        ("CHAIRS", "en", "a chair", ["chair"]),
        ("LED", "en", "led lamps", ["led"]),
        ("COVID-19", "en", "covid 19, COVID19", ["covid 19", "COVID19"]),
    ],
)  # fmt: skip
def test_phrase(phrase: str, language: str, text: str, found: list[str]) -> None:
    assert find(phrase, text, language) == found


def test_the_language_of_the_text_stems_not_that_of_the_list() -> None:
    assert find("bâtiment", "construction de bâtiments", "fr") == ["bâtiments"]
    assert find("bâtiment", "bâtiments", "und") == []


def test_no_phrase_runs_from_one_text_into_the_next() -> None:
    notice = Notice(
        "s", "1", Kind.TENDER, Status.OPEN, title={"en": "medical"}, description={"en": "device"},
        lots=(a_lot(title={"en": "medical"}), a_lot(title={"en": "device"})),
    )  # fmt: skip
    (stream,) = read_notice(notice).streams
    assert not list(compile_phrases([read_phrase("medical device")], "en").find(stream))


def test_unknown_language_is_the_notices_own() -> None:
    notice = Notice("s", "1", Kind.TENDER, Status.OPEN, language="EN-gb", title={"und": "pumps", "en": "valves"})
    (stream,) = read_notice(notice).streams
    assert stream.language == "en"
    assert [place.field for place in stream.places] == ["title.und", "title.en"]


def test_texts_are_read_up_to_their_limits() -> None:
    long = {"en": "word " * (MOST_TEXT // 5 + 1)}
    notice = Notice("s", "1", Kind.TENDER, Status.OPEN, title={"en": "word"}, description=long)
    reading = read_notice(notice)
    count = len(reading.streams[0].terms)
    assert count == MOST_TEXT // 5 + 1
    assert [place.field for place in reading.cut] == ["description.en"]
    flood = read_notice(replace(notice, lots=(a_lot(description=long),) * 20))
    count = len(flood.streams[0].terms)
    assert MOST_IN_ALL // 5 <= count <= MOST_IN_ALL // 5 + 1


def test_many_readings_of_a_hyphenated_text_cost_no_more_than_their_words() -> None:
    assert find(" ".join(["aa*"] * 12), "-".join(["aa"] * 60))


@pytest.mark.parametrize(
    ("number", "text", "found"),
    [
        ("AX-200", "AX-200, ax 200; AX200.", ["AX-200", "AX200", "ax 200"]),
        ("AX-200", "AX-200-B, BAX-200, 1.AX-200, AX-2000", []),
        ("AX200", "AX-200", ["AX-200"]),
        ("AX/200.1", "AX/200.1", ["AX/200.1"]),
    ],
)
def test_part_number(number: str, text: str, found: list[str]) -> None:
    assert find_number(number, text) == found


@pytest.mark.parametrize("phrase", ["", "---", "*", "*pump", "pu*mp", "a*", "pump**", "pump *", "w " * 13, "ـ"])
def test_what_is_no_phrase_says_how_to_mend_it(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"write|stand"):
        read_phrase(phrase)


LETTERS = ["pump", "pumps", "pumping", "Gas", "gases", "x", "ray", "rays", "the", "été", "ete"]
CHAINS = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=3).map(tuple)
STEM = Stemmer.Stemmer("english").stemWord
PLAIN = str.maketrans("éÉ", "eE")


def forms(word: str) -> set[str]:
    lower = word.lower()
    return {STEM(lower).translate(PLAIN), STEM(lower.translate(PLAIN))}


def compositions(chain: tuple[str, ...]) -> list[list[str]]:
    """Each way of reading "a-b-c": a b c, ab c, a bc, abc."""
    if not chain:
        return [[]]
    return [["".join(chain[:size]), *rest] for size in range(1, len(chain) + 1) for rest in compositions(chain[size:])]


def naive(phrase: list[tuple[str, ...]], star: bool, text: list[tuple[str, ...]]) -> bool:
    spellings = [[word for chain in phrase for word in chain], ["".join(chain) for chain in phrase]]
    for reading in product(*map(compositions, text)):
        words = [word for chain in reading for word in chain]
        for wanted in spellings:
            for place in range(len(words) - len(wanted) + 1):
                pairs = list(zip(wanted, words[place:], strict=False))
                last = pairs.pop() if star else None
                if all(forms(one) & forms(other) for one, other in pairs) and (
                    last is None or last[1].lower().translate(PLAIN).startswith(last[0].lower().translate(PLAIN))
                ):
                    return True
    return False


@given(st.lists(CHAINS, min_size=1, max_size=3), st.booleans(), st.lists(CHAINS, max_size=4), st.sampled_from(" ,.\n"))
def test_phrases_are_found_as_by_a_naive_reading(
    phrase: list[tuple[str, ...]], star: bool, text: list[tuple[str, ...]], between: str
) -> None:
    star = star and len(phrase[-1][-1]) > 1
    written = " ".join("-".join(chain) for chain in phrase) + "*" * star
    printed = between.join("-".join(chain) for chain in text)
    assert bool(find(written, printed)) == naive(phrase, star, text)
