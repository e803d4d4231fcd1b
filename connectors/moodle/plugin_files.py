"""The plugins that a partner installs, as the zip files that Moodle's "Install plugins" takes.

Built the same to the last byte on every machine, so that what was examined can be compared with what is
installed: sorted names, one date, nothing compressed (compressors differ between versions).
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

COMPONENTS = ("local_coilbridge", "block_coilbridge")
_DATE = (2026, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16
_FOLDER = 0o40755 << 16 | 0x10


@dataclass(frozen=True)
class PluginFile:
    """One zip. ``version`` is Moodle's number of the plugin, ``release`` is for people."""

    component: str
    version: int
    release: str
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """The name under which it is offered."""
        return f"{self.component}-{self.version}.zip"

    @property
    def sha256(self) -> str:
        """The checksum, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def build(component: str) -> PluginFile:
    """Build the zip of one plugin; raises KeyError for a plugin that is none of ours."""
    if component not in COMPONENTS:
        raise KeyError(component)
    source = files("connectors") / "moodle_plugin" / component
    parts = dict(_parts(source, component.partition("_")[2]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted({*parts, *_folders(parts)}):
            entry = zipfile.ZipInfo(path, _DATE)
            entry.external_attr = _READABLE if path in parts else _FOLDER
            entry.create_system = 3  # Unix, wherever it is built
            archive.writestr(entry, parts.get(path, b""))
    version = (source / "version.php").read_text("utf-8")
    number, release = _said(version, "version", r"(\d+)"), _said(version, "release", "'([^']+)'")
    return PluginFile(component, int(number), release, packed.getvalue())


def build_all() -> tuple[PluginFile, ...]:
    """Build the zips in the order in which they are installed."""
    return tuple(build(component) for component in COMPONENTS)


def _parts(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        inner = f"{path}/{each.name}"
        if each.is_dir():
            yield from _parts(each, inner)
        else:
            yield inner, each.read_bytes()


def _folders(paths: Iterable[str]) -> set[str]:
    """Return every folder with a slash at its end; Moodle looks for some of them by name in the zip."""
    return {path[: cut + 1] for path in paths for cut, letter in enumerate(path) if letter == "/"}


def _said(version: str, name: str, value: str) -> str:
    found = re.search(rf"\$plugin->{name} = {value};", version)
    if found is None:
        raise ValueError(f"version.php does not say its {name}")
    return found[1]
