"""Counts and latencies for Prometheus: our requests by endpoint, calls to partners by host and outcome.

With several gunicorn processes prometheus_client keeps its values in the directory that
``PROMETHEUS_MULTIPROC_DIR`` names, and any process answers for all.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Histogram, generate_latest, multiprocess

from connectors.transport import Exchange

_PAGE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_CALL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45)


class Metrics:
    """What this installation measures; each application has its own registry."""

    content_type = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "coil_bridge_request_seconds",
            "Time to answer a request",
            ("method", "endpoint", "status"),
            buckets=_PAGE_SECONDS,
            registry=self._registry,
        )
        self._calls = Histogram(
            "coil_bridge_partner_call_seconds",
            "Time of one attempt to call a partner",
            ("host", "outcome"),
            buckets=_CALL_SECONDS,
            registry=self._registry,
        )

    def request(self, method: str, endpoint: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        known = method if method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
        self._requests.labels(known, endpoint, str(status)).observe(seconds)

    def partner_call(self, exchange: Exchange) -> None:
        """Count one attempt to call a partner; fits ``Transport(observe=...)``."""
        self._calls.labels(exchange.host, exchange.outcome).observe(exchange.elapsed)

    def exposition(self) -> bytes:
        """All values in Prometheus' text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        everybody = CollectorRegistry()
        multiprocess.MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]  # not annotated
        return generate_latest(everybody)
