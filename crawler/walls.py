"""Pages that stand in the way of the one that was asked for: logins, consent walls, captchas. Told, never dodged.

Only pages that were not understood, or came with a refusal, are looked at: a portal's banner beside its notices is no
wall. What is recognised is what such pages hold and say, in the languages of the portals that we read.
"""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from domain.sources import IssueKind

LOOKED_AT = 400_000  # bytes
WALL_TEXT = 3_000  # characters: a wall says little; a page that says more is another page with a banner on it

# What only the pages of these services' checks hold, whatever else stands there.
CHALLENGES = (
    "cdn-cgi/challenge-platform",
    "cf-browser-verification",
    "cf_chl_opt",
    "_incapsula_resource",
    "geo.captcha-delivery.com",
    "px-captcha",
    "showcaptcha",
    "awswafcaptcha",
)
CAPTCHAS = (
    "g-recaptcha",
    "recaptcha/api.js",
    "h-captcha",
    "hcaptcha.com",
    "cf-turnstile",
    "smartcaptcha",
    "geetest",
    "friendlycaptcha",
    "frc-captcha",
    "captcha.jpg",
    "name=captcha",
    'name="captcha',
    "id=captcha",
    'id="captcha',
)
CONSENTS = (
    "consent.google",
    "onetrust",
    "cookiebot",
    "usercentrics",
    "didomi",
    "cookie-consent",
    "cookieconsent",
    "quantcast",
    "consentmanager",
    "iubenda",
)
HUMAN = (
    r"are you (a )?(human|robot)|verify (that )?you are (a )?human|not a robot|unusual traffic|security check",
    r"(ich bin )?kein roboter|ob sie ein mensch sind",
    r"pas un robot|vérifi\w+ que vous êtes (un )?humain",
    r"no soy un robot|verifi\w+ que (eres|es usted) humano",
    r"non sono un robot|verifica di essere umano",
    r"não sou um rob[ôo]",
    r"geen robot|nie jestem robotem|nejsem robot|nie som robot|nem vagyok robot|nu sunt (un )?robot",
    r"inte en robot|ikke en robot|en ole robotti|δεν είμαι ρομπότ|не съм робот",
    r"я не робот|вы не робот|ви не робот|подтвердите, что вы человек|підтвердіть, що ви людина",
)
CONSENT_WORDS = (
    r"accept (all|cookies|the terms|our terms|and continue)|i accept|i agree|consent to|cookie (settings|preferences)",
    r"alle(n)? (cookies )?(akzeptieren|zustimmen)|nutzungsbedingungen (akzeptieren|zustimmen)|einwilligung",
    r"tout accepter|accepter (les cookies|et continuer|les conditions)|j'accepte|consentement",
    r"aceptar (todo|todas|las cookies|y continuar)|acepto (las|los)|consentimiento",
    r"accett(a|o) (tutti|tutto|i cookie|e continua|i termini)|consenso",
    r"aceitar (todos|tudo|cookies)|aceito os",
    r"alles accepteren|cookies (accepteren|toestaan)|toestemming",
    r"(za)?akceptuj(ę|)|wyrażam zgodę|zgadzam się",
    r"přijmout (vše|všechny)|souhlasím|súhlasím|elfogadom|accept(ă|ați) (toate|tot)",
    r"godkänn alla|godta alle|acceptér alle|hyväksy kaikki|αποδοχή όλων|приемам",
    r"принять (все|и продолжить|cookie)|я соглас(ен|на)|даю согласие|прийняти (всі|все)|погоджуюсь",
)
LOGIN_PATH = re.compile(
    r"(?i)(^|[/_.-])(log-?in|log-?on|sign-?in|sso|oauth2?|saml2?|openid|cas|auth|authenticate|authorize|anmelden|anmeldung"
    r"|connexion|identification|iniciar-?sesion|acceso|accedi|accesso|entrar|inloggen|zaloguj|logowanie"
    r"|prihlaseni|belepes|autentificare|logga-in)([/_.;-]|$)"
)
PASSWORD = re.compile(r"(?i)<input[^>]+type\s*=\s*[\"']?password")
HIDDEN = re.compile(r"(?is)<(script|style|template|svg)\b.*?</\1\s*>|<!--.*?-->|<[^>]+>")


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands in the way, and by what it was recognised."""

    kind: IssueKind
    reason: str


def find_wall(body: bytes, url: str, asked: str, status: int = 200) -> Wall | None:
    """The wall that this page is, None where it looks like none. `asked` is the address before any redirect."""
    if login := _leads_to_login(url, asked):
        return Wall(IssueKind.LOGIN, f"the portal leads to a login: {login}")
    page = body[:LOOKED_AT].decode("utf-8", errors="replace")
    if "<" not in page[:2000]:
        return None
    code, text = page.casefold(), _to_text(page)
    if mark := _first(CHALLENGES, code):
        return Wall(IssueKind.CAPTCHA, f"the portal shows a check for robots instead of the page (it holds {mark!r})")
    if len(text) > WALL_TEXT and status < 400:
        return None
    words = _said(HUMAN, text)
    if words or (mark := _first(CAPTCHAS, code)):
        seen = f"it says “{words}”" if words else f"it holds {mark!r}"
        return Wall(IssueKind.CAPTCHA, f"the portal shows a captcha instead of the page ({seen})")
    if PASSWORD.search(page):
        return Wall(IssueKind.LOGIN, "the portal asks for a login: the page has a field for a password")
    words = _said(CONSENT_WORDS, text)
    if words and (_first(CONSENTS, code) or re.search(r"(?i)<(button|form|input|a)\b", page)):
        return Wall(IssueKind.CONSENT, f"the portal shows a consent wall instead of the page (it says “{words}”)")
    return None


def _leads_to_login(url: str, asked: str) -> str | None:
    """The path of a login that a redirect led to."""
    path, before = urlsplit(url).path, urlsplit(asked).path
    return path if path != before and LOGIN_PATH.search(path) and not LOGIN_PATH.search(before) else None


def _first(marks: tuple[str, ...], code: str) -> str | None:
    return next((mark for mark in marks if mark in code), None)


def _said(patterns: tuple[str, ...], text: str) -> str | None:
    found = (re.search(pattern, text, re.I) for pattern in patterns)
    return next((" ".join(match[0].split()) for match in found if match), None)


def _to_text(page: str) -> str:
    return " ".join(unescape(HIDDEN.sub(" ", page)).split())
