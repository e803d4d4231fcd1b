"""One feed, five ways to subscribe."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from scheduling.subscriptions import subscription_links

FEED = "https://coil.example/calendar/k3y.ics?lang=sr&clock=Europe/Belgrade"


def test_the_feeds_address_arrives_whole_at_every_door() -> None:
    links = subscription_links(FEED, "COIL: Beograd & Алматы")
    assert links.https == FEED
    assert links.webcal == FEED.replace("https://", "webcal://")
    assert parse_qs(urlsplit(links.google).query) == {"cid": [links.webcal]}
    for outlook, host in (
        (links.outlook_live, "outlook.live.com"),
        (links.outlook_office, "outlook.office.com"),
    ):
        assert urlsplit(outlook).hostname == host
        assert parse_qs(urlsplit(outlook).query) == {"url": [FEED], "name": ["COIL: Beograd & Алматы"]}


def test_spaces_are_percent_encoded_because_outlook_shows_a_plus_as_it_stands() -> None:
    assert subscription_links(FEED, "Joint sessions").outlook_live.endswith("&name=Joint%20sessions")


def test_without_a_name_outlook_asks_for_one() -> None:
    assert "name" not in parse_qs(urlsplit(subscription_links(FEED).outlook_live).query)


def test_the_demos_plain_address_keeps_its_port() -> None:
    links = subscription_links("http://127.0.0.1:8021/calendar/k3y.ics")
    assert links.https == "http://127.0.0.1:8021/calendar/k3y.ics"
    assert links.webcal == "webcal://127.0.0.1:8021/calendar/k3y.ics"


def test_the_private_address_is_not_in_the_repr() -> None:
    assert "k3y" not in repr(subscription_links(FEED))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "calendar/k3y.ics",
        "javascript:alert(1)",
        "ftp://coil.example/x",
        "https://",
        "https://a:b@coil.example/x",
        "https://coil.example/x\r\nX-EVIL: 1",
        "https://coil.example/a b",
        "https://coil.example:port/x",
    ],
)
def test_anything_but_a_web_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="feed address is no web address"):
        subscription_links(address)
