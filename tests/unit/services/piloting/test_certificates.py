from __future__ import annotations

import base64
import gzip
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from coil_bridge.domain import Pairing, Person
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound, Reason
from coil_bridge.services.identity.rights import RightsService
from coil_bridge.services.piloting.certificate_keys import new_signing_key
from coil_bridge.services.piloting.certificates import CertificateService, Standing
from coil_bridge.storage.storage import Transaction
from tests.builders import START
from tests.unit.services.consortium import Consortium

URL = "https://bridge.example.org"


class Awarding:
    """A pairing that Jelena has completed and Dana has not."""

    def __init__(self, consortium: Consortium) -> None:
        self.consortium, self.storage = consortium, consortium.storage
        self.pairing = consortium.agreed()
        self.lead = consortium.build.lead()
        self.certificates = CertificateService(
            storage=consortium.storage,
            clock=consortium.clock,
            vault=consortium.vault,
            completion=self.completion,
            public_url=URL,
            consortium="Bridges Consortium",
        )

    def completion(self, _tx: Transaction, person: Person, _pairing: Pairing) -> Standing:
        completed = person.id == self.consortium.jelena.id
        return Standing(completed, 2, (Reason("Present in %(share)s per cent.", {"share": 80}),))

    def issued(self) -> tuple[str, str]:
        """Jelena's certificate: its id and the signed text."""
        jelena = self.consortium.jelena
        found = self.certificates.issue(jelena, self.pairing.id)
        return found.id, self.certificates.file(jelena, found.id)

    def key(self) -> str:
        keys = self.certificates.profile()["publicKeyPem"]
        assert isinstance(keys, dict)
        return str(next(iter(keys.values())))

    def download(self, url: str) -> bytes:
        """What a verifier gets from the address of the list; there is no network in tests."""
        assert url.startswith(f"{URL}/certificates/status/")
        return self.certificates.status_list(url.rpartition("/")[2]).encode()


@pytest.fixture
def awarding(sqlite_consortium: Consortium) -> Awarding:
    return Awarding(sqlite_consortium)


@pytest.fixture
def on_both(consortium: Consortium) -> Awarding:
    return Awarding(consortium)


def test_another_verifier_finds_it_genuine_without_asking_us(on_both: Awarding) -> None:
    credential_id, token = on_both.issued()
    found = OB3Verifier(pubkey_pem=on_both.key()).verify(token)
    assert found.id == f"{URL}/certificates/{credential_id}"
    assert found.issuer.name == "Bridges Consortium"
    assert found.achievement.name == on_both.pairing.title
    assert [(each.identity_type, each.identity_hash) for each in found.identifiers] == [
        ("name", "Jelena Marković")
    ]
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "RS256"
    assert set(header) == {"alg", "jwk", "typ"}  # no others are allowed
    assert header["typ"] == "JWT"
    assert set(header["jwk"]) <= {"kty", "n", "e", "key_ops", "alg"}  # never the private half


def test_the_claims_are_those_of_open_badges(awarding: Awarding) -> None:
    _, token = awarding.issued()
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert claims["iss"] == claims["issuer"]["id"] == f"{URL}/certificates/issuer"
    assert claims["jti"] == claims["id"]
    assert claims["sub"] == claims["credentialSubject"]["id"]
    assert uuid.UUID(claims["sub"]).version == 4  # of this certificate alone: it links to nothing else
    assert claims["nbf"] == int(awarding.consortium.clock().timestamp())
    assert claims["credentialStatus"]["type"] == "BitstringStatusListEntry"
    achievement = claims["credentialSubject"]["achievement"]
    assert achievement["id"] == f"{URL}/pairings/{awarding.pairing.id}/certificate#rule-2"
    assert achievement["criteria"]["narrative"] == "Present in 80 per cent. (Rule 2 of the pilot.)"
    assert "@example.org" not in json.dumps(claims)


