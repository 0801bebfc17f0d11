"""What each service takes: its calls read and held against its rules, as `receiver.py` gives them."""

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema

if TYPE_CHECKING:
    from benchmarks.receiver import Receiver

SCHEMA = json.loads((Path(__file__).resolve().parents[1] / "docs" / "webhook.schema.json").read_text(encoding="utf-8"))
TOKEN, SECRET, SIGNATURE = (
    "123456789:AAbbccddeeffgghhiijjkkllmmnnooppqqr",
    "a-secret-of-the-hook",
    "sig0123456789abcdefghij",
)
# What clients turn into links, names and tags by themselves.
LIVE = re.compile(r"\w+://\S|\bwww\.\w|\b[\w-]+\.(?:com|org|net|example|ru|es|ph)\b|(?<!\w)[@#]\w|@\w+\.\w", re.I)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it came; `body` is its JSON."""

    method: str
    url: str
    headers: Any
    body: Any


class Refused(Exception):
    """The service's answer to what it does not take."""

    def __init__(self, status: int, body: Any, retry_after: float | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body, self.retry_after = status, body, retry_after


class Marks(HTMLParser):
    """Reads HTML of few tags, all closed; `text` is what is seen."""

    def __init__(self, allowed: set[str]) -> None:
        super().__init__()
        self.allowed, self.text = allowed, ""
        self.open: list[str] = []
        self.links: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens, with no attribute but href."""
        names = {name for name, _ in attrs}
        if tag not in self.allowed or names - ({"href"} if tag == "a" else set()):
            self.faults.append(f"<{tag} {names}>")
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag == "br":
            self.text += "\n"
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The newest open tag closes."""
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """What is seen."""
        self.text += data


def read_marks(receiver: "Receiver", html: str, allowed: set[str]) -> Marks:
    """HTML of these tags, all of them closed."""
    marks = Marks(allowed)
    marks.feed(html)
    marks.close()
    receiver.check(not marks.faults and not marks.open, f"can't parse entities: {marks.faults or marks.open}")
    return marks


def read_telegram(receiver: "Receiver", call: Call) -> Any:
    """Its `sendMessage`."""
    token = unquote(urlsplit(call.url).path).removeprefix("/bot").removesuffix("/sendMessage")
    if token != TOKEN:
        raise Refused(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
    chat = call.body["chat_id"]
    if chat not in receiver.chats:
        raise Refused(400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"})
    known = {"chat_id", "text", "parse_mode", "link_preview_options", "disable_notification", "message_thread_id"}
    known |= {"reply_parameters"}
    receiver.check(set(call.body) <= known and call.body["parse_mode"] == "HTML", f"fields {sorted(call.body)}")
    marks = read_marks(receiver, call.body["text"], {"b", "a", "code"})
    receiver.check(0 < len(marks.text.encode("utf-16-le")) // 2 <= 4096, "message is too long")
    return str(chat), marks.text, marks.links, {"ok": True, "result": {"message_id": len(receiver.got) + 1}}


def read_slack(receiver: "Receiver", call: Call) -> Any:
    """A webhook, or `chat.postMessage` of its API."""
    bot = urlsplit(call.url).path.startswith("/api/")
    target = call.body.get("channel", "") if bot else urlsplit(call.url).path.removeprefix("/services/")
    if bot and call.headers.get("Authorization") != "Bearer xoxb-1234-1234-abcdefghijklmnop":
        return target, "", [], {"ok": False, "error": "invalid_auth"}
    receiver.check(
        set(call.body) <= {"text", "blocks", "unfurl_links", "unfurl_media", "channel", "thread_ts", "reply_broadcast"},
        f"fields {sorted(call.body)}",
    )
    receiver.check(
        0 < len(call.body["blocks"]) <= 50 and len(json.dumps(call.body["blocks"])) < 200_000, "invalid_blocks"
    )
    receiver.check(not re.search(r"<[!@#h]", call.body["text"]), "the fallback text is read for marks")
    text, links = "", []
    for block in call.body["blocks"]:
        receiver.check(block["type"] == "rich_text" and set(block) == {"type", "elements"}, "invalid_blocks")
        for section in block["elements"]:
            for element in section["elements"]:
                receiver.check(element["type"] in ("text", "link") and bool(element["text"]), "invalid_blocks")
                text += element["text"]
                links += [element["url"]] if element["type"] == "link" else []
        text += "\n"
    receiver.check(len(text) <= 35_000, "msg_too_long")
    return target, text, links, {"ok": True, "ts": f"1790000000.{len(receiver.got):06}"} if bot else "ok"


def read_teams(receiver: "Receiver", call: Call) -> Any:
    """The trigger of a workflow."""
    parts = urlsplit(call.url)
    if parse_qs(parts.query).get("sig") != [SIGNATURE]:
        raise Refused(
            401, {"error": {"code": "DirectApiAuthorizationRequired", "message": "The request is not signed."}}
        )
    size = json.dumps(call.body, ensure_ascii=False, separators=(",", ":"))
    receiver.check(max(len(size.encode()), len(size.encode("utf-16-le"))) <= 28_000, "RequestEntityTooLarge")
    (attachment,) = call.body["attachments"]
    receiver.check(attachment["contentType"] == "application/vnd.microsoft.card.adaptive", "InvalidTemplate")
    text, links = [], []

    def walk(element: Any) -> None:
        kinds = {"Container": "items", "RichTextBlock": "inlines", "ActionSet": "actions"}
        if element["type"] in kinds:
            for each in element[kinds[element["type"]]]:
                walk(each)
        elif element["type"] == "TextRun":
            text.append(element["text"])
        else:
            receiver.check(element["type"] == "Action.OpenUrl", f"no {element['type']}")
            links.append(element["url"])

    for each in attachment["content"]["body"]:
        walk(each)
    return parts.path.split("/")[2], "\n".join(text), links, ""


def read_discord(receiver: "Receiver", call: Call) -> Any:
    """A webhook."""
    parts = urlsplit(call.url).path.split("/")
    if parts[4] != "token-of-the-webhook-0123456789":
        raise Refused(401, {"message": "Invalid Webhook Token", "code": 50027})
    receiver.check(call.body["allowed_mentions"] == {"parse": []}, "somebody would be mentioned")
    receiver.check(0 < len(call.body["content"].encode("utf-16-le")) // 2 <= 2000, "Must be 2000 or fewer in length.")
    text, links = read_markdown(call.body["content"])
    return parts[3], text, links, {"id": str(len(receiver.got) + 1)}


def read_markdown(content: str) -> tuple[str, list[str]]:
    """What a reader of Markdown sees: escapes undone, masked links; a mark without a backslash is dropped."""
    links = re.findall(r"(?<!\\)\]\(<([^>]*)>\)", content)
    seen = re.sub(r"(?<!\\)\[((?:\\.|[^\]\\])*)\]\(<[^>]*>\)", r"\1", content)
    bare = re.sub(r"(?<!\\)(\*\*|`)", "", seen)
    return re.sub(r"\\([^\w\s])", r"\1", bare), links


def read_matrix(receiver: "Receiver", call: Call) -> Any:
    """PUT of an event, whose number makes it idempotent."""
    if call.headers.get("Authorization") != "Bearer syt_a_token_of_matrix":
        raise Refused(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token passed."})
    _, _, _, _, _, room, _, kind, _ = urlsplit(call.url).path.split("/")
    if unquote(room) not in {"!room:example.org", *(f"!room{number}:example.org" for number in range(50))}:
        raise Refused(403, {"errcode": "M_FORBIDDEN", "error": "User not in room"})
    receiver.check(call.method == "PUT" and kind == "m.room.message" and call.body["m.mentions"] == {}, "M_BAD_JSON")
    receiver.check(len(json.dumps(call.body, ensure_ascii=False).encode()) <= 65_536, "M_TOO_LARGE")
    marks = read_marks(receiver, call.body["formatted_body"], {"p", "strong", "a", "code", "br"})
    return unquote(room), marks.text, marks.links, {"event_id": f"$event{len(receiver.got)}"}


def read_hook(receiver: "Receiver", call: Call) -> Any:
    """A webhook of ours: its schema and its key; the signature was checked on the bytes."""
    target = urlsplit(call.url).path.removeprefix("/hook/")
    try:
        jsonschema.validate(call.body, SCHEMA)
    except jsonschema.ValidationError as error:
        receiver.check(False, f"schema: {error.message}")
    receiver.check(
        call.headers.get("Idempotency-Key") == call.body["key"], "the key of the header is not that of the call.body"
    )
    texts = [call.body["subject"], *(each["title"] for each in call.body["opportunities"])]
    return target, "\n".join(texts), [each["url"] for each in call.body["opportunities"] if each["url"]], ""


def is_signed(content: bytes, header: str, secret: str) -> bool:
    """As docs/alerts.md tells receivers to check it."""
    given = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    wanted = hmac.new(secret.encode(), f"{given.get('t')}.".encode() + content, sha256).hexdigest()
    return hmac.compare_digest(given.get("v1", ""), wanted)


ROUTES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("/bot", "telegram", read_telegram),
    ("/services/", "slack", read_slack),
    ("/api/chat.postMessage", "slack", read_slack),
    ("/workflows/", "teams", read_teams),
    ("/api/webhooks/", "discord", read_discord),
    ("/_matrix/", "matrix", read_matrix),
    ("/hook/", "webhook", read_hook),
)
