"""The addresses of destinations: which schemes are allowed, where secrets stand, how they are shown."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from domain.errors import BadRule

MAIL = "tendermail"

# How many opportunities one message of those holds that Apprise sends, so that it stays under its limit for them, at
# 900 characters each with two links (the plugins of Apprise 2.2); of all others alerts/channels says it.
CHATS: Mapping[str, int] = {
    "discord": 1,
    "gchat": 4,
    "gotify": 15,
    "gotifys": 15,
    "matrix": 10,
    "matrixs": 10,
    "mmost": 4,
    "mmosts": 4,
    "ntfy": 1,
    "ntfys": 1,
    "rocket": 1,
    "rockets": 1,
    "slack": 10,
    "tgram": 3,
    "workflow": 1,
    "workflows": 1,
    "wxteams": 3,
    "zulip": 8,
}
WEBHOOKS = {"form", "forms", "json", "jsons", "xml", "xmls"}
# 15 in a mail are about 70 kB; Gmail cuts one off at 102 kB.
MOST_BY_SCHEME: Mapping[str, int] = {**CHATS, **dict.fromkeys(WEBHOOKS, 15), MAIL: 15}

SECRET = re.compile(r"\$\{([^}]*)\}")
SECRET_NAME = re.compile(r"TENDERWATCH_SECRET_[A-Z0-9_]+")
MAIL_ADDRESS = re.compile(r"tendermail://[A-Za-z0-9.!#&'*+/=^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/?")
SECRET_KEY = re.compile(r"token|key|secret|pass|auth|sig|credential|hmac|bearer", re.I)
# Apprise's own switches that would turn off verification, take a failure for a success or re-send on their own.
FORBIDDEN_OPTIONS = {
    "verify",
    "optional",
    "retry",
    "wait",
    "redirect",
    "overflow",
    "rto",
    "cto",
    "store",
    "tags",
    "tag",
}


def scheme_of(url: str) -> str | None:
    """The scheme in lower case; None where the whole address is a secret, or none is printed."""
    match = re.match(r"([a-z][a-z0-9+.-]*)://", url, re.I)
    return match[1].lower() if match else None


def find_fault(url: str, destination: str) -> str | None:
    """What is wrong with an address as written in an alerts file, and how to mend it; None where it can be used."""
    variable = "TENDERWATCH_SECRET_" + re.sub(r"\W", "_", destination).upper()
    for name in SECRET.findall(url):
        if not SECRET_NAME.fullmatch(name):
            return (
                f"${{{name}}} cannot be read: names of secrets begin with TENDERWATCH_SECRET_, such as ${{{variable}}}"
            )
    if SECRET.fullmatch(url):
        return None
    scheme = scheme_of(url)
    if fault := _find_scheme_fault(scheme):
        return fault
    if scheme == MAIL:
        return None if MAIL_ADDRESS.fullmatch(url) else "write it as tendermail://name@example.org, and nothing more"
    return _find_option_fault(url) or _find_plain_secret(url, str(scheme), variable)


def expand(url: str, read_secret: Callable[[str], str]) -> tuple[str, tuple[str, ...]]:
    """The address with its secrets read, and those secrets; raises BadRule where the outcome is not allowed.

    A secret that is the whole address is taken as it is; one that is a part is quoted, so that it stays a part.
    """
    secrets = {name: read_secret(name).strip() for name in SECRET.findall(url)}
    whole = SECRET.fullmatch(url) is not None
    full = SECRET.sub(lambda match: secrets[match[1]] if whole else quote(secrets[match[1]], safe="/:-"), url)
    if fault := _find_scheme_fault(scheme_of(full)) or _find_option_fault(full):
        raise BadRule(fault)
    hidden = [full, *re.findall(r"[^/?&=@:]{8,}", full)] if whole else []
    return full, (*hidden, *secrets.values())


def mask(url: str) -> str:
    """The address as it may be shown and logged: mail addresses whole, of all others the scheme and the host."""
    if SECRET.fullmatch(url):
        return url
    scheme = scheme_of(url)
    if scheme == MAIL:
        return url
    if scheme in WEBHOOKS:
        return f"{scheme}://{urlsplit(url).netloc.rpartition('@')[2]}/…"
    return f"{scheme}://…"


def _find_scheme_fault(scheme: str | None) -> str | None:
    if scheme == MAIL or scheme in CHATS or scheme in WEBHOOKS:
        return None
    if scheme in ("mailto", "mailtos"):
        return "mail goes through the installation's own server: write tendermail://name@example.org"
    if scheme == "msteams":
        return "Microsoft has retired these addresses: make a workflow in Teams and use workflows://"
    if scheme in ("http", "https"):
        return f"write {'jsons' if scheme == 'https' else 'json'}:// for a webhook that takes JSON"
    known = ", ".join((MAIL, *CHATS, *WEBHOOKS))
    return f"{scheme or 'an address without a scheme'} is not allowed; write one of {known}"


def _find_option_fault(url: str) -> str | None:
    options = {key.lower() for key, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    if wrong := sorted(options & FORBIDDEN_OPTIONS):
        return f"take the option {wrong[0]}= out: Tenderwatch tries again by itself, and always verifies certificates"
    return None


def _find_plain_secret(url: str, scheme: str, variable: str) -> str | None:
    """A password or token written in plain; for a chat service, whose address *is* the token, any plain address."""
    if scheme in CHATS:
        if SECRET.search(url) and not _holds_token(SECRET.sub("", url)):
            return None
        return f"its address is a secret: put the whole url in the environment and write url: ${{{variable}}}"
    parts = urlsplit(url)
    password = parts.netloc.rpartition("@")[0].partition(":")[2]
    values = [value for key, value in parse_qsl(parts.query) if SECRET_KEY.search(key)]
    if any(not SECRET.fullmatch(each) for each in (password, *values) if each) or _holds_token(SECRET.sub("", url)):
        return f"it holds a password or token in plain: write ${{{variable}}} in its place, and set that variable"
    return None


def _holds_token(text: str) -> bool:
    """A run of 16 or more letters and digits mixed, as tokens are and words are not."""
    runs = re.findall(r"[A-Za-z0-9_-]{16,}", text)
    return any(re.search(r"\d", run) and re.search(r"[A-Za-z]", run) for run in runs)
