"""A report as DOCX (ISO/IEC 29500) by python-docx, to be worked on in a word processor.

It says what the PDF says, with real headings, captions that a list of tables can be made of, header rows
that are marked as such, and a description of each chart. The package is written anew with fixed dates in
its archive, so the same report gives the same bytes.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from coil_bridge.evaluation.report_parts import LANGUAGE, Grid, Heading, Items, Part, Picture, Report, Text
from coil_bridge.evaluation.writers.archive import archived, unpacked
from coil_bridge.evaluation.writers.columns import column_widths, numeric_columns

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WIDTH = 6.3  # inches, between the margins of an A4 page
_CELL = 8.5  # points
# Inches: how wide a letter is on average, with what a cell keeps free, also where Calibri is missing.
_LETTER = _CELL * 0.6 / 72
_KEPT_TOGETHER = 16  # rows of a table that no page divides
# What Word and LibreOffice replace by their own where it is missing.
_EAST_ASIAN_FONT, _EAST_ASIAN_LANGUAGE = "Microsoft YaHei", "zh-CN"
_INK, _LINE, _HEAD = "10252A", "B9C8C5", "E8EFED"


def write_docx(report: Report, made_at: datetime) -> bytes:
    """The report as a file; ``made_at`` is stated in its properties."""
    from docx import Document  # noqa: PLC0415 - the worker makes reports, web processes do not
    from docx.shared import Inches, Mm  # noqa: PLC0415 - as above

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Inches(0.98)
    _set_styles(document)
    properties = document.core_properties
    at = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.created = properties.modified = at
    properties.title, properties.subject = report.title, report.subtitle
    properties.author = properties.last_modified_by = "COIL Bridge"
    properties.comments, properties.language = "", LANGUAGE
    document.add_heading(report.title, 0)
    document.add_paragraph(report.subtitle, style="Subtitle")
    for before, part in zip((None, *report.parts), report.parts, strict=False):
        _add(document, part)
        if isinstance(part, Text) and isinstance(before, Heading):  # no heading with a line of text alone
            document.paragraphs[-1].paragraph_format.keep_with_next = True
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{report.title} · ")
    _field(foot, "PAGE", "1")
    relations = document.part.package.rels
    for key in [key for key, each in relations.items() if each.reltype.endswith("/thumbnail")]:
        del relations[key]  # it shows the empty template
    target = io.BytesIO()
    document.save(target)
    return archived(unpacked(target.getvalue()))


def _set_styles(document: Any) -> None:
    """Letters, colours, and the language in which a word processor checks the spelling."""
    from docx.oxml.ns import qn  # noqa: PLC0415 - as in write_docx
    from docx.shared import Pt, RGBColor  # noqa: PLC0415 - as in write_docx

    ink = RGBColor.from_string(_INK)
    for name, size in (("Normal", 10), ("Subtitle", 11), ("Caption", 9), ("Footer", 8)):
        font = document.styles[name].font
        font.name, font.size, font.italic, font.color.rgb = "Calibri", Pt(size), False, ink
    for name in ("Title", "Heading 1", "Heading 2"):
        document.styles[name].font.color.rgb = ink
    document.styles["Title"].element.pPr.remove(document.styles["Title"].element.pPr.find(qn("w:pBdr")))
    subtitle = document.styles["Subtitle"].element.rPr
    subtitle.remove(subtitle.find(qn("w:spacing")))
    caption = document.styles["Caption"].paragraph_format
    caption.keep_with_next, caption.space_before, caption.space_after = True, Pt(12), Pt(4)
    defaults = document.styles.element.find(".//" + qn("w:rPrDefault")).find(qn("w:rPr"))
    language = defaults.find(qn("w:lang"))
    language.set(qn("w:val"), LANGUAGE)
    language.set(qn("w:eastAsia"), _EAST_ASIAN_LANGUAGE)
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        fonts.attrib.pop(qn("w:eastAsiaTheme"), None)
        fonts.set(qn("w:eastAsia"), _EAST_ASIAN_FONT)
    document.settings.element.find(qn("w:themeFontLang")).set(qn("w:val"), LANGUAGE)


def _add(document: Any, part: Part) -> None:
    from docx.shared import Inches  # noqa: PLC0415 - as in write_docx

    if isinstance(part, Heading):
        document.add_heading(part.text, part.level)
    elif isinstance(part, Text):
        document.add_paragraph(part.text)
    elif isinstance(part, Items):
        for text in part.texts:
            document.add_paragraph(text, style="List Bullet")
    elif isinstance(part, Picture):
        _caption(document, "Figure", part.number, part.chart.title)
        picture = document.add_picture(io.BytesIO(part.chart.png()), width=Inches(_WIDTH * 0.8))
        described = picture._inline.docPr
        described.set("descr", part.chart.description)
        described.set("title", part.chart.title)
    else:
        _caption(document, "Table", part.number, part.title)
        _add_table(document, part)


def _caption(document: Any, kind: str, number: int, title: str) -> None:
    """A caption ("Table 3. …") whose number a word processor counts on when tables are added."""
    caption = document.add_paragraph(style="Caption")
    caption.add_run(f"{kind} ")
    _field(caption, f"SEQ {kind} \\* ARABIC", str(number))
    caption.add_run(f". {title}")


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    """A field (ISO/IEC 29500-1, 17.16) and what it shows until a word processor works it out again."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as in write_docx
    from docx.oxml.ns import qn  # noqa: PLC0415 - as in write_docx

    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(mark)
        if kind == "begin":
            text = OxmlElement("w:instrText")
            text.text = f" {instruction} "
            paragraph.add_run()._r.append(text)
        elif kind == "separate":
            paragraph.add_run(shown)


