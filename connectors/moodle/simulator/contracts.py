"""What each web service function takes and gives, by Moodle version.

`contracts.json` was made from the descriptions that running Moodle 4.1, 4.5 and 5.1 sites give of their own
functions. Its form: an object is a record, a one-element array a list, a string a scalar. A key ends with
`?` when optional, with `=` when it has a default, and with `@4.5` when it exists only from that version on.
A scalar is a PARAM_ constant in lower case, with `!` when null is refused, and ` = value` for its default
(null where Moodle computes it). `plugin_contracts.json` has the same form and holds what the plugin
local_coilbridge describes of itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from connectors.moodle.simulator.cleaning import Refused, clean
from connectors.moodle.simulator.forms import Value

Spec: TypeAlias = "Scalar | ListOf | Record"


class BadParameters(ValueError):
    """The request's variables do not fit the function's declared parameters."""


class BadAnswer(TypeError):
    """The simulator itself gave an answer that the real Moodle could not have given."""


@dataclass(frozen=True)
class Scalar:
    """One value of a PARAM_ type."""

    kind: str
    nullable: bool
    default: object = None


@dataclass(frozen=True)
class ListOf:
    """A list whose elements all have one shape."""

    item: Spec


@dataclass(frozen=True)
class Field:
    """One key of a record; `presence` is "" (required), "?" (optional) or "=" (has a default)."""

    name: str
    presence: str
    spec: Spec


@dataclass(frozen=True)
class Record:
    """An object with declared keys; others are refused in a request and dropped from an answer."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Contract:
    """The two sides of one function; `returns` is None where Moodle answers null."""

    parameters: Record
    returns: Spec | None

    def accept(self, variables: Value) -> dict[str, Any]:
        """Check and clean the variables of a request; raises BadParameters."""
        try:
            accepted: dict[str, Any] = _accept(self.parameters, variables)
        except Refused as refused:
            raise BadParameters from refused
        return accepted

    def answer(self, value: object) -> object:
        """Trim an answer to the declared keys as `clean_returnvalue()` does; raises BadAnswer."""
        return None if self.returns is None else _trim(self.returns, value, "")


@cache
def contracts(version: str) -> dict[str, Contract]:
    """Return every function that a Moodle of this version has, by name."""
    return _read("contracts.json", version)


@cache
def plugin_contracts(version: str) -> dict[str, Contract]:
    """Return the functions that our own plugin adds where it is installed, by name."""
    return _read("plugin_contracts.json", version)


def _read(name: str, version: str) -> dict[str, Contract]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return {name: _contract(raw, version) for name, raw in json.loads(text).items()}


def _contract(raw: dict[str, Any], version: str) -> Contract:
    parameters = _spec(raw["parameters"], version)
    assert isinstance(parameters, Record)  # noqa: S101 - tells the type checker what the file always holds
    return Contract(parameters, None if raw["returns"] is None else _spec(raw["returns"], version))


def _spec(raw: Any, version: str) -> Spec:
    if isinstance(raw, list):
        return ListOf(_spec(raw[0], version))
    if isinstance(raw, dict):
        fields = (_field(key, inner, version) for key, inner in raw.items())
        return Record(tuple(field for field in fields if field is not None))
    kind, _, default = raw.partition(" = ")
    return Scalar(kind.rstrip("!"), not kind.endswith("!"), json.loads(default) if default else None)


def _field(key: str, raw: Any, version: str) -> Field | None:
    name, _, since = key.partition("@")
    if since > version:
        return None
    presence = name[-1] if name[-1] in "?=" else ""
    return Field(name.rstrip("?="), presence, _spec(raw, version))


def _accept(spec: Spec, value: Value) -> Any:
    if isinstance(spec, Scalar):
        if isinstance(value, dict):
            raise BadParameters
        return clean(spec.kind, value)
    if not isinstance(value, dict):
        raise BadParameters
    if isinstance(spec, ListOf):
        return [_accept(spec.item, element) for element in value.values()]
    return _accept_record(spec, dict(value))


def _accept_record(spec: Record, given: dict[str | int, Value]) -> dict[str, Any]:
    accepted: dict[str, Any] = {}
    for field in spec.fields:
        value = given.pop(field.name, None)
        if value is not None:
            accepted[field.name] = _accept(field.spec, value)
        elif field.presence == "":
            raise BadParameters
        elif field.presence == "=":
            accepted[field.name] = _default(field.spec)
    if given:
        raise BadParameters
    return accepted


def _default(spec: Spec) -> Any:
    # An omitted structure is validated as an empty one, so the defaults inside it still apply.
    return spec.default if isinstance(spec, Scalar) else _accept(spec, {})


_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "bool": (bool,),
    "float": (int, float),
    "raw": (str, int, float),  # cleaned by nothing: numbers and booleans stay what they are
}


def _trim(spec: Spec, value: object, path: str) -> object:
    if isinstance(spec, Record):
        return _trim_record(spec, value, path)
    if isinstance(spec, ListOf):
        if not isinstance(value, list):
            raise BadAnswer(f"{path} is not a list")
        return [_trim(spec.item, element, f"{path}[]") for element in value]
    if value is None and spec.nullable:
        return None
    misplaced = isinstance(value, bool) and spec.kind not in {"bool", "raw"}
    if misplaced or not isinstance(value, _PYTHON_TYPES.get(spec.kind, (str,))):
        raise BadAnswer(f"{path} is not {spec.kind}")
    return value


def _trim_record(spec: Record, value: object, path: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadAnswer(f"{path} is not a record")
    trimmed: dict[str, object] = {}
    for field in spec.fields:
        here = f"{path}.{field.name}"
        if field.name in value:
            trimmed[field.name] = _trim(field.spec, value[field.name], here)
        elif field.presence == "":
            raise BadAnswer(f"{here} is missing")
        elif field.presence == "=" and isinstance(field.spec, Scalar):
            trimmed[field.name] = field.spec.default
    return trimmed
