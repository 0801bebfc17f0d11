"""Webhooks of ours: one JSON document for each message (docs/webhook.schema.json), signed where a secret is given."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from alerts.cards import Card, Change, Line
from alerts.channels.request import Answer, Request, explain, fingerprint, to_json
from alerts.outcome import Fate, Outcome
from alerts.plain import without_joiners
from alerts.render import Content
from domain.alerts import Pace

VERSION = 1
MOST = 20
EVERY, BURST = 0.1, 10
SIGNATURE = "Tenderwatch-Signature"
MEANING = {
    "401": "the receiver does not accept our user, password or signature",
    "403": "the receiver does not accept our user, password or signature",
    "404": "the receiver has nothing at this path",
    "410": "the receiver has taken this webhook away",
    "413": "the receiver does not take a message of this size",
}


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a webhook is, and with what it is called. `secret` signs, `bearer` and `basic` are for Authorization."""

    url: str
    secret: str | None
    bearer: str | None
    basic: tuple[str, str] | None


def read_hook(url: str) -> Hook:
    """`json://` and `jsons://` addresses; `hmac=` and `bearer=` are ours, all other parameters the receiver's."""
    parts = urlsplit(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    own = dict(each for each in given if each[0] in ("hmac", "bearer"))
    query = urlencode([each for each in given if each[0] not in ("hmac", "bearer")])
    scheme = "https" if parts.scheme.lower() == "jsons" else "http"
    place = parts.netloc.rpartition("@")[2]
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    target = f"{scheme}://{place}{parts.path or '/'}{f'?{query}' if query else ''}"
    return Hook(target, own.get("hmac"), own.get("bearer"), (unquote(user), unquote(password)) if user else None)


def to_request(hook: Hook, body: bytes, key: str, now: datetime) -> Request:
    """The call; the signature is over the moment and the body, so that neither can be changed, nor played later."""
    headers = {"Tenderwatch-Version": str(VERSION)}
    if hook.secret:
        headers[SIGNATURE] = sign(body, hook.secret, now)
    if hook.bearer:
        headers["Authorization"] = f"Bearer {hook.bearer}"
    elif hook.basic:
        headers["Authorization"] = f"Basic {base64.b64encode(':'.join(hook.basic).encode()).decode()}"
    return Request(hook.url, body, key, headers)


def sign(body: bytes, secret: str, now: datetime) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 of `SECONDS.BODY` with the secret, seconds since 1970 in UTC."""
    seconds = int(now.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def to_body(
    content: Content,
    subject: str,
    text: str,
    key: str,
    destination: str,
    now: datetime,
    details: Sequence[Mapping[str, Any]],
) -> bytes:
    """The document. Crawled texts are text: who shows them as HTML or Markdown must escape them."""
    return to_json(
        {
            "version": VERSION,
            "key": key,
            "kind": content.kind.value,
            "destination": destination,
            "sent_at": now.astimezone(UTC).isoformat(timespec="seconds"),
            "language": content.language,
            "subject": without_joiners(subject),
            "text": without_joiners(text),
            "part": content.part,
            "count": max(content.count, len(content.cards)),
            "held_back": content.held_back,
            "rules": list(content.rules),
            "link": content.link,
            "opportunities": [_to_opportunity(card) for card in content.cards],
            "details": list(details),
        }
    )


def to_paces(hook: Hook) -> tuple[Pace, ...]:
    """Ten a second: enough, and no flood."""
    return (Pace(f"webhook {fingerprint(hook.url)}", EVERY, BURST),)


def read(answer: Answer, outcome: Outcome) -> Outcome:
    """Any 2xx is an arrival; what else the receiver says is kept."""
    if outcome.fate is Fate.SENT:
        return outcome
    return explain(outcome, answer, answer.text, MEANING)


def _to_opportunity(card: Card) -> dict[str, Any]:
    return {
        "id": card.opportunity,
        "score": card.score,
        "profile": without_joiners(card.profile),
        "title": without_joiners(card.title),
        "title_language": card.language,
        "buyer": without_joiners(card.buyer),
        "country": card.country_code,
        "deadline_at": card.deadline_at.isoformat() if card.deadline_at else None,
        "deadline_precision": card.deadline_precision.value if card.deadline_precision else None,
        "deadline_text": card.deadline,
        "left": card.left,
        "value": {"amount": card.amount, "currency": card.currency} if card.amount else None,
        "url": card.link,
        "review_url": card.review,
        "source": card.source,
        "key": without_joiners(card.key),
        "notes": list(card.notes),
        "reasons": [_to_reason(line) for line in card.lines],
        "changes": [_to_change(change) for change in card.changes],
    }


def _to_reason(line: Line) -> dict[str, Any]:
    words = without_joiners(line.words) if line.words else None
    return {"points": line.points, "sentence": without_joiners(line.sentence), "words": words}


def _to_change(change: Change) -> dict[str, str]:
    names = ("label", "old", "new")
    return {name: without_joiners(getattr(change, name)) for name in names}
