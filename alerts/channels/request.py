"""What all channels share: the request that they make, and how the answers of a service are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from alerts.outcome import Fate, Outcome, to_advice
from alerts.plain import plain


@dataclass(frozen=True, slots=True)
class Request:
    """One call over HTTP, whole: `body` is UTF-8 JSON. `key` is the same whenever this very message is tried again."""

    url: str
    body: bytes
    key: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered: its status, and its body where that is a JSON object, else its text."""

    status: int
    data: Mapping[str, Any]
    text: str


def fingerprint(*parts: object) -> str:
    """Names an account or a chat in the database without naming it: nobody gets back a token from it."""
    return sha256("\0".join(str(each) for each in parts).encode()).hexdigest()[:20]


def to_json(data: Any) -> bytes:
    """Compact JSON in UTF-8: services count octets, and escapes would be six for each letter."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def read_answer(status: int, content: bytes) -> Answer:
    """An answer, whatever its body is."""
    text = content.decode("utf-8", "replace")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    return Answer(status, data if isinstance(data, dict) else {}, plain(text, 200))


def explain(outcome: Outcome, answer: Answer, said: str, meaning: Mapping[str, str]) -> Outcome:
    """The outcome with what the service said, and what that means: as `meaning` knows, or as any service means it."""
    told = plain(said, 200)
    known = (text for part, text in meaning.items() if part.lower() in f"{answer.status} {told}".lower())
    advice = next(known, "") or to_advice(answer.status)
    reason = f"the service answered {answer.status}{f': {told}' if told else ''}"
    return replace(outcome, reason=f"{advice} ({reason})" if advice else reason)


def refuse(answer: Answer, said: str, meaning: Mapping[str, str]) -> Outcome:
    """A 2xx that says in its body that it is a refusal."""
    return explain(Outcome(Fate.PERMANENT, ""), answer, said, meaning)


def wait(outcome: Outcome, seconds: Any) -> Outcome:
    """The outcome with the pause that the body asks for, where it is longer than that of the header."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < 10**7:
        return outcome
    asked = timedelta(seconds=seconds)
    return replace(outcome, retry_after=max(asked, outcome.retry_after or asked))
