"""A report as PDF by ReportLab. The same report gives the same bytes: nothing in it is dated or random.

DejaVu Sans (Latin, Cyrillic, Greek) is embedded from the font files that come with matplotlib; Chinese is
set in STSong-Light, one of the fonts that every PDF reader brings itself (PDF 32000-1, 9.7.5).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from coil_bridge.evaluation.report import Grid, Heading, NewPage, Part, Picture, Report, Text

MEDIA_TYPE = "application/pdf"
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_NUMBER = re.compile(r"[+\-\u2212]?[\d\u202f]+(\.\d+)?")
_INK, _LINE, _HEAD = "#10252a", "#b9c8c5", "#e8efed"
_CHART = 0.72  # of the page's width: its letters are then as large as those of the text


def write_pdf(report: Report) -> bytes:
    """The report as a file of A4 pages."""
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - the worker makes reports, web processes do not
    from reportlab.platypus import Paragraph, SimpleDocTemplate  # noqa: PLC0415 - as above

    _register_fonts()
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=51,
        rightMargin=51,
        topMargin=54,
        bottomMargin=54,
        title=report.title,
        author="COIL Bridge",
        subject=report.subtitle,
        lang="en",
        invariant=1,
    )
    styles = _styles()
    story: list[Any] = [
        Paragraph(_words(report.title), styles["title"]),
        Paragraph(_words(report.subtitle), styles["subtitle"]),
    ]
    for part in report.parts:
        story += _flowables(part, styles, document.width)
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return target.getvalue()


def _register_fonts() -> None:
    from matplotlib import get_data_path  # noqa: PLC0415 - it brings the font files
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - as in write_pdf
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415 - as in write_pdf
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415 - as in write_pdf

    folder = Path(get_data_path()) / "fonts" / "ttf"
    for name, file in (("Report", "DejaVuSans.ttf"), ("Report-Bold", "DejaVuSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily("Report", normal="Report", bold="Report-Bold")
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415 - as in write_pdf

    def style(name: str, size: float, *, bold: bool = False, **more: Any) -> Any:
        font = "Report-Bold" if bold else "Report"
        return ParagraphStyle(
            name, fontName=font, fontSize=size, leading=size * 1.36, textColor=_INK, splitLongWords=1, **more
        )

    return {
        "title": style("title", 21, bold=True, spaceAfter=4),
        "subtitle": style("subtitle", 10.5, spaceAfter=14),
        "h1": style("h1", 14, bold=True, spaceBefore=16, spaceAfter=7, keepWithNext=1),
        "h2": style("h2", 11, bold=True, spaceBefore=10, spaceAfter=5, keepWithNext=1),
        "text": style("text", 9.5, spaceAfter=7),
        "cell": style("cell", 7.8),
        "number": style("number", 7.8, alignment=2),
        "head": style("head", 7.8, bold=True),
        "numberhead": style("numberhead", 7.8, bold=True, alignment=2),
        "caption": style("caption", 8.5, bold=True, spaceBefore=6, spaceAfter=2, keepWithNext=1),
    }


def _flowables(part: Part, styles: dict[str, Any], width: float) -> Iterator[Any]:
    from reportlab.platypus import Image, PageBreak, Paragraph, Spacer  # noqa: PLC0415 - as in write_pdf

    if isinstance(part, Heading):
        yield Paragraph(_words(part.text), styles["h1" if part.level == 1 else "h2"])
    elif isinstance(part, Text):
        yield Paragraph(_words(part.text), styles["text"])
    elif isinstance(part, NewPage):
        yield PageBreak()
    elif isinstance(part, Picture):
        chart = part.chart
        yield Paragraph(_words(chart.title), styles["caption"])
        wide = width * _CHART
        yield Image(io.BytesIO(chart.png()), wide, wide * chart.height / chart.width, hAlign="LEFT")
        yield Spacer(1, 8)
    else:
        yield _table(part, styles, width)
        yield Spacer(1, 10)


def _table(grid: Grid, styles: dict[str, Any], width: float) -> Any:
    from reportlab.platypus import Paragraph, Table, TableStyle  # noqa: PLC0415 - as in write_pdf

    numeric = {
        column
        for column in range(len(grid.header))
        if column != grid.wide and grid.rows and all(_is_number(row[column]) for row in grid.rows)
    }
    cells = [
        [
            Paragraph(_words(name), styles["numberhead" if column in numeric else "head"])
            for column, name in enumerate(grid.header)
        ]
    ]
    cells += [
        [
            Paragraph(_words(value), styles["number" if column in numeric else "cell"])
            for column, value in enumerate(row)
        ]
        for row in grid.rows
    ]
    table = Table(cells, colWidths=_widths(grid, width), repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 4),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def _widths(grid: Grid, width: float) -> list[float]:
    """A column is as wide as its longest words need, a long text less than in proportion."""
    longest = [
        max(len(row[column]) for row in (grid.header, *grid.rows)) for column in range(len(grid.header))
    ]
    shares = [min(max(length, 10), 200) ** 0.55 for length in longest]
    return [width * share / sum(shares) for share in shares]


def _is_number(value: str) -> bool:
    return value in ("withheld", "–") or _NUMBER.fullmatch(value) is not None


def _words(value: str) -> str:
    """Text as ReportLab's markup, Chinese in a font that has it; narrow spaces are plain ones."""
    plain = escape(value.replace("\u202f", "\u00a0"), quote=False)
    return _CHINESE.sub(lambda found: f'<font name="STSong-Light">{found[0]}</font>', plain)


def _foot(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Report", 8)
    canvas.setFillColor(_INK)
    canvas.drawRightString(document.pagesize[0] - 51, 30, str(canvas.getPageNumber()))
    canvas.restoreState()
