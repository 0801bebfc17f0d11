"""`alerts why`: which rule sent it where and by which schedule, or why nobody got it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.decide import decline
from alerts.digest import make_digests
from alerts.route import route
from alerts.why import Why, find_why
from domain.errors import WrongUse
from storage.engine import reading
from tests.alerts.cases import happen
from tests.alerts.desk import BOOK, at, import_text
from tests.factories import NOW, a_notice

RULES = """rules:
  - {id: cheap, min_score: 40, max_score: 50, destination: board}
  - {id: good, min_score: 40, kinds: [tender], person: mira}
  - {id: large, min_score: 40, value: {min: 500000, currency: GBP}, destination: board}
  - {id: other, profile: valves, min_score: 40, destination: board}
  - {id: places, min_score: 40, places: [ES], destination: board}
  - {id: team, min_score: 40, team: pumps-team}
"""
DIGEST = BOOK.replace("country: ES}", 'country: ES, when: {digest: ["08:30"], at_once_from: 90, quiet: "20:00-08:00"}}')


def why(engine: Engine) -> Why:
    with reading(engine) as c:
        return find_why(c, 1, NOW, "UTC")


def test_each_rule_says_why(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, DIGEST + RULES)
    happen(engine, points=60)
    route(engine, NOW)
    said = {each.name: each.text for each in why(engine).rules}
    quiet = "quiet 20:00-08:00 and on days off"
    schedule = f"a digest at 08:30 on working days, at once from 90 points, {quiet} (Europe/Madrid)"
    others = "jun (at once (Asia/Manila)), olga (at once (Europe/Moscow))"
    assert said == {
        "cheap": "max_score: 60 points, where the rule goes up to 50",
        "good": f"to mira, if it came now with the digest of 2026-11-03 07:30 UTC; its schedule: {schedule}",
        "large": "value: 120,000.00 GBP, where the rule asks 500,000 to …",
        "other": "profile: the rule is of valves, this is of pumps",
        "places": "places: GB, UKC11, where the rule asks ES",
        "team": f"to the team pumps-team: mira ({schedule}), {others}",
        "default": "no `default:` is written in alerts.yml: what no rule fits goes to nobody",
    }


def test_what_happened_is_told_with_rules_and_moments(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, DIGEST + RULES)
    happen(engine, points=60)
    route(engine, NOW)
    make_digests(engine, [], at("2026-11-03 07:30"))
    decline(engine, 1, "mira", "too far", NOW)
    found = why(engine)
    (news,) = found.news
    by_place = {each.destination: each for each in news.told}
    assert by_place["mira"].rules == ("good", "team"), "it was her turn, too"
    assert (by_place["mira"].reason or "").startswith("in the digest of 2026-11-03 07:30 UTC")
    assert list(by_place) == ["mira"]
    assert (found.standing.decided.state, found.standing.decided.why) == ("declined", "too far")  # type: ignore[union-attr]


def test_nobody_got_it(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + "rules:\n  - {id: high, min_score: 90, person: mira}\n")
    happen(engine, a_notice(deadline_at=at("2026-11-01 12:00")), points=60)
    route(engine, NOW)
    found = why(engine)
    assert found.obstacle == "its deadline passed at 2026-11-01 12:00 UTC"
    assert not any(each.fits for each in found.rules)
    assert found.rules[0].text == "min_score: 60 points, where the rule asks 90"
    assert found.news[0].note == "nobody is told: its deadline passed at 2026-11-01 12:00 UTC"
    with reading(engine) as c, pytest.raises(WrongUse, match="there is no opportunity 9"):
        find_why(c, 9, NOW, "UTC")


def test_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from app.cli import app
    from app.console import state
    from storage.engine import open_engine

    monkeypatch.setattr(state, "config", None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenderwatch.toml").write_text('data_dir = "data"\nzone = "Europe/Madrid"\n')
    (tmp_path / "alerts.yml").write_text(DIGEST + RULES.replace("{id: other, profile: valves,", "{id: other,"))
    run = CliRunner()

    def call(*arguments: str) -> str:
        result = run.invoke(app, [*arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    assert "saved 4 destinations, 3 people, 1 teams and 6 rules" in call("alerts", "import", "alerts.yml")
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'tenderwatch.db'}")
    happen(engine, points=60)
    route(engine, NOW)
    call("alerts", "take", "1", "--by", "mira", "--why", "ours")
    call("alerts", "hand", "1", "--by", "mira", "--to", "olga", "--why", "in Russian")
    told = json.loads(call("alerts", "why", "1", "--json"))
    assert [each["state"] for each in told["decisions"]] == ["taken", "handed"]
    assert told["with"] == ["olga"]
    output = call("alerts", "why", "1")
    assert "undecided; with olga (handed over by Mira)" in output
    assert "does not fit" in output
    call("alerts", "decline", "1", "--by", "olga", "--why", "too far")
    output = call("alerts", "why", "1")
    assert "declined by olga" in output
    assert "Europe/Madrid: too far" in output
    assert "UTC" not in output
    engine.dispose()


def test_all_moments_are_of_the_installations_zone(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, DIGEST + RULES)
    happen(engine, points=60)
    happen(engine, a_notice(key="over", deadline_at=at("2026-11-01 12:00")), points=60)
    route(engine, NOW, "Asia/Manila")
    make_digests(engine, [], at("2026-11-03 07:30"), "Asia/Manila")
    with reading(engine) as c:
        live, over = (find_why(c, number, NOW, "Asia/Manila") for number in (1, 2))
    assert "with the digest of 2026-11-03 15:30 Asia/Manila; its schedule: a digest at 08:30" in live.rules[1].text
    assert (live.news[0].told[0].reason or "").startswith("in the digest of 2026-11-03 15:30 Asia/Manila")
    assert over.obstacle == "its deadline passed at 2026-11-01 20:00 Asia/Manila"
    assert over.news[0].note == "nobody is told: its deadline passed at 2026-11-01 20:00 Asia/Manila"


def test_the_default_owner_is_said_to_get_what_nobody_in_a_team_can_take(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + "default: board\nrules:\n  - {id: team, min_score: 40, team: pumps-team}\n")
    happen(engine)
    assert why(engine).rules[-1].text == "not needed: a rule fits, unless nobody in its team can take it"
