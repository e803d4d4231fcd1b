"""The letters of a PDF: which font file has which, and the East Asian ones in a form that can be embedded.

DejaVu Sans (Latin, Cyrillic, Greek; it comes with matplotlib) is ReportLab's to embed as it is. Noto Sans CJK
(Chinese, Japanese, Korean, also beyond the basic plane) has PostScript outlines, which ReportLab cannot take:
the few letters that a report needs are cut out of it and their outlines turned into TrueType's (OpenType 1.9,
"glyf"), always into the same bytes. What neither font has, and writing from right to left, which would need
an engine of its own, stands as a box; ``Lettering.missing`` names those letters for the report to say so.
"""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

OWN, OWN_BOLD, EAST_ASIAN = "Report", "Report-Bold", "Report-East-Asian"
EAST_ASIAN_FAMILY = "Noto Sans CJK SC"
_SIMPLIFIED = 2  # of the collection's faces: Han letters as they are written in mainland China
_BOX = "\u25a1"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_BEYOND_BASIC = re.compile(r"<([0-9A-F]{5,6})>")


@dataclass(frozen=True, slots=True)
class Lettering:
    """The letters of one report that DejaVu Sans lacks: those that Noto has, and those that nothing has."""

    east_asian: frozenset[str]
    missing: frozenset[str]

    def markup(self, value: str) -> str:
        """Text as ReportLab's markup; narrow spaces are plain ones."""
        runs: list[tuple[bool, str]] = []
        for letter in value.replace("\u202f", "\u00a0"):
            far = letter in self.east_asian
            shown = _BOX if letter in self.missing else letter
            if runs and runs[-1][0] is far:
                runs[-1] = (far, runs[-1][1] + shown)
            else:
                runs.append((far, shown))
        return "".join(
            f'<font name="{EAST_ASIAN}">{escape(text, quote=False)}</font>'
            if far
            else escape(text, quote=False)
            for far, text in runs
        )


def lettering(text: str) -> Lettering:
    """Which letters of a text DejaVu Sans does not have."""
    letters = frozenset(each for each in text if ord(each) >= 0x80)
    backwards = {each for each in letters if unicodedata.bidirectional(each) in _RIGHT_TO_LEFT}
    others = {each for each in letters - backwards if ord(each) not in _own_letters()} - set("\u202f")
    far = {each for each in others if ord(each) in _east_asian_letters()} if others else set()
    return Lettering(frozenset(far), frozenset(backwards | (others - far)))


def register_fonts(letters: Lettering) -> None:
    """Make the fonts known to ReportLab, the East Asian one with the letters of this report.

    They are known to the whole process until the next call: one report is made at a time.
    """
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - the worker makes reports, web processes do not
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415 - as above

    for name, path in ((OWN, _own("DejaVuSans.ttf")), (OWN_BOLD, _own("DejaVuSans-Bold.ttf"))):
        pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily(OWN, normal=OWN, bold=OWN_BOLD)
    if letters.east_asian:
        font = _embedded(_cut_out("".join(sorted(letters.east_asian | {" "}))))  # a line can end in it
        font.unregister()  # the one of the report before, which has the same name and other letters
        pdfmetrics.registerFont(font)


def for_drawings() -> list[str]:
    """The families that matplotlib draws with, in the order in which it looks for a letter."""
    from matplotlib import font_manager  # noqa: PLC0415 - only where something is drawn

    known = {each.name for each in font_manager.fontManager.ttflist}
    if EAST_ASIAN_FAMILY not in known:
        font_manager.fontManager.addfont(str(_collection()))
    return ["DejaVu Sans", EAST_ASIAN_FAMILY]


def _own(file: str) -> Path:
    from matplotlib import get_data_path  # noqa: PLC0415 - it brings the font files

    return Path(get_data_path()) / "fonts" / "ttf" / file


def _collection() -> Path:
    from noto_cjk_sans_otc import FONT_PATH  # noqa: PLC0415 - a path of its package

    return Path(str(FONT_PATH))


@lru_cache(maxsize=1)
def _own_letters() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only where a PDF is made

    files = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    have = []
    for file in files:
        with TTFont(_own(file), lazy=True) as font:
            have.append(frozenset(font.getBestCmap()))
    return have[0] & have[1]


@lru_cache(maxsize=1)
def _east_asian_letters() -> frozenset[int]:
    with _noto() as font:
        return frozenset(font.getBestCmap())


def _noto() -> Any:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only where a PDF is made

    return TTFont(_collection(), fontNumber=_SIMPLIFIED, lazy=True, recalcTimestamp=False)


@lru_cache(maxsize=4)
def _cut_out(letters: str) -> bytes:
    """The letters of Noto Sans CJK as a TrueType font of their own."""
    from fontTools import subset  # noqa: PLC0415 - only where a PDF is made

    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    target = io.BytesIO()
    with _noto() as font:
        cutter.subset(font)
        _to_truetype(font)
        font.save(target, reorderTables=False)
    return target.getvalue()


def _to_truetype(font: Any) -> None:
    """Cubic outlines ("CFF ") become quadratic ones ("glyf"), to within a thousandth of the letter's size."""
    from fontTools.pens.cu2quPen import Cu2QuPen  # noqa: PLC0415 - only where a PDF is made
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # noqa: PLC0415 - as above
    from fontTools.ttLib import newTable  # noqa: PLC0415 - as above

    outlines, order = font.getGlyphSet(), font.getGlyphOrder()
    glyphs = newTable("glyf")
    glyphs.glyphOrder, glyphs.glyphs = order, {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyphs.glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), glyphs
    del font["CFF "]
    font["maxp"].tableVersion = 0x00010000
    for name in _LIMITS:
        setattr(font["maxp"], name, 0)
    font["maxp"].maxZones = 1
    font["post"].formatType, font["head"].glyphDataFormat = 3.0, 0
    font.sfntVersion = "\0\1\0\0"


_LIMITS = (
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxComponentDepth",
)


def _embedded(content: bytes) -> Any:
    """The font for ReportLab, with its table back to Unicode put right.

    ReportLab writes letters beyond the basic plane as one long number, where UTF-16 belongs (PDF 32000-1,
    9.10.3): they could be seen, but neither searched nor copied.
    """
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415 - as in register_fonts

    class Font(TTFont):  # type: ignore[misc] # ReportLab has no types
        def addObjects(self, doc: Any) -> None:  # noqa: N802 - ReportLab's name
            super().addObjects(doc)
            for name, found in doc.idToObject.items():
                if name.startswith("toUnicodeCMap:"):
                    found.content = _BEYOND_BASIC.sub(_in_utf_16, found.content)

    return Font(EAST_ASIAN, io.BytesIO(content))


def _in_utf_16(found: re.Match[str]) -> str:
    return f"<{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>"