@time_machine.travel(START, tick=False)  # the list is dated by the machine's own clock
def test_it_is_verified_by_the_standards_alone(awarding: Awarding) -> None:
    """RFC 7515 and Bitstring Status List by hand: a signature, a published key, one bit."""
    credential_id, token = awarding.issued()
    claims = checked(token, awarding.key())
    status = claims["credentialStatus"]
    place = int(status["statusListIndex"])
    for revoked in (False, True):
        if revoked:
            awarding.certificates.revoke(awarding.lead, credential_id, "Issued by mistake")
        published = checked(awarding.download(status["statusListCredential"]).decode(), awarding.key())
        assert published["credentialSubject"]["statusPurpose"] == status["statusPurpose"] == "revocation"
        packed = published["credentialSubject"]["encodedList"]
        assert packed[0] == "u"  # multibase: base64url without padding
        bits = gzip.decompress(decoded(packed[1:]))
        assert len(bits) >= 16 * 1024  # the least that hides a place among others
        assert bool(bits[place // 8] >> (7 - place % 8) & 1) is revoked
        assert sum(each.bit_count() for each in bits) == int(revoked)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def checked(token: str, pem: str) -> dict[str, Any]:
    """The payload of a JSON Web Signature with RS256, if the key has signed it."""
    head, body, signature = token.split(".")
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    assert json.loads(decoded(head))["alg"] == "RS256"
    key.verify(decoded(signature), f"{head}.{body}".encode(), PKCS1v15(), SHA256())  # raises if not
    found: dict[str, Any] = json.loads(decoded(body))
    return found


def test_asked_twice_it_is_the_same_one(on_both: Awarding) -> None:
    assert on_both.issued() == on_both.issued()


def test_who_has_not_completed_gets_none(awarding: Awarding) -> None:
    with pytest.raises(Conflict, match="not earned"):
        awarding.certificates.issue(awarding.consortium.dana, awarding.pairing.id)
    for someone in (awarding.consortium.mira, awarding.lead, awarding.consortium.build.person("Petra Novak")):
        with pytest.raises(NotFound):
            awarding.certificates.issue(someone, awarding.pairing.id)


def test_nobody_else_gets_the_file(awarding: Awarding) -> None:
    credential_id, _ = awarding.issued()
    for someone in (awarding.consortium.dana, awarding.lead, awarding.consortium.build.administrator()):
        with pytest.raises(NotFound):
            awarding.certificates.file(someone, credential_id)


@time_machine.travel(START, tick=False)  # the other verifier looks at the machine's own clock
def test_revoked_it_counts_no_more_for_anybody(on_both: Awarding) -> None:
    credential_id, token = on_both.issued()
    verifier = OB3Verifier(pubkey_pem=on_both.key())
    credential = verifier.verify(token)
    verifier.check_status(credential, verify_list=True, download=on_both.download)
    assert not on_both.certificates.verify(token).revoked
    on_both.certificates.revoke(on_both.lead, credential_id, "Issued by mistake")
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verifier.check_status(credential, verify_list=True, download=on_both.download)
    assert on_both.certificates.verify(token).revoked
    with pytest.raises(Conflict):
        on_both.certificates.revoke(on_both.lead, credential_id, "Again")


def test_revoking_is_for_those_who_evaluate_and_say_why(awarding: Awarding) -> None:
    credential_id, _ = awarding.issued()
    with pytest.raises(Forbidden):
        awarding.certificates.revoke(awarding.consortium.mira, credential_id, "No")
    with pytest.raises(InvalidInput):
        awarding.certificates.revoke(awarding.lead, credential_id, " ")
    with pytest.raises(NotFound):
        awarding.certificates.revoke(awarding.lead, "nothing", "No")


def test_a_changed_or_foreign_certificate_is_none_of_ours(awarding: Awarding) -> None:
    _, token = awarding.issued()
    head, body, signature = token.split(".")
    forged = jwt.encode({"iss": URL}, "a secret that is long enough for it", algorithm="HS256")
    for text in (f"{head}.{body[:-4]}AAAA.{signature}", forged, "", "x" * 200_000, "{}", token[:-3]):
        assert not awarding.certificates.verify(text).genuine
    assert awarding.certificates.verify(f"  {token}\n").holder == "Jelena Marković"


def test_an_older_certificate_stays_genuine_under_a_new_key(awarding: Awarding) -> None:
    _, token = awarding.issued()
    awarding.consortium.clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    with awarding.storage.write() as tx:
        new_signing_key(tx, awarding.consortium.vault, awarding.consortium.clock())
    assert awarding.certificates.verify(token).genuine


def test_with_its_holder_erased_only_the_number_stays(awarding: Awarding) -> None:
    jelena = awarding.consortium.jelena
    credential_id, token = awarding.issued()
    rights = RightsService(
        storage=awarding.storage, clock=awarding.consortium.clock, vault=awarding.consortium.vault
    )
    rights.erase(jelena, jelena.id)
    with pytest.raises(NotFound):
        awarding.certificates.file(jelena, credential_id)
    assert not awarding.certificates.verify(token).revoked  # whoever has the file can go on using it
