"""Dynamic registration: how a Moodle and we come to know each other (1EdTech Dynamic Registration 1.0).

1. Moodle's administrator pastes our address with a single-use invitation; Moodle opens it with the address
   of its own description (``openid_configuration``) and a token.
2. We read the description. It must be on the very site that the invitation was made for, and so must
   everything that it names: we never send a request to an address that somebody else chose.
3. We post our own description with the token, and Moodle answers with client id and deployment id.

The invitation is used up by the registration that succeeds; a failed try can be repeated a few times.
In Moodle the tool then waits for its administrator to press Activate.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from coil_bridge.domain import Site, SiteState
from coil_bridge.lti import claims as names
from coil_bridge.lti.key_sets import KeySets
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.lti.tool_description import describe
from coil_bridge.lti.urls import host_of, same_origin, same_place
from coil_bridge.storage.lti_records import Invitation, Platform, RegisteredBy
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import new_id, token_hash
from connectors.transport import Reply, Transport, TransportError

MOST_ATTEMPTS = 10
DEPLOYMENT_LENGTH = 200  # kept beside our own id of the platform in one column of 255
_MAX_BYTES = 256 * 1024
_SECONDS = 20.0
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")


class _ConfigurationSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    issuer = fields.String(required=True, validate=validate.Length(1, 400))
    authorization_endpoint = fields.String(required=True, validate=validate.Length(1, 1000))
    token_endpoint = fields.String(required=True, validate=validate.Length(1, 1000))
    jwks_uri = fields.String(required=True, validate=validate.Length(1, 1000))
    registration_endpoint = fields.String(required=True, validate=validate.Length(1, 1000))
    scopes_supported = fields.List(fields.String(), load_default=list)
    platform = fields.Dict(load_default=dict, data_key=names.PLATFORM_CONFIGURATION)


class _DeploymentSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    deployment_id = fields.String(required=True, validate=validate.Length(1, DEPLOYMENT_LENGTH))


class _AnswerSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    client_id = fields.String(required=True, validate=validate.Length(1, 255))
    tool = fields.Nested(_DeploymentSchema, required=True, data_key=names.TOOL_CONFIGURATION)


class Registration:
    """Registers us in a Moodle that opened a registration address."""

    def __init__(
        self,
        *,
        storage: Storage,
        transport: Transport,
        keys: KeySets,
        clock: Callable[[], datetime],
        public_url: str,
        name: str,
    ) -> None:
        self._storage = storage
        self._transport = transport
        self._keys = keys
        self._clock = clock
        self._public_url = public_url
        self._name = name

    def peek(self, token: str) -> tuple[Invitation, Site]:
        """The invitation behind an address and its site; using it up is another step.

        Raises:
            Refusal: used, expired or unknown; or the site was removed.
        """
        with self._storage.read() as tx:
            found = tx.lti.invitation(token_hash(token))
            site = tx.sites.get(found.site_id) if found else None
        if found is None or found.used_at is not None or found.expires_at <= self._clock():
            raise Refusal(Reason.INVITATION_GONE, invitation=found.id if found else "unknown")
        if site is None or site.state is SiteState.REMOVED:
            raise Refusal(Reason.SITE_CLOSED, invitation=found.id)
        return found, site

    def complete(self, token: str, configuration_url: str, registration_token: str) -> Platform:
        """Register, and use the invitation up.

        Raises:
            Refusal: the invitation cannot be used, the description is not that site's, or Moodle refuses.
        """
        _, site = self.peek(token)
        if not configuration_url or not registration_token:
            raise Refusal(Reason.REGISTRATION_INCOMPLETE, site=site.id)
        if not same_origin(configuration_url, site.base_url):
            raise Refusal(Reason.SITE_MISMATCH, site=site.id, configuration=host_of(configuration_url))
        with self._storage.write() as tx:
            if not tx.lti.attempt_invitation(token_hash(token), self._clock(), MOST_ATTEMPTS):
                raise Refusal(Reason.INVITATION_GONE, site=site.id, attempts="too_many_or_just_used")
        configuration = self._read_configuration(configuration_url, site)
        answer = self._register(configuration, registration_token, site)
        platform = self._store(token, site, configuration, answer)
        self._keys.prefetch(platform)
        return platform

    def _read_configuration(self, url: str, site: Site) -> Mapping[str, Any]:
        reply = self._ask("GET", url, site, headers={"Accept": "application/json"})
        if reply.status != 200:
            raise Refusal(Reason.CONFIGURATION_WRONG, site=site.id, status=reply.status)
        found = _loaded(_ConfigurationSchema(), reply, Reason.CONFIGURATION_WRONG, site)
        if not same_place(found["issuer"], site.base_url):
            raise Refusal(Reason.SITE_MISMATCH, site=site.id, issuer=host_of(found["issuer"]))
        for name in _ENDPOINTS:
            if not same_origin(found[name], site.base_url):
                raise Refusal(Reason.SITE_MISMATCH, site=site.id, endpoint=name, host=host_of(found[name]))
        return found

    def _register(self, configuration: Mapping[str, Any], token: str, site: Site) -> Mapping[str, Any]:
        body = describe(self._public_url, self._name, configuration["scopes_supported"])
        reply = self._ask(
            "POST",
            configuration["registration_endpoint"],
            site,
            json=body,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )
        if reply.status not in (200, 201):
            used = b"token_already_used" in reply.body
            reason = Reason.REGISTRATION_USED if used else Reason.REGISTRATION_REFUSED
            raise Refusal(reason, site=site.id, status=reply.status)
        return _loaded(_AnswerSchema(), reply, Reason.REGISTRATION_ANSWER_WRONG, site)

    def _ask(self, method: str, url: str, site: Site, **more: Any) -> Reply:
        try:
            return self._transport.request(
                method, url, read_timeout=_SECONDS, total_timeout=_SECONDS, max_bytes=_MAX_BYTES, **more
            )
        except TransportError as error:
            raise Refusal(
                Reason.CONFIGURATION_UNREACHABLE, site=site.id, error=type(error).__name__
            ) from None

    def _store(
        self, token: str, site: Site, configuration: Mapping[str, Any], answer: Mapping[str, Any]
    ) -> Platform:
        now = self._clock()
        platform = Platform(
            id=new_id(),
            site_id=site.id,
            issuer=configuration["issuer"],
            client_id=answer["client_id"],
            login_url=configuration["authorization_endpoint"],
            token_url=configuration["token_endpoint"],
            jwks_url=configuration["jwks_uri"],
            registered_by=RegisteredBy.DYNAMIC,
            release=str(configuration["platform"].get("version", ""))[:100],
            created_at=now,
            first_launch_at=None,
            disabled_at=None,
        )
        with self._storage.write() as tx:
            platform = store_platform(tx, platform, answer["tool"]["deployment_id"], now)
            if not tx.lti.use_invitation(token_hash(token), platform.id, now):
                raise Refusal(Reason.INVITATION_GONE, site=site.id)
        return platform


def store_platform(tx: Transaction, platform: Platform, deployment_id: str, at: datetime) -> Platform:
    """Store a registration with a deployment; the same issuer and client again is brought up to date.

    Raises:
        Refusal: the client belongs to another site.
    """
    same_client = [each for each in tx.lti.of_issuer(platform.issuer) if each.client_id == platform.client_id]
    for known in same_client:
        if known.site_id != platform.site_id:
            raise Refusal(Reason.CLIENT_TAKEN, platform=known.id, site=platform.site_id)
        platform = replace(
            platform, id=known.id, created_at=known.created_at, first_launch_at=known.first_launch_at
        )
        tx.lti.set_endpoints(platform)
    if not same_client:
        tx.lti.insert(platform)
    tx.lti.add_deployment(platform.id, deployment_id, at)
    return platform


def _loaded(schema: Schema, reply: Reply, reason: Reason, site: Site) -> Mapping[str, Any]:
    try:
        loaded: Mapping[str, Any] = schema.load(json.loads(reply.body))
    except ValidationError as error:
        raise Refusal(reason, site=site.id, fields="+".join(sorted(error.messages_dict))) from None
    except (ValueError, RecursionError):
        raise Refusal(reason, site=site.id, body="not_json") from None
    return loaded
