"""Templates of users: what they may do, what is refused with its line, and that nothing of them is live."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.own import LINE, LINES, check_own, render_own
from alerts.preview import drop_own, preview_own, save_own
from alerts.route import route
from alerts.send import send_due, send_test
from domain.alerts import DeliveryState
from domain.errors import BadRule, WrongUse
from domain.notices import Buyer
from domain.sources import IssueKind
from storage.destinations import delete_template, find_template, save_template
from storage.engine import reading, writing
from storage.issues import find_issues
from tests.alerts.cases import happen, ledger, tell
from tests.alerts.post import Box, a_server, an_installation, parts
from tests.alerts.test_render import HOSTILE, a_card
from tests.factories import NOW, a_notice

GOOD = """\
{{ score }} points for {{ profile|upper }}
{% if value != "not stated" %}
Worth {{ value }}, until {{ deadline }} ({{ left }})
{% endif %}
{% for reason in reasons %}
* {{ reason.sentence }}
{% endfor %}
"""


def test_a_template_makes_lines() -> None:
    assert render_own(GOOD, a_card()) == (
        "60 points for PUMPS",
        "Worth GBP 120,000, until Tue 1 Dec 2026, 13:00 CET (12:00 UTC+00:00 as published) (29 days left)",
        "* “pump” stands in the title",
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("a\n{{ titel }}", "line 2: there is no name titel; there are title, buyer, country, country_code, deadline"),
        ("{% if score > 200 %}\n{{ titel }}{% endif %}", "line 2: there is no name titel"),
        ("{% for reason in reasons %}{% endfor %}{{ reason.points }}", "line 1: there is no name reason; there are"),
        ("{{ reasons[99].sentence }}", "line 1: list object has no element 99; a reason has points, sentence, words"),
        (
            "{{ reasons[0].sentense }}",
            "has no attribute 'sentense'; a reason has points, sentence, words, yours; a change",
        ),
        ("{{ title|truncate(1) }}", "line 1: expected length >= 3, got 1"),
        ("{% if score is divisibleby(0) %}{% endif %}", "line 1: "),
        ("{{ " + "9" * 5000 + " }}", "line 1: Exceeds the limit"),
        ("{% if score is odder %}{% endif %}", "line 1: No test named 'odder'"),
        ("{{ title['__class__'] }}", "line 1: access to attribute '__class__'"),
        ("a\n\n{% if %}", "line 3: Expected an expression"),
        ("{{ ''.__class__ }}", "line 1: __class__ cannot be used here"),
        ("{{ title.__class__.__mro__ }}", "line 1: __mro__ cannot be used here"),
        ("{{ title.format() }}", "line 1: call cannot be used here"),
        ("{{ 'x' * 1000000000 }}", "line 1: mul cannot be used here"),
        ("{{ 2 ** 10 }}", "line 1: pow cannot be used here"),
        ("{% for a in range(9) %}{% endfor %}", "line 1: call cannot be used here"),
        ("\n{{ title|center(1000000000) }}", "line 2: there is no filter center"),
        ("{% include 'x' %}", "line 1: include cannot be used here"),
        ("{% import 'x' as y %}", "line 1: import cannot be used here"),
        ("{% macro m() %}{% endmacro %}", "line 1: macro cannot be used here"),
        ("{% set x = title ~ title %}{{ x }}", "line 1: assign cannot be used here"),
        (
            "{% for a in key %}{% for b in key %}{% for c in key %}{% endfor %}{% endfor %}{% endfor %}",
            "loops stand at most 2",
        ),
        ("x" * 9000, "at most 8,000 characters"),
    ],
)
def test_what_is_refused_says_its_line(body: str, told: str) -> None:
    with pytest.raises(BadRule) as error:
        render_own(body, a_card())
    assert told in str(error.value)


def test_what_it_makes_is_bounded_and_never_live() -> None:
    many = render_own("{% for a in title %}{% for b in title %}{{ title }}\n{% endfor %}{% endfor %}", a_card())
    assert len(many) <= LINES
    assert max(map(len, many)) <= LINE
    made = render_own("<a href='https://evil.example'>{{ title }}</a>", a_card(title={"en": HOSTILE}))
    assert "https://evil.example" not in "".join(made)
    check_own("{# a note #}{{ title|truncate(20) }}")


def test_it_is_used_where_it_was_set(engine: Engine, tmp_path: Path) -> None:
    tell(engine)
    happen(engine)
    route(engine, NOW)
    with writing(engine) as c:
        save_template(c, "sales", "<b>OURS</b> {{ title }}", NOW)
    box = Box()
    with a_server(box) as mail:
        assert send_due(engine, an_installation(tmp_path, mail), lambda: NOW).sent == 1
    text, html = parts(box.mails[0])
    assert "<b>OURS</b> Supply of water pumps" in text
    assert "&lt;b&gt;OURS&lt;/b&gt; Supply of water pumps" in html
    assert "Why it matched" not in text
    with writing(engine) as c:
        assert delete_template(c, "sales")


def test_preview(engine: Engine, tmp_path: Path) -> None:
    tell(engine)
    happen(engine)
    settings: Any = an_installation(tmp_path, a_mail())
    assert preview_own(engine, settings, "sales", "{{ title }}", NOW, None, 3) == {1: ("Supply of water pumps",)}
    assert preview_own(engine, settings, "sales", "{{ score }}", NOW, 1, 3) == {1: ("60",)}
    with pytest.raises(WrongUse, match="there is no opportunity 9"):
        preview_own(engine, settings, "sales", "{{ score }}", NOW, 9, 3)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{{ titel }}", "there is no name titel"),
        ("{{ changes[0].old }}", "list object has no element 0.*tried on opportunity 1"),
        ("{{ changes[0].odd }}", "no attribute 'odd'.*tried on an opportunity with reasons, changes and notes"),
        ("{{ changes[0].old }}{{ reasons[0].sentence }}", "line 1"),
        ("{{ reasons[0].sentence }}", "no element 0.*tried on an opportunity without reasons"),
        ("{% if buyer == 'The Mill' %}{{ buyer|truncate(1) }}{% endif %}", "tried on opportunity 1"),
    ],
)
def test_what_fails_on_some_opportunity_is_not_saved(engine: Engine, tmp_path: Path, body: str, told: str) -> None:
    tell(engine)
    happen(engine, a_notice(buyers=(Buyer("The Mill"),)))
    with pytest.raises(BadRule, match=told):
        save_own(engine, an_installation(tmp_path, a_mail()), "sales", body, NOW)
    with reading(engine) as c:
        assert find_template(c, "sales") is None


def test_no_alert_is_lost_through_a_template(engine: Engine, tmp_path: Path) -> None:
    """It was well when it was set; then came an opportunity of a kind that was not there."""
    tell(engine)
    box, failing = Box(), "{% if title == 'Odd' %}{{ title|truncate(1) }}{% endif %}OURS {{ title }}"
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        save_own(engine, settings, "sales", failing, NOW)
        happen(engine, a_notice(key="odd", title={"en": "Odd"}), a_notice(key="even", title={"en": "Even"}))
        route(engine, NOW)
        assert send_due(engine, settings, lambda: NOW).sent == 2
        sent = " ".join(parts(each)[0] for each in box.mails)
        assert "OURS Even" in sent
        assert "OURS Odd" not in sent
        assert "Why it matched" in sent
        assert "its template fails, line 1: expected length >= 3" in (ledger(engine)[0].delivery.reason or "")
        with reading(engine) as c:
            (issue,) = find_issues(c, "alerts/sales")
        assert issue.issue.kind is IssueKind.TEMPLATE
        assert "our own text goes out instead; mend it with `tenderwatch alerts template set" in issue.issue.reason
        save_own(engine, settings, "sales", "{{ title }}", NOW)
    with reading(engine) as c:
        assert find_issues(c, "alerts/sales") == []


def test_a_test_shows_the_template(engine: Engine, tmp_path: Path) -> None:
    tell(engine)
    box = Box()
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        save_own(engine, settings, "sales", "OURS {{ score }}", NOW)
        send_test(engine, settings, "sales", NOW)
        with writing(engine) as c:
            save_template(c, "sales", "{{ titel }}", NOW)
        view = send_test(engine, settings, "sales", NOW)
    assert "OURS 75" in parts(box.mails[0])[0]
    assert view.delivery.state is DeliveryState.SENT
    assert "with our own text, since its template fails, line 1: there is no name titel" in (view.delivery.reason or "")
    assert drop_own(engine, "sales", NOW)
    assert not drop_own(engine, "sales", NOW)


def a_mail() -> Any:
    from domain.config import Mail

    return Mail()
