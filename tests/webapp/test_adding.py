"""Articles added in the page: looked at first, stored on demand, stopped on demand; only where the desk is alone."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from corpus.library import Library
from ingest.sources import Web
from tests.servers.pages import serving
from tests.webapp.test_feedback import BROWSER
from tests.webapp.test_pages import ids, one, page, words
from webapp.app import create_app
from webapp.status import status

HOST = "127.0.0.1"
REFUNDS = b"""<html><body><nav>Home Shop Basket</nav>
<h1>Refund of a carburettor</h1><p>A refund takes five working days.</p>
<h2>How to ask</h2><ul><li>by mail</li><li>by telephone</li></ul></body></html>"""
MANY = b"title,body\n" + b"".join(b"Carburettor %d,It leaks in way %d.\n" % (n, n) for n in range(2_000))


def press(client: FlaskClient, button: str, status: int = 303, **files: bytes) -> BeautifulSoup:
    """Press a button of the page as a browser without scripts does; return the page it leads to."""
    pressed = one(page(client, "/add"), f"button[value={button}]")
    form = pressed.find_parent("form")
    assert form is not None
    fields: dict[str, Any] = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
    fields["do"] = button
    fields["file"] = [FileStorage(io.BytesIO(data), name.replace("_", ".")) for name, data in files.items()]
    boundary, body = encode_multipart(MultiDict(fields))
    kind = f"{form['enctype']}; boundary={boundary}"
    response = client.post(str(form["action"]), data=body, content_type=kind, headers=BROWSER)
    assert response.status_code == status, response.text
    return page(client, "/add") if status == 303 else BeautifulSoup(response.text, "lxml")


def until(client: FlaskClient, holds: Callable[[BeautifulSoup], object]) -> BeautifulSoup:
    end = time.monotonic() + 60
    while not holds(found := page(client, "/add")):
        assert time.monotonic() < end, words(one(found, "#work"))
    return found


def is_done(found: BeautifulSoup) -> bool:
    return not found.select("progress")


def articles(home: Path) -> set[str]:
    with Library.open(home) as library:
        return {summary.id for summary in library.list(limit=10_000)}


def test_a_file_is_shown_as_it_was_understood_before_it_is_stored(client: FlaskClient, home: Path) -> None:
    before = articles(home)
    found = press(client, "read", refunds_html=REFUNDS, logo_png=b"\x89PNG")
    preview = one(found, ".preview")
    assert words(one(preview, "h3")) == "Refund of a carburettor"
    assert [words(item) for item in preview.select(".text li")] == ["by mail", "by telephone"]
    assert words(one(preview, ".left-out")) == "Home Shop Basket"
    assert "logo.png" in words(one(found, "#work > ul"))
    assert articles(home) == before
    stored = press(client, "store")
    link = one(stored, "#work a")
    assert words(link) == "refunds.html"
    assert words(one(page(client, str(link["href"])), "h1")) == "Refund of a carburettor"
    assert ids(page(client, "/search?q=refund+of+a+carburettor"))[0].startswith("refund-of-a-carburettor.")
    report = words(one(stored, "section[aria-labelledby=report]"))
    assert "1 new, 1 skipped" in report
    assert "logo.png : .png files cannot be read" in report


def test_a_file_sent_again_takes_the_place_of_its_article(client: FlaskClient, home: Path) -> None:
    press(client, "read", refunds_html=REFUNDS)
    press(client, "store")
    before = articles(home)
    found = press(client, "read", refunds_html=REFUNDS.replace(b"five", b"six"))
    assert words(one(found, ".preview > p a")) == "the article from the same source"
    assert "refunds.html : changed" in words(one(press(client, "store"), "#work"))
    assert articles(home) == before
    assert "six working days" in words(one(page(client, "/articles/refund-of-a-carburettor"), "main"))


def test_a_page_of_the_web_is_stored_as_it_was_shown(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"token": app.config["TOKEN"], "do": "read"}
    with serving() as pages:
        address = f"{pages.base}/refunds.html"
        pages.put("/refunds.html", REFUNDS)
        client.post("/add", data={**fields, "url": address})
        assert "private address" in words(one(until(client, is_done), "#work"))
        press(client, "forget")
        monkeypatch.setattr("ingest.sources.Web", partial(Web, [HOST]))
        client.post("/add", data={**fields, "url": address})
        preview = one(until(client, is_done), ".preview")
        assert words(one(preview, "h3")) == "Refund of a carburettor"
        pages.put("/refunds.html", REFUNDS.replace(b"five", b"six"))
        press(client, "store")
    until(client, is_done)
    article = words(one(page(client, "/articles/refund-of-a-carburettor"), "main"))
    assert "five working days" in article
    assert address in article


def test_what_is_added_is_found_by_its_meaning_too(app: Flask, home: Path, model: Path) -> None:
    (home / "answerdesk.toml").write_text(f'model = "{model}"\n')
    desk = create_app(home)
    press(desk.test_client(), "read", refunds_html=REFUNDS)
    press(desk.test_client(), "store")
    until(desk.test_client(), is_done)
    assert not [one for one in status(desk.extensions["answerdesk"])["problems"] if one["code"] == "not_embedded"]
    desk.extensions["answerdesk"].close()


def test_an_address_that_is_none_is_refused(client: FlaskClient, app: Flask) -> None:
    fields = {"token": app.config["TOKEN"], "do": "read"}
    for url in ("/etc/passwd", "file:///etc/passwd", "", "ftp://example.com/"):
        assert client.post("/add", data={**fields, "url": url}).status_code == 400
    assert not page(client, "/add").select("#work")


def test_what_was_not_read_to_its_end_is_not_added(client: FlaskClient, app: Flask, home: Path) -> None:
    before = articles(home)
    press(client, "read", many_csv=MANY * 8)
    press(client, "stop")
    found = until(client, is_done)
    assert not found.select("button[value=store]")
    job = one(found, "#work input[name=job]")["value"]
    client.post("/add", data={"token": app.config["TOKEN"], "do": "store", "job": job})
    assert articles(home) == before


def test_what_was_shown_can_be_forgotten(client: FlaskClient, home: Path) -> None:
    before = articles(home)
    press(client, "read", refunds_html=REFUNDS)
    found = press(client, "forget")
    assert not found.select("#work")
    assert found.select("input[type=file]")
    assert articles(home) == before


def test_a_page_that_shows_something_else_by_now_stores_nothing(client: FlaskClient, app: Flask, home: Path) -> None:
    before = articles(home)
    press(client, "read", refunds_html=REFUNDS)
    press(client, "forget")
    press(client, "read", other_md=b"# Other\n\nIt is another one.\n")
    fields = {"token": app.config["TOKEN"], "do": "store", "job": "1"}
    assert client.post("/add", data=fields).status_code == 409
    assert articles(home) == before


def test_many_records_are_added_with_progress_and_can_be_stopped(client: FlaskClient, home: Path) -> None:
    before = articles(home)
    press(client, "read", many_csv=MANY)
    found = until(client, is_done)
    assert "2,000 articles" in words(one(found, "#work"))
    assert len(found.select(".preview")) == 20
    running = press(client, "store")
    assert "sources stored" in words(one(running, ".progress"))
    press(client, "stop")
    found = until(client, is_done)
    assert "It was stopped. What was stored before is kept." in words(one(found, "#work"))
    assert "stopped before its end" in words(one(found, "section[aria-labelledby=report]"))
    added = articles(home) - before
    assert 0 < len(added) < 2_000
    assert ids(page(client, "/search?q=carburettor"))
    rebuilt = press(client, "rebuild")
    rebuilt = until(client, is_done)
    assert "The index is built anew" in words(one(rebuilt, "#work"))
    assert ids(page(client, "/search?q=carburettor"))


def test_one_thing_is_done_at_a_time(client: FlaskClient, app: Flask) -> None:
    press(client, "read", many_csv=MANY * 8)
    assert page(client, "/add").select("progress")
    fields = {"token": app.config["TOKEN"], "do": "rebuild"}
    assert client.post("/add", data=fields).status_code == 409
    press(client, "stop")
    until(client, is_done)


def test_too_much_at_once_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert press(app.test_client(), "read", logo_png=b"\x89PNG" * 500_000).select("#work")
    press(app.test_client(), "forget")
    monkeypatch.setenv("ANSWERDESK_MAX_DOCUMENT_MB", "1")
    app.extensions["answerdesk"].settings = type(app.extensions["answerdesk"].settings).of_home(Path("none"))
    found = press(app.test_client(), "read", 413, large_txt=b"word " * 1_000_000)
    assert "at most 1 MB" in words(one(found, "[role=alert]"))


def test_it_is_for_the_desk_on_its_own_machine_alone(client: FlaskClient, home: Path) -> None:
    file = {"do": "read", "file": (io.BytesIO(REFUNDS), "refunds.html")}
    assert client.post("/add", data={**file, "token": "guessed"}).status_code == 403
    elsewhere = create_app(home, loopback=False)
    reader = elsewhere.test_client()
    page(reader, "/add", 403)
    assert not page(reader, "/articles").select("a[href='/add']")
    token = elsewhere.config["TOKEN"]
    file = {"do": "read", "token": token, "file": (io.BytesIO(REFUNDS), "refunds.html")}
    assert reader.post("/add", data=file).status_code == 403
    elsewhere.extensions["answerdesk"].close()


def test_a_desk_that_ends_while_it_adds_ends_soon_and_in_order(app: Flask, home: Path) -> None:
    client = app.test_client()
    before = articles(home)
    press(client, "read", many_csv=MANY)
    until(client, is_done)
    press(client, "store")
    started = time.monotonic()
    app.extensions["answerdesk"].close()
    assert time.monotonic() - started < 8
    with Library.open(home) as library:
        report = library.last_report()
    assert report is not None
    assert report["interrupted"]
    assert report["counts"]["new"] == len(articles(home) - before)
