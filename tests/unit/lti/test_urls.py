from __future__ import annotations

import pytest

from coil_bridge.lti.urls import host_of, same_origin, same_place

OURS = "https://bridge.example.org"


@pytest.mark.parametrize(
    "url",
    [
        "https://bridge.example.org/lti/launch",
        "https://bridge.example.org:443/",
        "HTTPS://Bridge.Example.Org/",
        "https://bridge.example.org?x=1",
    ],
)
def test_the_same_origin_in_other_spellings(url: str) -> None:
    assert same_origin(url, OURS)


@pytest.mark.parametrize(
    "url",
    [
        "http://bridge.example.org/",
        "https://bridge.example.org:8443/",
        "https://bridge.example.org.evil.example/",
        "https://bridge.example.org@evil.example/",
        "https://evil.example\\@bridge.example.org/",
        "https://evil.example/https://bridge.example.org/",
        "https://bridge.example.org\n.evil.example/",
        "//bridge.example.org/",
        "/lti/launch",
        "javascript:alert(1)",
        "https://[",
        "https://bridge.example.org:port/",
        "",
        None,
        7,
    ],
)
def test_another_origin_or_none(url: object) -> None:
    assert not same_origin(url, OURS)


def test_a_place_has_a_path_and_no_final_slash() -> None:
    assert same_place("https://uni.example.org/moodle/", "https://UNI.example.org/moodle")
    assert not same_place("https://uni.example.org/moodle2", "https://uni.example.org/moodle")


def test_only_the_host_is_told() -> None:
    assert host_of("https://uni.example.org/x?sesskey=1") == "uni.example.org"
    assert host_of("nonsense") == ""
