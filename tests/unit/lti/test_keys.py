"""Our own keys: always one that signs, and always published before and after."""

from __future__ import annotations

import jwt
from sqlalchemy import select

from coil_bridge.lti.keys import PUBLISHED_AFTER, PUBLISHED_BEFORE, SIGNS_FOR, Keys
from coil_bridge.storage.engine import reading
from coil_bridge.storage.lti_tables import lti_key
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from tests.builders import SettableClock


def kids(keys: Keys) -> list[str]:
    return [key["kid"] for key in keys.document()["keys"]]


def verifies(keys: Keys, token: str) -> bool:
    """Whether somebody who reads our key set now accepts a token."""
    kid = jwt.get_unverified_header(token)["kid"]
    found = next((key for key in keys.document()["keys"] if key["kid"] == kid), None)
    return found is not None and bool(jwt.decode(token, jwt.PyJWK(found).key, algorithms=["RS256"]))


def test_the_first_key_is_made_when_it_is_needed(keys: Keys) -> None:
    assert verifies(keys, keys.signer().sign({"iss": "w4Xdy7EJ58Ri0Hu"}))
    assert len(kids(keys)) == 1


def test_the_published_keys_hold_no_private_part(keys: Keys) -> None:
    (key,) = keys.document()["keys"]
    assert sorted(key) == ["alg", "e", "kid", "kty", "n", "use"]
    assert (key["alg"], key["kty"], key["use"]) == ("RS256", "RSA", "sig")


def test_a_private_key_is_sealed_and_shows_nowhere(keys: Keys, sqlite_storage: Storage, vault: Vault) -> None:
    signer = keys.signer()
    with reading(sqlite_storage._engine) as connection:
        sealed = connection.execute(select(lti_key.c.private_encrypted)).scalar_one()
    assert b"PRIVATE KEY" not in sealed
    assert "PRIVATE KEY" in vault.decrypt(sealed)
    with sqlite_storage.read() as tx:
        assert "encrypted" not in repr(tx.lti.keys())
    assert "private" not in repr(signer)


def test_a_key_lives_without_downtime(keys: Keys, clock: SettableClock) -> None:
    """Day by day for a year: what was signed verifies now, an hour later and a day later."""
    keys.rotate()
    used: list[str] = []
    before = ""
    for _ in range(365):
        published = kids(keys)
        keys.rotate()
        signer = keys.signer()
        token = signer.sign({"iss": "us"})
        assert signer.kid in published, "platforms must have been able to see the key before it signs"
        assert verifies(keys, token)
        clock.advance(hours=1)
        assert verifies(keys, token)
        if before:
            assert verifies(keys, before)
        used.append(signer.kid)
        before = token
        clock.advance(hours=22)
    assert 4 <= len(set(used)) <= 5
    assert len(kids(keys)) <= 3


def test_rotation_is_due_a_day_before_it_counts(keys: Keys, clock: SettableClock) -> None:
    keys.rotate()
    (first,) = kids(keys)
    clock.set(clock.now + SIGNS_FOR - PUBLISHED_BEFORE)
    assert keys.rotate()
    assert not keys.rotate()
    assert keys.signer().kid == first
    clock.set(clock.now + PUBLISHED_BEFORE)
    assert not keys.rotate()
    assert keys.signer().kid != first
    assert first in kids(keys)
    clock.set(clock.now + PUBLISHED_AFTER)
    assert first not in kids(keys)


def test_a_stolen_key_is_gone_at_once(keys: Keys, sqlite_storage: Storage) -> None:
    token = keys.signer().sign({"iss": "us"})
    for replaced in (True, False):
        with sqlite_storage.write() as tx:
            assert keys.replace(tx, "the-next-one") is replaced
    assert not verifies(keys, token)
    assert keys.signer().kid == "the-next-one"
    assert verifies(keys, keys.signer().sign({"iss": "us"}))
    assert len(kids(keys)) == 1


def test_another_worker_signs_with_the_same_key(
    keys: Keys, sqlite_storage: Storage, vault: Vault, clock: SettableClock
) -> None:
    other = Keys(storage=sqlite_storage, vault=vault, clock=clock)
    assert keys.signer().kid == other.signer().kid
