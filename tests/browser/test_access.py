"""Everybody: the keyboard alone, axe on each state in both colour schemes, zoom, high contrast, a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.desk import running_desk
from tests.browser.pictures import ADDRESSES, DONE, LAST, reach

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def axe() -> str:
    path = os.environ.get("ANSWERDESK_AXE")
    if not path:
        pytest.skip("needs axe-core: set ANSWERDESK_AXE to its axe.min.js")
    return Path(path).read_text(encoding="utf-8")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def violations(browser: Browser, desk: str, axe: str, state: str, width: int) -> list[tuple[str, list[str]]]:
    """Return what axe finds in a state, in both colour schemes."""
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    reach(page, desk, state)
    page.evaluate(axe)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    page.emulate_media(color_scheme="dark")
    found += page.evaluate("axe.run({ resultTypes: ['violations'], runOnly: ['color-contrast'] })")["violations"]
    context.close()
    return [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found]


@pytest.mark.parametrize(
    ("state", "width"),
    [*((state, 1280) for state in (*ADDRESSES, *DONE)), *((state, 360) for state in ("filtered", "passage", "reply"))],
)
def test_axe_finds_nothing(browser: Browser, desk: str, axe: str, state: str, width: int) -> None:
    assert violations(browser, desk, axe, state, width) == []


@pytest.mark.parametrize("state", LAST)
def test_axe_finds_nothing_in_what_changes_the_desk_for_good(
    browser: Browser, tmp_path: Path, axe: str, state: str
) -> None:
    with running_desk(tmp_path / "home") as desk:
        assert violations(browser, desk, axe, state, 1280) == []


def test_the_whole_journey_by_keyboard_alone(page: Page, desk: str) -> None:
    page.goto(desk)
    page.keyboard.type("leg cramps")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=leg+cramps")
    page.locator("[data-passage-id]").first.wait_for()
    hits = [hit.get_attribute("data-passage-id") for hit in page.locator("[data-passage-id]").all()]

    def focused() -> str | None:
        return page.locator("[data-passage-id]:has(h2 a:focus-visible)").get_attribute("data-passage-id")

    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert focused() == hits[0]
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    assert focused() == hits[2]
    page.keyboard.press("k")
    assert focused() == hits[1]
    page.keyboard.press("/")
    page.keyboard.type("jk?c")
    assert page.locator("#q").input_value() == "jk?c"
    page.keyboard.press("Control+A")
    page.keyboard.type("leg cramps")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=leg+cramps")
    page.keyboard.press("Escape")
    with page.context.expect_page() as opened:
        page.keyboard.press("o")
    opened.value.locator("#passage").wait_for()
    opened.value.close()
    page.keyboard.press("?")
    assert page.locator("#keys[open]").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.locator("#passage").wait_for()


def test_keys_can_be_switched_off(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=leg cramps")
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.goto(f"{desk}/search?q=magnesium")
    page.locator(".hit h2 a").first.focus()
    for key in ("j", "c", "s", "?", "r"):
        page.keyboard.press(key)
    assert page.locator("dialog[open]").count() == 0
    assert page.locator("[data-passage-id]").first.locator("h2 a:focus").count() == 1


def test_with_a_phone(phone: Page, desk: str) -> None:
    phone.goto(desk)
    phone.locator("#q").tap()
    phone.keyboard.type("medicine dose")
    phone.wait_for_url("**q=medicine+dose")
    phone.get_by_text("Filters").tap()
    phone.locator(".filters [type=checkbox]").first.tap()
    phone.locator(".restrictions").wait_for()
    phone.locator(".hit h2 a").first.tap()
    phone.locator("#passage").wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wide = phone.locator(".scroll:has(table)").first
    assert wide.evaluate("element => element.scrollWidth >= element.clientWidth")


@pytest.mark.parametrize(
    "state",
    [
        *("results", "filtered", "strange", "strange-article", "arabic", "changes", "articles", "add", "understood"),
        *("adding-stopped", "feedback", "message", "passage"),
    ],
)
@pytest.mark.parametrize(("width", "height"), [(640, 512), (320, 256)])  # of 1280 by 1024: 200 and 400 percent
def test_no_state_scrolls_sideways_when_zoomed(
    browser: Browser, desk: str, state: str, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    reach(page, desk, state)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.close()


def test_high_contrast_keeps_what_colour_says(browser: Browser, desk: str) -> None:
    page = browser.new_page(forced_colors="active")
    page.goto(desk + ADDRESSES["results"])
    style = page.locator("blockquote mark").first.evaluate("mark => getComputedStyle(mark).textDecorationLine")
    assert style == "underline"
    page.locator(".hit h2 a").first.click()
    passage = page.locator("#passage")
    assert passage.evaluate("element => getComputedStyle(element).borderTopStyle") == "solid"
    page.close()


def test_screen_readers_get_names_and_landmarks(page: Page, desk: str) -> None:
    page.goto(desk + ADDRESSES["filtered"])
    tree = page.locator("body").aria_snapshot()
    for expected in (
        "- banner:",
        "- search:",
        '- combobox "Search the articles"',
        '- navigation "Site"',
        "- main:",
        '- list "Filters in force"',
        '- form "Filters"',
        '- group "Label"',
        '- checkbox "pregnancy',
        '- list "Cautions"',
        '- navigation "Pages"',
        "- status",
    ):
        assert expected in tree, expected
