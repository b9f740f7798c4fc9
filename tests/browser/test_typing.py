"""Results that follow the typing, suggestions, and what is shown while the server is slow or away."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.desk import running_desk

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

GAP_MS = 120


def first_hit(page: Page) -> str:
    return page.locator("[data-passage-id]").first.get_attribute("data-passage-id") or ""


def test_results_follow_the_typing_and_the_address_with_them(page: Page, desk: str) -> None:
    page.goto(desk)
    page.locator("#q").press_sequentially("calf stretches", delay=20)
    page.wait_for_url("**/search?q=calf+stretches")
    assert page.locator("#q:focus").count()
    assert first_hit(page).startswith("calf-stretches.")
    assert page.title() == "calf stretches – Answerdesk"
    assert re.fullmatch(r"\d+ passages in .* ms, by words", page.locator("#count[role=status]").inner_text())
    page.locator("#q").press_sequentially(" magnesium", delay=20)
    page.wait_for_url("**magnesium")
    page.go_back()  # one step: what was typed in one go has one place in the history
    page.wait_for_url(desk + "/")
    page.locator("h1", has_text="Type the question").wait_for()
    assert page.locator("#q").input_value() == ""
    page.go_forward()
    page.wait_for_url("**magnesium")
    page.locator("[data-passage-id]").first.wait_for()
    assert page.locator("#q").input_value() == "calf stretches magnesium"
    page.reload()
    assert page.locator("#q").input_value() == "calf stretches magnesium"


def test_back_from_an_article_leads_to_the_results_that_were_there(page: Page, desk: str) -> None:
    page.goto(desk)
    page.locator("#q").fill("magnesium")
    page.wait_for_url("**q=magnesium")
    page.keyboard.press("Enter")
    page.locator("#q").fill("restless legs")
    page.wait_for_url("**q=restless+legs")
    found = first_hit(page)
    page.locator(".hit h2 a").first.click()
    page.locator("#passage").wait_for()
    page.go_back()
    page.wait_for_url("**q=restless+legs")
    assert first_hit(page) == found
    page.go_back()
    page.wait_for_url("**q=magnesium")
    page.wait_for_function("() => document.title.startsWith('magnesium')")
    assert page.locator("#q").input_value() == "magnesium"


def test_an_answer_that_comes_late_is_not_shown(page: Page, desk: str) -> None:
    held: list[Route] = []
    page.goto(desk)
    page.route("**/search?q=magnesium", lambda route: held.append(route))
    page.locator("#q").fill("magnesium")
    page.wait_for_timeout(600)
    assert held
    page.locator("#q").fill("restless legs")
    page.wait_for_url("**q=restless+legs")
    shown = first_hit(page)
    for route in held:
        route.continue_()
    page.wait_for_timeout(400)
    assert first_hit(page) == shown
    assert page.url.endswith("q=restless+legs")
    assert page.title().startswith("restless legs")


def test_a_slow_server_is_said_and_what_was_there_stays(page: Page, desk: str) -> None:
    held: list[Route] = []
    page.goto(f"{desk}/search?q=magnesium")
    shown = first_hit(page)
    page.route("**/search?q=restless+legs", lambda route: held.append(route))
    page.locator("#q").fill("restless legs")
    page.get_by_role("status").filter(has_text="slow to answer").wait_for()
    assert page.locator("main[aria-busy=true]").count() == 1
    assert first_hit(page) == shown
    held.pop().continue_()
    page.wait_for_url("**q=restless+legs")
    assert page.locator("main[aria-busy]").count() == 0
    assert page.locator("#news").inner_text() == ""


def test_a_server_that_dies_is_said_and_its_return_is_noticed(page: Page, tmp_path: Path) -> None:
    page.clock.install()
    with running_desk(tmp_path / "dying") as desk:
        page.goto(f"{desk}/search?q=magnesium")
        shown = first_hit(page)
    page.locator("#q").fill("restless legs")
    page.get_by_role("status").filter(has_text="cannot be reached").wait_for()
    assert first_hit(page) == shown
    assert page.url.endswith("q=magnesium")
    with running_desk(tmp_path / "dying", int(desk.rpartition(":")[2])):
        page.wait_for_url("**q=restless+legs")
        assert page.locator("#news").inner_text() == ""
        message = page.locator("textarea")
        page.goto(desk)
        message.fill("My calf cramps at night.")
        page.clock.fast_forward(60_000)
    page.get_by_role("button", name="Search with this message").click()
    page.get_by_role("status").filter(has_text="Your text is still here").wait_for()
    assert message.input_value() == "My calf cramps at night."


def test_enter_searches_what_was_typed(page: Page, desk: str) -> None:
    page.goto(f"{desk}/help")
    page.locator("#q").press_sequentially("leg")
    page.locator("[role=option]").first.wait_for()
    assert page.locator("#q").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=leg")
    assert page.locator("[role=option]").count() == 0


def test_a_suggestion_is_taken_with_the_arrows_or_the_mouse(page: Page, desk: str) -> None:
    page.goto(f"{desk}/help")
    page.locator("#q").press_sequentially("magn")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    active = page.locator("#q").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}[role=option][aria-selected=true]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("[role=option]").count() == 0
    assert page.locator("#q").input_value() == "magn"
    page.keyboard.type("e")
    page.locator("[role=option]").first.click()
    page.wait_for_url("**/articles/magnesium*")


def test_suggestions_are_asked_for_seldom(page: Page, desk: str) -> None:
    page.goto(f"{desk}/help")
    page.evaluate(
        """() => {
        window.asked = [];
        const fetching = window.fetch;
        window.fetch = (address, ...rest) => {
            if (String(address).includes("suggest")) window.asked.push(performance.now());
            return fetching(address, ...rest);
        };
    }"""
    )
    page.locator("#q").press_sequentially("leg cramps in pregnancy at night", delay=25)
    page.wait_for_timeout(300)
    asked = page.evaluate("window.asked")
    assert len(asked) > 3
    assert min(later - earlier for earlier, later in itertools.pairwise(asked)) >= GAP_MS - 1


def test_recent_searches_stay_in_this_browser_and_can_be_erased(page: Page, desk: str) -> None:
    page.goto(desk)
    for question in ("magnesium", "restless legs"):
        page.locator("#q").fill(question)
        page.keyboard.press("Enter")
        page.wait_for_function("question => document.title.startsWith(question)", arg=question)
    page.goto(f"{desk}/help")
    page.locator("#q").press("ArrowDown")
    options = page.locator("[role=option] bdi")
    assert options.all_inner_texts() == ["restless legs", "magnesium", "Erase recent searches"]
    options.nth(1).click()
    page.wait_for_url("**/search?q=magnesium")
    page.goto(f"{desk}/help")
    page.locator("#q").click()
    options.last.click()
    page.locator("#q").click()
    assert options.count() == 0


def test_a_pasted_message_goes_by_post(page: Page, desk: str) -> None:
    message = "Hello,\n\nmy calf cramps at night. What can I do?\n\nThank you"
    page.goto(desk)
    page.evaluate("text => navigator.clipboard.writeText(text)", message)
    page.locator("#q").press("Control+V")
    page.locator("textarea#q").wait_for()
    assert page.locator("textarea#q").input_value() == message
    assert page.url == f"{desk}/search"
    assert page.locator("[data-passage-id]").count()
    assert "calf" not in str(
        page.evaluate("[...Array(localStorage.length).keys()].map(n => localStorage[localStorage.key(n)])")
    )
    page.get_by_role("button", name="Next").click()
    page.wait_for_function("() => document.title.includes('page 2')")
    page.locator(".why").first.click()
    page.locator("details.why").wait_for()
    assert page.locator("textarea#q").input_value() == message


def test_filters_apply_at_once_and_are_taken_away(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=cramps")
    box = page.locator(".filters input[value=minerals]")
    count = int(box.locator("xpath=..").locator("small").inner_text())
    box.check()
    page.wait_for_url("**label=minerals")
    assert page.locator("h1").inner_text().startswith(f"{count} passages")
    assert page.locator(".filters input[value=minerals]:focus:checked").count() == 1
    page.go_back()
    page.wait_for_url("**q=cramps")
    page.wait_for_function("() => !document.querySelector('.restrictions')")
    page.go_forward()
    page.locator(".restrictions").wait_for()
    page.get_by_role("link", name="Remove the filter label: minerals").click()
    page.wait_for_url("**q=cramps")
    assert page.locator(".restrictions").count() == 0


def test_two_tabs_do_not_disturb_each_other(page: Page, desk: str) -> None:
    page.goto(f"{desk}/search?q=magnesium")
    other = page.context.new_page()
    other.goto(f"{desk}/search?q=restless legs")
    assert page.title() != other.title()
    other.locator("#q").fill("calf stretches")
    other.wait_for_url("**q=calf+stretches")
    assert page.url.endswith("q=magnesium")
    for tab, expected in ((page, "1"), (other, "2")):
        tab.locator("[data-do=keep]").first.click()
        tab.locator("#sure [value=yes]").click()
        assert tab.locator("#tray-count").inner_text() == expected
    page.wait_for_function("() => document.querySelector('#tray-count').textContent === '2'")
