"""The report's two files, read by pdftotext and python-docx: every script is in them, both say the same."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from coil_bridge.evaluation.charts import bars
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.evaluation.evidence_dataset import Made
from coil_bridge.evaluation.report import report_of
from coil_bridge.evaluation.report_parts import (
    Grid,
    Heading,
    Items,
    Part,
    Picture,
    Report,
    Text,
    numbered,
)
from coil_bridge.evaluation.writers.columns import column_widths, numeric_columns
from coil_bridge.evaluation.writers.document import write_docx
from coil_bridge.evaluation.writers.pdf import write_pdf
from tests.required import skip_or_fail
from tests.unit.evaluation.test_pack import nasty

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SERBIAN, KAZAKH, CHINESE = "Гласови с Ђердапа", "Қазақ ұлттық университеті", "西安交通大学国际视频课程"
KOREAN, JAPANESE, BEYOND = "서울대학교", "東京の声", "𠮷野的第一课"
SCRIPTS = (SERBIAN, KAZAKH, CHINESE, KOREAN, JAPANESE, BEYOND)


def report(*parts: Part, title: str = "Two rivers") -> Report:
    return Report(title, "Evidence for the final report", tuple(numbered(parts)))


def read_pdf(content: bytes, folder: Path) -> str:
    """The text in the order in which it was drawn, a table cell by cell."""
    if shutil.which("pdftotext") is None:
        skip_or_fail("pdftotext", "pdftotext is not installed (poppler-utils)")
    path = folder / "report.pdf"
    path.write_bytes(content)
    return run("pdftotext", "-raw", str(path), "-")


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_script_can_be_read_searched_and_seen_anywhere(tmp_path: Path) -> None:
    chart = bars("contact", "Contact hours", [*SCRIPTS], [1, 2, 3, 4, 5, 6], "hours")
    content = write_pdf(
        report(
            Heading(CHINESE),
            Text(KOREAN),
            Grid("Names", ("Name", "n"), [(each, "1") for each in SCRIPTS]),
            Picture(chart),
            title=BEYOND,
        )
    )
    text = read_pdf(content, tmp_path)
    for words in SCRIPTS:
        assert words in text
    fonts = [line.split() for line in run("pdffonts", str(tmp_path / "report.pdf")).splitlines()[2:]]
    far = [line for line in fonts if "NotoSansCJKsc" in line[0]]
    assert far
    assert {line[-5] for line in far} == {"yes"}  # embedded


def test_the_letters_are_the_same_bytes_each_time() -> None:
    first, again = (write_pdf(report(Text(words))) for words in (CHINESE, CHINESE))
    assert first == again
    assert b"NotoSansCJK" not in write_pdf(report(Text(KAZAKH)))


def test_what_cannot_be_shown_is_said(tmp_path: Path) -> None:
    text = read_pdf(write_pdf(report(Text("Bridges جسور गंगा"))), tmp_path)
    assert "cannot show some letters (Arabic, Devanagari)" in " ".join(text.split())
    assert "Bridges □□□□ " in text
    assert "جسور" in docx.Document(io.BytesIO(write_docx(report(Text("جسور")), AT))).paragraphs[-1].text
    assert "cannot show" not in read_pdf(write_pdf(report(Text(CHINESE))), tmp_path)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The structure of a PDF as poppler reads it: a report with everything, one table over two pages."""
    chart = bars("contact", "Contact hours", ["Voices"], [12.5], "hours")
    long = Grid("Sessions", ("Pairing", "n"), [(f"Row {number} {CHINESE}", "1") for number in range(60)])
    words = [Text("A sentence that is longer than one line. " * 4), Items(["One thing", "Another"])]
    content = write_pdf(report(Heading("Results"), *words, long, Heading("More", 2), Picture(chart)))
    read_pdf(content, folder := tmp_path_factory.mktemp("pdf"))
    assert content.count(b"/Alt (hours. Voices: 12.5.)") == 1
    assert b"/DisplayDocTitle true" in content
    assert b"/Lang (en-GB)" in content
    assert b"/MarkInfo" in content
    return run("pdfinfo", "-struct-text", str(folder / "report.pdf"))


def test_a_screen_reader_finds_headings_lists_and_words(tree: str) -> None:
    lines = [line.strip() for line in tree.splitlines()]
    kinds = [line.split()[0].rstrip(":") for line in lines if not line.startswith(('"', "/"))]
    before_the_table = kinds[: kinds.index("Table")]
    assert before_the_table == ["Document", "H1", "P", "H2", "P", "L", "LI", "LBody", "LI", "LBody"]
    assert [kinds.count(each) for each in ("Table", "H3", "Figure", "Caption")] == [1, 1, 1, 2]
    assert ("A sentence that is longer than one line. " * 4).strip() in " ".join(tree.split())


