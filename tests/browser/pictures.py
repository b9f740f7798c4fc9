"""Pictures of every state of the pages, light and dark, wide and narrow: python -m tests.browser.pictures DIR."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.browser.desk import add_articles, chromium, running_desk
from tests.browser.strange import STRANGE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = {"wide": (1280, 800), "narrow": (360, 740), "widest": (2560, 1300)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
README = Path(__file__).with_name("results.png")
QUESTION = "leg cramps at night"
RETURNS = """<html lang="en"><nav>Home – Shop – Basket</nav><h1>Returning a parcel</h1>
<p>You may return a parcel within 30 days.</p><h2>How it goes</h2><ol><li>Print the label.</li>
<li>Take the parcel to a shop.</li></ol><footer>© Example Ltd. All rights reserved.</footer></html>"""
ADDRESSES = {
    "desk": "/",
    "results": f"/search?q={QUESTION}",
    "table": "/search?q=medicine dose",
    "shown-in-part": "/search?q=timetable departures of buses",
    "filtered": f"/search?q={QUESTION}&label=pregnancy&label=sleep",
    "in-one-article": f"/search?q={QUESTION}&article=leg-cramps-in-pregnancy",
    "next-page": "/search?q=cramps&limit=3&page=2",
    "past-the-last-page": "/search?q=cramps&page=99",
    "spelling": "/search?q=magnezium tablets",
    "explained": f"/search?q={QUESTION}&explain=1&limit=1",
    "answer": "/search?q=how long should I hold the wall stretch",
    "red-flag": "/search?q=my calf is swollen, red and warm",
    "nothing-found": "/search?q=carburettor",
    "nearest": "/search?q=what is the best mattress for back pain",
    "nothing-under-a-filter": "/search?q=cramps&label=minerals&label=none&review=overdue",
    "articles": "/articles",
    "add": "/add",
    "article": "/articles/leg-cramps-in-pregnancy",
    "passage-gone": "/articles/leg-cramps-in-pregnancy?passage=leg-cramps-in-pregnancy.causes.99",
    "section-gone": "/articles/leg-cramps-in-pregnancy#none",
    "changes": "/articles/changing/history",
    "strange": "/search?q=strange",
    "strange-article": "/articles/strange",
    "arabic": "/articles/arabic",
    "japanese": "/articles/japanese",
    "not-found": "/articles/none",
    "too-long": "/search?q=" + "word " * 300,
    "help": "/help",
}


def _passage(page: Page) -> None:
    page.locator(".hit h2 a").first.click()
    page.locator(".found").wait_for()


def _message(page: Page) -> None:
    page.goto(page.url.partition("/search")[0])
    page.get_by_role("textbox", name="customer's message").fill("Hello,\n\nmy calf cramps at night.\n\nThank you")
    page.get_by_role("button", name="Search with this message").click()
    page.locator("textarea#q").wait_for()


def _questions(page: Page) -> None:
    page.goto(page.url.partition("/search")[0])
    message = "Hello,\n\nwhat helps against leg cramps at night? And which dose of magnesium may I take?\n\nThank you"
    page.get_by_role("textbox", name="customer's message").fill(message)
    page.get_by_role("button", name="Search with this message").click()
    page.locator(".question").first.wait_for()


def _printed(page: Page) -> None:
    _passage(page)
    page.emulate_media(media="print")


def _suggestions(page: Page) -> None:
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially("leg")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")


def _asked_first(page: Page) -> None:
    page.locator("[data-do=copy]").first.click()


def _reply(page: Page) -> None:
    for n in range(2):
        page.locator("[data-do=keep]").nth(n).click()
        page.locator("#sure [value=yes]").click()
    page.locator("#tray-open").click()


def _keys(page: Page) -> None:
    page.locator("main").focus()
    page.keyboard.press("?")


def _current(page: Page) -> None:
    page.locator("#q").press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.locator("details.why").wait_for()


def _more(page: Page) -> None:
    page.locator(".more").first.click()
    page.locator(".hits .hits").wait_for()


def _judging(page: Page) -> None:
    page.locator("[data-do=judge]").first.click()


def _judged(page: Page) -> None:
    _judging(page)
    page.get_by_label("Reason").fill("It is about the calf.")
    page.get_by_role("button", name="Wrong").click()
    page.get_by_text("Thank you").wait_for()


def _feedback(page: Page) -> None:
    _judged(page)
    home = page.url.partition("/search")[0]
    page.goto(f"{home}/search?q=carburettor")
    page.get_by_role("button", name="Report the gap").click()
    page.get_by_text("Thank you").wait_for()
    page.goto(f"{home}/feedback")


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def _to_add(page: Page) -> None:
    """Go to the page that adds articles, and clear away what was left there."""
    page.goto(f"{page.url.partition('/search')[0]}/add")
    for name in ("Cancel", "Forget this"):
        if page.get_by_role("button", name=name).count():
            _press(page, name)
            page.locator("progress").wait_for(state="detached")


def _understood(page: Page) -> None:
    _to_add(page)
    files = {"returns.html": ("text/html", RETURNS), "logo.png": ("image/png", "\x89")}
    sent = [{"name": name, "mimeType": kind, "buffer": text.encode()} for name, (kind, text) in files.items()]
    page.locator("input[type=file]").set_input_files(sent)  # type: ignore[arg-type]
    _press(page, "Show what is understood")
    page.locator(".preview").wait_for()
    page.locator(".preview summary").first.click()


def _adding(page: Page) -> None:
    _to_add(page)
    records = "title,body\n" + "".join(f"Spare part {n},It fits model {n}.\n" for n in range(30_000))
    file = {"name": "parts.csv", "mimeType": "text/csv", "buffer": records.encode()}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    _press(page, "Show what is understood")
    page.locator("progress").wait_for()


def _stopped(page: Page) -> None:
    _adding(page)
    _press(page, "Cancel")
    page.get_by_role("button", name="Forget this").wait_for()


def _added(page: Page) -> None:
    _understood(page)
    _press(page, "Add 1 article")
    page.get_by_role("heading", name="Added").wait_for()


def _rebuilt(page: Page) -> None:
    _to_add(page)
    _press(page, "Build the index anew")
    page.get_by_role("heading", name="built anew").wait_for()


def _slow(page: Page) -> None:
    network = page.context.new_cdp_session(page)
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 60_000, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    page.locator("#q").fill("leg cramps and more")
    page.get_by_text("slow to answer").wait_for()


def _unreachable(page: Page) -> None:
    page.context.set_offline(True)
    page.locator("#q").fill("leg cramps and more")
    page.get_by_text("cannot be reached").wait_for()


# What somebody did on the results page.
DONE: dict[str, Callable[[Page], None]] = {
    "passage": _passage,
    "message": _message,
    "questions": _questions,
    "printed": _printed,
    "suggestions": _suggestions,
    "asked-first": _asked_first,
    "reply": _reply,
    "keys": _keys,
    "current": _current,
    "more-in-the-article": _more,
    "judging": _judging,
    "judged": _judged,
    "feedback": _feedback,
    "understood": _understood,
    "adding": _adding,
    "adding-stopped": _stopped,
    "rebuilt": _rebuilt,
    "slow": _slow,
    "unreachable": _unreachable,
}
# What changes the desk for good: the samples go when other articles come.
LAST = {"added": _added}


def main() -> None:
    """Take the pictures, and lay them out on one page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", action="store_true", help="renew the README's picture too")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, chromium() as browser, running_desk(Path(home)) as desk:
        if given.readme:
            page = browser.new_page(viewport={"width": 1120, "height": 760}, color_scheme="light")
            page.goto(f"{desk}/search?q={QUESTION}")
            page.screenshot(path=README)
            page.close()
        add_articles(Path(home), STRANGE)
        for states in ([*ADDRESSES, *DONE], LAST):
            for size in SIZES:
                for scheme in SCHEMES:
                    for state in states:
                        _take(browser, desk, given.folder, size, scheme, state)
    _lay_out(given.folder)


def _take(browser: Browser, desk: str, folder: Path, size: str, scheme: Literal["light", "dark"], state: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    reach(page, desk, state)
    page.screenshot(path=folder / f"{state}-{size}-{scheme}.png")
    context.close()


def reach(page: Page, desk: str, state: str) -> None:
    """Bring a page into a state."""
    page.goto(desk + ADDRESSES.get(state, ADDRESSES["results"]))
    if do := (DONE | LAST).get(state):
        do(page)


def _lay_out(folder: Path) -> None:
    names = sorted(file.name for file in folder.glob("*.png"))
    figures = "".join(
        f'<figure><img src="{name}" width="480"><figcaption>{name}</figcaption></figure>' for name in names
    )
    style = "body{display:flex;flex-wrap:wrap;font-family:sans-serif}"
    (folder / "index.html").write_text(f"<!doctype html><title>Answerdesk</title><style>{style}</style>{figures}")


if __name__ == "__main__":
    main()
