"""A report as PDF by ReportLab. The same report gives the same bytes: nothing in it is dated or random.

Every letter is in the file (``typefaces.py``): nothing depends on the fonts of whoever opens it.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from threading import Lock
from typing import Any

from coil_bridge.evaluation.report_parts import LANGUAGE, Grid, Heading, NewPage, Part, Picture, Report, Text
from coil_bridge.evaluation.writers.columns import column_widths, numeric_columns
from coil_bridge.evaluation.writers.typefaces import OWN, OWN_BOLD, Lettering, lettering, register_fonts

MEDIA_TYPE = "application/pdf"
_ONE_AT_A_TIME = Lock()  # ReportLab's fonts are the whole process's
_INK, _MUTED, _LINE, _HEAD = "#10252a", "#465a5d", "#b9c8c5", "#e8efed"
_MARGIN = 51  # points
_PADDING = 6  # what ReportLab keeps free within it
_CHART = 0.72  # of the page's width: its letters are then as large as those of the text
_CELL = 7.8  # points
_LETTER = _CELL * 0.64  # how wide one is on average


def write_pdf(report: Report) -> bytes:
    """The report as a file of A4 pages."""
    letters = lettering("".join(report.words()))
    target = io.BytesIO()
    document = _document(target, report)
    pages = _Pages(letters, document.width - 2 * _PADDING)
    foot = letters.markup(report.title)

    def below(canvas: Any, _document: Any) -> None:
        pages.foot(canvas, foot)

    with _ONE_AT_A_TIME:
        register_fonts(letters)
        document.build(list(pages.story(report)), onFirstPage=below, onLaterPages=below)
    return target.getvalue()


def _document(target: io.BytesIO, report: Report) -> Any:
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - the worker makes reports, web processes do not
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415 - as above

    class Document(SimpleDocTemplate):  # type: ignore[misc] # ReportLab has no types
        """Its headings are the bookmarks that a reader offers beside the pages."""

        def afterFlowable(self, flowable: Any) -> None:  # noqa: N802 - ReportLab's name
            level = getattr(flowable, "outline", None)
            if level is not None:
                key = f"part-{self.seq.nextf('part')}"
                self.canv.bookmarkPage(key)
                self.canv.addOutlineEntry(flowable.getPlainText(), key, level)

    return Document(
        target,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=50,
        bottomMargin=54,
        title=report.title,
        author="COIL Bridge",
        subject=report.subtitle,
        lang=LANGUAGE,
        invariant=1,
    )


class _Pages:
    """Turns the parts of a report into what ReportLab places on pages."""

    def __init__(self, letters: Lettering, width: float) -> None:
        self._letters = letters
        self._width = width
        self._styles = _styles()

    def story(self, report: Report) -> Iterator[Any]:
        """Everything, in its order."""
        yield self._paragraph(report.title, "title")
        yield self._paragraph(report.subtitle, "subtitle")
        if self._letters.missing:
            yield self._paragraph(_without(self._letters.missing), "text")
        for before, part in zip((None, *report.parts), report.parts, strict=False):
            found = list(self._flowables(part))
            if isinstance(part, Text) and isinstance(before, Heading):  # no heading with a line of text alone
                found[0].keepWithNext = True
            yield from found

    def foot(self, canvas: Any, title: str) -> None:
        """The title and the number of the page, below it."""
        from reportlab.platypus import Paragraph  # noqa: PLC0415 - as in _document

        wide = self._width * 0.85
        words = Paragraph(title, self._styles["foot"])
        words.wrap(wide, 30)
        words.drawOn(canvas, _MARGIN + _PADDING, 30)
        canvas.setFont(OWN, 8)
        canvas.setFillColor(_MUTED)
        canvas.drawRightString(_MARGIN + _PADDING + self._width, 32, str(canvas.getPageNumber()))

    def _paragraph(self, text: str, style: str) -> Any:
        from reportlab.platypus import Paragraph  # noqa: PLC0415 - as in _document

        return Paragraph(self._letters.markup(text), self._styles[style])

    def _flowables(self, part: Part) -> Iterator[Any]:
        from reportlab.platypus import Image, PageBreak  # noqa: PLC0415 - as in _document

        if isinstance(part, Heading):
            heading = self._paragraph(part.text, f"h{part.level}")
            heading.outline = part.level - 1
            yield heading
        elif isinstance(part, Text):
            yield self._paragraph(part.text, "text")
        elif isinstance(part, NewPage):
            yield PageBreak()
        elif isinstance(part, Picture):
            chart = part.chart
            yield self._paragraph(part.caption, "caption")
            wide = self._width * _CHART
            image = Image(io.BytesIO(chart.png()), wide, wide * chart.height / chart.width, hAlign="LEFT")
            image.spaceAfter = 8
            yield image
        else:
            yield self._paragraph(part.caption, "caption")
            yield self._table(part)

    def _table(self, grid: Grid) -> Any:
        from reportlab.platypus import Table, TableStyle  # noqa: PLC0415 - as in _document

        numeric = numeric_columns(grid)
        cells = [
            [
                self._paragraph(value, f"{'number' if column in numeric else 'cell'}{head}")
                for column, value in enumerate(row)
            ]
            for head, rows in (("head", [grid.header]), ("", grid.rows))
            for row in rows
        ]
        widths = column_widths(grid, self._width, _LETTER)
        table = Table(cells, colWidths=widths, repeatRows=1, hAlign="LEFT", spaceAfter=10)
        table.setStyle(
            TableStyle(
                [
                    ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE),
                    ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
                    ("VALIGN", (0, 1), (-1, -1), "TOP"),
                    ("LEFTPADDING", (0, 0), (-1, -1), 4),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                    ("TOPPADDING", (0, 0), (-1, -1), 3),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ]
            )
        )
        return table


def _without(missing: frozenset[str]) -> str:
    """What is said of letters that stand as boxes."""
    scripts = sorted({unicodedata.name(each, "unnamed").split()[0].capitalize() for each in missing})
    return (
        f"This file cannot show some letters ({', '.join(scripts)}): each stands as a box (□). "
        "The same report as DOCX, and the tables, have them."
    )


def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415 - as in _document

    def style(name: str, size: float, *, bold: bool = False, **more: Any) -> Any:
        given = {"textColor": _INK, "splitLongWords": 1} | more
        font = OWN_BOLD if bold else OWN
        return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.36, **given)

    return {
        "title": style("title", 21, bold=True, spaceAfter=4),
        "subtitle": style("subtitle", 10.5, spaceAfter=14, textColor=_MUTED),
        "h1": style("h1", 14, bold=True, spaceBefore=16, spaceAfter=7, keepWithNext=1),
        "h2": style("h2", 11, bold=True, spaceBefore=10, spaceAfter=5, keepWithNext=1),
        "text": style("text", 9.5, spaceAfter=7),
        "cell": style("cell", _CELL),
        "number": style("number", _CELL, alignment=2),
        "cellhead": style("cellhead", _CELL, bold=True),
        "numberhead": style("numberhead", _CELL, bold=True, alignment=2),
        "caption": style("caption", 8.5, bold=True, spaceBefore=6, spaceAfter=3, keepWithNext=1),
        "foot": style("foot", 8, textColor=_MUTED),
    }
