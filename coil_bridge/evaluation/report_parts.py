"""What a report is made of, whichever file it will be in: headings, paragraphs, tables, charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from coil_bridge.evaluation.charts import Chart

LANGUAGE = "en-GB"
"""Of every report: its headings and definitions are in English, names are as people wrote them."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 begins a section."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: what it shows, its header and its rows, ready to be read."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    wide: int = 0  # the column of words, whatever they look like
    number: int = 0

    @property
    def caption(self) -> str:
        """What stands above it."""
        return f"Table {self.number}. {self.title}"


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its caption."""

    chart: Chart
    number: int = 0

    @property
    def caption(self) -> str:
        """What stands above it."""
        return f"Figure {self.number}. {self.chart.title}"


Part = Heading | Text | Items | Grid | Picture


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its title and what stands below it."""

    title: str
    subtitle: str
    parts: tuple[Part, ...]

    def words(self) -> Iterator[str]:
        """Every text in it."""
        yield from (self.title, self.subtitle)
        for part in self.parts:
            yield from _words(part)


def numbered(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts with the numbers of sections, tables and figures; a table without rows is left out."""
    section = table = figure = 0
    for part in parts:
        if isinstance(part, Heading) and part.level == 1:
            section += 1
            yield Heading(f"{section}  {part.text}")
        elif isinstance(part, Grid):
            if part.rows:
                table += 1
                yield replace(part, number=table)
        elif isinstance(part, Picture):
            figure += 1
            yield replace(part, number=figure)
        else:
            yield part


def _words(part: Part) -> Iterator[str]:
    if isinstance(part, Heading | Text):
        yield part.text
    elif isinstance(part, Items):
        yield from part.texts
    elif isinstance(part, Grid):
        yield part.caption
        yield from part.header
        for row in part.rows:
            yield from row
    elif isinstance(part, Picture):
        yield part.caption
