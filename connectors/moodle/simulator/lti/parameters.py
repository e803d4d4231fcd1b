"""Custom parameters as people type them: one `name=value` per line."""

from __future__ import annotations

from collections.abc import Mapping


def read_parameters(text: str) -> dict[str, str]:
    """Return the parameters; lines without an equals sign do not count."""
    lines = [line.partition("=") for line in text.splitlines() if "=" in line]
    return {name.strip(): value.strip() for name, _, value in lines}


def write_parameters(parameters: Mapping[str, str]) -> str:
    """Return the parameters as they are typed."""
    return "\n".join(f"{name}={value}" for name, value in parameters.items())
