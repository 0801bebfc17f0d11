"""Heads: learnt from notices that carry codes, kept in a file without pickle, the same scores read back."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from app.cli import app
from domain.errors import BadModel, WrongUse
from domain.notices import Code, Notice
from domain.profiles import Keywords
from matching.meaning.heads import Heads, read_heads, save_heads
from matching.meaning.learning import FEWEST, Example, Gain, learn, to_example
from matching.reading import read_notice
from matching.run import match_stored
from matching.score import prepare, score, version_of
from storage.engine import reading, writing
from storage.opportunities import find_assessments, find_opportunities
from storage.profiles import save_profile
from tests.factories import NOW, a_notice, a_profile, stored

# Words that no label of the CPV has: only the notices can tell what they mean.
KINDS = {"33": ("Zorblex", "quandril"), "45": ("Vimtark", "ostrel"), "72": ("Plorneg", "drasket")}


def coded() -> list[Notice]:
    return [
        a_notice(
            key=f"{division}-{number}",
            title={"en": f"Supply of {first} {number}"},
            description={"en": f"The {second} of the council"},
            codes=(Code("CPV", f"{division}000000"),),
        )
        for number in range(FEWEST)
        for division, (first, second) in KINDS.items()
    ]


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return [example for notice in coded() if (example := to_example(read_notice(notice)))]


@pytest.fixture(scope="module")
def learnt(examples: list[Example]) -> tuple[Heads, Gain]:
    return learn(examples)


def test_what_the_labels_do_not_know_is_learnt_and_the_gain_is_told(learnt: tuple[Heads, Gain], tmp_path: Path) -> None:
    heads, gain = learnt
    assert gain.notices == len(KINDS) * FEWEST
    assert gain.before < 0.7
    assert gain.after > 0.95
    save_heads(heads, tmp_path / "model.npz")
    again = read_heads(tmp_path / "model.npz")
    assert (again.name, again.about["notices"]) == (heads.name, gain.notices)
    notice = a_notice(title={"en": "Zorblex wanted"}, description={}, codes=())
    for each in (heads, again):
        meant = read_notice(notice, each).meant
        assert meant is not None
        assert meant.chances[int(np.argmax(meant.chances))] > 0.3
    profile = prepare(a_profile(keywords=Keywords(("medical devices",)), codes={}))
    assert score(notice, profile, heads) == score(notice, profile, again)
    assert score(notice, profile, heads).points > score(notice, profile).points


def test_too_few_notices_are_refused(examples: list[Example]) -> None:
    with pytest.raises(WrongUse, match="too few"):
        learn(examples[: FEWEST - 1])
    assert to_example(read_notice(a_notice(codes=()))) is None


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.npz"
    for body in (b"", b"PK\x03\x04 and more", json.dumps({"format": 1}).encode()):
        file.write_bytes(body)
        with pytest.raises(BadModel, match="train it again"):
            read_heads(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("about.npy", b"no array")
    with pytest.raises(BadModel):
        read_heads(file)
    np.savez(file, about=np.array([object()], dtype=object))
    with pytest.raises(BadModel):
        read_heads(file)


def test_a_model_of_another_format_is_refused(learnt: tuple[Heads, Gain], tmp_path: Path) -> None:
    heads, _ = learnt
    file = tmp_path / "model.npz"
    save_heads(heads, file)
    with np.load(file) as data:
        arrays = {name: data[name] for name in data.files}
    about = json.loads(arrays["about"].tobytes()) | {"format": 3}
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
    np.savez_compressed(file, **arrays)
    with pytest.raises(BadModel, match="format 3"):
        read_heads(file)


def test_stored_notices_are_scored_with_heads_and_say_so(engine: Engine, learnt: tuple[Heads, Gain]) -> None:
    heads, _ = learnt
    notice = a_notice(title={"en": "Zorblex wanted"}, description={"en": "medical quandril"}, codes=())
    profile = a_profile(keywords=Keywords(("medical",)), codes={})
    with writing(engine) as c:
        save_profile(c, profile, author="Mira", reason="test", origin=None, digest="1", now=NOW)
        stored(c, notice)
    match_stored(engine, NOW, heads=heads)
    with reading(engine) as c:
        (view,) = find_opportunities(c, qualified_only=False)
        (assessment,) = find_assessments(c, view.opportunity.id)
    expected = score(notice, prepare(profile), heads)
    assert (view.opportunity.score, assessment.score, assessment.reasons) == (
        expected.points, expected.points, expected.reasons,
    )  # fmt: skip
    assert assessment.model_version == version_of(heads) != version_of(None)


def test_train_needs_a_file_to_write_for_a_file_to_read(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    file.write_text("{}\n")
    assert CliRunner().invoke(app, ["profiles", "train", "--notices", str(file)]).exit_code != 0
