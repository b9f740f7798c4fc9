"""Pictures of every state of the pages, light and dark, wide and narrow: python -m tests.browser.pictures DIR."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.browser.desk import chromium, running_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = {"wide": (1280, 800), "narrow": (360, 740), "widest": (2560, 1300)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
README = Path(__file__).with_name("results.png")
QUESTION = "leg cramps at night"
STATES = {
    "desk": "/",
    "results": f"/search?q={QUESTION}",
    "table": "/search?q=medicine dose",
    "in-one-article": f"/search?q={QUESTION}&article=leg-cramps-in-pregnancy",
    "next-page": "/search?q=cramps&limit=3&page=2",
    "past-the-last-page": "/search?q=cramps&page=99",
    "nothing-found": "/search?q=carburettor",
    "nothing-under-a-filter": "/search?q=cramps&label=minerals&label=none&review=overdue",
    "article": "/articles/leg-cramps-in-pregnancy",
    "passage-gone": "/articles/leg-cramps-in-pregnancy?passage=leg-cramps-in-pregnancy.causes.99",
    "not-found": "/articles/none",
    "too-long": "/search?q=" + "word " * 300,
    "help": "/help",
}


def main() -> None:
    """Take the pictures, and lay them out on one page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", action="store_true", help="renew the README's picture too")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, chromium() as browser, running_desk(Path(home)) as desk:
        for size in SIZES:
            for scheme in SCHEMES:
                _take(browser, desk, given.folder, size, scheme)
        if given.readme:
            page = browser.new_page(viewport={"width": 1120, "height": 760}, color_scheme="light")
            page.goto(f"{desk}/search?q={QUESTION}")
            page.screenshot(path=README)
    _lay_out(given.folder)


def _take(browser: Browser, desk: str, folder: Path, size: str, scheme: Literal["light", "dark"]) -> None:
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    for state, path in STATES.items():
        page.goto(desk + path)
        _picture(page, folder, state, size, scheme)
    page.goto(f"{desk}/search?q={QUESTION}")
    page.locator("[data-passage-id] h2 a").first.click()
    _picture(page, folder, "passage", size, scheme)
    page.goto(desk)
    page.get_by_role("textbox", name="customer's message").fill(
        "Hello,\n\nmy calf cramps at night. What can I do?\n\nThank you"
    )
    page.get_by_role("button", name="Search with this message").click()
    _picture(page, folder, "message", size, scheme)
    page.close()


def _picture(page: Page, folder: Path, state: str, size: str, scheme: str) -> None:
    page.screenshot(path=folder / f"{state}-{size}-{scheme}.png")


def _lay_out(folder: Path) -> None:
    names = sorted(file.name for file in folder.glob("*.png"))
    figures = "".join(
        f'<figure><img src="{name}" width="480"><figcaption>{name}</figcaption></figure>' for name in names
    )
    style = "body{display:flex;flex-wrap:wrap;font-family:sans-serif}"
    (folder / "index.html").write_text(f"<!doctype html><title>Answerdesk</title><style>{style}</style>{figures}")


if __name__ == "__main__":
    main()
