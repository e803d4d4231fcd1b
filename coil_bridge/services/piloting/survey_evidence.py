"""What surveys and certificates add to a pilot's evidence pack."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from coil_bridge.domain import Pilot
from coil_bridge.evaluation.definitions.registry import DefinitionSet
from coil_bridge.evaluation.pack import Extra
from coil_bridge.evaluation.survey_tables import Surveyed, survey_sections, survey_tables
from coil_bridge.services.piloting.surveys import results_of
from coil_bridge.storage.storage import Transaction


class SurveyEvidence:
    """The results of a pilot's surveys, as they stood at the end of the last day covered."""

    def added(self, tx: Transaction, pilot: Pilot, chosen: DefinitionSet, through: date) -> Extra:  # noqa: ARG002 - surveys have no other definitions
        """Tables and a section; nothing where the pilot has no survey."""
        at = datetime.combine(through + timedelta(days=1), time(12), UTC)  # the day is over on every clock
        found = [
            Surveyed(view.survey, view.changes, view.meetings, view.names)
            for view in results_of(tx, pilot, at)
        ]
        return Extra(survey_tables(found), survey_sections(found))
