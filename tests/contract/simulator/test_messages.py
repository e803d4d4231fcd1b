"""Personal messages: one answer per message, refusals inside a success."""

from __future__ import annotations

from typing import Any

from connectors.moodle.simulator import User
from tests.contract.simulator.conftest import Site

SEND = "core_message_send_instant_messages"


def send(site: Site, *recipients: int, **more: object) -> Any:
    variables: dict[str, object] = {}
    for index, recipient in enumerate(recipients):
        variables |= {f"messages[{index}][touserid]": recipient, f"messages[{index}][text]": f"No. {index}"}
        variables |= {f"messages[{index}][{name}]": value for name, value in more.items()}
    return site.ask(SEND, variables)


def marko(site: Site, **more: Any) -> User:
    return site.world.add_user("marko", "Марко", "Јовановић", **more)


def test_a_message_arrives_with_an_id_and_in_a_conversation(belgrade: Site) -> None:
    person = marko(belgrade)
    first, second = send(belgrade, person.id, person.id, clientmsgid="our-1")
    assert first["msgid"] != second["msgid"] != -1
    assert first["conversationid"] == second["conversationid"]
    assert (first["clientmsgid"], first["text"]) == ("our-1", "<p>No. 0</p>")
    assert [message.text for message in belgrade.world.inbox(person)] == ["No. 1", "No. 0"]


def test_an_account_that_may_not_message_anybody_is_refused_item_by_item(each_version: Site) -> None:
    world, person = each_version.world, marko(each_version)
    world.service_user.capabilities.discard("moodle/site:messageanyuser")
    (refused,) = send(each_version, person.id)
    assert refused["msgid"] == -1
    named = "Марко Јовановић" if each_version.version == "4.1" else "this user"
    assert refused["errormessage"].startswith(f"You can't message {named} due to their message preferences")
    assert world.inbox(person) == []


def test_course_members_reach_each_other_and_open_accounts_everybody(belgrade: Site) -> None:
    world, person = belgrade.world, marko(belgrade)
    world.service_user.capabilities.discard("moodle/site:messageanyuser")
    course = world.add_course("IM301", "Internal Medicine")
    world.enrol(person, course)
    world.enrol(world.service_user, course)
    assert send(belgrade, person.id)[0]["msgid"] > 0
    world.unenrol(world.service_user, course)
    assert send(belgrade, person.id)[0]["msgid"] == -1
    person.contactable_by = "site"
    assert send(belgrade, person.id)[0]["msgid"] > 0
    person.contactable_by = "contacts"
    assert send(belgrade, person.id)[0]["msgid"] == -1


def test_one_refused_message_spoils_the_answer_about_those_that_were_sent(belgrade: Site) -> None:
    person = marko(belgrade)
    (lost,) = send(belgrade, 999999)
    assert (lost["msgid"], "999999" in lost["errormessage"]) == (-1, True)
    assert send(belgrade, 999999, person.id)["errorcode"] == "formatnotsupported"
    assert len(belgrade.world.inbox(person)) == 1


def test_a_message_has_at_most_4096_bytes(belgrade: Site) -> None:
    person = marko(belgrade)
    assert belgrade.ask(SEND, {"messages[0][touserid]": person.id, "messages[0][text]": "ж" * 2048})[0][
        "msgid"
    ]
    (refused,) = belgrade.ask(SEND, {"messages[0][touserid]": person.id, "messages[0][text]": "ж" * 2049})
    assert (refused["msgid"], "longer than the maximum" in refused["errormessage"]) == (-1, True)


def test_messaging_can_be_off_and_a_format_unknown(belgrade: Site) -> None:
    person = marko(belgrade)
    assert send(belgrade, person.id, textformat=3)["errorcode"] == "formatnotsupported"
    belgrade.moodle.site.messaging = False
    assert send(belgrade, person.id)["errorcode"] == "disabled"
    features = belgrade.ask("core_webservice_get_site_info")["advancedfeatures"]
    assert {"name": "messaging", "value": 0} in features
