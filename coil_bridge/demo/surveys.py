"""The demo's surveys: before and after the pilot (its first round is open), and after each joint session."""

from __future__ import annotations

from datetime import date, timedelta

from coil_bridge.domain import Person
from coil_bridge.evaluation import survey_starts
from coil_bridge.services.bundle import Services
from coil_bridge.services.survey_inputs import ItemInput, SurveyInput


def add_surveys(services: Services, lead: Person, week_zero: date) -> None:
    """Publish both for every pilot there is."""
    for pilot in services.pilots.all(lead):
        draft = services.surveys.create(lead, pilot.id, survey_starts.VALUE_RUBRIC, "en")
        items = [ItemInput(each.id, each.text, each.points, each.low, each.high) for each in draft.items]
        form = SurveyInput(
            draft.title,
            "Six statements, two minutes. There are no right answers.",
            draft.language,
            items,
            pre_first=week_zero - timedelta(weeks=1),
            pre_last=week_zero + timedelta(weeks=2),
            post_first=pilot.ends_on - timedelta(weeks=2),
            post_last=pilot.ends_on,
        )
        services.surveys.edit(lead, draft.id, form, draft.version)
        services.surveys.publish(lead, draft.id)
        meeting = services.surveys.create(lead, pilot.id, survey_starts.MEETING, "en")
        services.surveys.publish(lead, meeting.id)
