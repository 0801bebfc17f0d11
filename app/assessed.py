"""What was scored of a notice over time: each assessment as it was made, with the versions of its day."""

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.notices import Notice
from domain.opportunities import Assessment, show_points
from domain.profiles import ProfileVersion
from matching.explain import side_of
from matching.sentences import to_facts, to_sentence
from storage.opportunities import find_assessments, find_standing
from storage.profiles import find_profile
from storage.revisions import find_revisions
from storage.stored import StoredNotice


@dataclass(frozen=True, slots=True)
class Past:
    """An assessment with the version of the profile and the revision of the notice that it was made from."""

    assessment: Assessment
    version: ProfileVersion
    notice: Notice

    def to_sentences(self) -> list[str]:
        """Why it had its score then: nothing is worked out anew, so neither an edit nor a new model touches it."""
        made, asked = self.assessment, self.version.profile.threshold
        stops = [f"Stopped: {to_sentence(each, self.notice)}" for each in made.reasons if each.stops]
        told = "stopped" if stops else f"{side_of(made.score, asked)} the threshold of {asked} of that day"
        return [*to_facts(made.reasons, self.notice), *stops, f"It scored {show_points(made.score)}, {told}."]


def find_past(c: Connection, stored: StoredNotice, profile: str | None) -> list[Past]:
    """The assessments of a notice's procedure, of every profile or one, oldest first."""
    found = []
    for (_, id_), opportunity in sorted(find_standing(c, [stored.procedure_id]).items()):
        for made in find_assessments(c, opportunity.id) if profile in (None, id_) else ():
            version = find_profile(c, id_, made.profile_version)
            revisions = {each.number: each.notice for each in find_revisions(c, made.notice_id)}
            if version and made.revision in revisions:
                found.append(Past(made, version, revisions[made.revision]))
    return found
