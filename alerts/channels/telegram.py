"""Telegram's Bot API: HTML, which knows few marks; its clients make links of names, tags and commands by themselves."""

import re
from dataclasses import replace
from html import escape, unescape
from typing import Any

from alerts.channels.request import Answer, Request, explain, fingerprint, refuse, to_json, wait
from alerts.note import Block, Note, count_units, fit
from alerts.outcome import Fate, Outcome
from alerts.plain import JOINER
from domain.alerts import Pace
from domain.config import Endpoints

# 4,096 UTF-16 units after its marks are read (core.telegram.org/bots/api#sendmessage); six opportunities and a foot.
LIMIT = 4096
MOST = 5
# 20 a minute in a group, about one a second in a chat, 30 a second for a bot (core.telegram.org/bots/faq).
GROUP, CHAT, BOT = 3.2, 1.1, 0.04
MEANING = {
    "chat not found": "this bot knows no such chat: check its number, write to the bot or invite it into the group",
    "bot was blocked": "the person has blocked the bot",
    "bot was kicked": "the bot was taken out of the group: invite it again",
    "upgraded to a supergroup": "the group has a new number: write that one into the address",
    "not enough rights": "the bot may not write in this group: allow it",
    "message thread not found": "there is no such topic in this group",
    "unauthorized": "Telegram does not know this bot: its token is wrong, or was revoked",
    "not found": "Telegram does not know this bot: its token is wrong, or was revoked",
}


def to_request(service: Any, note: Note, key: str, endpoints: Endpoints) -> Request:
    """The call for the one chat of a `tgram://` address."""
    ((chat, topic),) = service.targets
    body = {
        "chat_id": chat,
        "text": fit(note, to_text, _measure, LIMIT),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        **({"disable_notification": True} if service.silent else {}),
        **({"message_thread_id": topic} if topic else {}),
        **(_to_reply(note.follows) if note.follows else {}),
    }
    return Request(f"{endpoints.telegram}/bot{service.bot_token}/sendMessage", to_json(body), key)


def to_text(note: Note) -> str:
    """The note in Telegram's HTML."""
    parts = [f"<b>{_quote(note.headline)}</b>", _quote(note.lead)]
    parts += [_to_block(block, note) for block in note.blocks]
    parts += [_quote(line) for line in note.foot]
    parts += [_link(note.all_link, note.open_all)] if note.all_link else []
    return "\n\n".join(part for part in parts if part)


def to_paces(service: Any) -> tuple[Pace, ...]:
    """A bucket for the chat, and one for all chats of the bot. A group's number is negative, a channel has a name."""
    ((chat, _),) = service.targets
    every = CHAT if isinstance(chat, int) and chat > 0 else GROUP
    bot = fingerprint(service.bot_token)
    return Pace(f"telegram chat {fingerprint(service.bot_token, chat)}", every), Pace(f"telegram bot {bot}", BOT, 10)


def read(answer: Answer, outcome: Outcome) -> Outcome:
    """`{"ok": false, "description": …, "parameters": {"retry_after": seconds}}` in plain words."""
    said = str(answer.data.get("description") or "")
    if outcome.fate is Fate.SENT:
        if answer.data.get("ok") is False:
            return refuse(answer, said, MEANING)
        result = answer.data.get("result")
        number = result.get("message_id") if isinstance(result, dict) else None
        return replace(outcome, known_as=str(number)) if isinstance(number, int) else outcome
    parameters = answer.data.get("parameters")
    pause = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return wait(explain(outcome, answer, said, MEANING), pause)


def _to_reply(number: str) -> dict[str, Any]:
    """Below the first message, and also where that was deleted."""
    return {"reply_parameters": {"message_id": int(number), "allow_sending_without_reply": True}}


def _measure(text: str) -> int:
    """What counts is what is left when the marks are read."""
    return count_units(unescape(re.sub(r"<[^>]*>", "", text)))


def _to_block(block: Block, note: Note) -> str:
    score = f"({block.score}) " if block.score is not None else ""
    lines = [f"<b>{score}{_quote(block.title)}</b>", *(_quote(line) for line in block.lines)]
    lines += [f"<code>{escape(command)}</code>" for command in block.commands]
    links = [(block.link, note.open_notice), (block.review, note.open_review)]
    lines.append(" · ".join(_link(url, text or url) for url, text in links if url))
    return "\n".join(line for line in lines if line)


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>'


def _quote(text: str) -> str:
    """Names (@), tags (#), cash tags ($), commands (/) and long numbers would be links without a joiner in them."""
    quiet = re.sub(r"([@#$/])(?=\w)", rf"\1{JOINER}", text)
    quiet = re.sub(r"(?<=\d{4})(?=\d{4})", JOINER, quiet)
    return escape(quiet)
