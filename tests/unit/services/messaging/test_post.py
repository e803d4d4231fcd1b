from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from coil_bridge.domain import MessageKind, Person, Site
from coil_bridge.i18n import Translator
from coil_bridge.services.bundle import Services
from coil_bridge.services.messaging.messages import MessageText
from coil_bridge.storage.deliveries import Route
from coil_bridge.storage.engine import reading
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import delivery
from connectors.moodle.simulator import Simulator, User
from tests.builders import START, Build, SettableClock
from tests.letterbox import Letterbox, text_of


def hello(words: Translator) -> MessageText:
    return MessageText(
        f"A proposal [{words.language}]", "Čitaj:\n\nhttps://bridge.example.org/pairings/1?a=1&b=2\n"
    )


def tell(services: Services, *people: Person, key: str = "hello", **options: object) -> None:
    with services.storage.write() as tx:
        services.messages.queue(tx, [person.id for person in people], hello, key, **options)  # type: ignore[arg-type]  # keywords only


@pytest.fixture
def there(moodle: Callable[..., Simulator]) -> Simulator:
    return moodle()


@pytest.fixture
def site(build: Build, there: Simulator) -> Site:
    return build.site("Belgrade", url=there.url, token=there.token)


@pytest.fixture
def account(there: Simulator) -> User:
    user = there.world.add_user("mira", "Mira", "Jovanović")
    there.world.enrol(user, there.world.add_course("IC", "Communication"), "editingteacher")
    return user


@pytest.fixture
def mira(build: Build, site: Site, account: User) -> Person:
    return build.person("Mira Jovanović", site=site, moodle_user_id=account.id, email="mira@ub.example")


@pytest.fixture
def ana(build: Build, site: Site, there: Simulator) -> Person:
    """Somebody with an account in the same Moodle and without an address."""
    user = there.world.add_user("ana", "Ana", "Petrović")
    return build.person("Ana Petrović", site=site, moodle_user_id=user.id, email=None)


@pytest.fixture
def former(build: Build, site: Site) -> Person:
    """Somebody whose account has been deleted."""
    return build.person("Petar Lazić", site=site, moodle_user_id=999_999, email=None)


def test_a_message_goes_into_moodle_and_into_the_mailbox(
    services: Services, there: Simulator, account: User, mira: Person, letterbox: Letterbox
) -> None:
    tell(services, mira, language="sr_Latn")
    assert services.post.deliver_due() == 2
    [message] = there.world.inbox(account)
    assert '<a href="https://bridge.example.org/pairings/1?a=1&amp;b=2">' in message.text
    [mail] = letterbox.mails
    assert str(mail["To"]) == "Mira Jovanović <mira@ub.example>"
    assert str(mail["From"]) == "COIL Bridge <bridge@bridge.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == START
    assert "Čitaj:" in text_of(mail)
    assert "https://bridge.example.org/pairings/1?a=1&b=2\n" in text_of(mail)
    assert services.post.deliver_due() == 0


def test_the_text_is_sealed_while_it_waits_and_wiped_when_it_is_sent(
    services: Services, storage: Storage, mira: Person
) -> None:
    tell(services, mira)

    def bodies() -> list[bytes | None]:
        with reading(storage._engine) as connection:
            return list(connection.execute(select(delivery.c.body_encrypted)).scalars())

    assert all(body and b"bridge" not in body for body in bodies())
    services.post.deliver_due()
    assert bodies() == [None, None]


def test_the_same_message_is_queued_once(services: Services, mira: Person, storage: Storage) -> None:
    tell(services, mira)
    tell(services, mira)
    tell(services, mira, key="another")
    with storage.read() as tx:
        assert tx.deliveries.counts() == {"queued": 4}


def test_a_message_belongs_to_the_transaction_of_what_it_tells(
    services: Services, mira: Person, storage: Storage
) -> None:
    def change_that_fails() -> None:
        with storage.write() as tx:
            services.messages.queue(tx, [mira.id], hello, "hello")
            raise RuntimeError("the change itself failed")

    with pytest.raises(RuntimeError):
        change_that_fails()
    with storage.read() as tx:
        assert tx.deliveries.counts() == {}


def test_without_address_or_account_there_is_nothing_to_send(
    services: Services, build: Build, storage: Storage
) -> None:
    tell(services, build.person("Petar Lazić", email=None))
    with storage.read() as tx:
        assert tx.deliveries.counts() == {}


def test_a_slow_moodle_gets_its_message_later_and_the_mail_goes_at_once(
    services: Services, there: Simulator, mira: Person, letterbox: Letterbox, clock: SettableClock
) -> None:
    there.faults.maintenance()
    tell(services, mira)
    services.post.deliver_due()
    assert len(letterbox.mails) == 1
    there.faults.clear()
    assert services.post.deliver_due() == 0
    clock.advance(seconds=30)
    assert services.post.deliver_due() == 1
    assert len(there.world.messages) == 1


