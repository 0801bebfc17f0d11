"""Addresses as they are asked and as they are kept: parameters, keys taken out, another host put in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

KEY = "{key}"
SECRET = re.compile(r"(?i)^(api[-_]?key|apikey|key|access[-_]?token|auth|password|secret|subscription-key|ticket)$")


def is_secret(parameter: str) -> bool:
    """A query parameter of this name holds a key, as portals name them."""
    return bool(SECRET.match(parameter))


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The address with these query parameters set, in place of those of the same names."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in parameters]
    query = urlencode([*kept, *parameters.items()], safe=":{}")
    return urlunsplit(parts._replace(query=query))


def redact(url: str) -> str:
    """The address as it may be saved and logged: no user, no password, no fragment, no value of a key."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if any(is_secret(name) for name, _ in pairs):
        query = urlencode([(name, KEY if is_secret(name) else value) for name, value in pairs], safe=":{}")
        parts = parts._replace(query=query)
    return urlunsplit(parts._replace(netloc=netloc, fragment=""))


@dataclass(frozen=True, slots=True)
class SourceKey:
    """A source's key: put into an address at the moment of asking, taken out of all that comes back; and so is a
    `token` that the portal gave us for a while."""

    value: str | None
    token: str | None = None

    def put_into(self, url: str) -> str:
        """The address that is really asked."""
        return url.replace(KEY, quote(self.value, safe="")) if self.value else url

    def put_into_text(self, text: str) -> str:
        """A header or a part of a body as it is really sent."""
        return text.replace(KEY, self.value) if self.value else text

    def take_out_of(self, text: str) -> str:
        """The same text with `{key}` where the key stood, or the portal's token, plain or quoted."""
        for secret in filter(None, (self.value, self.token)):
            text = text.replace(quote(secret, safe=""), KEY).replace(secret, KEY)
        return text


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Another place that stands in for a source's portal (`--endpoint SOURCE=URL`)."""

    base: SplitResult

    @classmethod
    def read(cls, url: str) -> "Endpoint":
        """The stand-in at this address; a path in it is put before the portal's own paths."""
        return cls(urlsplit(url.rstrip("/")))

    @property
    def host_and_port(self) -> str:
        """`host:port`, for the guard of addresses."""
        return f"{self.base.hostname}:{self.base.port or (443 if self.base.scheme == 'https' else 80)}"

    @property
    def is_loopback(self) -> bool:
        """It is this machine, so that no pace needs to be kept but Retry-After."""
        host = self.base.hostname or ""
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    def move(self, url: str) -> str:
        """The address at the stand-in: scheme, host and port replaced, the path prefixed; as it is if already there."""
        parts = urlsplit(url)
        prefix = self.base.path
        there = (parts.scheme, parts.netloc) == (self.base.scheme, self.base.netloc)
        if there and (not prefix or parts.path == prefix or parts.path.startswith(prefix + "/")):
            return url
        return urlunsplit(parts._replace(scheme=self.base.scheme, netloc=self.base.netloc, path=prefix + parts.path))
