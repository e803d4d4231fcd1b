"""Wires what people can ask for about themselves: the own data, erasure, certificates."""

from __future__ import annotations

from coil_bridge.services.context import Clock
from coil_bridge.services.identity.rights import RightsService
from coil_bridge.services.piloting.certificates import CertificateService
from coil_bridge.services.piloting.completion import PilotCompletion
from coil_bridge.services.piloting.retention import RetentionService
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault


def rights_service(*, storage: Storage, clock: Clock, vault: Vault) -> RightsService:
    """Access and erasure."""
    return RightsService(storage=storage, clock=clock, vault=vault)


def certificate_service(
    settings: Settings, *, storage: Storage, clock: Clock, vault: Vault
) -> CertificateService:
    """Certificates by the rule of each pilot."""
    return CertificateService(
        storage=storage,
        clock=clock,
        vault=vault,
        completion=PilotCompletion(clock=clock, vault=vault),
        public_url=settings.public_url,
        consortium=settings.consortium,
    )


def retention_service(*, storage: Storage, clock: Clock) -> RetentionService:
    """How long pilots are kept."""
    return RetentionService(storage=storage, clock=clock)
