"""The evaluation lead's two sides: an address with a role, and an account in Moodle."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select

from coil_bridge.domain import AuditEntry, Person, Role
from coil_bridge.errors import Conflict, Forbidden, TooManyRequests
from coil_bridge.services.identity.people import PeopleService
from coil_bridge.storage.engine import reading
from coil_bridge.storage.people import EMAIL, Identity
from coil_bridge.storage.tables import delivery
from tests.unit.web.conftest import Browser
from tests.unit.web.lti.campus import Campus, Visit, path_of

LINK = re.compile(r"https://bridge\.example\.org(/connect/\S+)")


@dataclass
class Story:
    """Mira runs the evaluation by e-mail, and teaches in a course of the Moodle under another address."""

    campus: Campus
    lead: Person = field(init=False)
    by_mail: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.campus.course()
        self.lead = self.campus.world.build.person(
            "Mira J.", email="mira.evaluates@example.org", roles=[Role.EVALUATION_LEAD], zone="Asia/Almaty"
        )
        self.by_mail = self.campus.world.browser(self.lead)

    def ask(self) -> str:
        """The path of the link in the newest mail."""
        assert self.by_mail.post("/me/connect").status_code == 303
        return self.newest_link()

    def newest_link(self) -> str:
        found = LINK.findall("\n".join(self.mails(self.lead)))
        return str(found[-1])

    def mails(self, to: Person) -> list[str]:
        services = self.campus.world.services
        query = select(delivery.c.body_encrypted).where(
            delivery.c.person_id == to.id, delivery.c.channel == "email"
        )
        with reading(services.storage._engine) as connection:
            found = connection.execute(query.order_by(delivery.c.created_at)).scalars().all()
        return [services.vault.decrypt(body) for body in found]

    def launched(self, name: str = "mira") -> Visit:
        """Somebody who has come from Moodle, in a browser of their own."""
        visit = self.campus.visit(name)
        assert visit.launch().status_code == 303
        return visit

    def account(self, name: str = "mira") -> Person:
        account = self.campus.people[name]
        with self.campus.world.services.storage.read() as tx:
            found = tx.people.by_identity(Identity("moodle", self.campus.site.id, str(account.id)))
        assert found is not None
        return found

    def of_address(self) -> Person:
        with self.campus.world.services.storage.read() as tx:
            found = tx.people.by_identity(Identity(EMAIL, "", "mira.evaluates@example.org"))
        assert found is not None
        return found

    def trail(self, person: Person) -> list[AuditEntry]:
        with self.campus.world.services.storage.read() as tx:
            return tx.audit.of("person", person.id)


@pytest.fixture
def story(campus: Campus) -> Story:
    return Story(campus)


def test_both_sides_become_one_person(story: Story) -> None:
    path, visit = story.ask(), story.launched()
    page = visit.browser.get(path).text
    for named in ("Mira Jovanović", "Mira J.", "mira.evaluates@example.org"):
        assert named in page
    assert visit.browser.get("/pilots").status_code == 404  # opening the link changes nothing
    assert visit.browser.post(path).status_code == 303
    assert visit.browser.get("/pilots").status_code == 200
    account = story.account()
    assert story.of_address() == account
    assert (account.name, account.email) == ("Mira Jovanović", "mira.evaluates@example.org")
    assert account.roles == {Role.EVALUATION_LEAD}
    # The next launch keeps role and address, and lands on the pilots.
    again = story.campus.visit("mira")
    assert path_of(again.launch()) == "/pilots"
    assert story.account().email == "mira.evaluates@example.org"
    assert again.browser.get("/pilots").status_code == 200


def test_the_session_by_mail_ends_and_the_next_one_is_the_same_person(story: Story) -> None:
    path, visit = story.ask(), story.launched()
    visit.browser.post(path)
    assert story.by_mail.get("/me").status_code == 401
    signin = story.campus.world.services.signin
    signin.request(None, "mira.evaluates@example.org", None, "192.0.2.7")
    with story.campus.world.services.storage.write() as tx:
        now = story.campus.world.clock()
        (asked,) = tx.tasks.claim("worker", now, now, limit=10, per_site=2)
    signin.perform(asked.payload)
    assert any("/signin/" in mail for mail in story.mails(story.account()))


def test_the_mailbox_is_told_and_the_trail_keeps_both(story: Story) -> None:
    path, visit = story.ask(), story.launched()
    visit.browser.post(path)
    account = story.account()
    assert any(
        "From now on you come to COIL Bridge from your Moodle" in mail for mail in story.mails(account)
    )
    (joined,) = story.trail(account)
    assert (joined.action, joined.actor_id) == ("account_connected", account.id)
    assert joined.detail == {"was": story.lead.id}
    assert [each.action for each in story.trail(story.lead)] == ["connection_asked", "account_connected"]
    assert path.rpartition("/")[2] not in str([*story.trail(account), *story.trail(story.lead)])


def test_a_link_works_once(story: Story) -> None:
    path, visit = story.ask(), story.launched()
    visit.browser.post(path)
    assert visit.browser.post(path).status_code == 410
    assert story.launched("jelena").browser.post(path).status_code == 410


def test_a_link_ends_after_a_day_and_with_the_next_one(story: Story) -> None:
    first, second = story.ask(), story.ask()
    visit = story.launched()
    assert visit.browser.get(first).status_code == 410
    assert visit.browser.get(second).status_code == 200
    story.campus.world.clock.advance(hours=24)
    late = story.launched()
    assert late.browser.get(second).status_code == 410
    assert late.browser.post(second).status_code == 410
    assert story.account().roles == frozenset()


def test_the_link_signs_nobody_in(story: Story) -> None:
    path, stranger = story.ask(), story.campus.world.browser()
    page = stranger.get(path)
    assert "Come from Moodle first" in page.text
    for told in ("Mira", "mira.evaluates"):
        assert told not in page.text
    assert stranger.post(path).status_code == 401
    assert stranger.get("/me").status_code == 401
    assert story.of_address().id == story.lead.id


def test_without_a_launch_nothing_is_joined(story: Story) -> None:
    """Neither the session by mail nor one by a link from Moodle proves where somebody comes from."""
    path = story.ask()
    by_link = story.campus.world.browser(story.campus.person("jelena"))
    for browser in (story.by_mail, by_link):
        assert "Come from Moodle first" in browser.get(path).text
        assert browser.post(path).status_code == 303
    assert story.of_address().id == story.lead.id


def test_no_other_site_can_press_the_button(story: Story) -> None:
    path, visit = story.ask(), story.launched()
    answer = visit.client.post(path, base_url="https://bridge.example.org")
    assert answer.status_code == 400
    assert story.of_address().id == story.lead.id


def test_an_administrator_is_never_connected(story: Story) -> None:
    services = story.campus.world.services
    administrator = story.campus.administrator
    with pytest.raises(Conflict):
        services.lti.connecting.invite(administrator)
    # ... nor one who became an administrator after the link was sent
    path, visit = story.ask(), story.launched()
    services.people.set_roles(administrator, story.lead.id, [Role.EVALUATION_LEAD, Role.ADMINISTRATOR])
    answer = visit.browser.post(path)
    assert answer.status_code == 409
    assert "no Moodle can let anybody in as one" in answer.text
    assert story.of_address().id == story.lead.id
    assert story.account().roles == frozenset()


def test_who_is_connected_becomes_no_administrator(story: Story) -> None:
    path, visit = story.ask(), story.launched()
    visit.browser.post(path)
    people: PeopleService = story.campus.world.services.people
    administrator, account = story.campus.administrator, story.account()
    with pytest.raises(Conflict):
        people.set_roles(administrator, account.id, [Role.ADMINISTRATOR])
    with pytest.raises(Conflict):
        people.add(administrator, "Mira", "mira.evaluates@example.org", [Role.ADMINISTRATOR])
    assert story.account().roles == {Role.EVALUATION_LEAD}


def test_a_role_that_was_taken_away_meanwhile_does_not_come_back(story: Story) -> None:
    path, visit = story.ask(), story.launched()
    story.campus.world.services.people.set_roles(story.campus.administrator, story.lead.id, [])
    assert visit.browser.post(path).status_code == 403
    assert story.account().roles == frozenset()


def test_the_role_can_be_taken_away_again(story: Story) -> None:
    path, visit = story.ask(), story.launched()
    visit.browser.post(path)
    story.campus.world.services.people.set_roles(story.campus.administrator, story.account().id, [])
    assert path_of(story.campus.visit("mira").launch()) != "/pilots"


def test_one_account_takes_one_address_and_one_address_one_account(story: Story) -> None:
    path, visit = story.ask(), story.launched()
    visit.browser.post(path)
    connecting, world = story.campus.world.services.lti.connecting, story.campus.world
    with pytest.raises(Conflict):
        connecting.invite(story.account())
    other = world.build.lead()
    by_mail = world.browser(other)
    by_mail.post("/me/connect")
    second = str(LINK.findall("\n".join(story.mails(other)))[-1])
    assert visit.browser.post(second).status_code == 409
    with world.services.storage.read() as tx:
        assert tx.people.get(other.id) == other


def test_links_are_for_people_with_a_role_and_not_without_end(story: Story) -> None:
    connecting = story.campus.world.services.lti.connecting
    with pytest.raises(Forbidden):
        connecting.invite(story.campus.person("jelena"))
    for _ in range(5):
        connecting.invite(story.lead)
    with pytest.raises(TooManyRequests):
        connecting.invite(story.lead)


def test_a_double_click_sends_one_link(story: Story) -> None:
    for _ in range(2):
        assert story.by_mail.post("/me/connect", {"idempotency_key": "a form"}).status_code == 303
    assert len(LINK.findall("\n".join(story.mails(story.lead)))) == 1


def test_the_own_page_offers_it_to_those_whom_it_is_for(story: Story) -> None:
    assert "Connect my Moodle account" in story.by_mail.get("/me").text
    assert "Connect my Moodle account" not in story.launched("jelena").browser.get("/me").text
    administrator = story.campus.world.browser(story.campus.administrator)
    assert "Connect my Moodle account" not in administrator.get("/me").text


def test_a_launched_session_is_never_an_administrators(story: Story) -> None:
    """Even if a row said otherwise: a Moodle can let anybody in as anybody."""
    visit = story.launched()
    with story.campus.world.services.storage.write() as tx:
        tx.people.set_roles(story.account().id, [Role.ADMINISTRATOR], story.campus.world.clock())
    assert visit.browser.get("/console/sites").status_code == 404


def test_nothing_is_left_of_a_refused_connection(story: Story) -> None:
    path = story.ask()
    visit = story.launched()
    engine = story.campus.world.services.storage._engine
    with reading(engine) as connection:
        before = connection.execute(select(func.count()).select_from(delivery)).scalar_one()
    story.campus.world.services.people.set_roles(story.campus.administrator, story.lead.id, [])
    visit.browser.post(path)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(delivery)).scalar_one() == before
    assert [each.action for each in story.trail(story.account())] == []
