"""Structured logs: one JSON object a line on standard error, as container platforms collect them.

A failure is told by its class and where it came from, never by its message: a driver's error may quote the
row it failed on, and a row may hold somebody's name. That holds for what libraries log as well.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger


def what_failed(error: BaseException) -> dict[str, object]:
    """An error's class, its cause's class, and the last steps on the way to it."""
    cause = error.__cause__
    return {
        "error": type(error).__qualname__,
        "cause": type(cause).__qualname__ if cause else None,
        "frames": _frames(error),
    }


def write_json_logs() -> None:
    """Let structlog write JSON; called once by an entry point, never by the application itself."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_failure,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.getLogger().addHandler(_OfLibraries(logging.WARNING))


class _OfLibraries(logging.Handler):
    """Writes what libraries log (APScheduler, for instance) in the same way; without the values in it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        log = structlog.get_logger(record.name)
        log.log(record.levelno, str(record.msg), logger=record.name, exc_info=record.exc_info)


def _tell_failure(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    told = event.pop("exc_info", None)
    error = told[1] if isinstance(told, tuple) else sys.exc_info()[1] if told else None
    return {**event, **what_failed(error)} if error else event


def _frames(error: BaseException) -> list[str]:
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]
