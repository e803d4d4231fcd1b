"""Charts of the published figures as SVG for pages and PNG for reports, drawn by matplotlib on the server.

Only published values come in here, so a chart can show nothing that its table withholds. Pages get an SVG
whose colours are the page's own CSS variables (so it is right in the dark), whose texts are texts, without
a style element or attribute (the content security policy allows none), with a title and a description.
The same values always give the same bytes: ids are made with a salt, and nothing is dated.

matplotlib is imported where it is used: the worker draws, web processes only hand on what was drawn.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from coil_bridge.evaluation.writers.typefaces import for_drawings

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_INK, _MUTED, _LINE, _ACCENT, _SOFT = "#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04", "#0a0b05"
_VARIABLES = {
    _INK: "var(--ink)",
    _MUTED: "var(--muted)",
    _LINE: "var(--line)",
    _ACCENT: "var(--accent)",
    _SOFT: "var(--accent-soft)",
}
_PRINTED = {_INK: "#10252a", _MUTED: "#465a5d", _LINE: "#b9c8c5", _ACCENT: "#0a5c5a", _SOFT: "#dcedea"}
_FONT = re.compile(r"(?:(bold|\d+) )?([\d.]+)px ")
_WEEKS_NAMED = 9  # of a chart of weeks: more would touch each other
_GONE = frozenset({"stroke-linejoin", "stroke-linecap", "stroke-miterlimit", "font", "font-family"})

Draw = Callable[[Any, dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing that waits to be made; ``title`` and ``description`` are what somebody hears instead."""

    name: str
    title: str
    description: str
    width: float  # inches
    height: float
    draw: Draw

    def svg(self) -> str:
        """For a page: to be put into HTML as it is."""
        raw = _rendered(self, "svg", dict.fromkeys(_VARIABLES) | {each: each for each in _VARIABLES})
        return _for_pages(self, raw.decode())

    def png(self) -> bytes:
        """For a report, at 180 dots an inch."""
        return _printed(self)


@lru_cache(maxsize=8)
def _printed(chart: Chart) -> bytes:
    """Drawn once for both kinds of report."""
    return _rendered(chart, "png", _PRINTED)


def bars(
    name: str,
    title: str,
    labels: Sequence[str],
    values: Sequence[float | None],
    unit: str,
    *,
    missing: str | Sequence[str] = "withheld",
) -> Chart:
    """Horizontal bars, the first on top; one that is missing has a word (its own, or that of all)."""
    words = [missing] * len(labels) if isinstance(missing, str) else missing
    said = [word if value is None else number(value) for word, value in zip(words, values, strict=True)]

    def draw(axes: Any, colour: dict[str, str]) -> None:
        places = range(len(labels))
        known = [value or 0 for value in values]
        axes.barh(places, known, color=colour[_ACCENT], height=0.62)
        axes.set_yticks(places, labels)
        axes.invert_yaxis()
        axes.set_xlim(0, max([*known, 1]) * 1.16)
        for place, value, word in zip(places, values, said, strict=True):
            shade = colour[_MUTED] if value is None else colour[_INK]
            axes.annotate(
                word, (value or 0, place), xytext=(5, 0), textcoords="offset points", va="center", color=shade
            )
        axes.xaxis.set_visible(False)
        _plain(axes, colour, left=True)

    told = "; ".join(f"{label}: {word}" for label, word in zip(labels, said, strict=True))
    return Chart(name, title, f"{unit}. {told}.", 5.4, 0.75 + 0.42 * max(len(labels), 1), draw)


def weeks(
    name: str,
    title: str,
    labels: Sequence[str],
    values: Sequence[float | None],
    unit: str,
    *,
    missing: str = "withheld",
) -> Chart:
    """A bar for each week, in order of time; a week that is withheld has a gap with a mark."""

    def draw(axes: Any, colour: dict[str, str]) -> None:
        places = range(len(labels))
        axes.bar(places, [value or 0 for value in values], color=colour[_ACCENT], width=0.7)
        for place, value in zip(places, values, strict=True):
            if value is None:
                axes.annotate("×", (place, 0), ha="center", va="bottom", color=colour[_MUTED])
        step = max(1, math.ceil(len(labels) / _WEEKS_NAMED))
        axes.set_xticks(list(places)[::step], [label[-3:] for label in labels][::step])
        axes.set_ylim(0, max([value or 0 for value in values] + [1]) * 1.1)
        axes.grid(axis="y", color=colour[_LINE], linewidth=0.7)
        axes.set_axisbelow(True)
        _plain(axes, colour)

    said = [
        f"{label}: {missing if v is None else number(v)}" for label, v in zip(labels, values, strict=True)
    ]
    return Chart(name, title, f"{unit}. {'; '.join(said)}.", 5.4, 2.7, draw)


