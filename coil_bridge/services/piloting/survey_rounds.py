"""When a round of a survey is open, and when it is over everywhere.

The days of a round are those of each institution. It is over once its last day has ended on every clock on
Earth (UTC-12 is the last), so that nobody looks at results while somebody can still answer. A joint
session is evaluated from its end on.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from coil_bridge.domain import JointSession, SessionState
from coil_bridge.evaluation.surveys import (
    MEETING_DAYS,
    UPLOAD_DAYS,
    Survey,
    SurveyKind,
    SurveyState,
    Wave,
    Window,
)
from coil_bridge.evaluation.weeks import local_day
from coil_bridge.services.agreed.session_changes import ends_at

_LAST_CLOCK = timedelta(hours=12)


def open_wave(survey: Survey, now: datetime, zone: str) -> Wave | None:
    """The round of a survey of change in which somebody at an institution of this zone can answer now."""
    if survey.state is not SurveyState.PUBLISHED:
        return None
    today = local_day(now, zone)
    for wave in (Wave.PRE, Wave.POST):
        window = survey.window(wave)
        if window is not None and window.holds(today):
            return wave
    return None


def can_be_evaluated(session: JointSession, now: datetime) -> bool:
    """Whether a joint session took place and was over not long ago."""
    return (
        session.state is SessionState.PLANNED
        and ends_at(session) <= now
        and not evaluation_is_over(session, now)
    )


def evaluation_is_over(session: JointSession, now: datetime) -> bool:
    """Whether nobody can evaluate a joint session any more."""
    return now > ends_at(session) + timedelta(days=MEETING_DAYS)


def closed_waves(survey: Survey, now: datetime) -> frozenset[Wave]:
    """The rounds in which nobody can answer any more; each joint session closes for itself."""
    if survey.state is SurveyState.WITHDRAWN:
        return frozenset(Wave)
    if survey.kind is SurveyKind.MEETING:
        return frozenset()
    windows = ((Wave.PRE, survey.pre), (Wave.POST, survey.post))
    return frozenset(wave for wave, window in windows if window is not None and now >= _end(window))


def is_complete(survey: Survey, now: datetime) -> bool:
    """Whether a survey of change can get no more answers, so that it can be looked at."""
    if survey.state is SurveyState.WITHDRAWN or survey.post is None:
        return survey.state is SurveyState.WITHDRAWN
    return now >= _end(survey.post) + timedelta(days=UPLOAD_DAYS)


def _end(window: Window) -> datetime:
    midnight = datetime.combine(window.last + timedelta(days=1), time.min, UTC)
    return midnight + _LAST_CLOCK
