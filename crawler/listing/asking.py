"""How a step is asked: by GET or POST, with which body and headers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from crawler.addresses import Endpoint, SourceKey
from crawler.listing.templates import Template, to_token
from domain.sources import Source, Step

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
Fields = Mapping[str, str]


def to_template(source: Source) -> Template:
    """The address and body that a source's list is asked with."""
    return Template(source.endpoint, to_body(source.request))


def to_body(request: Mapping[str, Any]) -> Any:
    """A POST's body as a value, placeholders included; None of a GET."""
    if request.get("method", "POST" if {"json", "form"} & set(request) else "GET") != "POST":
        return None
    return request.get("json", request.get("form", {}))


@dataclass(frozen=True, slots=True)
class Way:
    """One `request:` block: headers, and whether a body goes out as a form."""

    headers: Fields = field(default_factory=dict)
    as_form: bool = False
    csrf: str | None = None

    @classmethod
    def read(cls, request: Mapping[str, Any], common: Mapping[str, Any]) -> Self:
        """The block, over the headers and the CSRF field that all requests of the source have."""
        headers = {**common.get("headers", {}), **request.get("headers", {})}
        return cls(headers, "form" in request, common.get("csrf", {}).get("field"))

    def to_arguments(self, body: str | None, key: SourceKey) -> dict[str, Any]:
        """What Scrapy's Request takes besides the address; the source's key is put in here."""
        headers = {name: key.put_into_text(value) for name, value in self.headers.items()}
        if body is None:
            return {"headers": headers}
        data = json.loads(body)
        if self.csrf and isinstance(data, dict):
            data = {**data, self.csrf: CSRF}
        if self.as_form:
            text = urlencode({name: key.put_into_text(str(value)) for name, value in data.items()}, safe="{}")
        else:
            text = json.dumps(_with_key(data, key), ensure_ascii=False)
        kind = {"Content-Type": FORM if self.as_form else JSON}
        return {"method": "POST", "body": text.encode(), "headers": {**kind, **headers}}


@dataclass(frozen=True, slots=True)
class Asking:
    """How a source's lists are asked, and the documents that they link to (steps of the kinds `linked`).

    Headers of its own go to `hosts` only: a list may lead anywhere.
    """

    lists: Way
    links: Way
    linked: frozenset[str]
    posts: bool
    hosts: frozenset[str]

    @classmethod
    def read(cls, source: Source, endpoint: Endpoint | None = None) -> Self:
        """As the source's YAML says; at a stand-in for the portal as well."""
        links = source.listing.get("links", {})
        own = links.get("request", {})
        addresses = [source.endpoint, *source.endpoints.values(), links.get("url", "")]
        stand_in = [endpoint.base.netloc] if endpoint else []
        return cls(
            Way.read(source.request, source.request),
            Way.read(own, source.request),
            frozenset({FILE, "detail"} if links else {"detail"}),
            to_body(source.request) is not None or to_body(own) is not None,
            frozenset([*(urlsplit(each).netloc for each in addresses if "://" in each), *stand_in]),
        )

    def to_arguments(self, step: Step, key: SourceKey) -> dict[str, Any]:
        """What Scrapy's Request of a step takes besides its address. A notice's row in a step is no body to send."""
        way = self.links if step.kind in self.linked else self.lists
        arguments = way.to_arguments(step.body if self.posts and is_post(step) else None, key)
        if urlsplit(step.url).netloc in self.hosts:
            return arguments
        kept = {name: value for name, value in arguments["headers"].items() if name == "Content-Type"}
        return {**arguments, "headers": kept}


FILE = "file"
"""The kind of a step whose document holds notices and no list: a list's link, or the endpoint that is the whole."""
CSRF = "{csrf}"
"""Where the value of a portal's CSRF cookie goes, in a body or a header; it is put in when the request goes out."""


def is_post(step: Step) -> bool:
    """A step's body is what a POST sends, and no notice's row: its token tells it."""
    return step.body is not None and step.token.startswith(to_token(step.url, step.body))


def _with_key(data: Any, key: SourceKey) -> Any:
    if isinstance(data, str):
        return key.put_into_text(data)
    if isinstance(data, dict):
        return {name: _with_key(each, key) for name, each in data.items()}
    return [_with_key(each, key) for each in data] if isinstance(data, list) else data
