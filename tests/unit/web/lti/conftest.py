"""A campus whose Moodle has the tool; the Moodle listens, the application is called directly."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connectors.moodle.simulator import Simulator
from connectors.moodle.simulator import World as MoodleWorld
from connectors.moodle.simulator.lti.keys import generate
from tests.unit.web.conftest import World
from tests.unit.web.lti.campus import Campus


@pytest.fixture(scope="session")
def site_key() -> RSAPrivateKey:
    """The key with which the Moodle signs; making one takes longer than a test."""
    return generate()


@pytest.fixture
def unregistered(world: World, moodle: Callable[..., Simulator], site_key: RSAPrivateKey) -> Campus:
    """The Moodle is connected, the tool is not registered there."""
    return Campus(world, moodle(MoodleWorld(world.clock), lti_key=site_key))


@pytest.fixture
def campus(unregistered: Campus) -> Campus:
    """The tool is registered and active."""
    unregistered.register()
    return unregistered
