"""Answers and errors as HTTP responses, in JSON or in the XML that Moodle gives by default."""

from __future__ import annotations

import json

from flask import Response

from connectors.moodle.simulator import errors, xml
from connectors.moodle.simulator.records import Site


def answer_response(value: object, *, as_json: bool) -> Response:
    """Return a function's answer."""
    return _response(json.dumps(value) if as_json else xml.answer(value), as_json=as_json)


def error_response(error: errors.MoodleException, site: Site, *, as_json: bool) -> Response:
    """Return an exception in the requested format, with the class name of the site's release."""
    name = error.class_name(site.release)
    if not as_json:
        return _response(xml.error(name, error.errorcode, error.message), as_json=False)
    code = {"errorcode": error.errorcode} if error.errorcode else {}
    body = {"exception": name} | code | {"message": error.message}
    return _response(json.dumps(body), as_json=True)


def _response(body: str, *, as_json: bool) -> Response:
    kind = "application/json" if as_json else "application/xml; charset=utf-8"
    return Response(body, content_type=kind, headers={"Access-Control-Allow-Origin": "*"})
