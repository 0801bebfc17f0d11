"""Discord's webhooks: Markdown, of which every mark is escaped; nobody is ever mentioned."""

import re
from typing import Any
from urllib.parse import quote

from alerts.channels.request import Answer, Request, explain, fingerprint, to_json, wait
from alerts.note import Block, Note, count_units, fit
from alerts.outcome import Fate, Outcome
from alerts.plain import JOINER
from domain.alerts import Pace
from domain.config import Endpoints

# 2,000 characters (discord.com/developers/docs/resources/webhook); escapes and addresses count.
LIMIT = 2000
MOST = 2
EVERY = 2.1  # five in two seconds, thirty a minute for each webhook
MARK = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:/@&\"'=^$%?,;])")
SUPPRESS_EMBEDS = 1 << 2
LINK = 300
MEANING = {
    "unknown webhook": "Discord does not know this webhook: it was deleted, or its address is wrong",
    "invalid webhook token": "the token of this webhook is wrong",
    "unknown channel": "the channel of this webhook was deleted",
}


def to_request(service: Any, note: Note, key: str, endpoints: Endpoints) -> Request:
    """The call of a `discord://` webhook, which answers when the message is stored (`wait`)."""
    body = {
        "content": fit(note, to_text, count_units, LIMIT),
        "allowed_mentions": {"parse": []},
        "flags": SUPPRESS_EMBEDS,
    }
    url = f"{endpoints.discord}/api/webhooks/{service.webhook_id}/{service.webhook_token}?wait=true"
    return Request(url, to_json(body), key)


def to_text(note: Note) -> str:
    """The note in Markdown."""
    parts = [f"**{escape(note.headline)}**", *_lines(note.lead)]
    for block in note.blocks:
        parts += ["", *_to_block(block, note)]
    parts += ["", *(escape(line) for line in note.foot)] if note.foot else []
    parts += [_link(note.all_link, note.open_all)] if note.all_link else []
    return "\n".join(parts)


def escape(text: str) -> str:
    """Every mark with a backslash before it; what would be a mention or a link has a joiner besides."""
    return MARK.sub(r"\\\1", re.sub(r"([@#])(?=\S)", rf"\1{JOINER}", text))


def to_paces(service: Any) -> tuple[Pace, ...]:
    """Under thirty a minute."""
    return (Pace(f"discord {fingerprint(service.webhook_id)}", EVERY),)


def read(answer: Answer, outcome: Outcome) -> Outcome:
    """`{"message": …, "code": …, "retry_after": seconds}` in plain words."""
    if outcome.fate is Fate.SENT:
        return outcome
    said = str(answer.data.get("message") or "")
    return wait(explain(outcome, answer, said, MEANING), answer.data.get("retry_after"))


def _to_block(block: Block, note: Note) -> list[str]:
    score = f"({block.score}) " if block.score is not None else ""
    lines = [f"**{escape(score + block.title)}**", *(escape(line) for line in block.lines)]
    lines += [f"`{command}`" for command in block.commands]
    links = [(block.link, note.open_notice), (block.review, note.open_review)]
    shown = [_link(url, text or url) for url, text in links if url and len(url) <= LINK]
    return [*lines, *([" · ".join(shown)] if shown else [])]


def _lines(text: str) -> list[str]:
    return [escape(line) for line in text.splitlines()]


def _link(url: str, text: str) -> str:
    """In angle brackets nothing is shown of what is behind it; a bracket of its own would end it."""
    return f"[{escape(text)}](<{quote(url, safe='%/:?#@!$&*+,;=~-._')}>)"
