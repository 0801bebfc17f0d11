import pytest

from crawler.normalise.codes import to_codes
from crawler.normalise.languages import to_language
from crawler.normalise.places import country_of_region, is_region, to_country, to_region


@pytest.mark.parametrize(
    ("printed", "country"),
    [
        ("GB", "GB"), ("UK", "GB"), ("EL", "GR"), ("gbr", "GB"), ("England", "GB"), ("ENG", "GB"), ("Cymru", "GB"),
        ("United Kingdom", "GB"), ("Україна", "UA"), ("COLOMBIA", "CO"), ("MÉXICO", "MX"), ("Россия", "RU"),
        ("Deutschland", "DE"), ("România", "RO"), ("República de Colombia", "CO"), ("Česká republika", "CZ"),
        ("Ελλάδα", "GR"), ("Suisse", "CH"), ("中国", "CN"), ("Republic of Moldova", "MD"), ("Kosovo", "XK"),
        ("Other", None), ("Europe", None), ("EU", None), ("SU", None), ("", None), ("x" * 500, None), ("\x00", None),
    ],
)  # fmt: skip
def test_a_country_in_any_language(printed: str, country: str | None):
    assert to_country(printed) == country


@pytest.mark.parametrize(
    ("printed", "country", "told"),
    [
        ("UKJ14", "GB", True), ("UK", "GB", True), ("UKL", None, True), ("EL30", "GR", True), ("FR101", "FR", True),
        ("England", "GB", False), ("MEX", "MX", False), ("MEX", None, False), ("ES", "BR", False), ("BED", None, False),
        ("RU-KAM", "RU", True), ("UKJ14", "FR", False), ("ukj14", "GB", False), ("UKJ14X", "GB", False),
    ],
)  # fmt: skip
def test_a_region_is_a_code(printed: str, country: str | None, told: bool):
    assert is_region(printed, country) is told


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("Камчатский край", "RU-KAM"), ("Омская область", "RU-OMS"), ("Томская обл", "RU-TOM"), ("Москва", "RU-MOW"),
        ("Московская обл", "RU-MOS"), ("Алтайский край", "RU-ALT"), ("Алтай Респ", "RU-AL"), ("Сахалинская", "RU-SAK"),
        ("Республика Саха (Якутия)", "RU-SA"), ("Ямало-Ненецкий АО", "RU-YAN"), ("Ненецкий АО", "RU-NEN"),
        ("Новгородская обл", "RU-NGR"), ("Нижегородская обл", "RU-NIZ"), ("Атлантида", None),
    ],
)  # fmt: skip
def test_a_russian_region_by_its_name(printed: str, code: str | None):
    assert to_region(printed, "RU") == code
    assert to_region(printed, "BG") is None


def test_the_country_of_a_nuts_code():
    assert [country_of_region(code) for code in ("UKM71", "EL30", "FR101", "UK", "ES", "MEX")] == [
        "GB", "GR", "FR", None, None, None,
    ]  # fmt: skip


def test_codes_keep_order_and_lose_repeats_and_check_digits():
    codes, odd = to_codes(
        [("CPV", "45000000-7"), ("cpv", "45000000"), ("ДК021", "33140000-3"), ("OKPD2", "28.13.14.110"), ("CPV", "45")]
    )
    assert [(code.scheme, code.id) for code in codes] == [
        ("CPV", "45000000"), ("CPV", "33140000"), ("OKPD2", "28.13.14.110"),
    ]  # fmt: skip
    assert odd == ["CPV 45"]


def test_languages_in_all_their_forms():
    words = ("EN", "en-GB", "spa", "fre", "zh_Hans", "xx", "english", "Norbridgian", "")
    assert [to_language(word) for word in words] == [
        "en", "en", "es", "fr", "zh", None, "en", None, None,
    ]  # fmt: skip
