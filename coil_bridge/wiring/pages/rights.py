"""The pages of what people can ask for about themselves."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.services.context import Clock
from coil_bridge.web.certificate_rules import CertificateRulePages
from coil_bridge.web.certificates import CertificatePages
from coil_bridge.web.rights import RightsPages
from coil_bridge.web.visitors import Visitors


def pages_of_rights(services: Services, visitors: Visitors, clock: Clock) -> Iterable[Blueprint]:
    """Their pages."""
    yield RightsPages(services.rights, services.retention, visitors).blueprint()
    yield CertificateRulePages(services.certificate_rules, visitors).blueprint()
    yield CertificatePages(services.certificates, visitors, clock).blueprint()