def test_a_table_over_two_pages_is_one_with_one_row_of_headers(tree: str) -> None:
    table = tree[tree.index("Table (block)") : tree.index("H3 (block)")]
    assert table.count("TR\n") == 61
    assert table.count("/Scope /Column") == 2
    assert table.count("/Scope /Row") == table.count("TD\n") == 60
    assert [table.count(f'"{words}') for words in ("Pairing ", "n ", "Two rivers", "2")] == [1, 1, 0, 0]
    assert f'"Row 59 {CHINESE} "' in table


def said(document: docx.document.Document) -> Iterator[str]:
    """Every text of a DOCX in its order, a table cell by cell."""
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Table):
            for row in block.rows:
                yield from (cell.text for cell in row.cells)


def test_both_files_say_the_same_in_the_same_order(tmp_path: Path) -> None:
    made = Made(AT, SETS[CURRENT], "tzdata 2026.6", "COIL Bridge 0.1.0")
    whole = report_of(nasty(), made, [Heading("Surveys"), Text("Of one survey")])
    document = docx.Document(io.BytesIO(write_docx(whole, AT)))
    text, place, between = squeezed(read_pdf(write_pdf(whole), tmp_path)), 0, ""
    for words in map(squeezed, said(document)):
        found = text.index(words, place)
        between += text[place:found]
        place = found + len(words)
    between += text[place:]
    # What only the PDF says: the line below each page, and the headers that a table repeats on the next one.
    for repeated in (squeezed(whole.title), *(squeezed("".join(t.header)) for t in grids(whole))):
        between = between.replace(repeated, "")
    assert between.isdigit()
    assert len(document.tables) == len(grids(whole)) > 7


def grids(value: Report) -> list[Grid]:
    return [part for part in value.parts if isinstance(part, Grid)]


@pytest.fixture(scope="module")
def document() -> docx.document.Document:
    chart = bars("contact", "Contact hours", ["Voices"], [12.5], "hours")
    grid = Grid("Sessions", ("Pairing", "n"), [("Voices", "12"), ("两条河", "withheld")])
    words = [Heading("Results"), Text("A sentence"), Items(["One thing"])]
    content = write_docx(report(*words, grid, Grid("Empty", ("a",), []), Picture(chart)), AT)
    return docx.Document(io.BytesIO(content))


def test_a_word_processor_knows_the_languages(document: docx.document.Document) -> None:
    languages = list(document.styles.element.iter(qn("w:lang")))
    assert [each.get(qn("w:val")) for each in languages] == ["en-GB"]
    assert [each.get(qn("w:eastAsia")) for each in languages] == ["zh-CN"]
    assert document.core_properties.language == "en-GB"
    assert not [each for each in document.part.package.iter_parts() if "thumbnail" in each.partname]


def test_tables_and_charts_speak(document: docx.document.Document) -> None:
    [table] = document.tables  # the one without rows is left out
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table._tbl.tblPr.find(qn("w:tblLook")).get(qn("w:firstColumn")) == "1"
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "Sessions"
    [picture] = document.inline_shapes
    assert picture._inline.docPr.get("descr") == "hours. Voices: 12.5."
    captions = [each for each in document.paragraphs if each.style.name == "Caption"]
    assert [each.text for each in captions] == ["Table 1. Sessions", "Figure 1. Contact hours"]
    fields = [each.text for each in document.element.iter(qn("w:instrText"))]
    assert fields == [r" SEQ Table \* ARABIC ", r" SEQ Figure \* ARABIC "]


def test_what_belongs_together_stays_on_a_page(document: docx.document.Document) -> None:
    kept = {each.text: each.paragraph_format.keep_with_next for each in document.paragraphs}
    assert (kept["A sentence"], kept["One thing"]) == (True, None)
    [table] = document.tables
    cells = [[cell.paragraphs[0].paragraph_format.keep_with_next for cell in row.cells] for row in table.rows]
    assert cells == [[True, True], [True, True], [False, False]]
    assert all(each.text or each._p.find(".//" + qn("w:drawing")) is not None for each in document.paragraphs)
    assert [each.style.name for each in document.paragraphs if each.text == "One thing"] == ["List Bullet"]


def test_long_east_asian_names_leave_the_other_columns_their_words() -> None:
    grid = Grid("t", ("Pairing", "Phase", "Model"), [("西安交通大学国际视频课程" * 3, "Autumn", "COIL")])
    widths = column_widths(grid, 300, 5)
    assert sum(widths) == pytest.approx(300)
    assert widths[1] >= 8 * 5
    assert widths[2] >= 7 * 5


def test_columns_have_room_for_their_words_and_fill_the_line() -> None:
    values = ("A statement of some length " * 6, "+0.59", "withheld")
    grid = Grid("t", ("Statement", "Mean", "n"), [values, ("Another", "not measurable", "nothing recorded")])
    widths = column_widths(grid, 500, 5)
    assert sum(widths) == pytest.approx(500)
    assert widths[1] >= 7 * 5
    assert widths[2] >= 10 * 5
    assert widths[0] > 280
    narrow = column_widths(grid, 60, 5)
    assert sum(narrow) == pytest.approx(60)
    assert numeric_columns(grid) == {1, 2}
