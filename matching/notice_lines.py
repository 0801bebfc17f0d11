"""Notices as JSON lines from anybody's hand: the keys of docs/notice.schema.json, of which only two must be there."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from domain.errors import Unreadable
from domain.notices import Buyer, Code, Document, Kind, Lot, Money, Notice, Precision, Status, ZoneFrom

MOST_BYTES = 32 * 1024 * 1024

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)


def read_notice_line(line: bytes | str) -> Notice:
    """The notice of one line. Missing keys are unknown (null, empty), keys that we do not know are passed over.

    Unreadable names the element whose value is not what the schema says. `raw` is not read.
    """
    if len(line) > MOST_BYTES:
        raise Unreadable(f"the line is longer than {MOST_BYTES} bytes")
    try:
        data = json.loads(line, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise Unreadable("write one JSON object a line")
    return _to_notice(data)


def _to_notice(data: Mapping[str, Any]) -> Notice:
    return Notice(
        source=_required(data, "source"),
        key=_required(data, "key"),
        kind=_word(Kind, data.get("kind"), "kind") or Kind.OTHER,
        status=_word(Status, data.get("status"), "status") or Status.UNKNOWN,
        url=_text(data.get("url"), "url"),
        procedure_id=_text(data.get("procedure_id"), "procedure_id"),
        language=_text(data.get("language"), "language"),
        title=_texts(data.get("title"), "title"),
        description=_texts(data.get("description"), "description"),
        buyers=_each(_buyer, data.get("buyers"), "buyers"),
        country=_text(data.get("country"), "country"),
        regions=_each(_some_text, data.get("regions"), "regions"),
        codes=_each(_code, data.get("codes"), "codes"),
        value=_money(data.get("value"), "value"),
        published_at=_time(data.get("published_at"), "published_at"),
        deadline_at=_time(data.get("deadline_at"), "deadline_at"),
        deadline_precision=_word(Precision, data.get("deadline_precision"), "deadline_precision"),
        deadline_zone=_word(ZoneFrom, data.get("deadline_zone"), "deadline_zone"),
        lots=_each(_lot, data.get("lots"), "lots"),
        documents=_each(_document, data.get("documents"), "documents"),
        changes=_text(data.get("changes"), "changes"),
    )


def _lot(value: Any, element: str) -> Lot:
    data = _object(value, element)
    return Lot(
        key=_text(data.get("key"), f"{element}.key") or "",
        title=_texts(data.get("title"), f"{element}.title"),
        description=_texts(data.get("description"), f"{element}.description"),
        codes=_each(_code, data.get("codes"), f"{element}.codes"),
        value=_money(data.get("value"), f"{element}.value"),
        deadline_at=_time(data.get("deadline_at"), f"{element}.deadline_at"),
    )


def _buyer(value: Any, element: str) -> Buyer:
    data = _object(value, element)
    keys = ("id", "scheme", "country", "url", "email", "phone")
    name = _text(data.get("name"), f"{element}.name") or ""
    return Buyer(name, **{key: _text(data.get(key), f"{element}.{key}") for key in keys})


def _code(value: Any, element: str) -> Code:
    data = _object(value, element)
    return Code(*(_some_text(data.get(key), f"{element}.{key}") for key in ("scheme", "id")))


def _document(value: Any, element: str) -> Document:
    data = _object(value, element)
    texts = {key: _text(data.get(key), f"{element}.{key}") for key in ("title", "media_type")}
    return Document(_some_text(data.get("url"), f"{element}.url"), **texts)


def _money(value: Any, element: str) -> Money | None:
    if value is None:
        return None
    data = _object(value, element)
    printed = data.get("amount")
    try:
        amount = Decimal(printed) if isinstance(printed, str | int | Decimal) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or abs(amount.adjusted()) > 30:
        raise Unreadable("write a decimal number as a string", f"{element}.amount")
    return Money(amount, _some_text(data.get("currency"), f"{element}.currency"))


def _time(value: Any, element: str) -> datetime | None:
    text = _text(value, element)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unreadable("write an ISO 8601 time such as 2026-02-01T12:00:00+01:00", element) from error
    if moment.tzinfo is None:
        raise Unreadable("the time has no offset; write it as in 2026-02-01T12:00:00+01:00", element)
    return moment


def _word(words: type[Word], value: Any, element: str) -> Word | None:
    text = _text(value, element)
    if text is None:
        return None
    try:
        return words(text)
    except ValueError as error:
        raise Unreadable(f"{text[:40]!r} is none of {', '.join(words)}", element) from error


def _each(read: Callable[[Any, str], Value], value: Any, element: str) -> tuple[Value, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Unreadable("write a list", element)
    return tuple(read(each, f"{element}[{number}]") for number, each in enumerate(value))


def _texts(value: Any, element: str) -> dict[str, str]:
    data = {} if value is None else _object(value, element)
    return {language: _some_text(text, f"{element}.{language}") for language, text in data.items()}


def _object(value: Any, element: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("write an object with keys", element)
    return value


def _text(value: Any, element: str) -> str | None:
    return None if value is None else _some_text(value, element)


def _some_text(value: Any, element: str) -> str:
    if not isinstance(value, str):
        raise Unreadable("write a text in quotes", element)
    return value


def _required(data: Mapping[str, Any], key: str) -> str:
    text = _text(data.get(key), key)
    if not text:
        raise Unreadable("it must be there", key)
    return text


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
