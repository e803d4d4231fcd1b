"""One frozen, validated ``Settings`` from TOML and the environment.

Order, later wins: ``config/default.toml``, the file named by ``COIL_BRIDGE_CONFIG``, variables
``COIL_BRIDGE_<NAME>``. A secret can also come from a file named by ``COIL_BRIDGE_<NAME>_FILE`` (as
container platforms hand out secrets). Nothing else in the code reads the environment.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from marshmallow import Schema, ValidationError, fields, validate

from coil_bridge.errors import ConfigurationError

PREFIX = "COIL_BRIDGE_"
SECRETS = ("secret_key", "encryption_keys", "smtp_password", "database_url")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an installation can choose. Secrets never show in the repr."""

    public_url: str
    database_url: str = field(repr=False)
    consortium: str
    secret_key: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)  # the first one encrypts, all of them decrypt
    smtp_url: str
    smtp_password: str = field(repr=False)
    mail_sender: str
    listen: str
    web_workers: int
    web_threads: int
    allow_private_partners: bool
    languages: tuple[str, ...]
    signin_link_minutes: int
    signin_links_an_hour: int
    web_session_hours: int
    suppression_threshold: int
    trusted_proxies: int

    @property
    def host(self) -> str:
        """The host people see, the right-hand side of every calendar UID."""
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def https(self) -> bool:
        """Whether people reach us encrypted; cookies are Secure then."""
        return self.public_url.startswith("https://")


class _SettingsSchema(Schema):
    public_url = fields.Url(required=True, require_tld=False, schemes={"http", "https"})
    database_url = fields.String(required=True, validate=validate.Length(min=1))
    consortium = fields.String(required=True, validate=validate.Length(min=1, max=80))
    secret_key = fields.String(required=True, validate=validate.Length(min=32))
    encryption_keys = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    smtp_url = fields.String(required=True)
    smtp_password = fields.String(load_default="")
    mail_sender = fields.String(required=True)
    listen = fields.String(required=True, validate=validate.Regexp(r"^\S+:\d+$"))
    web_workers = fields.Integer(required=True, validate=validate.Range(1, 64))
    web_threads = fields.Integer(required=True, validate=validate.Range(1, 64))
    allow_private_partners = fields.Boolean(required=True)
    languages = fields.List(fields.String(validate=validate.OneOf(["en", "sr_Latn"])), required=True)
    signin_link_minutes = fields.Integer(required=True, validate=validate.Range(5, 1440))
    signin_links_an_hour = fields.Integer(required=True, validate=validate.Range(1, 1000))
    web_session_hours = fields.Integer(required=True, validate=validate.Range(1, 720))
    suppression_threshold = fields.Integer(required=True, validate=validate.Range(5, 1000))
    trusted_proxies = fields.Integer(required=True, validate=validate.Range(0, 5))


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read, merge and validate the settings.

    Raises:
        ConfigurationError: a value is missing or wrong; names every such setting and how to give it.
    """
    values = tomllib.loads(resources.files("config").joinpath("default.toml").read_text("utf-8"))
    if path := environ.get(f"{PREFIX}CONFIG"):
        values |= _read_toml(Path(path))
    values |= _from_environment(environ)
    return make_settings(values)


def make_settings(values: Mapping[str, Any]) -> Settings:
    """Validate plain values (names as in ``config/default.toml``) into ``Settings``.

    Raises:
        ConfigurationError: as ``load_settings``.
    """
    try:
        loaded: dict[str, Any] = _SettingsSchema().load(values)
    except ValidationError as error:
        raise ConfigurationError(_explain(error.messages_dict)) from None
    loaded["public_url"] = loaded["public_url"].rstrip("/")
    for key in loaded["encryption_keys"]:
        _check_encryption_key(key)
    loaded |= {name: tuple(value) for name, value in loaded.items() if isinstance(value, list)}
    return Settings(**loaded)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"The settings file {path} cannot be read: {error}") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _SettingsSchema().fields:
        variable = PREFIX + name.upper()
        if variable in environ:
            found[name] = environ[variable]
        elif name in SECRETS and (path := environ.get(f"{variable}_FILE")):
            found[name] = _read_secret(variable, Path(path))
        if name in ("encryption_keys", "languages") and isinstance(found.get(name), str):
            found[name] = found[name].replace(",", " ").split()
    return found


def _read_secret(variable: str, path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise ConfigurationError(
            f"{variable}_FILE names a file that cannot be read: {error.strerror}"
        ) from None


def _check_encryption_key(key: str) -> None:
    try:
        Fernet(key)
    except ValueError:
        raise ConfigurationError(
            "encryption_keys holds a key that is not 32 url-safe base64 bytes; "
            "`coil-bridge doctor` prints a good one"
        ) from None


def _explain(messages: Mapping[str, Any]) -> str:
    lines = [
        f"  {name} (or {PREFIX}{name.upper()}): {'; '.join(_flat(why))}"
        for name, why in sorted(messages.items())
    ]
    return "The settings cannot be used:\n" + "\n".join(lines)


def _flat(messages: Any) -> list[str]:
    if isinstance(messages, Mapping):
        return [text for value in messages.values() for text in _flat(value)]
    return [str(message) for message in messages]
