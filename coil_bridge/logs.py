"""Structured logs: one JSON object a line on standard error, as container platforms collect them."""

from __future__ import annotations

import logging
import sys

import structlog


def write_json_logs() -> None:
    """Let structlog write JSON; called once by an entry point, never by the application itself."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
