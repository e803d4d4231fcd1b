"""What each mark on a page is: the structure of a tagged PDF (ISO 32000-1, 14.7 and 14.8), for ReportLab.

A screen reader takes headings, tables with their header cells and the descriptions of charts from a tree
of elements beside the pages. ReportLab writes no such tree, but draws by operators that others can stand
between: each flowable of a report has its element here and puts its drawing between the two operators of
marked content. What is no content (lines, shades, the foot of a page, a header that a table repeats) is an
artifact.

This module imports ReportLab, so only the worker imports it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Image, Paragraph, Table

_ROWS, _COLUMNS = "Row", "Column"


@dataclass(eq=False, slots=True)
class Element:
    """An element of the structure: its standard type (ISO 32000-1, 14.8.4), and what is in it."""

    kind: str
    described: str = ""  # what is said instead of it
    scope: str = ""  # of a header cell
    box: tuple[float, float, float, float] | None = None  # of a figure, in points
    children: list[Element] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)  # page from 0, number on it

    def add(self, kind: str, *, described: str = "", scope: str = "") -> Element:
        """Another element as the last within this one."""
        child = Element(kind, described, scope)
        self.children.append(child)
        return child

    def row(self, count: int, *, header: bool = False) -> list[Element]:
        """A row of a table with ``count`` cells, of which the first is what the row is about."""
        row = self.add("TR")
        scopes = [_COLUMNS] * count if header else [_ROWS, *[""] * (count - 1)]
        return [row.add("TH" if scope else "TD", scope=scope) for scope in scopes]


class TaggedCanvas(Canvas):  # type: ignore[misc] # ReportLab has no types
    """A canvas that writes the structure below ``root`` when it is saved."""

    def __init__(self, root: Element, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._root = root
        self._marked: list[list[Element]] = []  # of each page, in the order of their numbers

    def begin(self, element: Element | None) -> None:
        """What is drawn until ``end`` belongs to an element, or is no content."""
        if element is None:
            self._code.append("/Artifact BMC")
            return
        page = self.getPageNumber() - 1
        while len(self._marked) <= page:
            self._marked.append([])
        number = len(self._marked[page])
        self._marked[page].append(element)
        element.marks.append((page, number))
        self._code.append(f"/{element.kind} <</MCID {number}>> BDC")

    def end(self) -> None:
        """What was begun ends."""
        self._code.append("EMC")

    def save(self) -> None:
        """Write the file, its structure with it."""
        if self._code:
            self.showPage()
        self.setViewerPreference("DisplayDocTitle", "true")
        _Writing(self._doc, self._marked).write(self._root)
        super().save()


class TaggedParagraph(Paragraph):  # type: ignore[misc] # ReportLab has no types
    """A paragraph, or a cell of a table; drawn a second time it is a table's repeated header."""

    element: Element | None = None
    _drawn = False

    def draw(self) -> None:
        """Draw it as what it is."""
        self.canv.begin(None if self._drawn else self.element)
        if not self._drawn:
            self._space_lines()
        self._drawn = True
        super().draw()
        self.canv.end()

    def _space_lines(self) -> None:
        """The last word of a line and the first of the next are two (ISO 32000-1, 14.8.2.5)."""
        for line in self.blPara.lines:
            if self.blPara.kind == 0:  # one font: what is free, and the words
                line[1].append("")
            elif line.words:
                line.words[-1].text += " "

    def split(self, wide: float, high: float) -> list[Any]:
        """Its parts on two pages are one element."""
        parts: list[Any] = super().split(wide, high)
        for part in parts:
            part.element = self.element
        return parts


class TaggedImage(Image):  # type: ignore[misc] # ReportLab has no types
    """A picture with its description."""

    element: Element

    def draw(self) -> None:
        """Draw it as a figure; where it stands is part of what is told of it."""
        left, low = self.canv.absolutePosition(0, 0)
        self.element.box = (left, low, left + self.drawWidth, low + self.drawHeight)
        self.canv.begin(self.element)
        super().draw()
        self.canv.end()


class TaggedTable(Table):  # type: ignore[misc] # ReportLab has no types
    """A table whose shades and lines are no content; its cells are tagged paragraphs."""

    def _drawBkgrnd(self) -> None:  # noqa: N802 - ReportLab's name
        self.canv.begin(None)
        super()._drawBkgrnd()
        self.canv.end()

    def _drawLines(self) -> None:  # noqa: N802 - ReportLab's name
        self.canv.begin(None)
        super()._drawLines()
        self.canv.end()


class _Writing:
    """Puts a structure into ReportLab's document."""

    def __init__(self, document: Any, marked: list[list[Element]]) -> None:
        self._document = document
        self._marked = marked
        self._pages = [document.Reference(page) for page in document.Pages.pages]
        self._references: dict[int, Any] = {}
        self._scopes: dict[str, Any] = {}

    def write(self, root: Element) -> None:
        """The tree, the way back from the marks of each page to it, and that the file has them."""
        catalog = self._document.Catalog
        tree = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        catalog.StructTreeRoot = self._document.Reference(tree)
        tree["K"] = self._written(root, catalog.StructTreeRoot)
        tree["ParentTree"] = PDFDictionary({"Nums": PDFArray(self._ways_back())})
        tree["ParentTreeNextKey"] = len(self._marked)
        catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        for number, page in enumerate(self._document.Pages.pages):
            page.StructParents, page.Tabs = number, PDFName("S")
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]

    def _written(self, element: Element, parent: Any) -> Any:
        written = PDFDictionary({"S": PDFName(element.kind), "P": parent})
        reference = self._references[id(element)] = self._document.Reference(written)
        children = [self._written(child, reference) for child in element.children]
        if len(element.marks) == 1 and not children:  # most are
            [(page, written["K"])] = element.marks
            written["Pg"] = self._pages[page]
        else:
            marks = [
                PDFDictionary({"Type": PDFName("MCR"), "Pg": self._pages[page], "MCID": number})
                for page, number in element.marks
            ]
            written["K"] = PDFArray([*marks, *children])
        if element.described:
            written["Alt"] = PDFString(element.described)
        if element.scope:
            written["A"] = self._scope(element.scope)
        if element.box:
            box = PDFArray([round(each, 2) for each in element.box])
            written["A"] = PDFDictionary({"O": PDFName("Layout"), "Placement": PDFName("Block"), "BBox": box})
        return reference

    def _scope(self, name: str) -> Any:
        if name not in self._scopes:
            scope = PDFDictionary({"O": PDFName("Table"), "Scope": PDFName(name)})
            self._scopes[name] = self._document.Reference(scope)
        return self._scopes[name]

    def _ways_back(self) -> list[Any]:
        found: list[Any] = []
        for number, elements in enumerate(self._marked):
            found += [number, PDFArray([self._references[id(each)] for each in elements])]
        return found
