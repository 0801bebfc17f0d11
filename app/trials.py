"""The report of `sources try`: what was reached, read, refused and why, as JSON or as Markdown for people."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.drafting.trial import Trial
    from domain.sources import Source


def to_json(trial: "Trial") -> dict[str, Any]:
    """One trial with all that was seen; `filled` holds shares from 0 to 1, null without notices."""
    return {
        "source": trial.source,
        "state": trial.state.value,
        "why": trial.why or None,
        "reached": trial.reached,
        "live": trial.live,
        "verified": trial.is_verified,
        "notices": trial.notices,
        "filled": dict(trial.filled) if trial.filled is not None else None,
        "empty": list(trial.empty),
        "pages": [dict(page) for page in trial.pages],
        "issues": [dict(issue) for issue in trial.issues],
    }


def write_report(file: Path, trials: "Sequence[Trial]", sources: "Mapping[str, Source]", at: datetime) -> None:
    """Write the report; by the file's ending, `.json` or Markdown."""
    if file.suffix == ".json":
        told = {"at": at.isoformat(), "trials": [to_json(trial) for trial in trials]}
        text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    else:
        text = "\n".join(_to_markdown(trials, sources, at))
    file.write_text(text, encoding="utf-8")


def _to_markdown(trials: "Sequence[Trial]", sources: "Mapping[str, Source]", at: datetime) -> Iterable[str]:
    states = [trial.state.value for trial in trials]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    yield f"# Sources tried on {at:%Y-%m-%d %H:%M} UTC\n"
    yield f"{len(trials)} sources: {counts}. One list page and a detail or two of each were read; nothing was stored.\n"
    yield "| source | portal | state | asked | notices | empty fields | why |"
    yield "|---|---|---|---|---|---|---|"
    for trial in trials:
        title = sources[trial.source].title if trial.source in sources else ""
        asked = "the portal" if trial.live else "a stand-in"
        cells = [f"`{trial.source}`", title, trial.state.value, asked, trial.notices, ", ".join(trial.empty), trial.why]
        yield "| " + " | ".join(_cell(each) for each in cells) + " |"
    for trial in (trial for trial in trials if trial.issues or trial.why):
        yield f"\n## {trial.source}\n"
        yield from (f"- {_cell(page['url'])}: {_cell(_gave(page))}" for page in trial.pages)
        yield from (
            f"- {_cell(issue['what'])}: {_cell(issue['element'] or '')}: {_cell(issue['why'])}"
            for issue in trial.issues
        )
    yield ""


def _gave(page: Mapping[str, Any]) -> str:
    return str(page["why"]) if "why" in page else f"{page['rows']} rows, {page['notices']} notices"


def _cell(value: Any) -> str:
    """Text of a portal's in a table: no line end, no bar, no markup."""
    text = " ".join(str(value).split())
    return "".join(f"\\{mark}" if mark in "|<>[]*_`\\" and not text.startswith("`") else mark for mark in text)
