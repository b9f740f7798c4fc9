"""What a page weighs, what it asks for, and that nothing on it jumps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.pictures import ADDRESSES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

KB = 1024
MESSAGES = {
    "one question": "Hello,\n\nmy calf cramps at night and it is swollen, red and warm. What may it be?\n\nThank you",
    "two questions": "Hello,\n\nwhat helps against leg cramps at night? And which dose of magnesium may I take?\n\nBye",
    "long tables": "Hello,\n\nwhich departures has the timetable of bus 3? And which stops has bus 4?\n\nBye",
}
SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach((shift) => (window.shifts += shift.value)))
    .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def visit(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_results_pages_are_light(visit: Page, desk: str) -> None:
    bodies: dict[str, int] = {}
    visit.on("response", lambda response: bodies.update({response.url.replace(desk, ""): len(response.body())}))
    visit.goto(desk + ADDRESSES["results"], wait_until="networkidle")
    assert visit.locator(".found-here > .hits > li").count() == 10
    scripts = [size for address, size in bodies.items() if address.endswith(".js")]
    assert scripts
    assert sum(scripts) < 20 * KB
    assert len([address for address in bodies if address.endswith(".css")]) == 1
    files = sum(size for address, size in bodies.items() if not address.startswith("/search"))
    states = ("results", "table", "shown-in-part", "filtered", "answer", "red-flag", "strange", "nothing-found")
    pages = {state: visit.request.get(desk + ADDRESSES[state]).body() for state in states}
    for name, message in MESSAGES.items():
        pages[name] = visit.request.post(f"{desk}/search", form={"q": message}).body()
    weights = {state: files + len(page) for state, page in pages.items()}  # before compression
    assert {state: weight for state, weight in weights.items() if weight >= 60 * KB} == {}
    bodies.clear()
    visit.goto(f"{desk}/search?q=magnesium", wait_until="networkidle")
    fetched = visit.evaluate("performance.getEntriesByType('resource').filter((one) => one.transferSize).length")
    assert fetched <= 1
    assert visit.evaluate("performance.getEntriesByType('navigation')[0].transferSize") < 10 * KB


@pytest.mark.parametrize(
    "state", ["desk", "results", "filtered", "strange", "article", "arabic", "changes", "help", "add"]
)
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_jumps_while_a_page_comes(visit: Page, desk: str, state: str, width: int) -> None:
    visit.set_viewport_size({"width": width, "height": 740})
    visit.add_init_script(SHIFTS)
    visit.goto(desk + ADDRESSES[state], wait_until="networkidle")
    assert visit.evaluate("window.shifts") == 0


def test_nothing_jumps_while_results_follow_the_typing(visit: Page, desk: str) -> None:
    visit.add_init_script(SHIFTS)
    visit.goto(desk)
    for question in ("leg cramps", "leg cramps at night", "carburettor"):
        visit.locator("#q").fill(question)
        visit.wait_for_function("question => document.title.startsWith(question)", arg=question)
    visit.wait_for_timeout(300)
    assert visit.evaluate("window.shifts") == 0
