"""The whole web application on an SQLite of its own, and browsers that keep cookies but run no script."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coil_bridge.app import create_app
from coil_bridge.domain import Course, Pairing, Person, Site
from coil_bridge.services.bundle import Services
from coil_bridge.settings import Settings, make_settings
from coil_bridge.storage.tables import metadata
from coil_bridge.web.visitors import TOKEN
from tests.builders import START, Build, SettableClock
from tests.conftest import ENCRYPTION_KEY, SECRET_KEY
from tests.emptying import empty

ORIGIN = "https://bridge.example.org"
_TOKEN_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')


def form_token(page: TestResponse) -> str:
    """The CSRF token in the forms of a page."""
    found = _TOKEN_FIELD.search(page.text)
    assert found
    return found[1]


class Browser:
    """A browser without JavaScript: follows what a person would do, CSRF token and Referer included."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, base_url=ORIGIN, **kwargs)

    def post(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        token = form_token(self.get("/about"))
        headers = {"Referer": f"{ORIGIN}/about", **kwargs.pop("headers", {})}
        filled = {"csrf_token": token, **(data or {})}
        return self.client.post(path, base_url=ORIGIN, data=filled, headers=headers, **kwargs)


@dataclass
class World:
    """Mira teaches in Belgrade, Aigerim in Almaty; Jelena and Dana are their students."""

    app: Flask
    services: Services
    build: Build
    clock: SettableClock
    ub: Site = field(init=False)
    ail: Site = field(init=False)
    mira: Person = field(init=False)
    aigerim: Person = field(init=False)
    jelena: Person = field(init=False)
    dana: Person = field(init=False)
    belgrade: Course = field(init=False)
    almaty: Course = field(init=False)

    def __post_init__(self) -> None:
        with self.build.together():
            self._people_and_courses(self.build)

    def _people_and_courses(self, build: Build) -> None:
        self.ub, self.ail = build.site("Belgrade"), build.site("Almaty")
        self.mira = build.person("Mira Jovanović", site=self.ub)
        self.aigerim = build.person("Aigerim Sadykova", site=self.ail)
        self.jelena = build.person("Jelena Marković", site=self.ub)
        self.dana = build.person("Dana Akhmetova", site=self.ail)
        self.belgrade = build.course(
            self.ub, "Intercultural Communication", teachers=[self.mira], students=[self.jelena]
        )
        self.almaty = build.course(
            self.ail, "English for Negotiators", teachers=[self.aigerim], students=[self.dana]
        )

    def browser(self, person: Person | None = None) -> Browser:
        """A browser, signed in as somebody or not."""
        client = self.app.test_client()
        if person is not None:
            with client.session_transaction(base_url=ORIGIN) as session:
                session[TOKEN] = self.services.web_sessions.start(person.id)
        return Browser(client)

    def pairing(self, **changes: Any) -> Pairing:
        """An active pairing of the two courses."""
        return self.build.pairing([self.belgrade, self.almaty], proposed_by=self.mira, **changes)


def _settings(database_url: str) -> Settings:
    shipped = tomllib.loads(resources.files("config").joinpath("default.toml").read_text("utf-8"))
    for_tests = {
        "public_url": ORIGIN,
        "database_url": database_url,
        "secret_key": SECRET_KEY,
        "encryption_keys": [ENCRYPTION_KEY],
        "smtp_url": "smtp://127.0.0.1:9",
        "allow_private_partners": True,
    }
    return make_settings(shipped | for_tests)


@pytest.fixture(scope="session")
def _application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, SettableClock]]:
    """One application for all tests: making it takes longer than most of them."""
    clock = SettableClock()
    database = tmp_path_factory.mktemp("web") / "web.db"
    app = create_app(_settings(f"sqlite:///{database}"), clock=clock)
    metadata.create_all(app.config["SERVICES"].storage._engine)
    yield app, clock
    app.config["SERVICES"].close()


@pytest.fixture
def world(_application: tuple[Flask, SettableClock]) -> World:
    app, clock = _application
    clock.set(START)
    services: Services = app.config["SERVICES"]
    empty(services.storage._engine)
    return World(app, services, Build(services.storage, services.vault, clock), clock)
