from __future__ import annotations

import pytest

from coil_bridge.domain import Role
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM
from coil_bridge.storage.storage import Storage
from tests.builders import Build
from tests.letterbox import Letterbox, text_of


def test_a_person_is_added_and_invited(services: Services, letterbox: Letterbox, storage: Storage) -> None:
    lena = services.people.add(SYSTEM, " Lena Evaluation ", "Lena@ub.example", [Role.EVALUATION_LEAD])
    assert (lena.name, lena.email, lena.roles) == (
        "Lena Evaluation",
        "Lena@ub.example",
        {Role.EVALUATION_LEAD},
    )
    services.post.deliver_due()
    [mail] = letterbox.to("Lena@ub.example")
    assert "https://bridge.example.org/signin\n" in text_of(mail)
    with storage.read() as tx:
        [entry] = tx.audit.of("person", lena.id)
    assert (entry.action, entry.actor_name, entry.actor_id) == ("person_added", "COIL Bridge", None)


def test_a_known_address_gets_the_roles_in_addition(services: Services) -> None:
    first = services.people.add(SYSTEM, "Lena Evaluation", "lena@ub.example", [Role.EVALUATION_LEAD])
    again = services.people.add(SYSTEM, "Lena", "LENA@ub.example", [Role.ADMINISTRATOR])
    assert again.id == first.id
    assert again.roles == {Role.EVALUATION_LEAD, Role.ADMINISTRATOR}
    assert services.people.all_with_roles() == [again]


@pytest.mark.parametrize(
    ("name", "email", "roles", "wrong"),
    [
        ("", "lena@ub.example", [Role.ADMINISTRATOR], {"name"}),
        ("Lena\nBcc: x", "lena@ub.example", [Role.ADMINISTRATOR], {"name"}),
        ("Lena", "lena", [Role.ADMINISTRATOR], {"email"}),
        ("Lena", "lena@ub.example\nBcc: x@y.example", [Role.ADMINISTRATOR], {"email"}),
        ("Lena", "lena@ub.example", [], {"roles"}),
        (" ", "@", [], {"name", "email", "roles"}),
    ],
)
def test_what_cannot_be_used_is_named(
    services: Services, name: str, email: str, roles: list[Role], wrong: set[str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        services.people.add(SYSTEM, name, email, roles)
    assert caught.value.errors.keys() == wrong


def test_losing_a_role_signs_the_person_out(services: Services, build: Build) -> None:
    ana, lena = build.administrator(), build.lead()
    token = services.web_sessions.start(lena.id)
    services.people.set_roles(ana, lena.id, lena.roles)
    assert services.web_sessions.resolve(token) == lena
    assert services.people.set_roles(ana, lena.id, []).roles == frozenset()
    assert services.web_sessions.resolve(token) is None


def test_there_is_always_an_administrator(services: Services, build: Build) -> None:
    ana = build.administrator()
    with pytest.raises(Conflict, match="last administrator"):
        services.people.set_roles(ana, ana.id, [Role.EVALUATION_LEAD])
    build.administrator("Vera Kostić")
    assert services.people.set_roles(ana, ana.id, []).roles == frozenset()


def test_somebody_from_a_moodle_gets_no_role(services: Services, build: Build) -> None:
    mira = build.person("Mira Jovanović", site=build.site())
    with pytest.raises(Conflict, match="sign in by e-mail"):
        services.people.set_roles(build.administrator(), mira.id, [Role.ADMINISTRATOR])


def test_only_an_administrator_gives_roles(services: Services, build: Build) -> None:
    lead = build.lead()
    with pytest.raises(Forbidden):
        services.people.add(lead, "Petar Lazić", "petar@ub.example", [Role.ADMINISTRATOR])
    with pytest.raises(Forbidden):
        services.people.set_roles(lead, lead.id, [Role.ADMINISTRATOR])
    with pytest.raises(NotFound):
        services.people.set_roles(SYSTEM, "nobody", [])


def test_preferences_are_ones_own_and_can_be_given_back(services: Services, build: Build) -> None:
    mira = build.person("Mira Jovanović", language="en")
    assert services.people.preferences(mira, None, "Asia/Almaty").zone == "Asia/Almaty"
    assert services.people.get(mira.id).language is None
    with pytest.raises(InvalidInput) as caught:
        services.people.preferences(mira, "tlh", "Mars/Olympus")
    assert caught.value.errors.keys() == {"language", "zone"}
