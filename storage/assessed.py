"""What a profile made of stored notices, as columns: of each notice its newest assessment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Integer, select, type_coerce

from storage.schema import assessments, opportunities


@dataclass(frozen=True, slots=True)
class Scored:
    """A place for each notice: `points` of its score, by a version of the profile, by a model (`models[model[i]]`)."""

    notices: NDArray[np.int64]
    points: NDArray[np.float64]
    versions: NDArray[np.int64]
    model: NDArray[np.int64]
    models: tuple[str, ...]

    def by_model(self, name: str) -> NDArray[np.bool_]:
        """Those that were scored with this model version."""
        known = self.models.index(name) if name in self.models else -1
        found: NDArray[np.bool_] = self.model == known
        return found


def find_scored(c: Connection, profile_id: str) -> Scored:
    """The newest assessment of each notice that one of the profile's opportunities has."""
    points = type_coerce(assessments.c.score, Integer)
    columns = (assessments.c.notice_id, points, assessments.c.profile_version, assessments.c.model_version)
    query = select(assessments.c.id, *columns).join(opportunities, opportunities.c.id == assessments.c.opportunity_id)
    rows = c.execute(query.where(opportunities.c.profile_id == profile_id).order_by(assessments.c.id)).all()
    newest = list({row[1]: row for row in rows}.values())
    models = tuple({row[4]: None for row in newest})
    return Scored(
        np.array([row[1] for row in newest], np.int64),
        np.array([row[2] for row in newest]) / 100,
        np.array([row[3] for row in newest], np.int64),
        np.array([models.index(row[4]) for row in newest], np.int64),
        models,
    )
