"""The files of `profiles_dir` that changed become versions of their profiles."""

from pathlib import Path

from app.commands.profiles import save
from app.console import Installation, tell
from domain.errors import BadProfile
from matching.profiles import digest, read_profile
from storage.engine import reading
from storage.profiles import find_profile

PROFILE_ENDINGS = (".yml", ".yaml")


def import_profiles(place: Installation, told: dict[Path, str] | None = None) -> int:
    """Save the files of `profiles_dir` that changed; how many could not be read.

    Only where the newest version came from that same file, or says the same: the database owns profiles, and an edit
    made elsewhere is not overwritten but told. What stands in `told` already is not told again.
    """
    folder = place.settings.profiles_dir
    told = {} if told is None else told
    bad = 0
    for file in sorted(folder.iterdir()) if folder and folder.is_dir() else []:
        if file.suffix in PROFILE_ENDINGS:
            try:
                said = _import_profile(place, file)
            except BadProfile as error:
                bad += 1
                said = str(error)
            if said and told.get(file) != said:
                tell(said)
            told[file] = said
    return bad


def _import_profile(place: Installation, file: Path) -> str:
    """What a person must be told; empty where it went as usual."""
    profile = read_profile(file)
    with reading(place.engine) as connection:
        head = find_profile(connection, profile.id)
    if head and head.origin != str(file.resolve()) and head.digest != digest(profile):
        return (
            f"{file}: left alone, because version {head.version} of {profile.id} was saved by {head.author} from "
            f"elsewhere; `tenderwatch profiles import {file}` saves the file over it"
        )
    save(place.engine, file, profile, "run", "the file changed" if head else "first import")
    return ""
