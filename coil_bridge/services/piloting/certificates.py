"""Completion certificates: Open Badges 3.0 credentials that anybody can verify without asking us.

A student who has earned it by the rule in force (``Completion``) asks for the own certificate.
It is a verifiable credential signed as a JSON Web Token (Open Badges 3.0, section 8.2, RS256) with the
public key in its header: the file and our published key are all that a verifier needs. Whether it was
revoked stands in a signed Bitstring Status List (W3C, 2025) that is published.

The certificate names its holder, because that is what it is for; it is stored sealed and given to nobody
else.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from openbadgeslib.ob3 import (
    Achievement,
    Issuer,
    OB3Signer,
    OB3VerificationError,
    OB3Verifier,
    OpenBadgeCredential,
)
from openbadgeslib.ob3.credential import OB3_CONTEXT, IdentityObject
from openbadgeslib.ob3.status_list import (
    DEFAULT_SIZE_BITS,
    build_status_list_credential,
    sign_status_list_credential,
    status_entry,
)

from coil_bridge.domain import Pairing, Person
from coil_bridge.errors import Conflict, NotFound, Reason
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import pairing_access, partners
from coil_bridge.services.checks import checked_reason
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.certificate_keys import signing_key
from coil_bridge.services.piloting.pilot_groups import evaluators_only
from coil_bridge.storage.credentials import CredentialRecord
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id

LONGEST_FILE = 100_000
_LIST_IS_GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody has earned a certificate, by which rule; ``None``: it cannot be told (yet)."""

    completed: bool | None
    rule: int  # its version in the pilot
    words: tuple[Reason, ...]


Completion = Callable[[Transaction, Person, Pairing], Standing]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as its holder or the lead sees it."""

    id: str
    pairing: Pairing
    issued_at: datetime
    revoked_at: datetime | None
    reason: str
    holder: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file turned out to be."""

    genuine: bool
    revoked: bool = False
    holder: str = ""
    achievement: str = ""
    issued_at: datetime | None = None


