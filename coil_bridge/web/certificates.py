"""Completion certificates: for students, for those who verify them, and for those who revoke them."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from coil_bridge.domain import Person, Role
from coil_bridge.errors import TooManyRequests
from coil_bridge.i18n import mark
from coil_bridge.services.context import Clock
from coil_bridge.services.limits import Buckets, network_of
from coil_bridge.services.piloting.certificates import LONGEST_FILE, CertificateService, Verdict
from coil_bridge.web.forms import load
from coil_bridge.web.schemas.fields import FormSchema, Paragraphs
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import Visitors

Reply = str | BaseResponse | tuple[str, int]
_WAIT = 60  # seconds
_VC_JWT = "application/vc+jwt"  # Securing Verifiable Credentials using JOSE and COSE (W3C, 2025), 6.1


class ReasonSchema(FormSchema):
    """Why a certificate is revoked; the service says what is missing."""

    reason = Paragraphs(1000, load_default="")


class CertificatePages:
    """Certificates."""

    def __init__(self, certificates: CertificateService, visitors: Visitors, clock: Clock) -> None:
        self._certificates = certificates
        self._verified = Buckets(clock)  # sixty a minute from one address: checking a signature is work
        self._visitors = visitors

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("certificates", __name__)
        add = pages.add_url_rule
        add("/pairings/<pairing_id>/certificate", "mine", self.mine)
        add("/pairings/<pairing_id>/certificate", "issue", self.issue, methods=["POST"])
        add("/pairings/<pairing_id>/certificates", "of_pairing", self.of_pairing)
        add("/certificates/<credential_id>/revoke", "revoke", self.revoke, methods=["POST"])
        add("/certificates/<credential_id>.jwt", "file", self.file)
        add("/certificates/<credential_id>", "page", self.page)
        add("/certificates/issuer", "issuer", self.issuer)
        add("/certificates/status/<kid>", "status", self.status)
        add("/certificates/verify", "verify", self.verify, methods=["GET", "POST"])
        return pages

    def mine(self, pairing_id: str) -> Reply:
        """The student's own certificate, or what is still missing."""
        standing, certificate = self._certificates.standing(self._visitors.signed_in(), pairing_id)
        return render_template(
            "certificates/mine.html", standing=standing, certificate=certificate, pairing_id=pairing_id
        )

    def issue(self, pairing_id: str) -> Reply:
        """Issue it."""
        self._certificates.issue(self._visitors.signed_in(), pairing_id)
        flash(gettext("Your certificate is ready."), "good")
        return redirect(url_for("certificates.mine", pairing_id=pairing_id), 303)

    def file(self, credential_id: str) -> Reply:
        """The signed certificate as a file."""
        token = self._certificates.file(self._visitors.signed_in(), credential_id)
        answer = Response(token, mimetype=_VC_JWT)
        answer.headers["Content-Disposition"] = 'attachment; filename="certificate.jwt"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def page(self, credential_id: str) -> Reply:  # noqa: ARG002 - its address stands in the certificate
        """Where the address in a certificate leads: the file itself tells everything, not its number."""
        return redirect(url_for("certificates.verify"), 303)

    def of_pairing(self, pairing_id: str) -> Reply:
        """The certificates of a pairing, for those who evaluate."""
        found = self._certificates.of_pairing(self._evaluator(), pairing_id)
        return render_template("certificates/of_pairing.html", certificates=found, pairing_id=pairing_id)

    def revoke(self, credential_id: str) -> Reply:
        """Revoke one."""
        pairing_id = request.args.get("pairing", "")
        self._certificates.revoke(self._evaluator(), credential_id, load(ReasonSchema())["reason"])
        flash(gettext("The certificate is revoked."), "info")
        return redirect(url_for("certificates.of_pairing", pairing_id=pairing_id), 303)

    def issuer(self) -> Reply:
        """Who issues, with the public keys."""
        return jsonify(self._certificates.profile())

    def status(self, kid: str) -> Reply:
        """The signed list of revoked certificates."""
        return Response(self._certificates.status_list(kid), mimetype=_VC_JWT)

    def verify(self) -> Reply:
        """Whether a certificate that somebody shows is genuine."""
        if request.method == "GET":
            return self._verify_page(None)
        if not self._verified.take(network_of(request.remote_addr)):
            raise TooManyRequests(mark("Please wait a little and try again."), _WAIT)
        sent = request.files.get("file")
        token = sent.read(LONGEST_FILE + 1).decode("ascii", "replace") if sent else ""
        verdict = self._certificates.verify(token or request.form.get("token", ""))
        return self._verify_page(verdict)

    def _verify_page(self, verdict: Verdict | None) -> str:
        issuer = self._certificates.issuer_id  # as it stands in certificates, whatever name we were asked by
        return render_template("certificates/verify.html", verdict=verdict, issuer=issuer)

    def _evaluator(self) -> Person:
        return self._visitors.with_role(Role.EVALUATION_LEAD, Role.ADMINISTRATOR)
