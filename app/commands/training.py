"""`tenderwatch profiles train`: learn from notices that carry codes what words mean."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console import PARTIAL, open_installation, tell

if TYPE_CHECKING:
    from domain.notices import Notice
    from matching.meaning.learning import Example
    from matching.reading import Reading

AT_ONCE = 500  # stored notices that are read together

NoticesFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="JSON lines; default: the stored notices.")
]
OutFile = Annotated[Path | None, typer.Option(dir_okay=False, help="The model to write; default: in the data folder.")]


def train(notices: NoticesFile = None, out: OutFile = None) -> None:
    """Learn from notices that carry CPV codes what words mean; without --out, matching uses it from then on."""
    from domain.errors import WrongUse
    from matching.meaning.heads import save_heads
    from matching.meaning.learning import learn

    if notices is not None and out is None:
        raise WrongUse("--notices FILE needs --out MODEL; without --notices it learns from what is stored")
    examples, faults = _read_file(notices) if notices else _read_stored()
    heads, gain = learn(examples)
    target = out or open_installation().settings.model_file
    save_heads(heads, target)
    tell(
        f"learnt from {gain.notices:,} notices with CPV codes; of those held out the likeliest division is right for"
        f" {gain.after:.0%}, by the labels alone for {gain.before:.0%}"
    )
    tell(f"wrote {target} (model {heads.name})")
    if out is None:
        tell("`tenderwatch match --all` scores with it what is stored; a running `tenderwatch run` at its next start")
    if faults:
        raise typer.Exit(PARTIAL)


def _read_file(file: Path) -> tuple[list["Example"], int]:
    from domain.errors import Unreadable
    from matching.notice_lines import read_notice_line
    from matching.reading import read_notice

    found: list[Notice] = []
    faults = 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found.append(read_notice_line(line))
            except Unreadable as fault:
                faults += 1
                tell(f"{file}, line {number}: {fault}")
    return _to_examples(map(read_notice, found)), faults


def _read_stored() -> tuple[list["Example"], int]:
    from matching.remembered import read_stored
    from storage.engine import reading
    from storage.notices import iterate_notices

    found: list[Example] = []
    with reading(open_installation().engine) as connection:
        stored = iter(iterate_notices(connection))
        while some := list(islice(stored, AT_ONCE)):
            found += _to_examples(read_stored(connection, some))
    return found, 0


def _to_examples(readings: Iterable["Reading"]) -> list["Example"]:
    from matching.meaning.learning import to_example

    return [example for reading in readings if (example := to_example(reading))]
