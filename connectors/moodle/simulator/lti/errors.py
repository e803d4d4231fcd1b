"""The two ways in which Moodle refuses an LTI request: a page for people, a status for tools."""

from __future__ import annotations


class PageError(Exception):
    """A `moodle_exception` met by a browser: an error page, which Moodle answers with HTTP 404."""


class ServiceError(Exception):
    """A service's refusal; `status` is the HTTP status, the message Moodle's own words."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status


class BadToken(Exception):
    """A JWT that does not hold; the message is the one of the library that Moodle verifies with."""
