"""The journey of a support agent in a real browser: typed, clicked, read back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUESTION = "what helps against leg cramps at night in pregnancy"
WIDTHS = (360, 1280, 2560)


@pytest.fixture(params=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param == "with scripts")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda failed: failed.failure == "net::ERR_ABORTED" or complaints.append(failed.url))
    yield page
    context.close()
    assert not complaints


def letters(text: str) -> str:
    """Return what a reader reads, whatever lays it out: no blanks, list marks or bars."""
    return re.sub(r"[\s|-]", "", text)


def test_from_a_question_to_the_marked_passage(page: Page, desk: str) -> None:
    page.goto(desk)
    page.locator("input[name=q]:focus").wait_for()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    box = page.locator("#q")
    assert box.input_value() == QUESTION
    hit = page.locator("[data-passage-id]").first
    passage_id = hit.get_attribute("data-passage-id")
    shown = hit.locator("blockquote").text_content() or ""
    assert hit.locator("mark").count()
    assert hit.locator(".review").inner_text()
    assert "not medically reviewed" in hit.locator(".cautions").inner_text()
    hit.locator("h2 a").click()
    marked = page.locator("#passage")
    assert marked.count() == 1
    assert letters(marked.text_content() or "") == letters(shown)
    assert f"passage={passage_id}" in page.url
    place = marked.bounding_box()
    assert place is not None
    assert page.viewport_size is not None
    assert 0 <= place["y"] < page.viewport_size["height"]
    page.go_back()
    assert page.locator("#q").input_value() == QUESTION


def test_every_passage_is_reached_with_its_heading_in_sight(browser: Browser, desk: str) -> None:
    """Also the later passages of a long section: the link's place is moved to the passage, the heading stays."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    seen = set()
    for question in ("cramps causes", "medicine dose tablets", "prevention drink stretch"):
        page.goto(f"{desk}/search?q={question}&limit=20&article=leg-cramps-in-pregnancy")
        seen |= {
            (link.get_attribute("href") or "", (trail.text_content() or "").strip())
            for hit in page.locator("[data-passage-id]").all()
            for link, trail in [(hit.locator("h2 a"), hit.locator(".trail li").last)]
            if hit.locator(".trail").count()
        }
    assert len(seen) > 5
    for link, heading in seen:
        page.goto(desk + link)
        box = page.locator("#passage").bounding_box()
        assert box is not None
        assert -40 <= box["y"] < 560, link
        above = page.locator(".has-passage > :is(h2, h3, h4, h5, h6)")
        assert above.text_content() == heading
        place = above.bounding_box()
        assert place is not None
        assert -1 <= place["y"] < 560, link
    context.close()


def test_a_message_is_pasted_and_searched(page: Page, desk: str) -> None:
    page.goto(desk)
    message = "Hello,\n\nI wake up with cramps in my calf. What can I do?\n\nThank you"
    page.get_by_role("textbox", name="customer's message").fill(message)
    page.get_by_role("button", name="Search with this message").click()
    assert page.locator("[data-passage-id]").count()
    assert "cramps" not in page.url
    assert page.get_by_label("The message searched").input_value() == message
    page.get_by_role("button", name="Open with its matches").first.click()
    page.locator("#passage mark").first.wait_for()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Previous").wait_for()
    assert page.locator("#passage mark").count()
    assert "cramps+" not in page.url


def test_a_passage_is_judged_and_a_gap_reported(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=which tablets help against cramps")
    hit = page.locator("[data-passage-id]").nth(1)
    passage_id = hit.get_attribute("data-passage-id")
    judge = hit.get_by_role("button", name="Feedback")
    if judge.is_visible():
        judge.click()
    else:  # without scripts, beside the passage in its article
        hit.locator("h2 a").click()
        page.get_by_text("Feedback", exact=True).click()
    page.get_by_label("Reason").fill("Which tablets?")
    page.keyboard.press("Enter")  # decides nothing
    page.get_by_role("button", name="Unclear").click()
    page.get_by_text("Thank you").wait_for()
    page.goto(f"{desk}/search?q=carburettor")
    page.get_by_role("button", name="Report the gap").click()
    page.get_by_text("Thank you").wait_for()
    page.goto(f"{desk}/feedback")
    assert page.locator(".said > li").nth(0).inner_text().startswith("Gap")
    judged = page.locator(".said > li").nth(1)
    for words in ("Unclear", "which tablets help against cramps", "Which tablets?"):
        assert words in judged.inner_text()
    assert passage_id in (judged.locator("a").get_attribute("href") or "")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("zoom", [1, 2])
def test_no_page_scrolls_sideways(browser: Browser, desk: str, width: int, zoom: int) -> None:
    # Zoomed to 200 %, a window has half as many CSS pixels; below 320 none is promised.
    context = browser.new_context(viewport={"width": max(width // zoom, 320), "height": 700})
    page = context.new_page()
    for path in (
        "/",
        "/search?q=medicine dose",
        "/search?q=qqqq",
        "/articles/leg-cramps-in-pregnancy",
        "/help",
        "/none",
    ):
        page.goto(desk + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} pixels too wide"
    context.close()


def test_the_keyboard_skips_to_the_content(page: Page, desk: str) -> None:
    page.goto(f"{desk}/articles/calf-stretches")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.locator("main:focus").count() == 1


def test_an_article_prints_without_the_desk(browser: Browser, desk: str) -> None:
    page = browser.new_page()
    page.goto(f"{desk}/articles/calf-stretches")
    page.emulate_media(media="print")
    assert not page.locator("header.bar").is_visible()
    assert page.locator("h1").is_visible()
    assert page.locator(".about").is_visible()
    page.close()
