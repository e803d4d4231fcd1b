"""The pages of a report: each part of it as what ReportLab places, with its element of the structure.

This module imports ReportLab, so only the worker imports it.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Paragraph, SimpleDocTemplate, TableStyle

from coil_bridge.evaluation.report_parts import (
    LANGUAGE,
    Grid,
    Heading,
    Items,
    Part,
    Picture,
    Report,
    Text,
)
from coil_bridge.evaluation.writers.columns import column_widths, numeric_columns
from coil_bridge.evaluation.writers.pdf_structure import (
    Element,
    TaggedImage,
    TaggedParagraph,
    TaggedTable,
)
from coil_bridge.evaluation.writers.typefaces import OWN, OWN_BOLD, Lettering

_INK, _MUTED, _LINE, _HEAD = "#10252a", "#465a5d", "#b9c8c5", "#e8efed"
_MARGIN = 51  # points
_PADDING = 6  # what ReportLab keeps free within it
_CHART = 0.72  # of the page's width: its letters are then as large as those of the text
_CELL = 7.8  # points
_LETTER = _CELL * 0.64  # how wide one is on average
_KEPT_TOGETHER = 16  # rows of a table that no page divides
_BEGINNING = 150  # points: a heading, a caption, and the first rows of a longer one


class Document(SimpleDocTemplate):  # type: ignore[misc] # ReportLab has no types
    """A4 pages whose headings are the bookmarks that a reader offers beside them."""

    def __init__(self, target: io.BytesIO, report: Report) -> None:
        super().__init__(
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

    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802 - ReportLab's name
        """A heading has been placed."""
        level = getattr(flowable, "outline", None)
        if level is not None:
            key = f"part-{self.seq.nextf('part')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, level)


class Pages:
    """Turns the parts of a report into what ReportLab places on pages; ``root`` becomes their structure."""

    def __init__(self, letters: Lettering, wide: float) -> None:
        self.root = Element("Document")
        self._letters = letters
        self._width = wide - 2 * _PADDING
        self._styles = _styles()

    def story(self, report: Report) -> Iterator[Any]:
        """Everything, in its order."""
        yield self._paragraph(report.title, "title", self.root.add("H1"))
        yield self._paragraph(report.subtitle, "subtitle", self.root.add("P"))
        if self._letters.missing:
            yield self._paragraph(_without(self._letters.missing), "text", self.root.add("P"))
        around = zip((None, *report.parts), report.parts, (*report.parts[1:], None), strict=False)
        for before, part, after in around:
            if _is_long(after if isinstance(part, Heading) else part) and not isinstance(before, Heading):
                yield CondPageBreak(_BEGINNING)
            found = list(self._flowables(part))
            if isinstance(part, Text) and isinstance(before, Heading):  # no heading with a line of text alone
                found[0].keepWithNext = True
            yield from found

    def foot(self, canvas: Any, title: str) -> None:
        """The title and the number of the page, below it."""
        canvas.begin(None)
        wide = self._width * 0.85
        words = Paragraph(self._letters.markup(title), self._styles["foot"])
        words.wrap(wide, 30)
        words.drawOn(canvas, _MARGIN + _PADDING, 30)
        canvas.setFont(OWN, 8)
        canvas.setFillColor(_MUTED)
        canvas.drawRightString(_MARGIN + _PADDING + self._width, 32, str(canvas.getPageNumber()))
        canvas.end()

    def _paragraph(self, text: str, style: str, element: Element) -> Any:
        made = TaggedParagraph(self._letters.markup(text), self._styles[style])
        made.element = element
        return made

    def _flowables(self, part: Part) -> Iterator[Any]:
        if isinstance(part, Heading):
            heading = self._paragraph(part.text, f"h{part.level}", self.root.add(f"H{part.level + 1}"))
            heading.outline = part.level - 1
            yield heading
        elif isinstance(part, Text):
            yield self._paragraph(part.text, "text", self.root.add("P"))
        elif isinstance(part, Items):
            items = self.root.add("L")
            for text in part.texts:
                yield self._paragraph(f"– {text}", "item", items.add("LI").add("LBody"))
        elif isinstance(part, Picture):
            yield self._paragraph(part.caption, "caption", self.root.add("Caption"))
            yield self._picture(part)
        else:
            table = self.root.add("Table")
            caption = self._paragraph(part.caption, "caption", table.add("Caption"))
            caption.keepWithNext = not _is_long(part)
            yield caption
            yield self._table(part, table)

    def _picture(self, part: Picture) -> Any:
        chart, wide = part.chart, self._width * _CHART
        high = wide * chart.height / chart.width
        image = TaggedImage(io.BytesIO(chart.png()), wide, high, hAlign="LEFT")
        image.element = self.root.add("Figure", described=chart.description)
        image.spaceAfter = 8
        return image

    def _table(self, grid: Grid, table: Element) -> Any:
        numeric = numeric_columns(grid)
        cells = [
            [
                self._paragraph(value, f"{'number' if column in numeric else 'cell'}{head}", element)
                for column, (value, element) in enumerate(zip(row, elements, strict=True))
            ]
            for head, rows in (("head", [grid.header]), ("", grid.rows))
            for row in rows
            for elements in [table.row(len(row), header=bool(head))]
        ]
        widths = column_widths(grid, self._width, _LETTER)
        placed = TaggedTable(cells, colWidths=widths, repeatRows=1, hAlign="LEFT", spaceAfter=10)
        placed.setStyle(
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
        return placed


def _is_long(part: Part | None) -> bool:
    return isinstance(part, Grid) and len(part.rows) > _KEPT_TOGETHER


def _without(missing: frozenset[str]) -> str:
    """What is said of letters that stand as boxes."""
    scripts = sorted({unicodedata.name(each, "unnamed").split()[0].capitalize() for each in missing})
    return (
        f"This file cannot show some letters ({', '.join(scripts)}): each stands as a box (□). "
        "The same report as DOCX, and the tables, have them."
    )


def _styles() -> dict[str, Any]:
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
        "item": style("item", 9.5, spaceAfter=4, leftIndent=12, firstLineIndent=-10),
        "cell": style("cell", _CELL),
        "number": style("number", _CELL, alignment=2),
        "cellhead": style("cellhead", _CELL, bold=True),
        "numberhead": style("numberhead", _CELL, bold=True, alignment=2),
        "caption": style("caption", 8.5, bold=True, spaceBefore=6, spaceAfter=3, keepWithNext=1),
        "foot": style("foot", 8, textColor=_MUTED),
    }
