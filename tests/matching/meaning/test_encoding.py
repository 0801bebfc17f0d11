"""Sentences as vectors: what is encoded, kept as float16, read back, told in words; and matching without them."""

from collections.abc import Iterator

import numpy as np
import pytest
import structlog
from sqlalchemy import Engine, select

from domain.notices import Notice
from domain.opportunities import Reason
from domain.profiles import Keywords
from matching.meaning import encoding
from matching.meaning.alike import WIDTH, find_alike, find_label_vectors, keep
from matching.meaning.encoding import MOST_TEXT, MOST_TITLE, Encoder, find_encoder, find_sentence
from matching.meaning.labels import find_codes, find_divisions, find_labels, name_code
from matching.reading import read_notice
from matching.run import match_stored
from matching.score import prepare, score, version_of
from storage.engine import reading, writing
from storage.opportunities import find_opportunities
from storage.profiles import save_profile
from storage.schema import notice_vectors
from tests.factories import NOW, a_notice, a_profile, stored


@pytest.fixture
def encoder() -> Encoder:
    found = find_encoder()
    assert found is not None, "the default installation has the encoder"
    return found


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(encoding, "PACKAGE", "no_such_package")
    find_encoder.cache_clear()
    yield
    find_encoder.cache_clear()


def said(language: str, title: str, text: str = "") -> Notice:
    return a_notice(language=language, title={language: title}, description={language: text}, codes=())


def sentence_of(notice: Notice) -> str:
    found = find_sentence(read_notice(notice).streams)
    assert found is not None
    return found.text


def test_the_shipped_vectors_are_those_of_this_encoder(encoder: Encoder) -> None:
    vectors = find_label_vectors()
    assert vectors.encoder == encoder.name
    assert vectors.labels.shape == (len(find_codes()), WIDTH)
    labels = find_labels("en")
    assert labels is not None
    for place in range(0, len(labels.texts), 2500):
        assert (
            float(keep(encoder, labels.texts[place]) @ vectors.labels[place]) > 0.8
        )  # it is the mean of four languages


def test_a_text_has_one_vector_whatever_was_encoded_before(encoder: Encoder) -> None:
    first = keep(encoder, "Supply of surgical gloves")
    keep(encoder, "Construction of a bridge, with all that belongs to it")
    again = keep(encoder, "Supply of surgical gloves")
    assert first.dtype == np.float16
    assert first.tobytes() == again.tobytes()
    assert find_alike(first).chances.tobytes() == find_alike(again).chances.tobytes()


@pytest.mark.parametrize(
    ("text", "division"),
    [
        ("Nettoyage de bureaux et de vitres", "90"),
        ("Noleggio di autobus con autista", "60"),
        ("Suministro de guantes quirúrgicos", "33"),
        ("Опубликование газет и журналов", "22"),
    ],
)
def test_titles_are_alike_their_labels_in_languages_that_the_labels_were_not_encoded_in(
    encoder: Encoder, text: str, division: str
) -> None:
    chances = find_alike(keep(encoder, text)).chances
    assert abs(chances.sum() - 1) < 1e-9
    assert find_divisions()[int(chances.argmax())] == division


def test_what_is_encoded_is_the_title_and_the_beginning_of_the_text() -> None:
    text = sentence_of(said("en", "Gloves " * 100, "masks " * 100))
    assert text.startswith("Gloves Gloves")
    assert len(text) == MOST_TITLE + 2 + MOST_TEXT
    both = a_notice(title={"de": "Lieferung von Handschuhen", "en": "Supply of gloves"}, description={}, codes=())
    assert sentence_of(both) == "Supply of gloves"


def test_a_language_that_the_encoder_does_not_know_is_encoded_by_its_words_in_english() -> None:
    assert "glove" in sentence_of(said("sv", "Leverans av handskar till sjukhuset"))
    assert sentence_of(said("fr", "Fourniture de gants")) == "Fourniture de gants"


def test_the_title_as_a_whole_is_told_with_the_label_that_it_is_most_alike() -> None:
    notice = said("en", "Emptying of bins and sweeping of streets")
    found = score(notice, prepare(a_profile(keywords=Keywords(("refuse collection", "street cleaning")), codes={})))
    about = [reason for reason in found.reasons if reason.rule == "about what you sell"]
    whole = [reason for reason in about if reason.text == notice.title["en"]]
    assert len(whole) == 1
    (reason,) = whole
    assert (reason.field, reason.start, reason.end) == ("title.en", 0, len(notice.title["en"]))
    assert reason.matched is not None
    code, _, label = reason.matched.removeprefix("CPV ").partition(": ")
    assert (code[:2], label) == ("90", name_code(code))
    assert sum(each.points for each in found.reasons) == found.points


def test_parts_of_what_it_is_about_sum_to_the_whole_to_the_hundredth() -> None:
    notice = said("de", "Unterhaltsreinigung der Schulen", "Reinigung von Gebäuden und Fenstern, Abfallentsorgung")

    def about(reasons: tuple[Reason, ...]) -> list[Reason]:
        return [each for each in reasons if each.rule == "about what you sell"]

    plain = about(score(notice, prepare(a_profile(keywords=Keywords(("cleaning services",)), codes={}))).reasons)
    assert len(plain) == 4
    assert all(each.points > 0 for each in plain)


def test_without_the_encoder_matching_goes_on_by_words_says_so_once_and_in_the_version(no_encoder: None) -> None:
    with structlog.testing.capture_logs() as logs:
        assert find_encoder() is None
        assert find_encoder() is None
    assert [each["event"] for each in logs] == ["no sentence encoder, matching goes on by words alone"]
    notice = said("de", "Lieferung von Einmalhandschuhen für das Krankenhaus")
    reading = read_notice(notice)
    assert reading.kept is None
    assert reading.meant is not None
    assert reading.meant.hear().alike is None
    found = score(notice, prepare(a_profile(keywords=Keywords(("gloves",)), codes={})))
    assert found.points > 10
    assert "without encoder" in version_of(None)


def test_a_stored_notice_is_encoded_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles = [
        a_profile(id=id_, keywords=Keywords((word,)), codes={}) for id_, word in (("a", "gloves"), ("b", "bus"))
    ]
    texts: list[str] = []
    encode = encoding._Use.encode
    monkeypatch.setattr(encoding._Use, "encode", lambda self, text: texts.append(text) or encode(self, text))
    with writing(engine) as c:
        for profile in profiles:
            save_profile(c, profile, author="Mira", reason="test", origin=None, digest="1", now=NOW)
        stored(c, said("en", "Supply of surgical gloves"))
    match_stored(engine, NOW)
    assert texts == ["Supply of surgical gloves"]
    with reading(engine) as c:
        ((numbers, made_by),) = c.execute(select(notice_vectors.c.numbers, notice_vectors.c.encoder)).all()
        first = [view.opportunity.score for view in find_opportunities(c, qualified_only=False)]
    assert len(numbers) == 2 * WIDTH
    assert first
    match_stored(engine, NOW, again=True)
    assert len(texts) == 1
    with reading(engine) as c:
        assert [view.opportunity.score for view in find_opportunities(c, qualified_only=False)] == first
    with writing(engine) as c:
        c.execute(notice_vectors.update().values(encoder="another one"))
    match_stored(engine, NOW, again=True)
    assert len(texts) == 2
    with reading(engine) as c:
        assert c.execute(select(notice_vectors.c.encoder, notice_vectors.c.numbers)).all() == [(made_by, numbers)]
