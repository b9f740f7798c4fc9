"""Feedback by API, by plain form, on the command line and on its page; only where the desk is alone on its machine."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.test_api import refused
from tests.webapp.test_pages import one, page, words
from webapp.app import create_app
from webapp.cli import main

PASSAGE = "magnesium.tablets.1"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
WRONG = {"kind": "wrong", "query": "do tablets help", "passage_id": PASSAGE, "note": "It says nothing of it."}


def run(*given: str) -> Any:
    result = CliRunner().invoke(main, ["feedback", *given, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def kept() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run()["feedback"]
    return [{name: value for name, value in row.items() if name not in ("written", "id")} for row in rows]


def test_a_program_says_what_it_thinks_of_a_passage(client: FlaskClient) -> None:
    response = client.post("/api/v1/feedback", json=WRONG)
    assert response.status_code == 201
    assert WRONG.items() <= response.get_json().items()
    gap = {"kind": "gap", "query": "carburettor", "passage_id": None, "note": ""}
    assert client.post("/api/v1/feedback", json=gap).status_code == 201
    assert client.post("/api/v1/feedback", json={"kind": "gap", "query": "brakes"}).status_code == 201
    assert kept() == [WRONG, gap, {**gap, "query": "brakes"}]


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "excellent"},
        {"kind": ""},
        {"kind": "gap", "query": "", "passage_id": None},
        {"passage_id": None},
        {"passage_id": "none.top.1"},
        {"query": "x" * 20_001},
        {"note": "x" * 2_001},
        {"note": "\0"},
        {"query": 5},
    ],
)
def test_what_makes_no_sense_is_refused_and_not_kept(client: FlaskClient, changed: dict[str, Any]) -> None:
    refused(client, "/api/v1/feedback", json=WRONG | changed)
    assert kept() == []


def send(client: FlaskClient, found: BeautifulSoup, button: str, note: str) -> Any:
    """Fill the form in and press a button, as a browser without scripts does."""
    pressed = one(found, button)
    form = pressed.find_parent("form", method="post")
    assert form is not None
    fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input")}
    fields |= {str(pressed["name"]): str(pressed["value"]), "note": note}
    return client.post(str(form["action"]), data=fields, headers=BROWSER)


def test_a_passage_is_judged_without_scripts(client: FlaskClient) -> None:
    found = page(client, f"/articles/magnesium?passage={PASSAGE}&q=do+tablets+help#tablets")
    response = send(client, found, ".say [name=kind][value=wrong]", WRONG["note"])
    assert response.status_code == 201
    thanks = BeautifulSoup(response.text, "lxml")
    assert "Thank you" in words(one(thanks, "h1"))
    assert client.get(str(thanks.select("main a")[0]["href"])).status_code == 200
    assert kept() == [WRONG]


def test_a_gap_is_reported_without_scripts_also_for_a_pasted_message(client: FlaskClient) -> None:
    message = "Dear desk,\nmy carburettor leaks."  # what is kept of it is what was searched for
    for found, query in (
        (page(client, "/search?q=carburettor"), "carburettor"),
        (page(client, "/search", q=message, label="none"), "my carburettor leaks."),
    ):
        assert send(client, found, "#nothing-found .say button[value=gap]", "urgent").status_code == 201
        assert kept()[-1] == {"kind": "gap", "query": query, "passage_id": None, "note": "urgent"}


def test_a_form_from_elsewhere_is_refused(client: FlaskClient) -> None:
    for fields in (WRONG, {**WRONG, "token": "guessed ü"}):
        assert refused(client, "/api/v1/feedback", 403, data=fields) == "foreign_page"
        response = client.post("/api/v1/feedback", data=fields, headers=BROWSER)
        assert (response.status_code, response.mimetype) == (403, "text/html")
    text = {"data": json.dumps(WRONG), "content_type": "text/plain"}  # what another site may send without asking
    assert refused(client, "/api/v1/feedback", 403, **text) == "foreign_page"
    assert refused(client, "/api/v1/feedback", 400, json=WRONG, headers={"Host": "evil.example"}) == "wrong_host"
    assert kept() == []


def test_a_desk_that_others_reach_takes_and_shows_none(app: Flask, home: Path) -> None:
    elsewhere = create_app(home, loopback=False)
    client = elsewhere.test_client()
    assert refused(client, "/api/v1/feedback", 403, json=WRONG) == "read_only"
    page(client, "/feedback", 403)
    for path in ("/search?q=magnesium", "/search?q=carburettor", f"/articles/magnesium?passage={PASSAGE}"):
        assert not page(client, path).select(".say, [data-do=judge]")
    elsewhere.extensions["answerdesk"].close()


def test_whoever_runs_the_desk_sees_what_was_said(client: FlaskClient) -> None:
    assert "Nobody has said anything" in words(one(page(client, "/feedback"), "main"))
    client.post("/api/v1/feedback", json=WRONG)
    client.post("/api/v1/feedback", json={"kind": "gap", "query": "<b>carburettor</b>"})
    rows = page(client, "/feedback").select(".said > li")
    assert [words(one(row, "strong")) for row in rows] == ["Gap", "Wrong"]
    assert words(one(rows[0], "q")) == "<b>carburettor</b>"
    assert words(one(rows[1], "a")) == "Magnesium › Tablets"
    assert WRONG["note"] in words(rows[1])
    link = next(link for link in page(client, "/feedback").select(".kinds a") if words(link) == "Wrong")
    assert len(page(client, str(link["href"])).select(".said > li")) == 1
    assert "nothing here" in words(one(page(client, "/feedback?page=2"), "main"))


def test_one_piece_is_removed_and_no_other(client: FlaskClient) -> None:
    for query in ("brakes", "carburettor", "gears"):
        client.post("/api/v1/feedback", json={"kind": "gap", "query": query})
    row = page(client, "/feedback?kind=gap").select(".said > li")[1]
    form = one(row, "form")
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    assert client.post(str(form["action"]), data=fields | {"token": "guessed"}).status_code == 403
    assert len(kept()) == 3
    response = client.post(str(form["action"]), data=fields)
    assert (response.status_code, response.headers["Location"]) == (303, "/feedback?kind=gap")
    assert [row["query"] for row in kept()] == ["brakes", "gears"]


def test_it_is_exported_as_a_collection_that_can_be_measured(client: FlaskClient, tmp_path: Path) -> None:
    client.post("/api/v1/feedback", json={**WRONG, "kind": "answered"})
    counts = run("--export", str(tmp_path / "said"))
    assert (counts["queries"], counts["judgements"]) == (1, 1)
    measured = CliRunner().invoke(main, ["evaluate", str(tmp_path / "said"), "--json"])
    assert json.loads(measured.stdout)["measures"]["nDCG@10"] == 1
    assert "using-the-desk" not in (tmp_path / "said" / "corpus.jsonl").read_text()
    lines = CliRunner().invoke(main, ["feedback"]).stdout.splitlines()
    assert len(lines) == 1
    assert "Answered it" in lines[0]


def test_it_goes_into_backups(client: FlaskClient, home: Path, tmp_path: Path) -> None:
    client.post("/api/v1/feedback", json=WRONG)
    assert CliRunner().invoke(main, ["backup", str(tmp_path / "desk.backup")]).exit_code == 0
    assert (
        CliRunner().invoke(main, ["--home", str(tmp_path / "new"), "restore", str(tmp_path / "desk.backup")]).exit_code
        == 0
    )
    assert [row["query"] for row in run("--home", str(tmp_path / "new"))["feedback"]] == [WRONG["query"]]


def test_it_is_in_no_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.post("/api/v1/feedback", json=WRONG)
    assert "tablets" not in caplog.text
