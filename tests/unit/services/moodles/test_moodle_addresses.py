from __future__ import annotations

import pytest

from coil_bridge.services.moodles.addresses import UnusableAddress, normalise


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        (" https://moodle.ub.example/ ", "https://moodle.ub.example"),
        ("moodle.ub.example", "https://moodle.ub.example"),
        ("https://Moodle.UB.example:443/moodle/", "https://moodle.ub.example/moodle"),
        ("https://ub.example/moodle/webservice/rest/server.php?wstoken=1#x", "https://ub.example/moodle"),
        ("https://ub.example/moodle/my/courses.php", "https://ub.example/moodle"),
        ("https://ub.example/login/index.php", "https://ub.example"),
        ("https://ub.example/mymoodle", "https://ub.example/mymoodle"),
        ("https://ub.example/courses", "https://ub.example/courses"),
        ("https://ub.example:8443", "https://ub.example:8443"),
        ("https://универзитет.срб/", "https://xn--b1agahcd4a1aubb.xn--90a3ac"),
    ],
)
def test_what_people_paste_becomes_the_address_of_the_moodle(pasted: str, stored: str) -> None:
    assert normalise(pasted, allow_http=False) == stored


@pytest.mark.parametrize(
    ("pasted", "reason"),
    [
        ("", "not a web address"),
        ("ftp://ub.example", "not a web address"),
        ("https://[::1", "not a web address"),
        ("https://ub.example:port", "not a web address"),
        ("https://a..b.example", "not a web address"),
        ("https://ub.example\n.evil.example", "not a web address"),
        ("https://admin:secret@ub.example", "user name and password"),
        ("http://ub.example", "begin with https"),
    ],
)
def test_what_cannot_be_a_moodle_is_refused_with_the_reason(pasted: str, reason: str) -> None:
    with pytest.raises(UnusableAddress, match=reason):
        normalise(pasted, allow_http=False)


def test_http_is_for_development_only() -> None:
    assert normalise("http://127.0.0.1:8401/", allow_http=True) == "http://127.0.0.1:8401"
