"""What every page must be, whoever looks at it: accessible in light and dark, no wider than a phone, in two languages.

axe-core is the judge of accessibility; all of its rules apply, those that it
calls best practice as well.
"""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.journeys.visitor import WIDE, Visitor

AXE = Path(__file__).parents[1] / "data" / "axe" / "axe-4.14.1.min.js"
PHONE = {"width": 390, "height": 844}
RUN = "() => axe.run(document, {resultTypes: ['violations'], preload: false})"


def look_over(visitor: Visitor) -> None:
    """Look over the page that is open, and come back to it; nothing may be wrong with it."""
    page, path = visitor.page, _path(visitor.page)
    page.evaluate(AXE.read_text())
    _nothing(violations(page), path)
    page.emulate_media(color_scheme="dark")
    _nothing(violations(page), f"{path} in dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    _nothing(too_wide(page), path)
    visitor.open(_with(path, "lang=en"))
    assert page.get_attribute("html", "lang") == "en", path
    _nothing(too_wide(page), f"{path} in English")
    page.set_viewport_size(WIDE)
    visitor.open(_with(path, "lang=zh"))
    assert page.get_attribute("html", "lang") == "zh-CN", path


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on the page, a line each: the rule, the element, what it says."""
    found = page.evaluate(RUN)["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} — {node['failureSummary']}" for rule in found for node in rule["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """Return the elements that stick out of the window, when the page can be scrolled sideways."""
    return page.evaluate(
        """() => {
            const root = document.scrollingElement, width = root.clientWidth;
            if (root.scrollWidth <= width) return [];
            const all = [...document.body.querySelectorAll('*')];
            const scrolls = each => { for (let up = each; up; up = up.parentElement) {
                if (/auto|scroll|hidden/.test(getComputedStyle(up).overflowX)) return true; } return false; };
            const out = all.filter(each => each.getBoundingClientRect().right > width + 1 && !scrolls(each));
            return [`${root.scrollWidth} > ${width}`, ...out.slice(0, 5).map(e => e.outerHTML.slice(0, 160))];
        }"""
    )


def _nothing(faults: list[str], where: str) -> None:
    assert not faults, "\n".join([where, *faults])


def _path(page: Page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _with(path: str, parameter: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{parameter}"
