"""For machines: alive, ready, measured. No session, no language, nothing personal."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from coil_bridge.services.health import Health
from coil_bridge.web.metrics import Metrics


class HealthPages:
    """``/healthz``, ``/readyz`` and ``/metrics``."""

    def __init__(self, health: Health, metrics: Metrics) -> None:
        self._health = health
        self._metrics = metrics

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("health", __name__)
        pages.add_url_rule("/healthz", "alive", self.alive)
        pages.add_url_rule("/readyz", "ready", self.ready)
        pages.add_url_rule("/metrics", "metrics", self.metrics)
        return pages

    def alive(self) -> Response:
        """The process answers."""
        return Response("ok\n", mimetype="text/plain")

    def ready(self) -> tuple[Response, int]:
        """Whether pages can be served, part by part; 503 when not."""
        report = self._health.ready()
        checks = {
            check.name: {"ok": check.ok, "required": check.required, "detail": check.detail}
            for check in report.checks
        }
        return jsonify(ready=report.ready, well=report.well, checks=checks), 200 if report.ready else 503

    def metrics(self) -> Response:
        """Prometheus' text format."""
        return Response(self._metrics.exposition(), content_type=self._metrics.content_type)
