"""Into the reply: what is copied is the passage, byte for byte, with its citation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

from tests.browser.pictures import ADDRESSES

if TYPE_CHECKING:
    from playwright.sync_api import Page


def clipboard(page: Page) -> dict[str, str]:
    """Return what a paste brings, plain and rich."""
    page.evaluate(
        """() => addEventListener("paste", ({ clipboardData }) => {
        window.pasted = Object.fromEntries(clipboardData.types.map((kind) => [kind, clipboardData.getData(kind)]));
    }, { once: true })"""
    )
    page.keyboard.press("Control+V")
    pasted: dict[str, str] = page.evaluate("window.pasted")
    return pasted


def passage(page: Page, desk: str, passage_id: str) -> dict[str, Any]:
    found: dict[str, Any] = page.request.get(f"{desk}/api/v1/passages/{passage_id}").json()
    return found


def agree(page: Page) -> None:
    page.locator("#sure[open]").wait_for()
    page.locator("#sure [value=yes]").click()


def test_a_passage_is_copied_byte_for_byte_with_its_citation(page: Page, desk: str) -> None:
    for question in ("stop a cramp", "medicine dose", "calf causes"):
        page.goto(f"{desk}/search?q={question}")
        for n in range(3):
            hit = page.locator("[data-passage-id]").nth(n)
            stored = passage(page, desk, hit.get_attribute("data-passage-id") or "")
            hit.locator("h2 a").focus()
            page.keyboard.press("c")
            agree(page)
            pasted = clipboard(page)
            text, _, citation = pasted["text/plain"].rpartition("\n\n")
            assert text == stored["text"]
            trail = " › ".join([stored["article_title"], *stored["heading_path"]])
            assert citation == f"{trail}. Review date unknown. Source: samples"
            assert BeautifulSoup(pasted["text/html"], "lxml").blockquote.get_text() == stored["text"]  # type: ignore[union-attr]
            assert citation in pasted["text/html"]


def test_what_is_shown_in_part_is_copied_whole(page: Page, desk: str) -> None:
    page.goto(desk + ADDRESSES["shown-in-part"])
    hit = page.locator("[data-passage-id]:has(.part)").last
    stored = passage(page, desk, hit.get_attribute("data-passage-id") or "")
    assert len(hit.locator("blockquote").text_content() or "") < len(stored["text"]) / 2
    hit.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    assert clipboard(page)["text/plain"].startswith(stored["text"] + "\n\n")


def test_what_is_shown_above_is_copied_from_there(page: Page, desk: str) -> None:
    page.goto(desk + ADDRESSES["red-flag"])
    named = page.locator(".found-here > .hits [data-passage-id]:not(:has(blockquote))").first
    stored = passage(page, desk, named.get_attribute("data-passage-id") or "")
    named.locator("h2 a").focus()
    page.keyboard.press("c")
    agree(page)
    assert clipboard(page)["text/plain"].startswith(stored["text"] + "\n\n")


def test_a_citation_links_to_where_the_article_came_from(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=تشنجات الساق")
    page.locator("[data-do=copy]").first.click()  # neither overdue nor cautioned: nothing is asked
    pasted = clipboard(page)
    assert pasted["text/plain"].endswith("Source: https://example.org/help/legs.html")
    rich = BeautifulSoup(pasted["text/html"], "lxml")
    assert [link["href"] for link in rich.select("a")] == ["https://example.org/help/legs.html"]
    assert rich.blockquote is not None
    assert (rich.blockquote["lang"], rich.blockquote["dir"]) == ("ar", "rtl")


def test_cautions_and_overdue_reviews_are_asked_about_first(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=strange columns")
    page.locator("[data-do=copy]").first.click()
    reasons = page.locator("#sure li").all_inner_texts()
    assert reasons == ['"><script>alert(1)</script>', "Review overdue since 3 February 2004"]
    page.evaluate("navigator.clipboard.writeText('before')")
    page.keyboard.press("Escape")
    assert clipboard(page)["text/plain"] == "before"
    assert page.locator("[data-do=copy]:focus").count() == 1


def test_the_marked_passage_is_copied_from_its_article(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=stop a cramp")
    page.locator(".hit h2 a").first.click()
    page.locator("#passage").wait_for()
    stored = passage(page, desk, page.locator(".found").get_attribute("data-passage") or "")
    page.keyboard.press("c")
    agree(page)
    assert clipboard(page)["text/plain"].startswith(stored["text"] + "\n\n")


def test_the_reply_is_ordered_copied_whole_and_survives_the_page(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=magnesium")
    texts = []
    for n in range(3):
        hit = page.locator("[data-passage-id]").nth(n)
        texts.append(passage(page, desk, hit.get_attribute("data-passage-id") or "")["text"])
        hit.locator("h2 a").focus()
        page.keyboard.press("s")
        agree(page)
    page.keyboard.press("s")
    assert "already" in page.locator("#news").inner_text()
    page.goto(f"{desk}/articles")
    assert page.locator("#tray-count").inner_text() == "3"
    page.keyboard.press("r")
    assert page.locator("#tray blockquote").all_text_contents() == texts
    page.locator("#tray li").nth(2).get_by_role("button", name="Up").click()
    assert page.locator("#tray button:focus").inner_text() == "Up"
    page.locator("#tray li").nth(0).get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Copy all").click()
    pasted = clipboard(page)["text/plain"]
    assert [part for part in pasted.split("\n\n") if part.startswith(texts[2][:20])]
    assert pasted.index(texts[2]) < pasted.index(texts[1])
    assert texts[0] not in pasted
    assert pasted.count("Source: samples") == 2
    page.get_by_role("button", name="Empty").click()
    assert page.locator("#tray-count").text_content() == "0"
