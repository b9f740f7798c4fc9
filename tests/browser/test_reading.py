"""Reading an article: contents, matches, links, print, strange text."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.strange import HOSTILE
from tests.needs import program

if TYPE_CHECKING:
    from playwright.sync_api import Page

LONG = "/articles/leg-cramps-in-pregnancy"


def test_contents_follow_the_reading(page: Page, desk: str) -> None:
    page.goto(desk + LONG)
    current = page.locator(".contents [aria-current]")
    for heading in ("Symptoms", "Outlook", "Causes"):
        page.get_by_role("heading", name=heading, exact=True).evaluate("element => element.scrollIntoView()")
        page.wait_for_function(
            "heading => document.querySelector('.contents [aria-current]')?.textContent === heading", arg=heading
        )
        assert current.count() == 1


def test_matches_are_stepped_through_in_reading_order(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=magnesium&article=leg-cramps-in-pregnancy&limit=50")
    matching = {hit.get_attribute("data-passage-id") for hit in page.locator("[data-passage-id]").all()}
    assert len(matching) > 2
    page.locator(".hit h2 a").first.click()
    page.locator(".found").wait_for()
    seen = [page.locator(".found").get_attribute("data-passage")]
    while page.locator(".found .previous").count():
        page.locator(".found .previous").click()
        page.wait_for_load_state()
    seen = [page.locator(".found").get_attribute("data-passage")]
    while page.locator(".found .next").count():
        page.keyboard.press("j")
        page.wait_for_url(lambda url, last=seen[-1]: f"passage={last}&" not in url)  # type: ignore[misc]
        page.locator("#passage mark").first.wait_for()
        seen.append(page.locator(".found").get_attribute("data-passage"))
    assert set(seen) == matching
    assert len(seen) == len(matching)
    page.keyboard.press("k")
    page.wait_for_url(f"**passage={seen[-2]}&*")


def test_a_hit_of_a_message_opens_with_its_matches(page: Page, desk: str) -> None:
    page.goto(desk)
    page.locator("#message").fill("Hello,\nwhich causes do cramps in pregnancy have?\nThank you")
    page.get_by_role("button", name="Search with this message").click()
    title = page.locator(f".hit h2 a[href^='{LONG}']").first
    title.focus()
    with page.context.expect_page() as opened:
        page.keyboard.press("o")
    opened.value.locator("#passage mark").first.wait_for()
    opened.value.close()
    page.keyboard.press("Enter")
    page.locator("#passage mark").first.wait_for()
    assert page.locator("#passage").evaluate("passage => passage.getBoundingClientRect().top < innerHeight")
    first = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != first)
    page.locator("#passage mark").first.wait_for()
    assert "q=" not in page.url


def test_headings_give_links_that_last(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=cramps causes&article=leg-cramps-in-pregnancy")
    page.locator(".hit h2 a").first.click()
    page.get_by_label("Link to Outlook").click()
    assert page.evaluate("navigator.clipboard.readText()") == f"{desk}{LONG}#outlook"
    page.goto(f"{desk}{LONG}#outlook")
    assert page.locator("#news").inner_text() == ""
    page.goto("about:blank")
    page.goto(f"{desk}{LONG}#nowhere")
    assert "no longer here" in page.locator("#news").inner_text()


def test_the_trail_leads_to_each_heading(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=stop medicines doctor may choose&article=leg-cramps-in-pregnancy")
    trail = page.locator(".trail").filter(has=page.locator("li:nth-child(2)")).first
    above = trail.locator("a").first.inner_text()
    trail.locator("a").first.click()
    page.locator("article.text").wait_for()
    assert page.locator(":target").inner_text() == above


# What goes on from a hit is a link, or with a long question a button.
WORDY = (
    "what helps best against leg cramps at night where magnesium tablets, stretches and walking about have not helped"
)


@pytest.mark.parametrize("question", ["leg cramps at night", WORDY], ids=["link", "button"])
def test_more_of_an_article_opens_in_place(page: Page, desk: str, question: str) -> None:
    page.goto(f"{desk}/search?q={question}")
    address = page.url
    more = page.locator(".more").first
    count = int(more.inner_text().split()[0])
    before = page.locator("[data-passage-id]").count()
    more.click()
    page.locator(".hits .hits").wait_for()
    assert page.locator("[data-passage-id]").count() == before + count
    assert page.url == address
    assert more.get_attribute("aria-expanded") == "true"
    more.click()
    assert not page.locator(".hits .hits").is_visible()


@pytest.mark.parametrize("question", ["magnesium tablets", WORDY], ids=["link", "button"])
def test_why_a_passage_was_found_opens_in_place(page: Page, desk: str, question: str) -> None:
    page.goto(f"{desk}/search?q={question}")
    address = page.url
    page.locator(".hit h2 a").first.focus()
    page.keyboard.press("e")
    why = page.locator("details.why")
    why.wait_for()
    assert page.url == address
    if question != WORDY:
        assert "every word that matters" in why.locator("li").first.inner_text()
        assert "“magnesium” is in the title" in why.inner_text()
    assert not why.locator("table").is_visible()
    why.get_by_text("Numbers").click()
    scores = [float(cell) for cell in why.locator("td:last-child").all_inner_texts()]
    assert sum(scores[:-1]) == pytest.approx(scores[-1], abs=0.01)
    page.keyboard.press("e")
    assert not why.locator("li").first.is_visible()


@pytest.mark.parametrize("contents", ["no language of ours", "hostile"])
def test_strange_articles_are_shown_as_they_are(page: Page, desk: str, contents: str) -> None:
    if contents == "hostile":
        page.goto(f"{desk}/search?q=strange")
        assert page.locator(".hit h2 a").first.inner_text() == HOSTILE.title
        assert page.locator(".d4").count()
        page.goto(f"{desk}/articles/strange")
        assert page.locator("h1").inner_text() == HOSTILE.title
        assert page.title().startswith("<script>")
        assert page.locator("li li li li li li li li li li").count() == 1
    else:
        page.goto(f"{desk}/search?q=تشنجات الساق")
        hit = page.locator("[data-passage-id^=arabic]").first
        assert (hit.get_attribute("lang"), hit.get_attribute("dir")) == ("ar", "rtl")
        page.goto(f"{desk}/search?q=ふくらはぎ")
        assert page.locator("[data-passage-id^=japanese][lang=ja][dir=ltr] mark").count()


def test_what_changed_is_shown(page: Page, desk: str) -> None:
    page.goto(f"{desk}/articles/changing")
    page.get_by_role("link", name="Earlier versions").click()
    assert page.locator(".changes del").all_inner_texts()[:3] == ["2024-01-02", "two", "3"]
    assert page.locator(".changes ins").all_inner_texts()[:3] == ["2026-01-02", "three", "4"]


def test_an_article_is_printed_with_its_address_and_review(page: Page, desk: str, tmp_path: Path) -> None:
    pdftotext = program("pdftotext")
    page.goto(f"{desk}/articles/changing?passage=changing.prices.1&q=parcel")
    page.pdf(path=tmp_path / "article.pdf")
    text = subprocess.run(
        [pdftotext, "-layout", tmp_path / "article.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "A parcel costs 4 euros within the city." in text
    assert "Reviewed 2 January 2026" in text
    assert f"{desk}/articles/changing" in text
    for ours in ("Paste a message", "Contents", "Copy", "Match", "#"):
        assert ours not in text.replace(desk, "")
