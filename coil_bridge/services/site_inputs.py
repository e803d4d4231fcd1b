"""What an administrator types to connect a Moodle, and what can be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from coil_bridge.domain import Institution
from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services.given_zones import given_zone


@dataclass(frozen=True, slots=True)
class InstitutionInput:
    """A university as an administrator describes it; one of the same name is taken as it is stored."""

    name: str
    short_name: str
    city: str
    country: str
    zone: str
    subdivision: str | None = None
    day_starts: time = time(8)
    day_ends: time = time(20)


@dataclass(frozen=True, slots=True)
class SiteInput:
    """A Moodle to connect; ``name`` is what people will read, by default made of the university's."""

    institution: InstitutionInput
    base_url: str
    token: str = field(repr=False)
    name: str = ""


def institution_problems(given: InstitutionInput) -> dict[str, list[str]]:
    """What is wrong with a university, by field."""
    errors: dict[str, list[str]] = {}
    for name, longest in (("name", 200), ("short_name", 40), ("city", 80)):
        value = getattr(given, name).strip()
        if not 1 <= len(value) <= longest or not value.isprintable():
            errors[name] = [mark("Write this in one line, and not too long.")]
    country = given.country.strip()
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        errors["country"] = [mark("Write the country as two letters, for instance RS.")]
    try:
        given_zone(given.zone, country)
    except InvalidInput as error:
        errors |= error.errors
    if given.day_starts >= given.day_ends:
        errors["day_ends"] = [mark("The day must end after it starts.")]
    return errors


def institution_record(institution_id: str, given: InstitutionInput) -> Institution:
    """A described university as it is stored; ``institution_problems`` has found nothing."""
    return Institution(
        id=institution_id,
        name=given.name.strip(),
        short_name=given.short_name.strip(),
        city=given.city.strip(),
        country=given.country.strip().upper(),
        subdivision=(given.subdivision or "").strip().upper() or None,
        zone=given_zone(given.zone, given.country),
        day_starts=given.day_starts,
        day_ends=given.day_ends,
    )


def token_problems(token: str) -> list[str]:
    """What is wrong with a token."""
    cleaned = token.strip()
    fits = 16 <= len(cleaned) <= 128 and cleaned.isascii() and cleaned.isalnum()
    return [] if fits else [mark("A Moodle token is a row of letters and digits, usually 32 of them.")]


def raise_any(errors: dict[str, list[str]]) -> None:
    """Raise ``InvalidInput`` where there is any reason to."""
    found = {name: reasons for name, reasons in errors.items() if reasons}
    if found:
        raise InvalidInput(found)
