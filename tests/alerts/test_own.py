"""Templates of users: what they may do, what is refused with its line, and that nothing of them is live."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.own import LINE, LINES, check_own, render_own
from alerts.preview import preview_own
from alerts.route import route
from alerts.send import send_due
from domain.errors import BadRule, WrongUse
from storage.destinations import delete_template, save_template
from storage.engine import writing
from tests.alerts.cases import happen, tell
from tests.alerts.post import Box, a_server, an_installation, parts
from tests.alerts.test_render import HOSTILE, a_card
from tests.factories import NOW

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
        ("a\n{{ nothing }}", "line 2: 'nothing' is undefined"),
        ("a\n\n{% if %}", "line 3: Expected an expression"),
        ("{{ ''.__class__ }}", "line 1"),
        ("{{ title.__class__.__mro__ }}", "line 1"),
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


def a_mail() -> Any:
    from domain.config import Mail

    return Mail()
