"""What `tenderwatch profiles train` learnt from this installation's notices, where it was run."""

from typing import TYPE_CHECKING

from domain.config import Settings

if TYPE_CHECKING:
    from matching.meaning.heads import Heads


def find_heads(settings: Settings) -> "Heads | None":
    """The trained model of the data folder; None where there is none. BadModel where it cannot be read."""
    from matching.meaning.heads import read_heads

    return read_heads(settings.model_file) if settings.model_file.is_file() else None
