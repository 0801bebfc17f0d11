"""Secrets that were read in this process, and what keeps them out of its logs, whoever writes those."""

import logging
import re
import traceback
from collections.abc import Mapping, MutableMapping, Sequence
from threading import Lock
from typing import Any
from urllib.parse import quote

SHOWN = "***"
LEAST = 6  # a shorter one stands in every other word, and is none
# What is a secret by its place, also where this process has not read it: a user and password before a host.
BEFORE_HOST = re.compile(r"(?<=://)[^\s/@:?#]*:[^\s/@?#]*(?=@)")

_secrets: set[str] = set()
_pattern: re.Pattern[str] | None = None
_lock = Lock()


def keep_secret(*secrets: str) -> None:
    """From now on these stand in no log of this process, as they are or as addresses and JSON write them."""
    global _pattern
    forms = {form for secret in secrets for form in _to_forms(secret) if len(form) >= LEAST}
    with _lock:
        if forms <= _secrets:
            return
        _secrets.update(forms)
        _pattern = re.compile("|".join(re.escape(each) for each in sorted(_secrets, key=len, reverse=True)))


def mask(text: str) -> str:
    """The text without any of them."""
    shown = _pattern.sub(SHOWN, text) if _pattern else text
    return BEFORE_HOST.sub(SHOWN, shown) if "@" in shown else shown


def mask_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog, to stand between the last that adds something and the renderer."""
    return {key: _mask_value(value) for key, value in event.items()}


class MaskedRecord(logging.LogRecord):
    """A record of the standard library's logging, whose message and traceback hold none of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0]:
            # Formatters take this as it is, and make none of their own.
            self.exc_text = mask("".join(traceback.format_exception(*self.exc_info)).rstrip())

    def getMessage(self) -> str:  # noqa: N802  the standard library's name
        """The message."""
        return mask(super().getMessage())


def mask_logging() -> None:
    """All of the standard library's loggers, those of other libraries too, write MaskedRecords."""
    logging.setLogRecordFactory(MaskedRecord)


def _to_forms(secret: str) -> set[str]:
    """A secret as it is, as a part of an address, and as Python and JSON write it."""
    escaped = secret.encode("unicode_escape").decode()
    return {secret, quote(secret, safe=""), quote(secret, safe="/:-"), escaped, escaped.replace('"', '\\"')}


def _mask_value(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {_mask_value(key): _mask_value(each) for key, each in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes | bytearray):
        return [_mask_value(each) for each in value]
    text = repr(value)
    return value if mask(text) == text else mask(text)
