"""When people can meet: a university's hours, one's own, and a calendar of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person
from coil_bridge.errors import InvalidInput
from coil_bridge.services.times.busy_calendars import BusyCalendars
from coil_bridge.services.times.weekly_hours import InstitutionWeek, WeeklyHours, WeekView
from coil_bridge.web.forms import Form, load
from coil_bridge.web.hour_words import LEVEL_NAMES, day_names
from coil_bridge.web.places import zone_choices
from coil_bridge.web.schemas.hours import (
    LEVELS,
    AddressSchema,
    HourRow,
    load_week,
    rows_of,
    typed_rows,
)
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Answer = str | Response | tuple[str, int]


class HoursPages:
    """The forms of weekly hours."""

    def __init__(self, hours: WeeklyHours, calendars: BusyCalendars, visitors: Visitors) -> None:
        self._hours = hours
        self._calendars = calendars
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("hours", __name__)
        add = pages.add_url_rule
        add("/me/hours", "own", self.own)
        add("/me/hours", "save_own", self.save_own, methods=["POST"])
        add("/me/hours/calendar", "name_calendar", self.name_calendar, methods=["POST"])
        add("/me/hours/calendar/read", "read_calendar", self.read_calendar, methods=["POST"])
        add("/me/hours/calendar/forget", "forget_calendar", self.forget_calendar, methods=["POST"])
        add("/institutions/<institution_id>/hours", "institution", self.institution)
        add(
            "/institutions/<institution_id>/hours",
            "save_institution",
            self.save_institution,
            methods=["POST"],
        )
        return pages

    def own(self) -> Answer:
        """One's own hours and calendar."""
        person = self._visitors.signed_in()
        view = self._hours.own(person, self._visitors.zone())
        return self._own_page(person, view, *_shown(view), Form())

    def save_own(self) -> Answer:
        """Store one's own hours, or forget them."""
        person = self._visitors.signed_in()
        zone = request.form.get("zone", "")
        try:
            self._hours.set_own(person, zone, _sent_week())
        except InvalidInput as error:
            view = self._hours.own(person, self._visitors.zone())
            return self._own_page(person, view, *_typed(), Form.refused(error)), 422
        flash(gettext("Your hours are saved."), "good")
        return redirect(url_for("hours.own"), 303)

    def name_calendar(self) -> Answer:
        """Name a calendar of one's own."""
        person = self._visitors.signed_in()
        try:
            self._calendars.name(person, load(AddressSchema())["address"], self._visitors.zone())
        except InvalidInput as error:
            view = self._hours.own(person, self._visitors.zone())
            return self._own_page(person, view, *_shown(view), Form({}, error.errors)), 422
        flash(gettext("Your calendar is being read. This page shows in a moment how it went."), "info")
        return redirect(url_for("hours.own") + "#calendar", 303)

    def read_calendar(self) -> Answer:
        """Read it again."""
        self._calendars.refresh(self._visitors.signed_in())
        flash(gettext("Your calendar is being read. This page shows in a moment how it went."), "info")
        return redirect(url_for("hours.own") + "#calendar", 303)

    def forget_calendar(self) -> Answer:
        """Forget it."""
        self._calendars.forget(self._visitors.signed_in())
        flash(gettext("The address of your calendar and all that was read of it are deleted."), "good")
        return redirect(url_for("hours.own"), 303)

    def institution(self, institution_id: str) -> Answer:
        """A university's hours; a form for those who may change them."""
        found = self._hours.of_institution(self._visitors.signed_in(), institution_id)
        return self._institution_page(found, *_shown(found.view), Form())

    def save_institution(self, institution_id: str) -> Answer:
        """Store a university's hours, or go back to its usual day."""
        person = self._visitors.signed_in()
        try:
            self._hours.set_institution(person, institution_id, _sent_week())
        except InvalidInput as error:
            found = self._hours.of_institution(person, institution_id)
            return self._institution_page(found, *_typed(), Form.refused(error)), 422
        flash(gettext("The hours are saved. Times for pairings are found by them from now on."), "good")
        return redirect(url_for("hours.institution", institution_id=institution_id), 303)

    def _own_page(
        self, person: Person, view: WeekView, otherwise: str, rows: Sequence[HourRow], form: Form
    ) -> str:
        return render_template(
            "hours/own.html",
            view=view,
            institutions=self._hours.own_institutions(person),
            calendar=self._calendars.standing(person),
            zones=zone_choices(self._visitors.language()),
            zone=form.value("zone") or view.zone,
            **self._week(otherwise, rows, form),
        )

    def _institution_page(
        self, found: InstitutionWeek, otherwise: str, rows: Sequence[HourRow], form: Form
    ) -> str:
        return render_template("hours/institution.html", found=found, **self._week(otherwise, rows, form))

    def _week(self, otherwise: str, rows: Sequence[HourRow], form: Form) -> Mapping[str, object]:
        words = self._visitors.translator()
        return {
            "otherwise": otherwise,
            "rows": rows,
            "form": form,
            "days": list(zip(day_names(words, "abbreviated"), day_names(words, "wide"), strict=True)),
            "levels": [(name, LEVEL_NAMES[level]) for name, level in LEVELS.items()],
        }


def _sent_week() -> bytes | None:
    return None if "forget" in request.form else load_week(request.form)


def _shown(view: WeekView) -> tuple[str, list[HourRow]]:
    return rows_of(view.week)


def _typed() -> tuple[str, list[HourRow]]:
    return request.form.get("otherwise", "impossible"), typed_rows(request.form)
