"""Why something matched, in the reader's language, with the notice's own words."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.reasons import TABLES, to_sentence
from alerts.route import route
from alerts.send import send_due
from alerts.words import words
from domain.opportunities import Reason, to_points
from matching.features import FEATURES, MEANING, SUPPORT
from matching.score import rule_of
from tests.alerts.cases import happen
from tests.alerts.desk import BOOK, import_text
from tests.alerts.post import Box, a_server, an_installation, parts
from tests.factories import NOW

GIVES_POINTS = {rule_of(feature) for feature, points in (*FEATURES, *MEANING, *SUPPORT) if max(points) > 0}


@pytest.mark.parametrize("language", TABLES)
def test_every_feature_that_gives_points_is_told_in_every_language(language: str) -> None:
    assert set(TABLES[language]) == GIVES_POINTS
    assert len(set(TABLES[language].values())) == len(GIVES_POINTS)
    assert all(sentence.endswith(".") for sentence in TABLES[language].values())


def test_a_rule_that_is_no_more_is_told_as_it_was_stored() -> None:
    reason = Reason("an old rule", "It was so then.", to_points(5))
    assert {to_sentence(reason, language) for language in ("en", *TABLES)} == {"It was so then."}


@pytest.mark.parametrize(
    ("reader", "sentence"),
    [
        ("mira", "El título contiene una de sus palabras clave."),
        ("jun", "Nasa pamagat ang isa sa inyong mga keyword."),
        ("olga", "В названии стоит одно из ваших ключевых слов."),
        ("board", "The title has one of your keywords."),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_mail_says_why_in_the_language_of_its_reader(
    engine: Engine, tmp_path: Path, reader: str, sentence: str
) -> None:
    to = f"destination: {reader}" if reader == "board" else f"person: {reader}"
    import_text(engine, tmp_path, f"{BOOK}rules:\n  - {{id: all, min_score: 0, {to}}}\n")
    why = Reason("keyword in title", "The title has one of your keywords.", to_points(60), text="pumps")
    happen(engine, reasons=(why,))
    route(engine, NOW)
    box = Box()
    with a_server(box) as mail:
        assert send_due(engine, an_installation(tmp_path, mail), lambda: NOW).sent == 1
    for part in parts(box.mails[0]):
        assert sentence in " ".join(part.split())
        assert "pumps" in part


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["first run of gb_x", "backfill of gb_x", "edit of profile pumps (version 3)"]),
        ("es", ["primera lectura de gb_x", "relectura del pasado de gb_x", "cambio del perfil pumps (versión 3)"]),
        ("ru", ["первый обход gb_x", "чтение прошлого из gb_x", "изменение профиля pumps (версия 3)"]),
        ("fil", ["unang pagbasa ng gb_x", "pagbasa sa nakaraan ng gb_x", "pagbabago ng profile na pumps (bersiyon 3)"]),
    ],
)
def test_why_there_is_a_baseline(language: str, told: list[str]) -> None:
    causes = ["first run of gb_x", "backfill of gb_x", "edit of profile pumps (version 3)"]
    assert [words(language).to_cause(cause) for cause in causes] == told
    assert words(language).to_cause("something else") == "something else"
