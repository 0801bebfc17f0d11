"""`make pictures`: what a newcomer sees of the demo, as SVG for the README. The demo really runs, in a terminal."""

import argparse
import fcntl
import inspect
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from app.demo.story import USUAL

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS, COLUMNS = 60, 100
MATCHED, NOT_MATCHED = "demo_ocds:ocds-tw0dmo-0a10cb", "demo_ocds:ocds-tw0dmo-0a1062"  # notices of the demo's first day
PREVIEW = "profiles preview profiles/water/profile.yml"
PICTURES = {
    "demo": ("make demo", ["demo"]),
    "explain": (f"tenderwatch explain {MATCHED} --profile water", ["explain", MATCHED, "--profile", "water"]),
    "explain-not": (
        f"tenderwatch explain {NOT_MATCHED} --profile laboratory",
        ["explain", NOT_MATCHED, "--profile", "laboratory"],
    ),
    "demo-day-2": ("tenderwatch demo --day 2", ["demo", "--day", "2"]),
    "profiles-preview": (f"tenderwatch {PREVIEW}", PREVIEW.split()),
}
EDITS = {  # of the demo's list of words, as marketing might make them
    "    - treatment works\n": "",
    "    - flow meter*\n": "    - flow meter*\n    - leak detection\n    - district metering\n    - heat recovery\n",
    "    - insulin\n": "    - insulin\n    - hire\n",
}
OF_TERMINALS = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
MOVES = re.compile(r"\x1b\[(\d*)A|\x1b\[2K|\x1b\[\?25[lh]|\r")
# Fonts of somebody else's server are neither asked for nor needed: each line has its width.
FORMAT = inspect.signature(Console.export_svg).parameters["code_format"].default
SVG = re.sub(r"@font-face \{\{.*?\}\}\s*", "", FORMAT, flags=re.DOTALL)


def take_pictures(folder: Path) -> None:
    """Both days, what is asked between them, and an edit of a list at the end, written into `folder`.

    Raises CalledProcessError where one fails.
    """
    with tempfile.TemporaryDirectory(prefix="tenderwatch-") as place:
        for name, (shown, arguments) in PICTURES.items():
            within = Path(place) if arguments[0] == "demo" else Path(place) / USUAL
            if arguments[0] == "profiles":
                _edit(within / arguments[-1])
            told = run_in_terminal([sys.executable, "-m", "app.cli", *arguments], within)
            console = Console(width=COLUMNS, record=True, file=io.StringIO(), color_system="truecolor")
            console.print(f"[bold green]$[/] [bold]{shown}[/]", highlight=False)
            console.print(Text.from_ansi(to_screen(told)))
            svg = console.export_svg(title="Tenderwatch", code_format=SVG, unique_id=name)
            (folder / f"{name}.svg").write_text(svg, encoding="utf-8")


def _edit(file: Path) -> None:
    """Edit the list of words. Raises ValueError where it is not what it was."""
    text = file.read_text(encoding="utf-8")
    for old, new in EDITS.items():
        if old not in text:
            raise ValueError(f"{file} has no line {old.strip()!r}; mend EDITS in app/demo/pictures.py")
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def run_in_terminal(command: Sequence[str], folder: Path) -> str:
    """All that a command writes to a terminal of ROWS and COLUMNS, with its control sequences."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    plain = ["env", *(f"--unset={name}" for name in OF_TERMINALS), "TERM=xterm-256color", "COLORTERM=truecolor"]
    process = subprocess.Popen(  # noqa: S603 (our own command)
        [*plain, f"PYTHONPATH={ROOT}", *command], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    told = bytearray()
    while chunk := _read(ours):
        told += chunk
    os.close(ours)
    if process.wait():
        raise subprocess.CalledProcessError(process.returncode, list(command), bytes(told))
    return told.decode()


def to_screen(told: str) -> str:
    """The lines as they stand there at the end, colours kept; rich clears a line before it writes it anew."""
    lines, row = [""], 0
    for written in re.split(r"(\n)", told):
        if written == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
            continue
        place = 0
        for move in MOVES.finditer(written):
            lines[row] += written[place : move.start()]
            place = move.end()
            if move[0].endswith("K"):
                lines[row] = ""
            elif move[0].endswith("A"):
                row = max(row - int(move[1] or 1), 0)
        lines[row] += written[place:]
    return "\n".join(lines).strip("\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that nobody writes any more
        return b""


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m app.demo.pictures", description="Take the README's pictures anew.")
    parser.add_argument("folder", type=Path)
    take_pictures(parser.parse_args().folder)
