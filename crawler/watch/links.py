"""Addresses in a page without what changes at every look: campaigns, sessions, tokens."""

import re
from urllib.parse import parse_qsl, quote, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

_TRACKS = re.compile(
    r"utm_\w+|gclid|gbraid|wbraid|dclid|fbclid|yclid|msclkid|mc_[ce]id|igshid|_openstat|_ga|_gl|pk_\w+|mtm_\w+|ref_?src"
    r"|phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|sess?id|session(?:_?id|_?key|_?token)?|s?essid|p_auth"
    r"|csrf\w*|_?token|xsrf\w*|nonce|viewstate|__\w+|_|ts|timestamp|rnd|rand(?:om)?|nocache|cache_?bust\w*|cb|t_?stamp",
    re.IGNORECASE,
)
_MAY_TRACK = re.compile(r"sid|key|hash|token|guid|auth", re.IGNORECASE)  # where the value is long and random
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_.-]{24,}")
_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*|/\([A-Z]\([a-z0-9]{20,}\)\)", re.IGNORECASE)


def to_link(page: str, href: str, *, clean: bool) -> str | None:
    """The web address of a link on `page`, in one form whatever the order of its parameters; None where it is none."""
    try:
        parts = urlsplit(urldefrag(urljoin(page, href.strip())).url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    path, query = parts.path or "/", parts.query
    if clean:
        path = _IN_PATH.sub("", path)
        kept = (pair for pair in parse_qsl(query, keep_blank_values=True) if not _is_tracking(*pair))
        query = urlencode(sorted(kept), quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, query, ""))


def _is_tracking(name: str, value: str) -> bool:
    if _TRACKS.fullmatch(name):
        return True
    return bool(_MAY_TRACK.fullmatch(name) and _RANDOM.fullmatch(value) and value.count("-") != 4)  # a UUID is an id
