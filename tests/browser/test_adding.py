"""Adding articles in a real browser: with scripts, and without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.desk import running_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REFUNDS = "<html><nav>Home Shop</nav><h1>Refunds</h1><p>A refund takes five days.</p></html>"
MANY = "title,body\n" + "".join(f"Carburettor {n},It leaks in way {n}.\n" for n in range(3_000))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_articles_are_added(browser: Browser, tmp_path: Path, scripts: bool) -> None:
    refunds, many = tmp_path / "refunds.html", tmp_path / "many.csv"
    refunds.write_text(REFUNDS)
    many.write_text(MANY)
    home = tmp_path / "home"
    home.mkdir()
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    with running_desk(home) as desk:
        page.goto(f"{desk}/articles")
        page.get_by_role("link", name="Add articles").click()
        page.get_by_label("Files").set_input_files([refunds])
        page.get_by_role("button", name="Show what is understood").click()
        assert page.get_by_text("Home Shop").is_visible()
        page.locator(".preview summary").first.click()
        assert page.get_by_text("A refund takes five days.").is_visible()
        page.get_by_role("button", name="Add 1 article").click()
        page.get_by_role("link", name="refunds.html").click()
        assert page.locator("h1").inner_text() == "Refunds"

        page.goto(f"{desk}/add")
        page.get_by_label("Files").set_input_files([many])
        page.get_by_role("button", name="Show what is understood").click()
        add = page.get_by_role("button", name="Add 3,000 articles")
        while not scripts and not add.count():
            page.get_by_role("link", name="See how far it is").click()
        add.click()
        progress = page.locator("progress")
        first = progress.get_attribute("value")
        if scripts:
            went_on = "first => document.querySelector('progress').value > first + 5"
            page.wait_for_function(went_on, arg=float(first or 0))
        page.get_by_role("button", name="Cancel").click()
        while not scripts and progress.count():
            page.get_by_role("link", name="See how far it is").click()
        page.get_by_text("It was stopped. What was stored before is kept.").wait_for()
        assert page.locator("#work:focus").count()
        page.goto(f"{desk}/search?q=carburettor")
        assert page.locator("[data-passage-id]").count() > 0
    context.close()
