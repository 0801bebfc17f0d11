"""Slack: rich text blocks, in which a text is shown as it is; marks are a matter of fields, never of letters."""

from dataclasses import replace
from typing import Any

from alerts.channels.request import Answer, Request, explain, fingerprint, refuse, to_json
from alerts.note import Block, Note, count_units, fit
from alerts.outcome import Fate, Outcome
from domain.alerts import Pace
from domain.config import Endpoints

# 50 blocks in a message, 35,000 characters in all (api.slack.com/reference/block-kit/blocks).
LIMIT = 35_000
MOST = 20
EVERY = 1.1  # one a second in a channel (api.slack.com/apis/rate-limits)
MEANING = {
    "no_service": "Slack does not know this webhook: it was deleted, or its address is wrong",
    "invalid_token": "Slack does not know this webhook: its address is wrong",
    "invalid_auth": "the token is wrong",
    "token_revoked": "the token was revoked",
    "account_inactive": "the token's app or user was deleted",
    "channel_not_found": "there is no such channel, or the app cannot see it: check its name, invite the app",
    "not_in_channel": "the app is not in this channel: invite it",
    "is_archived": "the channel is archived",
    "action_prohibited": "the workspace forbids it to this app",
    "missing_scope": "the app lacks the right chat:write",
}
Element = dict[str, Any]


def to_request(service: Any, note: Note, key: str, endpoints: Endpoints) -> Request:
    """The call for a webhook, or for the one channel of a bot."""
    body: dict[str, Any] = {
        "text": _fallback(note.headline),
        "blocks": fit(note, to_blocks, lambda blocks: count_units(to_json(blocks).decode()), LIMIT),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if service.mode == "hook":
        url = f"{endpoints.slack_hooks}/services/{service.token_a}/{service.token_b}/{service.token_c}"
        return Request(url, to_json(body), key)
    headers = {"Authorization": f"Bearer {service.access_token}"}
    (body["channel"],) = service.channels
    if note.follows:
        body |= {"thread_ts": note.follows, "reply_broadcast": True}  # in the channel too: nobody must open the thread
    return Request(f"{endpoints.slack}/api/chat.postMessage", to_json(body), key, headers)


def to_blocks(note: Note) -> list[Element]:
    """A block for each opportunity, and one before and one after them."""
    head = [_text(note.headline, bold=True), *([_text(f"\n{note.lead}")] if note.lead else [])]
    foot = [_text("\n".join(note.foot))] if note.foot else []
    if note.all_link:
        foot.append(_link(note.all_link, ("\n" if foot else "") + note.open_all))
    blocks = [_rich(head), *(_rich(_to_block(block, note)) for block in note.blocks)]
    return [*blocks, *([_rich(foot)] if foot else [])]


def is_native(service: Any) -> bool:
    """A webhook, or a bot with one channel; Slack's other ways are left to Apprise."""
    return service.mode == "hook" or (service.mode == "bot" and len(service.channels) == 1)


def to_paces(service: Any) -> tuple[Pace, ...]:
    """One a second."""
    where = (service.token_c,) if service.mode == "hook" else (service.access_token, *service.channels)
    return (Pace(f"slack {fingerprint(*where)}", EVERY),)


def read(answer: Answer, outcome: Outcome) -> Outcome:
    """A webhook says "ok" or a word; the API a JSON object, whose `ok` counts."""
    said = str(answer.data.get("error") or "") if answer.data else answer.text
    if outcome.fate is not Fate.SENT:
        return explain(outcome, answer, said, MEANING)
    if answer.data.get("ok") is True or answer.text in ("ok", ""):
        moment = answer.data.get("ts")
        return replace(outcome, known_as=moment) if isinstance(moment, str) else outcome
    if said == "ratelimited":
        return explain(Outcome(Fate.TEMPORARY, "", outcome.retry_after), answer, said, MEANING)
    return refuse(answer, said, MEANING)


def _to_block(block: Block, note: Note) -> list[Element]:
    score = f"({block.score}) " if block.score is not None else ""
    elements = [
        _text(f"{score}{block.title}", bold=True),
        *([_text("\n" + "\n".join(block.lines))] if block.lines else []),
    ]
    for command in block.commands:
        elements += [_text("\n"), {"type": "text", "text": command, "style": {"code": True}}]
    for url, text in ((block.link, note.open_notice), (block.review, note.open_review)):
        if url:
            elements += [_text("\n"), _link(url, text or url)]
    return elements


def _rich(elements: list[Element]) -> Element:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _text(text: str, bold: bool = False) -> Element:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}


def _link(url: str, text: str) -> Element:
    return {"type": "link", "url": url, "text": text}


def _fallback(text: str) -> str:
    """For notices on a telephone: the only text that is read for marks (docs.slack.dev/messaging/formatting)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