def _add_table(document: Any, grid: Grid) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 - as in write_docx
    from docx.oxml import OxmlElement  # noqa: PLC0415 - as in write_docx
    from docx.shared import Inches, Pt  # noqa: PLC0415 - as in write_docx

    table = document.add_table(rows=len(grid.rows) + 1, cols=len(grid.header))
    table.autofit = False
    _dress(table, grid.title)
    numeric, widths = numeric_columns(grid), column_widths(grid, _WIDTH, _LETTER)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Inches(width)
    for position, (line, row) in enumerate(zip(table.rows, [grid.header, *grid.rows], strict=True)):
        properties = line._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if position == 0:  # a table over several pages says its header on each
            properties.append(OxmlElement("w:tblHeader"))
        for column, (cell, value) in enumerate(zip(line.cells, row, strict=True)):
            cell.width = Inches(widths[column])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.keep_with_next = position < len(grid.rows) <= _KEPT_TOGETHER
            if column in numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = paragraph.add_run(value)
            run.font.size, run.bold = Pt(_CELL), position == 0
            if position == 0:
                _shade(cell)


def _dress(table: Any, title: str) -> None:
    """Lines between the rows, and what a screen reader says of the table."""
    from docx.oxml import parse_xml  # noqa: PLC0415 - as in write_docx
    from docx.oxml.ns import nsdecls, qn  # noqa: PLC0415 - as in write_docx

    properties = table._tbl.tblPr
    sides = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>' for side in _SIDES)
    borders = parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>")
    look = properties.find(qn("w:tblLook"))
    look.addprevious(borders)
    for name in ("firstRow", "firstColumn"):  # they say what the others are about
        look.set(qn(f"w:{name}"), "1")
    for name in ("lastRow", "lastColumn"):
        look.set(qn(f"w:{name}"), "0")
    caption = parse_xml(f"<w:tblCaption {nsdecls('w')}/>")
    caption.set(qn("w:val"), title)
    look.addnext(caption)


_SIDES = ("top", "bottom", "insideH")


def _shade(cell: Any) -> None:
    from docx.oxml import parse_xml  # noqa: PLC0415 - as in write_docx
    from docx.oxml.ns import nsdecls  # noqa: PLC0415 - as in write_docx

    shading = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_HEAD}"/>')
    cell._tc.get_or_add_tcPr().append(shading)
