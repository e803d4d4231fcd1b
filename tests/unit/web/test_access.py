"""Every route, tried by everybody on the objects of one pairing: who gets in, and what a refusal leaves.

Each endpoint belongs to one circle of people; a new one that is in none fails the test. Whoever is outside
the circle is refused, with a form token that is right, and not one row has changed afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from coil_bridge.domain import CourseRole, Pairing, Person
from coil_bridge.services.context import SYSTEM
from coil_bridge.storage.academic import AcademicSpan
from coil_bridge.storage.credentials import CredentialRecord
from coil_bridge.storage.engine import reading
from coil_bridge.storage.lti_records import LaunchScope, Platform, RegisteredBy
from coil_bridge.storage.rooms import RoomKind, RoomOffer
from coil_bridge.storage.tables import metadata
from coil_bridge.vault import new_id
from coil_bridge.web.visitors import TOKEN
from tests.unit.web.conftest import ORIGIN, World, form_token

NOBODY, STRANGER, ELSEWHERE = "nobody", "foreign teacher", "student launched from another course"
STUDENT, TEACHER, PARTNER = "student", "teacher", "partner teacher"
LEAD, ADMINISTRATOR = "lead", "administrator"
PEOPLE = (NOBODY, STRANGER, ELSEWHERE, STUDENT, TEACHER, PARTNER, LEAD, ADMINISTRATOR)

SIGNED_IN = {*PEOPLE} - {NOBODY}
TEACHERS, EVALUATORS = {TEACHER, PARTNER}, {LEAD, ADMINISTRATOR}
IN_PAIRING = {STUDENT} | TEACHERS
SEE_PAIRING = IN_PAIRING | EVALUATORS

# Who may, and which endpoints.
CIRCLES: Mapping[frozenset[str], str] = {
    frozenset(PEOPLE): """
        home.index about.page rights.page static health.alive health.ready health.metrics signin.form
        signin.ask signin.sent signin.out me.language me.appearance calendar.published certificates.verify
        certificates.page certificates.issuer lti_keys.show lti_launch.look
        lti_login.begin lti_handover.arrive""",
    # What they show and change is one's own, or nobody's secret.
    frozenset(SIGNED_IN): """
        me.page me.save me.remember_zone me.sign_out_everywhere rights.held rights.ask rights.erase own.data
        own.object telling.save connect.invite connect.confirm calendar.mine calendar.subscribe_mine hours.own
        hours.save_own hours.name_calendar hours.read_calendar hours.forget_calendar hours.institution
        courses.own courses.find courses.refresh pairings.mine pairings.new pairings.propose pairings.weeks
        academic.index academic.show answers.index lti_handover.offer lti_place.place""",
    frozenset(SEE_PAIRING): "pairings.show calendar.page phases.show join.room",
    frozenset(
        IN_PAIRING
    ): "calendar.subscribe join.go course.sessions course.next_session course.team answers.form answers.send",
    frozenset({STUDENT}): "certificates.mine certificates.issue certificates.file",
    frozenset(TEACHERS): """
        sessions.new sessions.plan sessions.preview sessions.edit sessions.change sessions.preview_edit
        sessions.confirm_cancel sessions.cancel attendance.show attendance.correct join.close own.students
        pairing_changes.end pairing_changes.move_end pairing_changes.invitation
        pairing_changes.withdraw
        pairings.ask pairings.act phases.edit phases.save phases.lay_out phases.preview slots.find
        slots.preview slots.plan calendar.moodles""",
    frozenset({TEACHER}): "own.names grading.switch calendar.confirm_revoke calendar.revoke",
    frozenset(TEACHERS | EVALUATORS): "uploads.show uploads.take uploads.standing",
    frozenset({TEACHER, ADMINISTRATOR}): """
        academic.add academic.edit academic.change academic.remove academic.set_day academic.restore
        academic.choose academic.preview academic.apply hours.save_institution""",
    frozenset({LEAD}): "pairings.assign",
    frozenset(EVALUATORS): """
        calendar.private calendar.publish calendar.take_back certificates.of_pairing certificates.revoke
        certificate_rules.show certificate_rules.change
        pilots.index pilots.new pilots.create pilots.show pilots.add_phase pilots.pull pilots.progress
        pilots.download pilots.confirm_destroy pilots.destroy evidence.show evidence.ask evidence.packs
        evidence.request_pack evidence.download evidence.set_rules evidence.upload_traits evidence.board
        evidence.records evidence.state rights.keep surveys.index surveys.create surveys.show surveys.edit
        surveys.save surveys.words surveys.translate
        surveys.publish surveys.withdraw surveys.upload surveys.take""",
    frozenset({ADMINISTRATOR}): """
        sites.index sites.new sites.add sites.show sites.check sites.pause sites.resume sites.confirm_remove
        sites.remove sites.token hook_keys.make hook_keys.end lti_console.new lti_console.register
        lti_console.invite lti_console.add_deployment lti_console.disable lti_console.enable lti_console.keys
        lti_console.replace_key rooms.index
        institutions.edit institutions.change people.index people.invite people.edit people.set_roles
        rooms.offer rooms.check rooms.confirm_remove rooms.remove work.index plugin.show plugin.download""",
    # Only with the secret of an address, a signature, or a launch by a Moodle's administrator.
    frozenset(): """
        feed.serve signin.confirm signin.use stop.ask stop.stop hooks.receive
        room_records.receive
        lti_launch.receive lti_register.ask lti_register.complete lti_handover.use
        connect.ask certificates.status readiness.show readiness.check""",
}
MAY = {endpoint: people for people, names in CIRCLES.items() for endpoint in names.split()}
WITHOUT_FORM_TOKEN = {
    "hooks.receive": "signed by the plugin",
    "room_records.receive": "signed by the room's server, at an address that nobody can guess",
    "lti_login.begin": "comes from the platform, changes nothing but a state",
    "lti_launch.receive": "has its own state and cookie",
    "lti_register.complete": "in a frame that may keep no cookie; the invitation is the proof",
    "stop.stop": "one click in a mail program (RFC 8058)",
}
# Where a form is looked at before the person is, it is one that could be taken.
_SPAN = {"version": "1", "kind": "term", "name": "Spring", "first": "2027-02-15", "last": "2027-05-28"}
FORMS: Mapping[str, Mapping[str, str]] = {
    "lti_handover.offer": {"path": "/"},
    "grading.switch": {"course_id": "{course_id}", "on": "yes"},
    "own.names": {"course_id": "{course_id}"},
    "hours.save_institution": {"otherwise": "acceptable"},
    "academic.add": _SPAN,
    "academic.change": _SPAN,
    "academic.remove": _SPAN,
    "academic.set_day": {
        "version": "1",
        "day": "2026-11-11",
        "change": "holiday",
        "holiday": "Armistice Day",
    },
    "academic.restore": {"version": "1"},
}
HOUR = timedelta(hours=1)
_CONTENTS = [select(table) for table in metadata.sorted_tables]
REFUSED = frozenset({400, 401, 403, 404, 410})
# Inside the circle too there is nothing of these at this hour.
NOTHING_NOW = frozenset({"pairing_changes.invitation"})


@dataclass
class Stage:
    """One pairing with everything that has an address of its own, and all who come to it."""

    world: World
    pairing: Pairing = field(init=False)
    ids: dict[str, str] = field(init=False)
    clients: dict[str, FlaskClient] = field(init=False)

    def __post_init__(self) -> None:
        world, build = self.world, self.world.build
        self.pairing = world.pairing(phase=build.phase())
        self.lead, self.administrator = build.lead(), build.administrator()
        shanghai = build.site("Shanghai")
        wei, ming = (build.person(name, site=shanghai) for name in ("Wei Zhang", "Ming Li"))
        trade = build.course(shanghai, "Trade", teachers=[wei], students=[ming])
        other = build.pairing([trade, build.course(build.site("Kraków"))], proposed_by=wei)
        build.enrol(ming, world.belgrade, CourseRole.STUDENT)
        self.ids = self._objects() | {
            "trade_id": trade.id,
            "other_pairing_id": other.id,
            "other_institution_id": trade.institution.id,
            "other_site_id": shanghai.id,
            "other_pilot_id": build.pilot("Another pilot").id,
        }
        people: Mapping[str, Person | None] = {
            NOBODY: None, STRANGER: wei, STUDENT: world.jelena, TEACHER: world.mira,
            PARTNER: world.aigerim, LEAD: self.lead, ADMINISTRATOR: self.administrator,
        }  # fmt: skip
        self.clients = {name: world.browser(person).client for name, person in people.items()}
        self.clients[ELSEWHERE] = world.app.test_client()
        with self.clients[ELSEWHERE].session_transaction(base_url=ORIGIN) as session:
            scope = LaunchScope(
                ming.id, self.ids["platform_id"], "1", "7", trade.id, CourseRole.STUDENT, administers=False
            )
            session[TOKEN] = world.services.lti.sessions.start(scope)

    def _objects(self) -> dict[str, str]:
        world, services, now = self.world, self.world.services, self.world.clock()
        assert self.pairing.phase
        pilot = self.pairing.phase.pilot_id
        institution = world.belgrade.institution.id
        ids = {name: new_id() for name in ("span_id", "credential_id", "offer_id", "platform_id")}
        session = world.build.session(
            self.pairing,
            world.mira,
            starts_at=now - timedelta(hours=2),
            starts_local=datetime(2026, 10, 20, 8, 0),  # noqa: DTZ001 - wall time, its zone stands beside it
            room_url=f"{ORIGIN}/rooms/{self.pairing.id}/{ids['offer_id']}",
        )
        span = AcademicSpan(
            ids["span_id"], institution, "term", "Autumn", date(2026, 10, 1), date(2027, 1, 31)
        )
        offer = RoomOffer(
            ids["offer_id"], RoomKind.BIGBLUEBUTTON, "Room", None, "https://bbb.example.org", None, None,
            None, now, None, None,
        )  # fmt: skip
        moodle = world.ub.base_url
        platform = Platform(
            ids["platform_id"], world.ub.id, moodle, "client", f"{moodle}/auth", f"{moodle}/token",
            f"{moodle}/keys", RegisteredBy.MANUAL, "", now, now, None,
        )  # fmt: skip
        signed = services.vault.encrypt("a.certificate.signed")
        with services.storage.write() as tx:
            tx.academic.insert_span(span)
            tx.rooms.insert(offer)
            tx.lti.insert(platform)
            tx.credentials.insert(
                CredentialRecord(
                    ids["credential_id"], world.jelena.id, self.pairing.id, "2", "kid", 7, signed, now
                )
            )
        pack = services.evidence.figures.request(SYSTEM, pilot)
        with services.storage.write() as tx:
            tx.packs.finish(
                pack, name="pack.zip", content=b"PK", sha256="0" * 64, at=now, expires_at=now + HOUR
            )
        survey = services.surveys.create(self.lead, pilot, "meeting", "en")
        services.surveys.publish(self.lead, survey.id)
        return ids | {
            "institution_id": institution, "day": "2026-11-11", "site_id": world.ub.id, "pilot_id": pilot,
            "key_id": services.activity.hook_keys.make(self.administrator, world.ub.id).id,
            "link_id": services.feeds.link(world.mira, self.pairing.id).id,
            "course_id": world.belgrade.id, "session_id": session.id, "pairing_id": self.pairing.id,
            "pack_id": pack, "survey_id": survey.id,
            "subject_id": session.id, "person_id": world.jelena.id, "kind": "pilot", "token": "x" * 43,
            "sealed": "x" * 43, "kid": "kid", "action": "complete", "export_format": "csv",
            "component": "local_coilbridge", "filename": "tokens.css",
        }  # fmt: skip

    def rules(self) -> Iterator[tuple[Rule, str]]:
        """Every rule with every method that it takes."""
        for rule in self.world.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method

    def address(self, rule: Rule) -> str:
        """The rule's address, of the objects of the pairing."""
        ids = self.ids | (
            {"subject_id": self.ids["pilot_id"]} if rule.endpoint.startswith("calendar.") else {}
        )
        _, path = rule.build({name: ids[name] for name in rule.arguments}) or ("", "")
        return path

    def statuses(self, who: str, tried: Iterable[tuple[Rule, str]]) -> dict[str, int]:
        """What somebody gets for each of these; forms carry the right token and nothing else."""
        client = self.clients[who]
        token = form_token(client.get("/about", base_url=ORIGIN))
        found = {}
        for rule, method in tried:
            form = FORMS.get(rule.endpoint, {}) if method == "POST" else {}
            filled = {name: value.format(**self.ids) for name, value in form.items()}
            with client.open(
                self.address(rule),
                method=method,
                base_url=ORIGIN,
                data=filled | {"csrf_token": token} if method == "POST" else None,
                headers={"Referer": ORIGIN},
            ) as answer:
                found[f"{method} {rule.rule}"] = answer.status_code
        return found

    def stored(self) -> str:
        """Everything that is stored, as one hash."""
        found = hashlib.sha256()
        with reading(self.world.services.storage._engine) as connection:
            for everything in _CONTENTS:
                found.update(repr(sorted(map(repr, connection.execute(everything)))).encode())
        return found.hexdigest()


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