def test_a_message_that_cannot_be_sent_is_given_up_in_the_end(
    services: Services, site: Site, there: Simulator, mira: Person, clock: SettableClock
) -> None:
    there.faults.maintenance()
    tell(services, mira, give_up_at=START + timedelta(minutes=30))
    route = Route("moodle", site.id)
    tried = 0
    while clock() < START + timedelta(hours=1):
        tried += services.post.deliver(route)
        clock.advance(minutes=1)
    with services.storage.read() as tx:
        [problem] = tx.deliveries.recent_problems(5)
        assert tx.deliveries.counts() == {"failed": 1, "queued": 1}
    assert 4 <= tried <= 8
    assert "maintenance" in str(problem["last_error"])


def test_a_mail_server_that_refuses_for_good_or_for_now(
    services: Services, build: Build, letterbox: Letterbox, clock: SettableClock, storage: Storage
) -> None:
    gone = build.person("Petar Lazić", email="gone@ub.example")
    busy = build.person("Vera Kostić", email="busy@ub.example")
    fine = build.person("Ana Petrović", email="ana@ub.example")
    letterbox.refuse = {"gone@ub.example": "550 No such user", "busy@ub.example": "451 Try again"}
    tell(services, gone, busy, fine)
    services.post.deliver_due()
    with storage.read() as tx:
        assert tx.deliveries.counts() == {"refused": 1, "queued": 1, "sent": 1}
        problems = {str(row["last_error"]) for row in tx.deliveries.recent_problems(5)}
    assert problems == {"recipient refused (550)", "recipient refused (451)"}
    letterbox.refuse.clear()
    clock.advance(minutes=1)
    assert services.post.deliver_due() == 1
    assert len(letterbox.to("busy@ub.example")) == 1


def test_an_address_that_cannot_be_written_harms_no_other_message(
    services: Services, build: Build, letterbox: Letterbox, storage: Storage
) -> None:
    broken = build.person("Petar Lazić", email="a b@@ub.example")
    foreign = build.person("Vera Kostić", email="вера@ub.example")
    fine = build.person("Ana Petrović", email="ana@ub.example")
    tell(services, broken, foreign, fine)
    services.post.deliver_due()
    with storage.read() as tx:
        assert tx.deliveries.counts()["sent"] >= 1
        assert "queued" not in tx.deliveries.counts()
    assert len(letterbox.to("ana@ub.example")) == 1


def test_somebody_else_holds_the_message_until_the_claim_has_lapsed(
    services: Services, build: Build, storage: Storage, letterbox: Letterbox, clock: SettableClock
) -> None:
    tell(services, build.person("Ana Petrović"))
    with storage.write() as tx:
        taken = tx.deliveries.claim(
            Route("email", None), "other", now=START, until=START + timedelta(minutes=10), limit=5
        )
    assert len(taken) == 1
    assert services.post.deliver_due() == 0
    clock.advance(minutes=11)
    assert services.post.deliver_due() == 1
    assert len(letterbox.mails) == 1


def test_a_person_who_has_left_a_moodle_is_not_written_to_there(
    services: Services, mira: Person, storage: Storage, there: Simulator
) -> None:
    tell(services, mira)
    with storage.write() as tx:
        tx.people.remove_identities(mira.id, "moodle")
    services.post.deliver_due()
    with storage.read() as tx:
        assert tx.deliveries.counts() == {"refused": 1, "sent": 1}
    assert there.world.messages == {}


def test_a_removed_site_ends_its_messages(
    services: Services, mira: Person, site: Site, build: Build, storage: Storage
) -> None:
    tell(services, mira)
    services.sites.remove(build.administrator(), site.id)
    services.post.deliver_due()
    with storage.read() as tx:
        assert tx.deliveries.counts() == {"failed": 1, "sent": 1}


def test_a_message_that_may_have_arrived_is_not_sent_again(
    services: Services, there: Simulator, mira: Person, clock: SettableClock, letterbox: Letterbox
) -> None:
    there.faults.error_500()
    tell(services, mira)
    services.post.deliver_due()
    there.faults.clear()
    clock.advance(hours=1)
    assert services.post.deliver_due() == 0
    with services.storage.read() as tx:
        assert tx.deliveries.counts() == {"failed": 1, "sent": 1}
        [problem] = tx.deliveries.recent_problems(5)
    assert "may have arrived" in str(problem["last_error"])
    assert len(letterbox.mails) == 1


def test_one_person_whom_moodle_refuses_harms_nobody_else(
    services: Services, there: Simulator, former: Person, mira: Person, ana: Person
) -> None:
    tell(services, former, mira, ana)
    services.post.deliver_due()
    assert len({message.recipient_id for message in there.world.messages.values()}) == 2
    with services.storage.read() as tx:
        assert tx.deliveries.counts() == {"refused": 1, "sent": 3}
        [problem] = tx.deliveries.recent_problems(5)
    assert "999999" in str(problem["last_error"])


