"""Academic calendars: every institution's year, and the forms for those who may change it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person
from coil_bridge.errors import EditConflict, Forbidden, InvalidInput, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.bundles.academic_bundle import AcademicServices
from coil_bridge.services.calendar.calendar_editing import CalendarView
from coil_bridge.services.calendar.calendar_import import ImportPreview
from coil_bridge.services.context import Clock
from coil_bridge.storage.academic import AcademicSpan
from coil_bridge.web import week_words
from coil_bridge.web.forms import Form, load
from coil_bridge.web.holiday_names import holiday_name
from coil_bridge.web.schemas.academic import CalendarVersionSchema, DaySchema, SpanSchema
from coil_bridge.web.texts import gettext, ngettext, say
from coil_bridge.web.trail import deeds
from coil_bridge.web.visitors import Visitors
from coil_bridge.web.year_picture import academic_year, year_ends, year_picture
from scheduling.public_holidays import make_up_announced, make_up_workdays, public_holiday
from scheduling.terms import each_day
from scheduling.zones import FIRST_YEAR, LAST_YEAR, to_local

Reply = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class HolidayLine:
    """A day in the list of holidays. ``source``: ``country``, ``here`` (entered), ``none`` (taken away)."""

    day: date
    name: str
    plain_name: str
    estimated: bool
    source: str
    kind: str


class AcademicPages:
    """Calendars."""

    def __init__(self, services: AcademicServices, visitors: Visitors, clock: Clock) -> None:
        self._editing = services.editing
        self._imports = services.imports
        self._visitors = visitors
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("academic", __name__, url_prefix="/academic-calendars")
        add = pages.add_url_rule
        add("", "index", self.index)
        add("/<institution_id>", "show", self.show)
        add("/<institution_id>/entries", "add", self.add, methods=["POST"])
        add("/<institution_id>/entries/<span_id>", "edit", self.edit)
        add("/<institution_id>/entries/<span_id>", "change", self.change, methods=["POST"])
        add("/<institution_id>/entries/<span_id>/remove", "remove", self.remove, methods=["POST"])
        add("/<institution_id>/days", "set_day", self.set_day, methods=["POST"])
        add("/<institution_id>/days/<day>/restore", "restore", self.restore, methods=["POST"])
        add("/<institution_id>/import", "choose", self.choose)
        add("/<institution_id>/import", "preview", self.preview, methods=["POST"])
        add("/<institution_id>/import/apply", "apply", self.apply, methods=["POST"])
        return pages

    def index(self) -> Reply:
        """Every institution's calendar."""
        views = self._editing.all(self._visitors.signed_in())
        return render_template("terms/index.html", views=views)

    def show(self, institution_id: str) -> Reply:
        """One institution's year."""
        return self._page(self._editing.get(self._visitors.signed_in(), institution_id))

    def add(self, institution_id: str) -> Reply:
        """Enter a term, break or examination weeks."""
        person = self._visitors.signed_in()
        return self._changed(
            person,
            institution_id,
            lambda version: self._editing.add_span(person, institution_id, load(SpanSchema()), version),
        )

    def edit(self, institution_id: str, span_id: str) -> Reply:
        """The form with an entry as it stands."""
        view = self._own(institution_id)
        span = _span(view, span_id)
        form = Form.blank(kind=span.kind, name=span.name, first=span.first, last=span.last)
        return self._edit_page(view, span, form)

    def change(self, institution_id: str, span_id: str) -> Reply:
        """Write an entry anew."""
        person = self._visitors.signed_in()
        view = self._editing.get(person, institution_id)
        try:
            version = load(CalendarVersionSchema())["version"]
            self._editing.change_span(person, institution_id, span_id, load(SpanSchema()), version)
        except InvalidInput as error:
            return self._edit_page(view, _span(view, span_id), Form.refused(error)), 422
        except EditConflict as conflict:
            flash(say(conflict.reason), "warn")
            return self._edit_page(view, _span(view, span_id), Form.typed()), conflict.status
        flash(gettext("The calendar is saved."), "good")
        return self._back(institution_id)

    def remove(self, institution_id: str, span_id: str) -> Reply:
        """Take an entry away."""
        person = self._visitors.signed_in()
        return self._changed(
            person,
            institution_id,
            lambda version: self._editing.remove_span(person, institution_id, span_id, version),
        )

    def set_day(self, institution_id: str) -> Reply:
        """Add, rename, confirm or take away a holiday, or make a day a workday."""
        person = self._visitors.signed_in()
        return self._changed(
            person,
            institution_id,
            lambda version: self._editing.set_day(person, institution_id, load(DaySchema()), version),
        )

    def restore(self, institution_id: str, day: str) -> Reply:
        """Leave a day to the country's holidays again."""
        person, found = self._visitors.signed_in(), _day(day)
        return self._changed(
            person,
            institution_id,
            lambda version: self._editing.clear_day(person, institution_id, found, version),
        )

    def choose(self, institution_id: str) -> Reply:
        """The form for a file."""
        return self._import_page(self._own(institution_id), Form())

    def preview(self, institution_id: str) -> Reply:
        """What a file would do, line by line."""
        person, view = self._visitors.signed_in(), self._own(institution_id)
        given = request.files.get("file")
        content = given.read() if given and given.filename else request.form.get("pasted", "").encode()
        try:
            found = self._imports.preview(person, institution_id, content, whole=_whole())
        except InvalidInput as error:
            return self._import_page(view, Form.refused(error)), 422
        return self._import_page(view, Form.typed(), found)

    def apply(self, institution_id: str) -> Reply:
        """Bring in what was looked at."""
        person, view = self._visitors.signed_in(), self._own(institution_id)
        try:
            version = load(CalendarVersionSchema())["version"]
            rows = request.form.get("rows", "").encode()
            done = self._imports.apply(person, institution_id, rows, version, whole=_whole())
        except InvalidInput as error:
            return self._import_page(view, Form.refused(error)), 422
        except EditConflict as conflict:
            flash(say(conflict.reason), "warn")
            again = self._imports.preview(person, institution_id, rows, whole=_whole())
            return self._import_page(view, Form(), again), conflict.status
        if done.gone:
            flash(gettext("The calendar is saved."), "good")
        else:
            count = done.changes
            flash(ngettext("One entry is brought in.", "%(num)d entries are brought in.", count), "good")
        return self._back(institution_id)

    def _changed(self, person: Person, institution_id: str, change: Callable[[int], None]) -> Reply:
        """Make one change of the calendar's own page, and go back there."""
        try:
            change(load(CalendarVersionSchema())["version"])
        except InvalidInput as error:
            view = self._editing.get(person, institution_id)
            return self._page(view, Form.refused(error)), 422
        except EditConflict as conflict:
            flash(say(conflict.reason), "warn")
            view = self._editing.get(person, institution_id)
            return self._page(view, Form.typed()), conflict.status
        flash(gettext("The calendar is saved."), "good")
        return self._back(institution_id)

    def _own(self, institution_id: str) -> CalendarView:
        """The calendar, for those who may change it: nobody else is shown a form that would be refused."""
        view = self._editing.get(self._visitors.signed_in(), institution_id)
        if not view.may_edit:
            raise Forbidden(
                mark("Only administrators and teachers of this university can change its calendar.")
            )
        return view

    def _back(self, institution_id: str) -> Response:
        year = request.form.get("year", "")
        shown = year if year.isdecimal() else None  # None is left out of the address
        return redirect(url_for("academic.show", institution_id=institution_id, year=shown), 303)

    def _page(self, view: CalendarView, form: Form | None = None) -> str:
        words = self._visitors.translator()
        today = to_local(self._clock(), view.institution.zone).date()
        year = _year(request.values.get("year", ""), today)
        first, last = year_ends(year)
        years = (year, year + 1)
        country = view.institution.country
        return render_template(
            "terms/show.html",
            view=view,
            year=year,
            months=year_picture(view.calendar, year, today, words),
            spans=[each for each in view.spans if each.first <= last and each.last >= first],
            elsewhere=sum(not (each.first <= last and each.last >= first) for each in view.spans),
            holidays=list(self._holidays(view, first, last)),
            workdays=[
                day for each in years for day in make_up_workdays(country, each) if first <= day <= last
            ],
            unannounced=[each for each in years if not make_up_announced(country, each)],
            form=form or Form.blank(kind="term", change="holiday"),
            deeds=deeds(view.trail[-8:], words),
            **_words(),
        )

    def _holidays(self, view: CalendarView, first: date, last: date) -> Iterable[HolidayLine]:
        words, place = self._visitors.translator(), view.institution
        for day in each_day(first, last):
            change = view.calendar.holidays.changes.get(day)
            public = public_holiday(day, place.country, place.subdivision)
            if change is None and public is None:
                continue
            name = change.name if change and change.kind == "holiday" else public.name if public else ""
            source = "country" if change is None else "here" if change.kind != "ordinary" else "none"
            yield HolidayLine(
                day=day,
                name=holiday_name(name, words) if name else gettext("Workday"),
                plain_name=name,
                estimated=change is None and public is not None and public.estimated,
                source=source,
                kind=change.kind if change else "holiday",
            )

    def _edit_page(self, view: CalendarView, span: AcademicSpan, form: Form) -> str:
        return render_template("terms/entry.html", view=view, span=span, form=form, **_words())

    def _import_page(self, view: CalendarView, form: Form, preview: ImportPreview | None = None) -> str:
        return render_template("terms/import.html", view=view, form=form, preview=preview, **_words())


def _whole() -> bool:
    """Whether the file of this request is said to have everything of its time."""
    return bool(request.form.get("whole"))


def _words() -> dict[str, Any]:
    return {"kinds": week_words.KINDS, "span_kinds": _choices(("term", "break", "exams"))}


def _choices(kinds: Sequence[str]) -> list[tuple[str, str]]:
    return [(kind, week_words.KINDS[kind]) for kind in kinds]


def _span(view: CalendarView, span_id: str) -> AcademicSpan:
    for span in view.spans:
        if span.id == span_id:
            return span
    raise NotFound(mark("This entry is not in the calendar any more."))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(mark("There is no such page.")) from None


def _year(text: str, today: date) -> int:
    asked = int(text) if text.isdecimal() and len(text) == 4 else 0
    return asked if FIRST_YEAR <= asked < LAST_YEAR else academic_year(today)
