"""A report as DOCX (ISO/IEC 29500) by python-docx, to be worked on in a word processor.

The package is written anew with fixed dates in its archive, so the same report gives the same bytes.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from coil_bridge.evaluation.report import Grid, Heading, NewPage, Part, Picture, Report, Text
from coil_bridge.evaluation.writers.archive import archived, unpacked

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WIDTH = 6.3  # inches, between the margins of an A4 page


def write_docx(report: Report, made_at: datetime) -> bytes:
    """The report as a file; ``made_at`` is stated in its properties."""
    from docx import Document  # noqa: PLC0415 - the worker makes reports, web processes do not
    from docx.shared import Inches, Mm, Pt  # noqa: PLC0415 - as above

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Inches(0.98)
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(10)
    properties = document.core_properties
    at = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.created = properties.modified = at
    properties.title, properties.subject = report.title, report.subtitle
    properties.author = properties.last_modified_by = "COIL Bridge"
    properties.comments = ""
    document.add_heading(report.title, 0)
    document.add_paragraph(report.subtitle)
    for part in report.parts:
        _add(document, part)
    target = io.BytesIO()
    document.save(target)
    return archived(unpacked(target.getvalue()))


def _add(document: Any, part: Part) -> None:
    from docx.shared import Inches  # noqa: PLC0415 - as in write_docx

    if isinstance(part, Heading):
        document.add_heading(part.text, part.level)
    elif isinstance(part, Text):
        document.add_paragraph(part.text)
    elif isinstance(part, NewPage):
        document.add_page_break()
    elif isinstance(part, Picture):
        caption = document.add_paragraph()
        caption.add_run(part.chart.title).bold = True
        caption.paragraph_format.keep_with_next = True
        picture = document.add_picture(io.BytesIO(part.chart.png()), width=Inches(_WIDTH))
        described = picture._inline.docPr
        described.set("descr", part.chart.description)
        described.set("title", part.chart.title)
    else:
        _add_table(document, part)


def _add_table(document: Any, grid: Grid) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as in write_docx
    from docx.shared import Pt  # noqa: PLC0415 - as in write_docx

    table = document.add_table(rows=0, cols=len(grid.header))
    table.style = "Light Grid Accent 1"
    for position, row in enumerate([grid.header, *grid.rows]):
        cells = table.add_row().cells
        for cell, value in zip(cells, row, strict=True):
            cell.text = ""
            run = cell.paragraphs[0].add_run(value)
            run.font.size, run.bold = Pt(8.5), position == 0
    if table.rows:  # a table over several pages says its header on each
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.add_paragraph()
