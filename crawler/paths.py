"""Paths into JSON, as a source's YAML writes them: JMESPath."""

from typing import Any

import jmespath  # type: ignore[import-untyped]
from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]
from jmespath.parser import ParsedResult as Path  # type: ignore[import-untyped]

from domain.errors import Unreadable


def find(path: str, value: Any) -> Any:
    """What stands there, None where nothing does; raises Unreadable where a function in the path does not suit it."""
    try:
        return jmespath.search(path, value)
    except JMESPathError as error:
        raise Unreadable(f"what stands there does not suit the path: {error}", path) from error


def find_rows(path: str, value: Any) -> list[Any] | None:
    """The rows there: a list, or an object whose values they are; None where nothing stands. A single text or number
    is a row."""
    found = find(path, value)
    if isinstance(found, dict):
        return list(found.values())
    return found if found is None or isinstance(found, list) else [found]


def search(path: Path, value: Any) -> Any:
    """What stands at a path that was read before; None where nothing does, or where its functions do not suit it."""
    try:
        return path.search(value)
    except JMESPathError:
        return None


def read_path(path: str) -> Path:
    """The path, read once for many values; `explain` tells whether it is one."""
    return jmespath.compile(path)


def explain(path: str) -> str | None:
    """Why this is no JMESPath, None where it is one."""
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        return f"no JMESPath: {str(error).splitlines()[0]}"
    return None
