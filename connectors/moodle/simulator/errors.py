"""Moodle's own errors, with the class, the error code and the sentence of each version.

A functional error travels as HTTP 200; only the class name's namespace (4.2 and later), the code of a
missing record (5.1) and a few sentences differ between versions.
"""

from __future__ import annotations

from connectors.moodle.simulator.releases import Release


class MoodleException(Exception):
    """An error that Moodle would answer with; `kind` is the class without its namespace.

    An empty `errorcode` is a PHP error: Moodle then answers without that key.
    """

    def __init__(self, kind: str, errorcode: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.errorcode = errorcode
        self.message = message

    def class_name(self, release: Release) -> str:
        """Return the class as this release writes it; the dml and access classes have no namespace."""
        bare = self.kind.startswith("dml_") or self.kind in {"webservice_access_exception", "Error"}
        return self.kind if bare else release.exception_namespace + self.kind


class MissingRecord(MoodleException):
    """A row that does not exist; 5.1 neither names the table nor keeps the code of the others."""

    def __init__(self, table: str, release: Release) -> None:
        named = release.missing_record_code == "invalidrecord"
        place = f"database table {table}." if named else "database."
        message = f"Can't find data record in {place}"
        super().__init__("dml_missing_record_exception", release.missing_record_code, message)


def plain(errorcode: str, message: str) -> MoodleException:
    """A `moodle_exception`."""
    return MoodleException("moodle_exception", errorcode, message)


def php_error(message: str) -> MoodleException:
    """A mistake in Moodle's own code met at run time (from its source; not among the measured cases)."""
    return MoodleException("Error", "", message)


def invalid_parameter() -> MoodleException:
    """The one answer for every wrong parameter: production sites do not say which."""
    return MoodleException(
        "invalid_parameter_exception", "invalidparameter", "Invalid parameter value detected"
    )


def access_refused() -> MoodleException:
    """The token may not call this: function not in the service, service off, user not listed, IP, expiry."""
    return MoodleException("webservice_access_exception", "accessexception", "Access control exception")


def invalid_token() -> MoodleException:
    """No such token."""
    return plain("invalidtoken", "Invalid token - token not found")


def missing_capability(what: str) -> MoodleException:
    """A `required_capability_exception`; `what` is the capability's title in English."""
    message = f"Sorry, but you do not currently have permissions to do that ({what})."
    return MoodleException("required_capability_exception", "nopermissions", message)


def no_course_access(course_id: int, reason: str = "Course or activity not accessible.") -> MoodleException:
    """The caller cannot enter the course (not enrolled, hidden, forced password change)."""
    message = (
        f"You cannot execute functions in the course context (course id:{course_id}). "
        f"The context error message was: {reason}"
    )
    return plain("errorcoursecontextnotvalid", message)


def closed_activity() -> MoodleException:
    """A `require_login_exception` of `validate_context()` where nobody wraps it."""
    return MoodleException(
        "require_login_exception", "requireloginerror", "Course or activity not accessible."
    )


def maintenance() -> MoodleException:
    """Maintenance mode set in the site administration; the CLI's kind is an HTTP 503 instead."""
    return plain("sitemaintenance", "The site is undergoing maintenance and is currently not available")
