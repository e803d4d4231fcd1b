"""The claims, held against tokens that real sites of 4.1, 4.5 and 5.1 sent."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.moodle.simulator import Course, Simulator, User, World
from connectors.moodle.simulator.lti import Link, Tool, ToolSettings
from connectors.moodle.simulator.lti.records import Launch
from tests.contract.simulator.lti.conftest import School

MEASURED = Path(__file__).parents[3] / "unit" / "lti" / "samples"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
OUTCOMES = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
VARIABLES = {
    "user_id": "$User.id",
    "username": "$User.username",
    "tz": "$Person.address.timezone",
    "country": "$Person.address.country",
    "email": "$Person.email.primary",
    "fullname": "$Person.name.full",
    "course_begin": "$CourseSection.timeFrame.begin",
    "course_end": "$CourseSection.timeFrame.end",
    "ctx_begin": "$Context.timeFrame.begin",
    "cs_sourced": "$CourseSection.sourcedId",
    "cs_title": "$CourseSection.title",
    "ctx_hist": "$Context.id.history",
    "rl_id": "$ResourceLink.id",
    "rl_title": "$ResourceLink.title",
    "groups": "$Moodle.Person.userGroupIds",
    "roles": "$Membership.role",
    "locale": "$Message.locale",
    "av_start": "$ResourceLink.available.startDateTime",
    "nrps": "$ToolProxyBinding.memberships.url",
    "li": "$LineItems.url",
    "tz2": "$User.timezone",
    "canvas_tz": "$Person.timezone",
    "literal": "abc",
    "sisid": "$Person.sourcedId",
}


class Probe:
    """A simulated site made the way the measured one was, down to the ids."""

    def __init__(self, version: str, claims: dict[str, Any]) -> None:
        self.claims = claims
        self.custom = claims[LTI + "custom"]
        world = World(lambda: datetime.fromtimestamp(claims["iat"], UTC))
        self.moodle = Simulator(world, version=version, name=claims[LTI + "tool_platform"]["name"])
        world.courses[1].fullname = claims[LTI + "tool_platform"]["description"]
        self.moodle.site.url = claims["iss"]
        self.user = self._user()
        self.course = self._course()
        self.tool = self._tool()
        if self.custom["groups"]:
            self._reach("group", self.custom["groups"])
            world.add_group(self.course, "Team", [self.user])
        self.link = self._link()

    def _reach(self, kind: str, number: str, first: int = 1) -> None:
        """Use up the ids below the measured one."""
        for _ in range(int(number) - first):
            self.moodle.world.next_id(kind, first)

    def _user(self) -> User:
        world = self.moodle.world
        if self.claims["sub"] == "2":
            return world.user("admin")
        self._reach("user", self.claims["sub"], len(world.users) + 1)
        return world.add_user(
            self.custom["username"],
            self.claims["given_name"],
            self.claims["family_name"],
            email=self.claims["email"],
            idnumber=self.custom["sisid"],
            timezone=self.custom["tz"],
            country=self.custom["country"],
        )

    def _course(self) -> Course:
        context, world = self.claims[LTI + "context"], self.moodle.world
        self._reach("course", context["id"], 2)
        course = world.add_course(
            context["label"],
            context["title"],
            idnumber=self.custom["cs_sourced"],
            starts=datetime.fromisoformat(self.custom["course_begin"]),
            ends=datetime.fromisoformat(self.custom["course_end"]),
        )
        if self.user.username != "admin":
            teaches = self.custom["roles"] == "Instructor"
            world.enrol(self.user, course, "editingteacher" if teaches else "student")
        return course

    def _tool(self) -> Tool:
        self._reach("lti_types", self.claims[LTI + "deployment_id"])
        target = self.claims[LTI + "target_link_uri"]
        tool = self.moodle.lti.register(
            ToolSettings(
                name=self.claims[DL]["title"] if DL in self.claims else "Probe LTI",
                url=target,
                login_url="http://tool.localhost:9301/login",
                redirect_uris=(target,),
                jwks_url="http://tool.localhost:9301/jwks",
                deep_linking_url="",
                custom=VARIABLES,
                tool_settings=True,
            )
        )
        tool.client_id = self.claims["aud"]
        return tool

    def _link(self) -> Link | None:
        given = self.claims.get(LTI + "resource_link")
        if given is None:
            return None
        self._reach("lti", given["id"])
        item = re.search(r"/lineitems/(\d+)/", self.claims[AGS].get("lineitem", ""))
        self._reach("grade_item", item.group(1) if item else "1")
        own = {name: value for name, value in self.custom.items() if name in {"pairing", "inst"}}
        return self.moodle.lti.add_link(
            self.course,
            self.tool,
            given["title"],
            text=given["description"],
            custom=own,
            maximum=100 if OUTCOMES in self.claims else None,
        )

    def answer(self) -> dict[str, Any]:
        reviewed = self.claims.get(LTI + "for_user")
        launch = Launch(
            "",
            self.user.id,
            self.course.id,
            self.tool.id,
            self.link,
            review_of=None if reviewed is None else int(reviewed["user_id"]),
        )
        return self.moodle.lti.claims_of(launch, self.claims["nonce"])


def comparable(claims: dict[str, Any]) -> str:
    """The claims in their order as text, without what is random."""
    text = json.dumps(claims, ensure_ascii=False, indent=1)
    text = re.sub(r"sesskey=\w+", "sesskey=SESSKEY", text)
    text = re.sub(r'"guid": "\w{32}"', '"guid": "GUID"', text)
    return re.sub(r'launchid\\":\d+},\\"hash\\":\\"\w{64}', "LAUNCH", text)


@pytest.mark.parametrize("name", sorted(path.stem for path in MEASURED.glob("*-claims.json")))
def test_a_token_says_what_a_real_sites_said(name: str) -> None:
    measured = json.loads((MEASURED / f"{name}.json").read_text("utf-8"))
    version = f"{name[0]}.{name[1]}"
    assert comparable(Probe(version, measured).answer()) == comparable(measured)


def test_a_non_editing_teacher_launches_as_an_instructor(school: School) -> None:
    link = school.moodle.lti.add_link(school.course, school.register())
    claims = school.moodle.lti.claims(school.people["petar"], link, "n")
    assert claims[LTI + "roles"] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]


def test_a_teacher_in_the_students_role_is_a_learner(school: School) -> None:
    tool = school.register(custom={"role": "$Membership.role"})
    link = school.moodle.lti.add_link(school.course, tool)
    for name in ("milica", "irena"):
        claims = school.moodle.lti.claims(school.people[name], link, "n", as_learner=True)
        assert claims[LTI + "roles"] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]
        assert claims[LTI + "custom"]["role"] == "Learner"


def test_privacy_settings_leave_no_name_and_no_address(school: School) -> None:
    custom = {"mail": "$Person.email.primary", "name": "$Person.name.full", "id": "$User.id"}
    tool = school.register(send_name=False, send_email=False, custom=custom, memberships=False)
    milica = school.people["milica"]
    claims = school.moodle.lti.claims(milica, school.moodle.lti.add_link(school.course, tool), "n")
    assert claims[LTI + "custom"] == {"mail": None, "name": None, "id": str(milica.id)}
    text = json.dumps(claims, ensure_ascii=False)
    assert "Милица" not in text
    assert milica.email not in text
    assert milica.username not in text


def test_a_tool_without_services_is_told_of_none(school: School) -> None:
    tool = school.register(grades=0, memberships=False, custom={"items": "$LineItems.url"})
    claims = school.moodle.lti.claims(
        school.people["jovana"], school.moodle.lti.add_link(school.course, tool), "n"
    )
    assert AGS not in claims
    assert NRPS not in claims
    assert claims[LTI + "custom"] == {"items": "$LineItems.url"}
    tool.settings = replace(tool.settings, grades=1)
    scopes = school.moodle.lti.claims(
        school.people["jovana"], school.moodle.lti.add_link(school.course, tool), "n"
    )[AGS]["scope"]
    assert "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem" not in scopes
    assert len(scopes) == 3


def test_a_copied_course_is_known_by_its_history_only(school: School) -> None:
    lti, world = school.moodle.lti, school.moodle.world
    tool = school.register(custom={"history": "$Context.id.history"})
    original = lti.add_link(school.course, tool, custom={"ours": "p-42"})
    second = world.add_course("IM301-27", "Interna medicina 2027")
    third = world.add_course("IM301-28", "Interna medicina 2028")
    lti.copy_course(school.course, second)
    (copy,) = lti.copy_course(second, third)
    claims = lti.claims(school.people["irena"], copy, "n")
    assert claims[LTI + "custom"]["ours"] == "p-42"
    assert claims[LTI + "custom"]["history"] == f"{second.id},{school.course.id}"
    assert claims[LTI + "resource_link"]["id"] != str(original.id)


def test_a_site_with_a_wrong_clock_says_so_in_its_tokens(school: School) -> None:
    link = school.moodle.lti.add_link(school.course, school.register())
    right = school.moodle.lti.claims(school.people["jovana"], link, "n")["iat"]
    school.moodle.site.clock_skew = school.clock.now - datetime(2026, 10, 20, 7, 55, tzinfo=UTC)
    assert school.moodle.lti.claims(school.people["jovana"], link, "n")["iat"] == right + 300
