from __future__ import annotations

import base64
import hashlib
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coil_bridge.evaluation.pseudonyms import Pseudonymiser, new_pilot_key, random_pseudonym

KEY = "0f" * 32


def test_a_pseudonym_is_the_keyed_hash_of_site_and_user() -> None:
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (b"person", b"belgrade", b"7"))
    digest = hmac.new(bytes.fromhex(KEY), message, hashlib.sha256).digest()[:20]
    expected = base64.b32encode(digest).decode().lower()
    assert Pseudonymiser(KEY).person("belgrade", 7) == expected


def test_pilots_sites_people_and_records_do_not_meet() -> None:
    names, others = Pseudonymiser(KEY), Pseudonymiser(new_pilot_key())
    values = [
        names.person("belgrade", 7),
        names.person("belgrade", 8),
        names.person("almaty", 7),
        others.person("belgrade", 7),
        names.record("belgrade", "voices", "forum_topic", 7),
        names.record("belgrade", "voices", "forum_reply", 7),
        names.record("belgrade", "voices", "forum_reply", 8),
        names.record("belgrade", "streets", "forum_reply", 7),
        names.record("almaty", "voices", "forum_reply", 7),
    ]
    assert len(set(values)) == len(values)
    assert all(re.fullmatch("[a-z2-7]{32}", value) for value in values)


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_no_two_records_are_written_alike(site: str, pairing: str, other_site: str, other: str) -> None:
    names = Pseudonymiser(KEY)
    same = (site, pairing) == (other_site, other)
    assert (names.record(site, pairing, "k", 1) == names.record(other_site, other, "k", 1)) is same


def test_the_key_does_not_show() -> None:
    assert KEY not in repr(Pseudonymiser(KEY))
    with pytest.raises(ValueError, match="32 bytes") as caught:
        Pseudonymiser("abcd")
    assert "abcd" not in str(caught.value)


def test_keys_and_made_up_names_are_random() -> None:
    assert len({new_pilot_key() for _ in range(20)} | {random_pseudonym() for _ in range(20)}) == 40
    assert re.fullmatch("[a-z2-7]{32}", random_pseudonym())
