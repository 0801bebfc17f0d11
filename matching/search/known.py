"""What the matcher knows of a profile's notices: their scores, and the versions that these were made with."""

import numpy as np
from sqlalchemy import Connection

from domain.profiles import Profile
from matching.search.crossing import Known
from storage.assessed import find_scored
from storage.profiles import find_profile, is_settled

MOST_VERSIONS = 8  # that are told apart, the newest: what is scored by older ones is scored again


def find_known(c: Connection, profile_id: str) -> Known:
    """All that was scored of a profile."""
    scored = find_scored(c, profile_id)
    numbers = np.unique(scored.versions)[::-1][:MOST_VERSIONS].tolist()
    found = {number: version.profile for number in numbers if (version := find_profile(c, profile_id, number))}
    return Known(scored, found)


def find_settled(c: Connection, profile_id: str, version: Profile | None) -> Known | None:
    """The same where all stored notices know this version of the profile (None: there is none), else None."""
    head = find_profile(c, profile_id)
    if (head.profile if head else None) != version or not is_settled(c, profile_id):
        return None
    return find_known(c, profile_id)
