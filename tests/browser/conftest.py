"""One browser for all tests here, and one desk that serves the samples and what is hard to show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.desk import add_articles, chromium, running_desk
from tests.browser.strange import STRANGE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("desk")
    with running_desk(home) as address:
        add_articles(home, STRANGE)
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that may use the clipboard; whatever its console complains of fails the test."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not [complaint for complaint in complaints if "ERR_CONNECTION_REFUSED" not in complaint]