def test_every_endpoint_is_in_one_circle(stage: Stage) -> None:
    assert {rule.endpoint for rule, _ in stage.rules()} == MAY.keys()
    assert len(MAY) == sum(len(names.split()) for names in CIRCLES.values())


@pytest.mark.parametrize("who", PEOPLE)
def test_who_is_outside_is_refused_and_leaves_nothing_behind(stage: Stage, who: str) -> None:
    before = stage.stored()
    found = stage.statuses(who, [each for each in stage.rules() if who not in MAY[each[0].endpoint]])
    assert {what: status for what, status in found.items() if status not in REFUSED} == {}
    assert stage.stored() == before


def test_who_is_inside_sees_the_page(stage: Stage) -> None:
    """So that what is refused above is there: each page, by one of those who may see it."""
    seen: dict[str, list[tuple[Rule, str]]] = {}
    for rule, method in stage.rules():
        if method == "GET" and MAY[rule.endpoint] and rule.endpoint not in NOTHING_NOW:
            seen.setdefault(min(MAY[rule.endpoint], key=PEOPLE.index), []).append((rule, method))
    found = {
        what: status for who, tried in seen.items() for what, status in stage.statuses(who, tried).items()
    }
    assert {what: status for what, status in found.items() if status in REFUSED} == {}


