"""A report as PDF by ReportLab. The same report gives the same bytes: nothing in it is dated or random.

Every letter is in the file (``typefaces.py``): nothing depends on the fonts of whoever opens it. The file is
tagged (``pdf_structure.py``): a screen reader finds headings, header cells and what charts show.
"""

from __future__ import annotations

import io
from functools import partial
from threading import Lock
from typing import Any

from coil_bridge.evaluation.report_parts import Report
from coil_bridge.evaluation.writers.typefaces import lettering, register_fonts

MEDIA_TYPE = "application/pdf"
_ONE_AT_A_TIME = Lock()  # ReportLab's fonts are the whole process's


def write_pdf(report: Report) -> bytes:
    """The report as a file of A4 pages."""
    from coil_bridge.evaluation.writers.pdf_pages import Document, Pages  # noqa: PLC0415 - ReportLab, for the worker only
    from coil_bridge.evaluation.writers.pdf_structure import TaggedCanvas  # noqa: PLC0415 - ReportLab, for the worker only

    letters = lettering("".join(report.words()))
    target = io.BytesIO()
    document = Document(target, report)
    pages = Pages(letters, document.width)

    def below(canvas: Any, _document: Any) -> None:
        pages.foot(canvas, report.title)

    with _ONE_AT_A_TIME:
        register_fonts(letters)
        document.build(
            list(pages.story(report)),
            onFirstPage=below,
            onLaterPages=below,
            canvasmaker=partial(TaggedCanvas, pages.root),
        )
    return target.getvalue()