class CertificateService:
    """Issues, shows, revokes and verifies certificates."""

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        vault: Vault,
        completion: Completion,
        public_url: str,
        consortium: str,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._completion = completion
        self._public_url = public_url
        self._consortium = consortium

    @property
    def issuer_id(self) -> str:
        """The address under which we say who issues, and with which keys."""
        return f"{self._public_url}/certificates/issuer"

    def standing(self, actor: Person, pairing_id: str) -> tuple[Standing, Certificate | None]:
        """Whether the actor can have a certificate for a pairing, and the one there is.

        Raises:
            NotFound: the actor attends none of its courses.
        """
        with self._storage.read() as tx:
            pairing = _attended(tx, actor, pairing_id)
            record = tx.credentials.of(actor.id, pairing_id)
            return self._completion(tx, actor, pairing), _certificate(record, pairing, actor.name)

    def issue(self, actor: Person, pairing_id: str) -> Certificate:
        """The actor's certificate for a pairing; asked twice, the same one.

        Raises:
            NotFound: as ``standing``.
            Conflict: the pairing is not completed by the rule.
        """
        now = self._clock()
        with self._storage.write() as tx:
            pairing = _attended(tx, actor, pairing_id)
            known = tx.credentials.of(actor.id, pairing_id)
            if known is None:
                standing = self._completion(tx, actor, pairing)
                if not standing.completed:
                    raise Conflict(mark("You have not earned a certificate yet by the rule in force."))
                known = self._signed(tx, actor, pairing, standing, now)
                tx.credentials.insert(known)
                audit.record(
                    tx, now, actor, ("credential", known.id), "certificate_issued", rule=str(standing.rule)
                )
            found = _certificate(known, pairing, actor.name)
        if found is None:  # a record was just made or found
            raise NotFound(mark("There is no such certificate."))
        return found

    def file(self, actor: Person, credential_id: str) -> str:
        """The signed certificate, for its holder.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        with self._storage.read() as tx:
            record = tx.credentials.get(credential_id)
        if record is None or record.person_id != actor.id or record.signed_encrypted is None:
            raise NotFound(mark("There is no such certificate."))
        return self._vault.decrypt(record.signed_encrypted)

    def of_pairing(self, actor: Person, pairing_id: str) -> list[Certificate]:
        """The certificates of a pairing, for those who evaluate.

        Raises:
            Forbidden, NotFound
        """
        evaluators_only(actor)
        with self._storage.read() as tx:
            pairing = pairing_access(tx, actor, pairing_id).pairing
            records = tx.credentials.of_pairing(pairing_id)
            people = tx.people.many([record.person_id for record in records])
            found = [_certificate(each, pairing, people[each.person_id].name) for each in records]
        return [each for each in found if each]

    def revoke(self, actor: Person, credential_id: str, reason: str) -> None:
        """Revoke a certificate: from now on verifiers who look at the list are told so.

        Raises:
            Forbidden: the actor does not evaluate.
            NotFound: there is no such certificate.
            Conflict: it is revoked already.
            InvalidInput: no reason is given.
        """
        evaluators_only(actor)
        reason, now = checked_reason(reason, required=True), self._clock()
        with self._storage.write() as tx:
            record = tx.credentials.get(credential_id)
            if record is None:
                raise NotFound(mark("There is no such certificate."))
            if not tx.credentials.revoke(credential_id, now, reason):
                raise Conflict(mark("This certificate is revoked already."))
            audit.record(tx, now, actor, ("credential", credential_id), "certificate_revoked", reason=reason)

    def public_keys(self) -> dict[str, str]:
        """Every key that certificates were signed with (PEM), the newest first."""
        with self._storage.read() as tx:
            return {key.kid: key.public_pem for key in tx.credentials.signing_keys()}

    def profile(self) -> dict[str, object]:
        """Who issues, as an Open Badges profile, with every public key."""
        return {
            "@context": OB3_CONTEXT,
            "id": self.issuer_id,
            "type": ["Profile"],
            "name": self._consortium,
            "url": self._public_url,
            "publicKeyPem": self.public_keys(),
        }

    def status_list(self, kid: str) -> str:
        """The signed list of what a key's certificates are worth (Bitstring Status List 1.0).

        Raises:
            NotFound: there is no such key.
        """
        now = self._clock()
        with self._storage.read() as tx:
            key = next((each for each in tx.credentials.signing_keys() if each.kid == kid), None)
            if key is None:
                raise NotFound(mark("There is no such list."))
            revoked = tx.credentials.revoked_places(kid)
        document = build_status_list_credential(
            self.issuer_id,
            self._list_url(kid),
            "revocation",
            revoked,
            issued=now,
            valid_until=now + _LIST_IS_GOOD_FOR,
        )
        return sign_status_list_credential(document, self._vault.decrypt(key.private_encrypted), "RS256")

    def verify(self, token: str) -> Verdict:
        """Whether a file is a certificate of ours, and whether it still counts."""
        token = token.strip()
        with self._storage.read() as tx:
            for key in tx.credentials.signing_keys() if len(token) <= LONGEST_FILE else ():
                try:
                    credential = OB3Verifier(pubkey_pem=key.public_pem).verify(token)
                except OB3VerificationError:
                    continue
                record = tx.credentials.get(str(credential.id).rpartition("/")[2])
                names = [each.identity_hash for each in credential.identifiers if not each.hashed]
                return Verdict(
                    genuine=True,
                    revoked=record is None or record.revoked_at is not None,
                    holder=", ".join(names),
                    achievement=credential.achievement.name,
                    issued_at=credential.issuance_date,
                )
        return Verdict(genuine=False)

    def _signed(
        self, tx: Transaction, actor: Person, pairing: Pairing, standing: Standing, now: datetime
    ) -> CredentialRecord:
        key = signing_key(tx, self._vault, now)
        credential_id, place = new_id(), _free_place(tx)
        signer = OB3Signer(self._vault.decrypt(key.private_encrypted), "RS256")
        credential = OpenBadgeCredential(
            issuer=Issuer(self.issuer_id, self._consortium, self._public_url),
            recipient_id=uuid4().urn,  # a subject and "sub" are required (section 8.2); it tells of nobody
            achievement=_achievement(pairing, standing, self._public_url),
            id=f"{self._public_url}/certificates/{credential_id}",
            issuance_date=now,
            credential_status=[status_entry(self._list_url(key.kid), "revocation", place)],
            identifiers=[IdentityObject(actor.name, "name", hashed=False)],
        )
        sealed = self._vault.encrypt(signer.sign(credential))
        return CredentialRecord(
            credential_id, actor.id, pairing.id, f"certificate-{standing.rule}", key.kid, place, sealed, now
        )

    def _list_url(self, kid: str) -> str:
        return f"{self._public_url}/certificates/status/{kid}"


def _attended(tx: Transaction, actor: Person, pairing_id: str) -> Pairing:
    access = pairing_access(tx, actor, pairing_id)
    if not access.attending:
        raise NotFound(mark("Certificates are for the students of a pairing."))
    return access.pairing


def _certificate(record: CredentialRecord | None, pairing: Pairing, holder: str) -> Certificate | None:
    if record is None:
        return None
    return Certificate(record.id, pairing, record.issued_at, record.revoked_at, record.reason, holder)


def _achievement(pairing: Pairing, standing: Standing, public_url: str) -> Achievement:
    """Another rule is another achievement, so its version stands in its address."""
    places = ", ".join(sorted({each.course.institution.name for each in partners(pairing)}))
    return Achievement(
        id=f"{public_url}/pairings/{pairing.id}/certificate#rule-{standing.rule}",
        name=pairing.title,
        description=f"Virtual exchange ({pairing.model.value}) between {places}, "
        f"{pairing.starts_on.isoformat()} to {pairing.ends_on.isoformat()}.",
        criteria_narrative=f"{' '.join(standing.words)} (Rule {standing.rule} of the pilot.)",
        achievement_type="CertificateOfCompletion",
    )


def _free_place(tx: Transaction) -> int:
    """A random place in the list: certificates of one course do not stand together."""
    taken = tx.credentials.taken_places()
    if len(taken) >= DEFAULT_SIZE_BITS // 2:
        raise Conflict(mark("The list of certificates is full."))
    while (place := secrets.randbelow(DEFAULT_SIZE_BITS)) in taken:
        pass
    return place
