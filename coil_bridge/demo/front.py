"""The demo's front page: what the product is, a door for each role, and the mail that was sent."""

from __future__ import annotations

from flask import Flask, abort, redirect, render_template
from werkzeug.wrappers import Response

from coil_bridge.demo.consortium import Partner
from coil_bridge.demo.doors import Doors, DoorStuck
from coil_bridge.demo.mailbox import Mailbox


def create_front(doors: Doors, partners: list[Partner], mailbox: Mailbox, service_url: str) -> Flask:
    """A small application of its own; the service knows nothing of it."""
    app = Flask(__name__)

    @app.get("/")
    def index() -> str:
        return render_template(
            "front.html", doors=list(doors.all.values()), partners=partners, service_url=service_url
        )

    @app.post("/doors/<key>")
    def open_door(key: str) -> Response | tuple[str, int]:
        door = doors.all.get(key) or abort(404)
        try:
            return redirect(doors.open(door), 303)
        except DoorStuck as error:
            return render_template("stuck.html", reason=str(error)), 503

    @app.get("/mail")
    def mail() -> str:
        return render_template("mail.html", mails=mailbox.mails)

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {service_url}; base-uri 'none'"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return app
