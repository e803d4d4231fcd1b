"""The page on which activity files are uploaded."""

from __future__ import annotations

import io

from coil_bridge.web.uploads import in_runs
from tests.unit.web.conftest import Browser, World


def test_a_teacher_uploads_a_log_larger_than_a_form_may_be(world: World) -> None:
    pilot = world.build.pilot()
    pairing = world.pairing(phase=world.build.phase(pilot))
    browser = world.browser(world.mira)
    page = browser.get(f"/pairings/{pairing.id}/files").text
    assert "Intercultural Communication" in page
    assert f"/pairings/{pairing.id}/files" in browser.get(f"/pairings/{pairing.id}").text
    large = b"Time,Description\n" + b"6/10/26 09:00,Cron ran.\n" * 17_000
    sent = {"kind": "log", "course_id": world.belgrade.id, "file": (io.BytesIO(large), "logs_C-1.csv")}
    answer = browser.post(f"/pairings/{pairing.id}/files", sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    with world.services.storage.read() as tx:
        (found,) = tx.uploads.of_pairing(pairing.id)
    assert (found.file_name, found.uploaded_by) == ("logs_C-1.csv", world.mira.id)
    world.services.activity.uploads.perform({"upload_id": found.id})
    page = browser.get(f"/pairings/{pairing.id}/files/list").text
    assert "no log of a Moodle course" in page
    assert "Nothing of it was stored." in page


def test_what_is_missing_is_said_in_the_form(world: World) -> None:
    pairing = world.pairing(phase=world.build.phase(world.build.pilot()))
    browser = world.browser(world.mira)
    path = f"/pairings/{pairing.id}/files"
    answer = browser.post(path, {"kind": "log", "course_id": world.belgrade.id})
    assert (answer.status_code, "Choose a file." in answer.text) == (422, True)
    other = {"kind": "log", "course_id": world.almaty.id, "file": (io.BytesIO(b"x"), "f.csv")}
    answer = browser.post(path, other, content_type="multipart/form-data")
    assert "Choose one of your courses." in answer.text
    assert browser.post(path, {"kind": "other"}).status_code == 422


def test_a_large_file_is_taken_from_people_alone_and_ten_wait_at_most(world: World) -> None:
    pairing = world.pairing(phase=world.build.phase(world.build.pilot()))
    path = f"/pairings/{pairing.id}/files"

    def send(browser: Browser, content: bytes) -> int:
        sent = {"kind": "log", "course_id": world.belgrade.id, "file": (io.BytesIO(content), "logs_C-1.csv")}
        return browser.post(path, sent, content_type="multipart/form-data").status_code

    assert send(world.browser(), bytes(300_000)) == 413
    mira = world.browser(world.mira)
    assert [send(mira, b"Time") for _ in range(11)] == [303] * 10 + [409]
    world.clock.advance(days=2, minutes=1)
    uploads = world.services.activity.uploads
    assert [uploads.prune(), uploads.prune()] == [10, 0]
    assert "Send it again." in world.browser(world.mira).get(f"{path}/list").text


def test_lines_are_told_in_runs() -> None:
    assert in_runs([9, 2, 3, 4, 6, 9]) == "2–4, 6, 9"
    assert in_runs(range(1, 4001, 2)).endswith("1997, 1999 …")


def test_without_a_pilot_nothing_is_taken_in_and_students_see_no_page(world: World) -> None:
    pairing = world.pairing()
    assert "counts to no pilot" in world.browser(world.mira).get(f"/pairings/{pairing.id}/files").text
    assert world.browser(world.jelena).get(f"/pairings/{pairing.id}/files").status_code == 404
    assert world.browser().get(f"/pairings/{pairing.id}/files").status_code in (302, 303, 401)