# Ids travel in forms and queries too: who asks for what of others, from a page of the own.
_FOREIGN: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "a proposal for somebody else's course": (
        STRANGER,
        "/pairings",
        {
            "own_course_id": "{course_id}",
            "partner_course_ids": "{trade_id}",
            "model": "COIL",
            "language": "en",
            "starts_on": "2026-11-02",
            "ends_on": "2026-12-18",
        },
    ),
    "attendance of a partner's student": (
        PARTNER,
        "/sessions/{session_id}/attendance",
        {
            "course_id": "{course_id}",
            "person_id": "{person_id}",
            "verdict": "present",
            "reason": "Was there.",
        },
    ),
    "a partner's key from another site's page": (
        ADMINISTRATOR,
        "/console/sites/{other_site_id}/hooks/{key_id}/end",
        {},
    ),
    "another pilot's pack": (LEAD, "GET /pilots/{other_pilot_id}/evidence/packs/{pack_id}", {}),
    "a room of another pairing": (STRANGER, "GET /rooms/{other_pairing_id}/{offer_id}", {}),
    "a session of another pairing once more": (
        STRANGER,
        "GET /pairings/{other_pairing_id}/sessions/new?again={session_id}",
        {},
    ),
    "an entry of another university's calendar": (
        STRANGER,
        "/academic-calendars/{other_institution_id}/entries/{span_id}/remove",
        {"version": "0"},
    ),
}


@pytest.mark.parametrize("what", _FOREIGN)
def test_what_belongs_to_others_is_not_reached_from_a_page_of_ones_own(stage: Stage, what: str) -> None:
    who, target, form = _FOREIGN[what]
    client, before = stage.clients[who], stage.stored()
    token = form_token(client.get("/about", base_url=ORIGIN))
    method, path = target.split() if " " in target else ("POST", target)
    filled = {name: value.format(**stage.ids) for name, value in form.items()} | {"csrf_token": token}
    answer = client.open(
        path.format(**stage.ids),
        method=method,
        base_url=ORIGIN,
        data=filled if method == "POST" else None,
        headers={"Referer": ORIGIN},
    )
    assert answer.status_code == 404
    assert stage.stored() == before


def test_no_form_is_taken_without_its_token(stage: Stage) -> None:
    before, client = stage.stored(), stage.clients[ADMINISTRATOR]
    taken = set()
    for rule, method in stage.rules():
        if method == "POST":
            answer = client.post(stage.address(rule), base_url=ORIGIN)
            if answer.status_code != 400 or "Nothing was changed" not in answer.text:
                taken.add(rule.endpoint)
    assert taken == WITHOUT_FORM_TOKEN.keys()
    assert stage.stored() == before
