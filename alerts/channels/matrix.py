"""Matrix: an event with a plain and an HTML text; its transaction number makes a repeated call one message."""

from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import quote

from alerts.channels.request import Answer, Request, explain, fingerprint, to_json, wait
from alerts.note import Block, Note, fit
from alerts.outcome import Fate, Outcome
from alerts.plain import JOINER
from domain.alerts import Pace
from domain.config import Endpoints

LIMIT = 65_536  # octets of an event (spec.matrix.org, "Size limits"), of which its servers add some
ROOM = 4096  # for what the server adds to an event
MOST = 8
EVERY, BURST = 5.0, 10  # Synapse's own `rc_message`: 0.2 a second, 10 at once
MEANING = {
    "M_UNKNOWN_TOKEN": "the server does not know this access token: it is wrong, or was logged out",
    "M_MISSING_TOKEN": "the server asks for an access token",
    "M_FORBIDDEN": "the account is not in this room, or may not write there: invite it",
    "M_NOT_FOUND": "the server does not know this room",
    "M_TOO_LARGE": "the message is too long for the server",
}


def is_native(service: Any) -> bool:
    """An access token and a room's number: one call. All else (passwords, names of rooms) is left to Apprise."""
    by_token = not service.user and bool(service.password)
    return by_token and len(service.rooms) == 1 and service.rooms[0].startswith("!") and service.mode == "off"


def to_request(service: Any, note: Note, key: str, endpoints: Endpoints) -> Request:  # noqa: ARG001  its own server
    """PUT of an event into the room of a `matrix://token@host/!room:server` address."""
    scheme = "https" if service.secure else "http"
    port = f":{service.port}" if service.port else ""
    room = service.rooms[0]
    path = f"/_matrix/client/v3/rooms/{quote(room, safe='')}/send/m.room.message/{quote(key, safe='')}"
    headers = {"Authorization": f"Bearer {service.password}"}
    return Request(
        f"{scheme}://{service.host}{port}{path}",
        fit(note, lambda each: to_json(to_event(each)), len, LIMIT - ROOM),
        key,
        headers,
        "PUT",
    )


def to_event(note: Note) -> dict[str, Any]:
    """The content of the event; it mentions nobody, and says so (spec.matrix.org, `m.mentions`).

    News is a reply, not in a thread, which many clients fold away; text, as of notices nobody is notified.
    """
    return {
        "msgtype": "m.text",
        "body": to_text(note),
        "format": "org.matrix.custom.html",
        "formatted_body": to_html(note),
        "m.mentions": {},
        **({"m.relates_to": {"m.in_reply_to": {"event_id": note.follows}}} if note.follows else {}),
    }


def to_text(note: Note) -> str:
    """For clients that show no HTML."""
    parts = [note.headline, note.lead]
    for block in note.blocks:
        score = f"({block.score}) " if block.score is not None else ""
        links = [url for url in (block.link, block.review) if url]
        parts.append(
            "\n".join([_quiet(score + block.title), *(_quiet(each) for each in block.lines), *block.commands, *links])
        )
    parts += [*(_quiet(line) for line in note.foot), note.all_link or ""]
    return "\n\n".join(part for part in parts if part)


def to_html(note: Note) -> str:
    """The marks that every client knows."""
    parts = [f"<p><strong>{_quote(note.headline)}</strong></p>", f"<p>{_quote(note.lead)}</p>" if note.lead else ""]
    parts += [_to_block(block, note) for block in note.blocks]
    parts += [f"<p>{_quote(line)}</p>" for line in note.foot]
    parts += [_link(note.all_link, note.open_all)] if note.all_link else []
    return "".join(parts)


def to_paces(service: Any) -> tuple[Pace, ...]:
    """Ten at once, and one each five seconds: Synapse counts them by account."""
    return (Pace(f"matrix {fingerprint(service.host, service.password)}", EVERY, BURST),)


def read(answer: Answer, outcome: Outcome) -> Outcome:
    """`{"errcode": …, "error": …, "retry_after_ms": …}` in plain words."""
    if outcome.fate is Fate.SENT:
        event = answer.data.get("event_id")
        return replace(outcome, known_as=event) if isinstance(event, str) else outcome
    said = " ".join(str(answer.data.get(name) or "") for name in ("errcode", "error")).strip()
    pause = answer.data.get("retry_after_ms")
    return wait(explain(outcome, answer, said, MEANING), pause / 1000 if isinstance(pause, int | float) else None)


def _to_block(block: Block, note: Note) -> str:
    score = f"({block.score}) " if block.score is not None else ""
    lines = [f"<strong>{_quote(score + block.title)}</strong>", *(_quote(line) for line in block.lines)]
    lines += [f"<code>{escape(command)}</code>" for command in block.commands]
    links = [(block.link, note.open_notice), (block.review, note.open_review)]
    lines.append(" · ".join(_link(url, text or url) for url, text in links if url))
    return f"<p>{'<br>'.join(line for line in lines if line)}</p>"


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>'


def _quote(text: str) -> str:
    return escape(_quiet(text)).replace("\n", "<br>")


def _quiet(text: str) -> str:
    """Clients make pills of names, rooms and aliases that they find in a text."""
    return text.replace("@", f"@{JOINER}").replace("#", f"#{JOINER}")
