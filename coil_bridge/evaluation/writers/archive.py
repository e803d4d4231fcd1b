"""ZIP archives (PKWARE APPNOTE 6.3) whose bytes depend on their content only: fixed dates, a fixed order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

MEDIA_TYPE = "application/zip"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the format knows nothing earlier
_FILE = 0o644 << 16


def archived(files: Mapping[str, bytes]) -> bytes:
    """An archive of these files, in their order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever this machine is
            entry.external_attr = _FILE
            archive.writestr(entry, content)
    return target.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of an archive, in their order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
