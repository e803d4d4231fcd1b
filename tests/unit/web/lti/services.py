"""The other direction: a Moodle that can fetch our keys, so that it lets us into its services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.unit.lti.moodle import Says, listening
from tests.unit.web.lti.campus import KEYS, Campus


@contextmanager
def with_services(campus: Campus) -> Iterator[Campus]:
    """Register the tool with a key set that is to be had over HTTP."""
    with listening() as server:
        server.answers[KEYS] = lambda _: Says(body=campus.world.services.lti.keys.document())
        campus.register(jwks_url=f"{server.url}{KEYS}")
        yield campus
