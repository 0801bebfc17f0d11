"""The folder that a demo lives in, and what it remembers from one call to the next."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.errors import WrongUse

MARK = ".tenderwatch-demo"
MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Remembered:
    """The corpus's day, and the ports by source and `mail`: stored notices hold the portals' addresses."""

    today: date
    ports: Mapping[str, int]


def make_anew(folder: Path) -> None:
    """An empty folder in place of an earlier demo. Raises WrongUse where it holds something else."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise WrongUse(f"{folder} holds something else; name another with `tenderwatch demo --folder FOLDER`")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


def remember(folder: Path, remembered: Remembered) -> None:
    """Write down that the first day is over."""
    told = {"today": remembered.today.isoformat(), "ports": dict(remembered.ports)}
    (folder / MARK).write_text(json.dumps(told), encoding="utf-8")


def find_remembered(folder: Path) -> Remembered | None:
    """What the folder remembers; None where no demo is in it whose first day is over."""
    try:
        told = json.loads((folder / MARK).read_text(encoding="utf-8"))
        return Remembered(date.fromisoformat(told["today"]), told["ports"])
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError):
        return None
