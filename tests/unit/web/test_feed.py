from __future__ import annotations

import gzip
import re
from datetime import timedelta

import pytest
from werkzeug.http import http_date

from coil_bridge.domain import CourseRole, FeedLink
from coil_bridge.storage.served_feeds import ServedFeeds
from tests.unit.web.conftest import ORIGIN, World


@pytest.fixture
def link(world: World) -> FeedLink:
    pairing = world.pairing()
    world.build.session(pairing, world.mira)
    return world.services.feeds.link(world.jelena, pairing.id)


def path(link: FeedLink) -> str:
    return f"/calendar/{link.token}.ics"


def test_the_calendar_goes_out_as_it_is_stored(world: World, link: FeedLink) -> None:
    answer = world.browser().get(path(link))
    stored = world.services.feeds.serve(link.token)
    assert answer.status_code == 200
    assert answer.data == stored.body
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["ETag"] == f'"{stored.etag}"'
    assert answer.headers["Last-Modified"] == http_date(stored.last_modified)
    assert "Set-Cookie" not in answer.headers
    assert "Content-Disposition" not in answer.headers


def test_gzip_is_given_to_who_names_it_only(world: World, link: FeedLink) -> None:
    plain = world.browser().get(path(link))
    zipped = world.browser().get(path(link), headers={"Accept-Encoding": "br, gzip;q=0.8"})
    refused = world.browser().get(path(link), headers={"Accept-Encoding": "gzip;q=0, *"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in refused.headers
    assert "Content-Encoding" not in plain.headers


def test_the_length_and_headers_of_head_are_those_of_get(world: World, link: FeedLink) -> None:
    got = world.browser().get(path(link))
    head = world.browser().client.head(path(link), base_url=ORIGIN)
    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(got.data))
    assert head.headers["ETag"] == got.headers["ETag"]


@pytest.mark.parametrize("asked", ["{etag}", "W/{etag}", '"other", {etag}', "*", '"other",W/{etag}'])
def test_who_has_it_already_gets_304(world: World, link: FeedLink, asked: str) -> None:
    etag = world.browser().get(path(link)).headers["ETag"]
    answer = world.browser().get(path(link), headers={"If-None-Match": asked.format(etag=etag)})
    assert answer.status_code == 304
    assert answer.data == b""
    assert answer.headers["ETag"] == etag
    assert "Content-Type" not in answer.headers


def test_a_tag_of_the_zipped_bytes_counts_too(world: World, link: FeedLink) -> None:
    zipped = world.browser().get(path(link), headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert world.browser().get(path(link), headers={"If-None-Match": zipped}).status_code == 304


def test_the_date_counts_only_without_a_tag(world: World, link: FeedLink) -> None:
    changed = world.services.feeds.serve(link.token).last_modified
    same, before = http_date(changed), http_date(changed - timedelta(seconds=1))
    browser = world.browser()
    assert browser.get(path(link), headers={"If-Modified-Since": same}).status_code == 304
    assert browser.get(path(link), headers={"If-Modified-Since": before}).status_code == 200
    assert browser.get(path(link), headers={"If-Modified-Since": "yesterday"}).status_code == 200
    both = {"If-None-Match": '"other"', "If-Modified-Since": same}
    assert browser.get(path(link), headers=both).status_code == 200


def test_a_download_is_offered_as_a_file(world: World, link: FeedLink) -> None:
    answer = world.browser().get(f"{path(link)}?download=1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="coil-bridge.ics"'


def test_a_revoked_address_is_gone_and_an_unknown_one_not_found(world: World, link: FeedLink) -> None:
    world.services.feeds.revoke(world.jelena, link.id)
    gone, unknown = world.browser().get(path(link)), world.browser().get("/calendar/nonesuch.ics")
    assert (gone.status_code, unknown.status_code) == (410, 404)
    assert gone.headers["Content-Type"].startswith("text/plain")


def test_who_left_the_course_has_no_calendar_any_more(world: World, link: FeedLink) -> None:
    with world.services.storage.write() as tx:
        tx.courses.replace_people_of_course(world.belgrade.id, CourseRole.STUDENT, [], world.clock())
    assert world.browser().get(path(link)).status_code == 410


def test_a_cookie_of_a_signed_in_person_changes_nothing(world: World, link: FeedLink) -> None:
    answer = world.browser(world.dana).get(path(link))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_each_answer_is_counted_once(world: World, link: FeedLink) -> None:
    def counted() -> float:
        line = r'request_seconds_count\{endpoint="feed.serve",method="GET",status="200"\} (\S+)'
        found = re.search(line, world.browser().get("/metrics").text)
        return float(found[1]) if found else 0

    before = counted()
    world.browser().get(path(link))
    assert counted() == before + 1


def test_a_failure_is_answered_and_logged_by_the_application_without_the_address(
    world: World, link: FeedLink, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_self: ServedFeeds, _token_hash: str) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(ServedFeeds, "at", fail)
    answer = world.browser().get(path(link))
    assert answer.status_code == 500
    written = capsys.readouterr()
    assert "failure" in written.out + written.err
    assert link.token not in answer.text + written.out + written.err


def test_a_calendar_is_only_read(world: World, link: FeedLink) -> None:
    answer = world.browser().client.put(path(link), base_url=ORIGIN)
    assert answer.status_code == 405
