"""Asks a portal for one page, or a source for a sample, in a child process with the whole politeness of a crawl.

The child has a scratch folder for database and pages, which is gone when the answer is here: nothing is stored.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import domain.errors
from crawler.child import HOME
from domain.config import Settings
from domain.errors import SourceRefused, TenderwatchError
from storage.pages import PageFiles

LONGEST = 300.0  # seconds for a page or a sample: a portal that asks to wait longer is left alone


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it came. `url` is where it came from in the end; at a stand-in, the address that was meant."""

    url: str
    body: bytes = field(repr=False)
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """How one page is asked for: by which source's politeness (None: a stranger's), where, and what a browser waits
    for on it (`wait_for`: CSS; None with no source: no browser). `kind` is detail for a notice's own page."""

    url: str
    source: str | None = None
    endpoint: str | None = None
    wait_for: str | None = None
    kind: str = "page"


def fetch_page(settings: Settings, asked: Asked) -> FetchedPage:
    """The page. Raises SourceRefused where the portal says no, TenderwatchError that says why there is none."""
    with _ask(settings, asked.source, asked.endpoint, asked) as (told, scratch):
        page: dict[str, Any] = next(iter(told["pages"]), {})
        if "final_url" not in page:
            why = page.get("why") or told["refusal"] or told["unable"] or "nothing came"
            error = SourceRefused if told["refusal"] else TenderwatchError
            raise error(f"{asked.url} could not be read: {why}")
        body = PageFiles(scratch / "pages").read(page["hash"]) if "hash" in page else b""
        url = asked.url if asked.endpoint else page["final_url"]
        return FetchedPage(url, body, page.get("media_type"))


def take_sample(settings: Settings, source: str, endpoint: str | None) -> dict[str, Any]:
    """What a sample of the source told: `pages`, `notices` (as JSON), `issues`, `unable` and `refusal`.

    Raises what kept it from beginning (BadSource, BadSettings, …).
    """
    with _ask(settings, source, endpoint, None) as (told, _):
        return told


@contextmanager
def _ask(
    settings: Settings, source: str | None, endpoint: str | None, page: Asked | None
) -> Iterator[tuple[dict[str, Any], Path]]:
    with tempfile.TemporaryDirectory(prefix="tenderwatch-", ignore_cleanup_errors=True) as scratch:
        sources = settings.sources_dir.absolute() if settings.sources_dir else None
        mine = settings.model_copy(update={"sources_dir": sources})
        task = {"settings": mine.model_dump(mode="json"), "source": source, "scratch": scratch, "endpoint": endpoint}
        task |= {"page": page.url, "wait_for": page.wait_for, "kind": page.kind} if page else {"page": None}
        told = _run(json.dumps(task).encode() + b"\n")
        if "error" in told:
            raise getattr(domain.errors, told["kind"], TenderwatchError)(told["error"])
        yield told, Path(scratch)


def _run(task: bytes) -> dict[str, Any]:
    command = [sys.executable, "-m", "crawler.drafting"]
    try:
        done = subprocess.run(command, input=task, capture_output=True, cwd=HOME, timeout=LONGEST, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise SourceRefused(f"no answer within {LONGEST / 60:.0f} minutes; try again later") from error
    lines = done.stdout.decode().splitlines()
    if not lines:
        why = (done.stderr.decode(errors="replace").strip().splitlines() or ["nothing was said"])[-1]
        raise TenderwatchError(f"the process that asks ended with {done.returncode}: {why}")
    told: dict[str, Any] = json.loads(lines[-1])
    return told
