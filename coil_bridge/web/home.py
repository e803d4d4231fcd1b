"""The start page: what this is, for a stranger; what is next, for everybody else."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import Blueprint, render_template

from coil_bridge.domain import Person
from coil_bridge.services.agreed.access import oversees
from coil_bridge.services.calendar.academic_calendars import AcademicCalendars
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.services.moodles.sites import SiteRegistry
from coil_bridge.services.pairing.pairings import PairingService
from coil_bridge.services.piloting.monitoring import Monitoring
from coil_bridge.services.piloting.survey_answers import SurveyAnswers
from coil_bridge.services.sessions.joint_sessions import SessionService
from coil_bridge.web.clocks import Strip, strip_at
from coil_bridge.web.forms import Form
from coil_bridge.web.pairings import taught, waiting_for
from coil_bridge.web.session_views import session_cards
from coil_bridge.web.signin import site_choices
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors
from scheduling import availability
from scheduling.zones import to_instant

# What a stranger sees when no three universities are connected yet.
_EXAMPLE = (
    ("Europe/Belgrade", "RS"),
    ("Asia/Almaty", "KZ"),
    ("Asia/Shanghai", "CN"),
)


class HomePages:
    """The start page."""

    def __init__(
        self,
        *,
        sessions: SessionService,
        pairings: PairingService,
        catalogue: Catalogue,
        sites: SiteRegistry,
        surveys: SurveyAnswers,
        academic: AcademicCalendars,
        monitoring: Monitoring,
        visitors: Visitors,
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._pairings = pairings
        self._catalogue = catalogue
        self._sites = sites
        self._surveys = surveys
        self._academic = academic
        self._monitoring = monitoring
        self._visitors = visitors
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("home", __name__)
        pages.add_url_rule("/", "index", self.index)
        return pages

    def index(self) -> str:
        """The start page."""
        person = self._visitors.person()
        return self._signed_in(person) if person else self._signed_out()

    def _signed_in(self, person: Person) -> str:
        mine = self._pairings.mine(person)
        courses = self._catalogue.own_courses(person)
        upcoming = self._sessions.upcoming(person, limit=5)
        return render_template(
            "home/signed_in.html",
            cards=session_cards(upcoming, self._visitors, self._clock(), self._academic),
            proposals=waiting_for(mine, courses),
            standings=self._monitoring.under_way(person) if oversees(person) else (),
            waiting=self._surveys.waiting(person),
            mine=mine,
            courses=courses,
            teaches=bool(taught(courses)),
        )

    def _signed_out(self) -> str:
        return render_template(
            "home/signed_out.html",
            example=self._example(),
            form=Form(),
            sites=site_choices(self._sites.all()),
        )

    def _example(self) -> Strip:
        """Next Tuesday at 14:00 in Belgrade, on three clocks."""
        today = self._clock().date()
        tuesday = today + timedelta(days=(1 - today.weekday()) % 7 or 7)
        starts = to_instant(datetime.combine(tuesday, time(14)), _EXAMPLE[0][0]).instant
        clocks = [
            availability.Clock(zone, _whose(number), zone, country, None, time(8), time(20))
            for number, (zone, country) in enumerate(_EXAMPLE)
        ]
        return strip_at(starts, 90, clocks, _EXAMPLE[0][0], self._visitors.translator())


def _whose(number: int) -> str:
    return gettext("Your course") if number == 0 else gettext("A partner’s course")
