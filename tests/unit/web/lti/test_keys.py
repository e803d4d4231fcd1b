from __future__ import annotations

from tests.unit.web.conftest import World
from tests.unit.web.lti.campus import KEYS, Campus


def test_the_key_set_is_public_and_may_be_kept_for_minutes(world: World) -> None:
    answer = world.browser().get(KEYS)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    (key,) = answer.get_json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "alg", "use"}
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")


def test_a_key_replaced_in_the_console_is_gone_at_once(campus: Campus) -> None:
    browser = campus.world.browser(campus.administrator)
    (old,) = browser.get(KEYS).get_json()["keys"]
    assert browser.post("/console/lti/keys").status_code == 303
    (new,) = browser.get(KEYS).get_json()["keys"]
    assert new["kid"] != old["kid"]


def test_a_double_click_replaces_the_key_once_and_an_old_form_never_again(campus: Campus) -> None:
    def pressed(form: str) -> str:
        browser = campus.world.browser(campus.administrator)
        answer = browser.post("/console/lti/keys", data={"idempotency_key": form})
        assert answer.status_code == 303
        (key,) = browser.get(KEYS).get_json()["keys"]
        return str(key["kid"])

    first = pressed("first")
    assert pressed("first") == first
    second = pressed("second")
    assert second != first
    campus.world.clock.advance(days=2)
    assert pressed("first") == second  # its key is forgotten, but not that it was made
