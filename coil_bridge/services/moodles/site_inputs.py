"""What an administrator types to connect a Moodle, and what can be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from coil_bridge.domain import Institution
from coil_bridge.errors import InvalidInput, Reason
from coil_bridge.i18n import mark
from coil_bridge.services.given_zones import given_zone
from scheduling.public_holidays import regions


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


_NO_REGIONS = mark("No region of this country is known to have holidays of its own. Leave this empty.")
_OTHER_REGIONS = mark("Not known to have holidays of its own. Known are: %(regions)s.")


def _region(given: InstitutionInput) -> str | None:
    """The region without the country, in capitals: "ny" and "US-NY" are NY."""
    return (given.subdivision or "").strip().upper().removeprefix(f"{given.country.strip().upper()}-") or None


def _region_problems(given: InstitutionInput) -> list[str]:
    region, known = _region(given), regions(given.country.strip())
    if region is None or region in known:
        return []
    told = ", ".join(known)
    return [Reason(_OTHER_REGIONS, {"regions": told}) if known else _NO_REGIONS]


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
    else:
        errors["subdivision"] = _region_problems(given)
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
        subdivision=_region(given),
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
