"""What a refusal says, to whom, and what it leaves in the log."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from coil_bridge.lti.refusals import EXPLANATIONS, Reason, Refusal, loggable, record
from tests.unit.lti.launches import Launcher


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_can_be_read_and_acted_on(reason: Reason) -> None:
    explained = EXPLANATIONS[reason]
    assert 400 <= explained.status < 600
    assert len(explained.person.split()) > 5
    assert len(explained.administrator.split()) > 5
    for technical in ("JWT", "kid", "nonce", "token", "claim"):
        assert technical not in explained.person.split()


def test_the_reference_on_the_page_finds_the_log_line() -> None:
    refusal = Refusal(Reason.KEY_UNKNOWN, kid="abc", platform="aaaabbbbccccdddd")
    with capture_logs() as lines:
        record(refusal, route="launch")
    (line,) = lines
    assert line["reference"] == refusal.reference
    assert len(refusal.reference) == 9
    assert (line["event"], line["reason"], line["kid"], line["route"]) == (
        "lti_refused",
        "key_unknown",
        "abc",
        "launch",
    )


def test_references_differ() -> None:
    assert len({Refusal(Reason.METHOD).reference for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        (
            "https://moodle.example.org/mod/lti/return.php?sesskey=abc",
            "https://moodle.example.org/mod/lti/return.php",
        ),
        ("two\nlines\tand \x1b[31m colour", "two_lines_and___31m_colour"),
        ("x" * 500, "x" * 120),
        (None, "None"),
        (["a", 1], "__a___1_"),
    ],
)
def test_what_came_from_outside_is_made_harmless(value: object, logged: str) -> None:
    assert loggable(value) == logged


def test_the_log_of_a_refused_launch_holds_no_token_sesskey_or_person(launcher: Launcher) -> None:
    secrets: list[str] = []
    with capture_logs() as lines:
        for spoilt in ("https://purl.imsglobal.org/spec/lti/claim/version", "aud", "exp", "sub", "nonce"):
            attempt = launcher.attempt("51-teacher")
            del attempt.claims[spoilt]
            secrets += [attempt.state, attempt.key.sign(attempt.claims), *attempt.cookies.values()]
            with pytest.raises(Refusal) as refused:
                attempt.send()
            record(refused.value)
    written = repr(lines) + repr(refused.value) + str(refused.value)
    assert len(lines) == 5
    for secret in (*secrets, "sesskey", "Ana", "Teacher", "lti_teacher1", "example.org"):
        assert secret not in written
