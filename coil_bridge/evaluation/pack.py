"""The evidence pack: every table in every kind of file, the report, and a manifest, in one archive.

The same figures, definitions and stated time give the same bytes. Nothing in it is about a person, except
the xAPI statements, which are asked for apart and say so (``xapi.py``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from coil_bridge.evaluation.dataset import Table
from coil_bridge.evaluation.evidence_dataset import Made, evidence_dataset
from coil_bridge.evaluation.published import Published
from coil_bridge.evaluation.report import report_of
from coil_bridge.evaluation.report_parts import Part
from coil_bridge.evaluation.writers import comma_separated, workbook
from coil_bridge.evaluation.writers.archive import archived
from coil_bridge.evaluation.writers.database import write_database
from coil_bridge.evaluation.writers.document import write_docx
from coil_bridge.evaluation.writers.pdf import write_pdf

Progress = Callable[[int], None]
"""Told how far it has got, in per cent."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What other evaluations (surveys, certificates) add to the pack: tables, sections, and whole files."""

    tables: Sequence[Table] = ()
    sections: Sequence[Part] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


def write_pack(
    published: Published, made: Made, extra: Extra | None = None, progress: Progress = lambda _share: None
) -> bytes:
    """The pack as one archive."""
    extra = extra or Extra()
    dataset = evidence_dataset(published, made, extra.tables)
    report = report_of(published, made, extra.sections)
    files: dict[str, bytes] = {}
    progress(25)
    files["report.pdf"] = write_pdf(report)
    progress(50)
    files["report.docx"] = write_docx(report, made.at)
    progress(70)
    files["evidence.xlsx"] = workbook.write_xlsx(dataset)
    files["evidence.db"] = write_database(dataset, "evidence")
    progress(85)
    files |= {f"csv/{table.name}.csv": comma_separated.write_csv(table) for table in dataset.tables}
    files |= extra.files
    manifest = _manifest(published, made, dataset.tables, files)
    return archived({"manifest.json": manifest, "README.txt": _README.encode(), **files})


def _manifest(published: Published, made: Made, tables: Sequence[Table], files: Mapping[str, bytes]) -> bytes:
    stored = published.figures.stored
    content = {
        "format": "coil-bridge-evidence/1",
        "pilot": {
            "id": stored.pilot.id,
            "name": stored.pilot.name,
            "starts_on": stored.pilot.starts_on.isoformat(),
            "ends_on": stored.pilot.ends_on.isoformat(),
        },
        "made_at": f"{made.at:%Y-%m-%dT%H:%M:%SZ}",
        "covered_through": stored.through.isoformat(),
        "program": made.program,
        "definitions": made.chosen.version,
        "definition_versions": {each.id: each.version for each in made.chosen.definitions},
        "thresholds": {
            "suppression": stored.pilot.suppression_threshold,
            "presence_percent": stored.rules.presence_percent,
            "gap_minutes": stored.rules.gap_minutes,
        },
        "zone_data": made.zone_data,
        "rows": {table.name: len(table.rows) for table in tables},
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        },
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


_README = """\
Evidence of a pilot, made by COIL Bridge.

report.pdf, report.docx   the report, section by section as a final report asks for it
evidence.xlsx             every table as a sheet, with the definitions
evidence.db               the same as one SQLite database (Datasette, DB Browser, R, Python)
csv/                      the same as CSV (UTF-8, RFC 4180)
manifest.json             what was made when, under which rules, and the SHA-256 of every file

report.pdf is tagged for screen readers: headings, tables with their header cells, and a description of every
chart. report.docx has the same and can be worked on.

Datasette shows what every table and column means with the metadata that the database brings:

    sqlite3 evidence.db 'SELECT metadata FROM datasette' > metadata.json
    datasette evidence.db --metadata metadata.json

Small numbers, and everything from which they could be computed, are withheld: an empty value with the note
"withheld" is not a zero. The table of indicators says what each number means.
"""
