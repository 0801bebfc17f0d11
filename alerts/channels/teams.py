"""Microsoft Teams through a workflow: an Adaptive Card whose text runs are shown as they are, without Markdown."""

from typing import Any
from urllib.parse import urlencode

from alerts.channels.request import Answer, Request, explain, fingerprint, to_json
from alerts.note import Block, Note, count_units, fit
from alerts.outcome import Fate, Outcome
from domain.alerts import Pace
from domain.config import Endpoints

# 28 kB for a message (learn.microsoft.com, "Limits and specifications for Microsoft Teams"), counted in UTF-16 there.
LIMIT = 28_000
MOST = 4
EVERY = 1.0  # four a second at most, for all that post to a channel
MEANING = {
    "401": "the workflow does not take this signature: copy its address again",
    "403": "the workflow does not take this signature: copy its address again",
    "404": "there is no such workflow: it was deleted or turned off",
    "WorkflowTriggerIsNotEnabled": "the workflow is turned off",
    "InvalidTemplate": "the workflow does not take Adaptive Cards: make it from the template for webhooks",
}
Element = dict[str, Any]


def to_request(service: Any, note: Note, key: str, endpoints: Endpoints) -> Request:
    """The call of the workflow's trigger."""
    path = "/powerautomate/automations/direct" if service.power_automate else ""
    path += f"/cu/{service.routing_id}" if path and service.routing_id else ""
    port = f":{service.port}" if service.port else ""
    base = endpoints.teams or f"https://{service.host}{port}"
    query = {"api-version": service.api_version, "sp": "/triggers/manual/run", "sv": "1.0", "sig": service.signature}
    url = f"{base}{path}/workflows/{service.workflow}/triggers/manual/paths/invoke?{urlencode(query)}"
    return Request(url, fit(note, lambda each: to_json(to_message(each)), _measure, LIMIT), key)


def to_message(note: Note) -> Element:
    """The message with its card."""
    body = [_runs([_run(note.headline, weight="Bolder", size="Medium")])]
    body += [_runs([_run(note.lead)])] if note.lead else []
    body += [_to_block(block, note) for block in note.blocks]
    body += [_runs([_run(line, subtle=True)]) for line in note.foot]
    body += [_links([(note.all_link, note.open_all)])] if note.all_link else []
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


def to_paces(service: Any) -> tuple[Pace, ...]:
    """One a second."""
    return (Pace(f"teams {fingerprint(service.workflow)}", EVERY),)


def read(answer: Answer, outcome: Outcome) -> Outcome:
    """`{"error": {"code": …, "message": …}}`; a workflow that was started answers 202 and has no more to say."""
    if outcome.fate is Fate.SENT:
        return outcome
    error = answer.data.get("error")
    said = " ".join(str(error.get(name) or "") for name in ("code", "message")) if isinstance(error, dict) else ""
    return explain(outcome, answer, said.strip(), MEANING)


def _measure(body: bytes) -> int:
    return max(len(body), 2 * count_units(body.decode()))


def _to_block(block: Block, note: Note) -> Element:
    score = f"({block.score}) " if block.score is not None else ""
    items = [_runs([_run(f"{score}{block.title}", weight="Bolder")])]
    items += [_runs([_run(line)]) for line in (*block.lines, *block.commands)]
    links = [
        (url, text or url) for url, text in ((block.link, note.open_notice), (block.review, note.open_review)) if url
    ]
    items += [_links(links)] if links else []
    return {"type": "Container", "separator": True, "items": items}


def _runs(runs: list[Element]) -> Element:
    return {"type": "RichTextBlock", "inlines": runs}


def _run(text: str, weight: str = "Default", size: str = "Default", subtle: bool = False) -> Element:
    return {"type": "TextRun", "text": text, "weight": weight, "size": size, "isSubtle": subtle}


def _links(links: list[tuple[str, str]]) -> Element:
    actions = [{"type": "Action.OpenUrl", "title": text, "url": url} for url, text in links]
    return {"type": "ActionSet", "actions": actions}