def test_after_one_failure_the_others_wait_without_being_tried(
    services: Services, there: Simulator, mira: Person, ana: Person, clock: SettableClock
) -> None:
    there.faults.maintenance("cli", times=1)
    tell(services, mira, ana)
    services.post.deliver_due()
    assert there.world.messages == {}
    clock.advance(minutes=1)
    services.post.deliver_due()
    assert len(there.world.messages) == 2


def test_messages_behind_a_slow_moodle_go_back_before_their_claim_lapses(
    services: Services, there: Simulator, mira: Person, ana: Person, clock: SettableClock
) -> None:
    tell(services, mira, ana)
    call = services.partners.call

    def ten_minutes_each(*args: Any, **kwargs: Any) -> Any:
        clock.advance(minutes=10)
        return call(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services.partners, "call", ten_minutes_each)
        services.post.deliver_due()
    with services.storage.read() as tx:
        assert tx.deliveries.counts() == {"queued": 1, "sent": 2}
    services.post.deliver_due()
    assert len(there.world.messages) == 2


def test_a_long_message_ends_in_the_link_to_its_page(
    services: Services, mira: Person, there: Simulator, account: User
) -> None:
    def long(_: Translator) -> MessageText:
        return MessageText("Predlog", "Дугачко писмо. " * 600 + "\n\nhttps://bridge.example.org/pairings/7")

    with services.storage.write() as tx:
        services.messages.queue(tx, [mira.id], long, "long")
    services.post.deliver_due()
    [message] = there.world.inbox(account)
    link = "https://bridge.example.org/pairings/7"
    assert message.text.endswith(f'…<br>\n<br>\n<a href="{link}">{link}</a>')


@pytest.mark.parametrize("address", ["ana@", "ana@[1", "ana", "ana@b\r\nBcc: all@ub.example"])
def test_an_address_that_is_none_holds_up_nobody_elses_mail(
    services: Services, build: Build, letterbox: Letterbox, address: str
) -> None:
    tell(services, build.person("Ana Petrović", email=address))
    tell(services, build.person("Mira Jovanović", email="mira@ub.example"))
    services.post.deliver_due()
    assert [str(mail["To"]) for mail in letterbox.mails] == ["Mira Jovanović <mira@ub.example>"]
    with services.storage.read() as tx:
        assert tx.deliveries.counts() == {"refused": 1, "sent": 1}


def test_a_calendar_file_goes_with_the_mail_and_one_press_ends_its_kind(
    services: Services, there: Simulator, account: User, mira: Person, letterbox: Letterbox
) -> None:
    lines = ["BEGIN:VCALENDAR", "METHOD:REQUEST", "BEGIN:VEVENT", "SUMMARY:Упознавање"]
    file = "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""])
    tell(services, mira, kind=MessageKind.CHANGES, calendar=file.encode())
    services.post.deliver_due()
    [mail] = letterbox.mails
    stop = services.telling.links.link(mira.id, MessageKind.CHANGES)
    assert mail["List-Unsubscribe"] == f"<{stop}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in text_of(mail)
    assert [each.get_content_type() for each in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/calendar",
        "application/ics",
    ]
    [beside] = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    [attached] = mail.iter_attachments()
    assert beside["Content-Type"].params["method"] == "REQUEST"
    assert beside.get_content() == file
    assert (attached.get_filename(), attached.get_content()) == ("session.ics", file.encode())
    [message] = there.world.inbox(account)
    assert "/me#messages" in message.text
    assert "VCALENDAR" not in message.text


def test_a_message_that_is_not_wanted_any_more_is_not_sent(
    services: Services, mira: Person, letterbox: Letterbox, storage: Storage
) -> None:
    tell(services, mira, kind=MessageKind.DIGEST)
    services.telling.choices.stop(services.telling.links.link(mira.id, MessageKind.DIGEST).rpartition("/")[2])
    tell(services, mira, key="later", kind=MessageKind.DIGEST)
    tell(services, mira, key="link")
    services.post.deliver_due()
    assert len(letterbox.mails) == 1
    assert letterbox.mails[0]["List-Unsubscribe"] is None
    with storage.read() as tx:
        assert tx.deliveries.counts() == {"sent": 2, "refused": 2}


def test_one_way_is_the_mail_or_else_moodle(
    services: Services, there: Simulator, mira: Person, ana: Person, letterbox: Letterbox
) -> None:
    tell(services, mira, ana, one_way=True)
    assert services.post.deliver_due() == 2
    assert len(letterbox.mails) == 1
    assert len(there.world.inbox(there.world.user("ana"))) == 1
