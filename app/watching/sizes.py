"""How much room the installation takes, and how much is left."""

import shutil
from dataclasses import dataclass

from app.console import Installation
from storage.pages import PageFiles
from storage.sizes import find_database_bytes


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes: of the database, of the saved pages, and free on the disk of the data folder."""

    database: int
    pages: int
    free: int


def measure(place: Installation) -> Sizes:
    """The sizes now; each saved page is looked at, which takes a second for 100,000."""
    folder = place.settings.data_dir
    free = shutil.disk_usage(folder).free if folder.is_dir() else 0
    return Sizes(find_database_bytes(place.engine), PageFiles(place.settings.pages_dir).total(), free)


def to_size(count: int) -> str:
    """Bytes as people say them: `512 kB`, `1.4 GB`."""
    size, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        units.pop(0)
    return f"{size:.3g} {units[0]}" if units[0] != "bytes" else f"{count} bytes"
