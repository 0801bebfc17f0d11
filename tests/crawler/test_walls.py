"""Logins, consent walls and captchas are recognised by what their pages hold and say, and other pages are none."""

from pathlib import Path

import pytest

from crawler.walls import find_wall
from domain.sources import IssueKind
from tests.crawler.portals import a_detail, a_list

ASKED = "https://portal.invalid/list"
LONG = "<p>" + "Supply of water pumps for the northern works, lot by lot. " * 80 + "</p>"


def kind_of(html: str, url: str = ASKED, status: int = 200) -> IssueKind | None:
    wall = find_wall(f"<!doctype html><html><body>{html}</body></html>".encode(), url, ASKED, status)
    return wall.kind if wall else None


CONSENTS = [
    "Before you continue <button>Accept all</button>",
    "Wir verwenden Cookies <button>Alle akzeptieren</button>",
    "Nous respectons votre vie privée <button>Tout accepter</button>",
    "Usamos cookies <button>Aceptar todas</button>",
    "Utilizziamo i cookie <button>Accetta tutti</button>",
    "Usamos cookies <button>Aceitar todos</button>",
    "Wij gebruiken cookies <button>Alles accepteren</button>",
    "Używamy plików cookie <button>Akceptuję</button>",
    "Používáme cookies <button>Přijmout vše</button>",
    "Vi använder kakor <button>Godkänn alla</button>",
    "Мы используем файлы cookie <button>Принять все</button>",
    "Ми використовуємо файли cookie <button>Прийняти всі</button>",
]
CAPTCHAS = [
    "Please verify you are human",
    "Ich bin kein Roboter",
    "Je ne suis pas un robot",
    "No soy un robot",
    "Non sono un robot",
    "Não sou um robô",
    "Nie jestem robotem",
    "Подтвердите, что вы не робот",
    "Підтвердіть, що ви людина",
    '<div class="g-recaptcha" data-sitekey="x"></div>',
    '<iframe src="https://geo.captcha-delivery.com/x"></iframe>',
    '<script src="/cdn-cgi/challenge-platform/h/b/x"></script>',
]


@pytest.mark.parametrize("html", CONSENTS)
def test_consent_walls(html: str) -> None:
    assert kind_of(html) is IssueKind.CONSENT


@pytest.mark.parametrize("html", CAPTCHAS)
def test_captchas(html: str) -> None:
    assert kind_of(html) is IssueKind.CAPTCHA


@pytest.mark.parametrize(
    "url", ["/account/login", "/Anmeldung.do", "/sso/start", "/connexion", "/auth/realms/x", "/iniciar-sesion"]
)
def test_redirects_to_a_login(url: str) -> None:
    wall = find_wall(b"", f"https://portal.invalid{url}?next=/list", ASKED)
    assert wall is not None
    assert wall.kind is IssueKind.LOGIN
    assert url in wall.reason


def test_a_form_for_a_password_is_a_login() -> None:
    assert kind_of("<form><input name=user><input type='password' name=p></form>") is IssueKind.LOGIN


@pytest.mark.parametrize(
    "html",
    [
        "<main>Our new site has moved</main>",
        f"{LONG}<footer>We use cookies <button>Accept all</button></footer>",
        f"{LONG}<form class=quick><input type=password></form>",
        f"{LONG}<div class='g-recaptcha'></div>",
        "",
    ],
)
def test_a_page_that_only_has_a_banner_is_none(html: str) -> None:
    assert kind_of(html) is None


@pytest.mark.parametrize("url", ["/authority/7", "/list/castle", "/catalogue", "/authorities", "/case-7"])
def test_addresses_that_only_begin_like_a_login(url: str) -> None:
    assert find_wall(b"", f"https://portal.invalid{url}", ASKED) is None


def test_notices_and_other_formats_are_none(shared: Path) -> None:
    assert find_wall(a_list([1, 2], 2), ASKED, ASKED) is None
    assert find_wall(a_detail(1), ASKED, ASKED) is None
    assert find_wall(b'{"error": "log in"}', ASKED, ASKED) is None
    pages = [file for file in (shared / "realdata" / "portals").rglob("*") if file.suffix in (".html", ".htm")]
    pages += (shared / "realdata" / "ru_eis").rglob("*.html")
    walls = {str(file): wall for file in pages if (wall := find_wall(file.read_bytes(), ASKED, ASKED))}
    assert walls == {}
    assert len(pages) > 0
