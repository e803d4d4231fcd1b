"""Calendars as pages (made for paper too), and the subscriptions to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import FeedKind, FeedLink, Person
from coil_bridge.services.agreed.session_clocks import institutions
from coil_bridge.services.calendar.academic_calendars import AcademicCalendars
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.calendar.moodle_calendars import MoodleCalendarService
from coil_bridge.services.calendar.published_feeds import Calendar, PublishedFeeds
from coil_bridge.services.context import Clock
from coil_bridge.services.pairing.pairings import PairingService
from coil_bridge.services.sessions.joint_sessions import SessionService
from coil_bridge.web.errors import where_from
from coil_bridge.web.forms import load
from coil_bridge.web.schemas.subscription import SubscriptionSchema
from coil_bridge.web.session_views import session_card, session_cards
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors
from scheduling.subscriptions import SubscriptionLinks

Reply = str | Response
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address with the doors to it."""

    link: FeedLink
    doors: SubscriptionLinks

    @property
    def for_moodle(self) -> bool:
        """Whether it is for a Moodle's own import."""
        return not self.link.feed.called_off


@dataclass(frozen=True, slots=True)
class PublishedCalendar:
    """The calendar of an institution or a pilot, as its page shows it."""

    calendar: Calendar
    public: Subscription | None
    private: Subscription | None


class CalendarPages:
    """The pages of calendars and their subscription addresses."""

    def __init__(
        self,
        *,
        feeds: FeedService,
        published: PublishedFeeds,
        moodles: MoodleCalendarService,
        pairings: PairingService,
        sessions: SessionService,
        academic: AcademicCalendars,
        visitors: Visitors,
        clock: Clock,
    ) -> None:
        self._feeds = feeds
        self._published = published
        self._moodles = moodles
        self._pairings = pairings
        self._sessions = sessions
        self._academic = academic
        self._visitors = visitors
        self._clock = clock

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("calendar", __name__)
        add = pages.add_url_rule
        add("/pairings/<pairing_id>/calendar", "page", self.page)
        add("/pairings/<pairing_id>/calendar", "subscribe", self.subscribe, methods=["POST"])
        add("/pairings/<pairing_id>/calendar/moodles", "moodles", self.moodles)
        add("/me/calendar", "mine", self.mine)
        add("/me/calendar", "subscribe_mine", self.subscribe_mine, methods=["POST"])
        add("/calendars", "published", self.published)
        for action in ("private", "publish", "take_back"):
            add(
                f"/calendars/<any(institution, pilot):kind>/<subject_id>/{action.replace('_', '-')}",
                action,
                getattr(self, action),
                methods=["POST"],
            )
        add("/calendar-links/<link_id>/revoke", "confirm_revoke", self.confirm_revoke)
        add("/calendar-links/<link_id>/revoke", "revoke", self.revoke, methods=["POST"])
        return pages

    def page(self, pairing_id: str) -> Reply:
        """Every session of a pairing on every clock, and the subscriptions to them."""
        person = self._visitors.signed_in()
        view = self._pairings.get(person, pairing_id)
        now = self._clock()
        calendars = self._academic.of([place.id for place in institutions(view.pairing)])
        return render_template(
            "calendar/page.html",
            view=view,
            pairing=view.pairing,
            cards=[
                session_card(each, view.pairing, self._visitors, now, calendars) for each in view.sessions
            ],
            subscriptions=self._opened(self._feeds.links(person, pairing_id), view.pairing.title),
            may_subscribe=view.part in ("teacher", "student"),
            moodles=self._moodles.standing(person, pairing_id) if view.part == "teacher" else (),
        )

    def moodles(self, pairing_id: str) -> Reply:
        """How it stands in the courses' own calendars: the part of the page that renews itself."""
        standing = self._moodles.standing(self._visitors.signed_in(), pairing_id)
        return render_template("calendar/moodles.html", moodles=standing)

    def subscribe(self, pairing_id: str) -> Reply:
        """Give the person an address of the kind chosen; the same one as long as it is not revoked."""
        self._feeds.link(self._visitors.signed_in(), pairing_id, load(SubscriptionSchema()))
        return redirect(url_for("calendar.page", pairing_id=pairing_id, _anchor="subscribe"), 303)

    def mine(self) -> Reply:
        """What comes next in all own pairings, and the subscriptions to it."""
        person = self._visitors.signed_in()
        upcoming = self._sessions.upcoming(person, _SHOWN)
        cards = session_cards(upcoming, self._visitors, self._clock(), self._academic)
        return render_template(
            "calendar/mine.html",
            cards=cards,
            subscriptions=self._opened(self._feeds.personal_links(person), gettext("My joint sessions")),
            may_subscribe=person.attends_only is None,
        )

    def subscribe_mine(self) -> Reply:
        """Give the person an address for all own pairings."""
        self._feeds.personal_link(self._visitors.signed_in(), load(SubscriptionSchema()))
        return redirect(url_for("calendar.mine", _anchor="subscribe"), 303)

    def published(self) -> Reply:
        """The public calendars; those who look after everything see all of them and publish them here."""
        person = self._visitors.person()
        calendars = [
            PublishedCalendar(
                each,
                self._one(each.public, each.subject.name),
                self._one(each.private, each.subject.name),
            )
            for each in self._published.all(person)
        ]
        return render_template(
            "calendar/published.html", calendars=calendars, manages=person is not None and bool(person.roles)
        )

    def private(self, kind: str, subject_id: str) -> Reply:
        """Give the person a private address of an institution's or a pilot's calendar."""
        return self._on_calendar(self._published.private_link, kind, subject_id)

    def publish(self, kind: str, subject_id: str) -> Reply:
        """Give the calendar a public address."""
        return self._on_calendar(self._published.publish, kind, subject_id)

    def take_back(self, kind: str, subject_id: str) -> Reply:
        """End the public address."""
        return self._on_calendar(self._published.take_back, kind, subject_id)

    def confirm_revoke(self, link_id: str) -> Reply:
        """Ask before an address is ended."""
        self._feeds.own_link(self._visitors.signed_in(), link_id)
        return render_template("calendar/revoke.html", link_id=link_id, keep=where_from())

    def revoke(self, link_id: str) -> Reply:
        """End the address for good."""
        link = self._feeds.revoke(self._visitors.signed_in(), link_id)
        flash(gettext("The old address shows nothing any more. You can get a new one here."), "good")
        if link.feed.kind is FeedKind.PAIRING:
            return redirect(url_for("calendar.page", pairing_id=link.feed.subject_id), 303)
        here = "calendar.mine" if link.feed.kind is FeedKind.PERSON else "calendar.published"
        return redirect(url_for(here), 303)

    def _on_calendar(
        self, act: Callable[[Person, FeedKind, str], object], kind: str, subject_id: str
    ) -> Response:
        act(self._visitors.signed_in(), FeedKind(kind), subject_id)
        return redirect(url_for("calendar.published", _anchor=f"{kind}-{subject_id}"), 303)

    def _opened(self, links: list[FeedLink], name: str) -> list[Subscription]:
        """The plain one first, then those that remind, then those for a Moodle."""
        ordered = sorted(links, key=lambda link: (not link.feed.called_off, link.feed.alarm))
        return [Subscription(link, self._feeds.addresses(link, name)) for link in ordered]

    def _one(self, link: FeedLink | None, name: str) -> Subscription | None:
        return Subscription(link, self._feeds.addresses(link, name)) if link else None