def network(
    name: str, title: str, nodes: Sequence[str], edges: Sequence[tuple[int, int, int]], unit: str
) -> Chart:
    """Institutions in a circle; arrows as wide as there are replies, loops for replies among themselves."""

    high = 1.75 if len(nodes) > 2 else 1.0

    def draw(axes: Any, colour: dict[str, str]) -> None:
        spots = [_spot(position, len(nodes)) for position in range(len(nodes))]
        most = max([count for *_, count in edges], default=1)
        for by, to, count in edges:
            if by == to:
                continue
            axes.annotate(
                "",
                spots[to],
                spots[by],
                arrowprops={
                    "arrowstyle": "-|>,head_length=0.5,head_width=0.28",
                    "connectionstyle": "arc3,rad=0.16",
                    "shrinkA": 26,
                    "shrinkB": 27,
                    "linewidth": 1 + 5 * count / most,
                    "color": colour[_ACCENT],
                },
            )
            x, y = _beside(spots[by], spots[to])
            axes.text(x, y, number(count), ha="center", va="center", color=colour[_INK])
        own = {by: count for by, to, count in edges if by == to}
        for position, (label, (x, y)) in enumerate(zip(nodes, spots, strict=True)):
            axes.plot([x], [y], "o", markersize=42, color=colour[_SOFT], markeredgecolor=colour[_ACCENT])
            axes.text(x, y, number(own.get(position, 0)), ha="center", va="center", color=colour[_INK])
            below = y < 0.01
            axes.annotate(
                label,
                (x, y),
                xytext=(0, -30 if below else 30),
                textcoords="offset points",
                ha="center",
                va="top" if below else "bottom",
                color=colour[_INK],
            )
        axes.set_xlim(-2, 2)
        axes.set_ylim(-high, high)
        axes.axis("off")

    said = [
        f"{nodes[by]} to {nodes[to] if to != by else 'itself'}: {number(count)}" for by, to, count in edges
    ]
    return Chart(name, title, f"{unit}. {'; '.join(said) or 'none'}.", 5.4, 2.0 * high, draw)


def number(value: float) -> str:
    """A number for people: thousands apart, no more than one place."""
    shown = f"{value:,.1f}" if value != int(value) else f"{int(value):,}"
    return shown.replace(",", "\u202f")


def _spot(position: int, count: int) -> tuple[float, float]:
    if count <= 2:  # side by side
        return (2 * position - 1.0, 0.02) if count == 2 else (0.0, 0.02)
    angle = math.pi / 2 + 2 * math.pi * position / count
    return round(1.15 * math.cos(angle), 4), round(1.15 * math.sin(angle), 4)


def _beside(by: tuple[float, float], to: tuple[float, float]) -> tuple[float, float]:
    """Where the number of an arrow stands: on the outer side of its bow."""
    (ax, ay), (bx, by_) = by, to
    return (ax + bx) / 2 + 0.22 * (by_ - ay), (ay + by_) / 2 - 0.19 * (bx - ax)


def _plain(axes: Any, colour: dict[str, str], *, left: bool = False) -> None:
    for side, spine in axes.spines.items():
        spine.set_visible(side == ("left" if left else "bottom"))
        spine.set_color(colour[_LINE])
    axes.tick_params(colors=colour[_INK], length=0)


def _rendered(chart: Chart, kind: str, colour: Any) -> bytes:
    import matplotlib as mpl  # noqa: PLC0415 - only where something is drawn
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - as above
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415 - as above
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    settings: Any = {
        "svg.hashsalt": chart.name,
        "svg.fonttype": "none",
        "font.family": for_drawings(),
        "font.size": 12,
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a letter that no font has is drawn as a box
        figure = Figure(figsize=(chart.width, chart.height), layout="constrained")
        (FigureCanvasSVG if kind == "svg" else FigureCanvasAgg)(figure)
        chart.draw(figure.add_subplot(), colour)
        target = io.BytesIO()
        nothing: dict[str, None] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
        figure.savefig(
            target, format=kind, dpi=72 if kind == "svg" else 180, metadata=nothing, transparent=kind == "svg"
        )
        return target.getvalue()


def _for_pages(chart: Chart, raw: str) -> str:
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(raw)  # noqa: S314 - our own drawing
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}style", f"{{{_SVG}}}metadata"):
                parent.remove(child)
    for element in root.iter():
        if element.tag == f"{{{_SVG}}}g":
            element.attrib.pop("id", None)
        _attributes(element)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    title, description = ET.Element(f"{{{_SVG}}}title"), ET.Element(f"{{{_SVG}}}desc")
    title.text, description.text = chart.title, chart.description
    title.set("id", f"{chart.name}-title")
    description.set("id", f"{chart.name}-desc")
    root[:0] = [title, description]
    root.attrib |= {
        "role": "img",
        "class": "chart",
        "aria-labelledby": f"{chart.name}-title",
        "aria-describedby": f"{chart.name}-desc",
    }
    return ET.tostring(root, encoding="unicode")


def _attributes(element: ET.Element) -> None:
    """Styles become attributes, our colours the page's."""
    style = element.attrib.pop("style", "")
    for part in filter(None, (each.strip() for each in style.split(";"))):
        name, _, value = part.partition(":")
        name, value = name.strip(), value.strip()
        if name == "font" and (found := _FONT.match(value)):
            element.set("font-size", found[2])
        if name not in _GONE:
            element.set(name, value)
    for name, value in list(element.attrib.items()):
        if value.lower() in _VARIABLES:
            element.set(name, _VARIABLES[value.lower()])
