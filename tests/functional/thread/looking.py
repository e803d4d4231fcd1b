"""Looks at a page as people meet it: wide and on a phone, light and dark, in Moodle's 600 pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import axe_playwright_python
from playwright.sync_api import Page, expect

from tests.functional.visitors import Visitor

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# What can differ between two looks at the same page; the other rules read its markup only.
DRAWN = {"type": "rule", "values": ["color-contrast", "link-in-text-block", "target-size"]}
HEIGHT = 600
Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[int, Scheme, dict[str, object]], ...] = (
    (1280, "light", WCAG),
    (1280, "dark", DRAWN),
    (360, "dark", WCAG),
    (360, "light", DRAWN),
)


def faults_of(visitor: Visitor) -> list[str]:
    """What is wrong with the page in the window, in every look at it; empty when nothing is.

    axe is evaluated, not linked, so the page's own Content-Security-Policy stays in force.
    """
    page = visitor.page
    expect(page.locator("[aria-busy]")).to_have_count(0)
    page.evaluate(AXE)
    found = []
    for width, scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        where = f"{page.url} {width} px {scheme}"
        found += [f"{where}: {each}" for each in violations(page, rules)]
        if excess := overflow(page):
            found.append(f"{where}: {excess} px too wide")
    return found


def violations(page: Page, rules: dict[str, object] = WCAG) -> list[str]:
    """What axe finds, as rule and places."""
    found = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", rules)
    return [
        f"{each['id']} at {[node['target'] for node in each['nodes'][:3]]}" for each in found["violations"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
