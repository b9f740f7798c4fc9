"""The JSON API: shapes, statuses, and that no request ends in a failure of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.generations import POINTER
from webapp.app import create_app

RESULTS = set(
    "query remarks mode page limit total took_ms suggestion answer nothing_found urgent hits nearest facets questions"
    .split()
)  # fmt: skip
HIT = set(
    "passage_id article_id article_title heading_path text context snippet url source link reviewed review_state labels"
    " cautions more_in_article".split()
)
ARTICLE = set(
    "source id title language author published reviewed modified url labels text sections dropped warnings".split()
)


def refused(client: FlaskClient, path: str, status: int = 400, **request: Any) -> str:
    response = client.open(path, method="POST" if request else "GET", **request)
    assert response.status_code == status, response.text
    error = response.get_json()["error"]
    assert set(error) == {"code", "message", "detail"}
    assert " " in error["message"]
    return str(error["code"])


def test_search_returns_results(client: FlaskClient) -> None:
    data = client.get("/api/v1/search?q=leg cramps&limit=2").get_json()
    assert set(data) == RESULTS
    assert (data["query"], data["page"], data["limit"]) == ("leg cramps", 1, 2)
    assert data["total"] >= len(data["hits"]) == 2
    assert set(data["hits"][0]) == HIT | {"rank", "score"}
    assert not data["nothing_found"]
    nothing = client.get("/api/v1/search?q=carburettor").get_json()
    assert (nothing["nothing_found"], nothing["hits"], nothing["total"]) == (True, [], 0)


def test_suggestions_have_the_shape_programs_rely_on(client: FlaskClient) -> None:
    data = client.get("/api/v1/suggest?q=refu").get_json()
    link = "/articles/tariffs?passage=tariffs.refunds.1#refunds"
    assert data == {"suggestions": [{"text": "Refunds", "kind": "heading", "link": link}]}
    assert client.get(link).status_code == 200
    assert client.get("/api/v1/suggest").get_json() == {"suggestions": []}
    assert refused(client, "/api/v1/suggest?q=" + "a" * 20_001) == "query_too_long"


def test_the_ways_to_ask_agree(client: FlaskClient) -> None:
    fields = {"q": "calf", "limit": "3", "page": "1", "label": ["pregnancy", "urgent"], "explain": "true"}
    by_get = client.get("/api/v1/search", query_string=urlencode(fields, doseq=True)).get_json()
    by_form = client.post("/api/v1/search", data=fields).get_json()
    by_json = client.post("/api/v1/search", json={**fields, "limit": 3, "page": 1, "explain": True}).get_json()
    for data in (by_get, by_form, by_json):
        data.pop("took_ms")
    assert by_get == by_form == by_json
    assert {label for hit in by_get["hits"] for label in hit["labels"]} >= {"pregnancy", "urgent"}
    for hit in by_get["hits"]:
        parts = hit["explanation"]["parts"]
        assert sum(part["score"] for part in parts) == pytest.approx(hit["score"])


def test_a_long_message_goes_by_post(client: FlaskClient) -> None:
    message = "my calf cramps " + "at night " * 1_000
    assert client.post("/api/v1/search", json={"q": message}).get_json()["total"]
    refused(client, "/api/v1/search?q=" + quote(message))
    refused(client, "/api/v1/search", json={"q": "x" * 20_001})
    refused(client, "/api/v1/search", data={"q": "x" * 20_001})
    refused(client, "/api/v1/search", 413, data={"q": "x" * 3_000_000})


@pytest.mark.parametrize(
    "query",
    [
        "q=calf&page=1000000000",
        "q=calf&page=0",
        "q=calf&page=" + "9" * 5_000,
        "q=calf&page=1.5",
        "q=calf&limit=-1",
        "q=calf&limit=51",
        "q=calf&limit=ten",
        "q=calf%00",
        "q=calf&colour=red",
        "q=calf&label=%00",
        "q=calf&review=soon",
        "q=calf&reviewed_since=yesterday",
        "q=calf&mode=psychic",
        "q=calf&explain=perhaps",
        "q=",
        "",
        "label=urgent",
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(client: FlaskClient, query: str) -> None:
    refused(client, "/api/v1/search?" + query)


@pytest.mark.parametrize(
    "body",
    [
        b'{"q": "\\ud800"}',
        b'{"q": "calf", "label": ["\\udfff"]}',
        b'{"q": "calf", "\\ud800": "x"}',
        b'{"q": 5}',
        b'{"q": null}',
        b'{"q": {"a": 1}}',
        b'{"q": "calf", "limit": true}',
        b'{"q": "calf", "limit": 1e400}',
        b'{"q": "calf", "limit": 1' + b"0" * 6_000 + b"}",
        b'{"q": "calf", "page": -3}',
        b'["calf"]',
        b"calf",
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"q": ' + b"[" * 100_000,
    ],
)
def test_json_that_cannot_be_asked_is_refused_in_a_sentence(client: FlaskClient, body: bytes) -> None:
    refused(client, "/api/v1/search", data=body, content_type="application/json")


def test_bytes_that_are_no_text_are_read_as_replaced(client: FlaskClient) -> None:
    data = client.get("/api/v1/search", query_string="q=calf%ff").get_json()
    assert data["query"] == "calf\N{REPLACEMENT CHARACTER}"


def test_articles_are_listed_page_by_page(client: FlaskClient) -> None:
    everything = client.get("/api/v1/articles").get_json()
    assert everything["next"] is None
    row = everything["articles"][0]
    assert set(row) == {"id", "title", "source", "url", "reviewed", "review_state", "labels", "passages"}
    seen, cursor = [], ""
    while cursor is not None:
        data = client.get("/api/v1/articles", query_string={"cursor": cursor, "limit": "3"}).get_json()
        seen += data["articles"]
        cursor = data["next"]
    assert seen == everything["articles"]
    assert len(seen) == 7
    for query in ("limit=0", "limit=-1", "limit=x", "limit=100000", "cursor=%00"):
        refused(client, "/api/v1/articles?" + query)


def test_an_article_and_its_passages(client: FlaskClient) -> None:
    found = client.get("/api/v1/articles/tariffs").get_json()
    assert set(found) >= ARTICLE
    assert found["sections"][1]["blocks"][1]["items"] == ["within the city", "by bicycle", "abroad"]
    passage = client.get("/api/v1/passages/tariffs.prices.1").get_json()
    assert set(passage) == HIT
    assert "".join(fragment["text"] for fragment in passage["snippet"]) == passage["text"]
    assert client.get(passage["link"]).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/v1/articles/none", "/api/v1/passages/none", "/api/v1/passages/a.b.c", "/api/v2", "/api/v1/articles/"]
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert refused(client, path, 404) == "not_found"


def test_another_method_is_refused(client: FlaskClient) -> None:
    assert refused(client, "/api/v1/articles", 405, data={}) == "method_not_allowed"


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json() == {"status": "ready", "problems": []}


def test_an_outage_is_an_outage_and_no_empty_result(app: Flask, home: Path) -> None:
    app.extensions["answerdesk"].close()
    (home / "index" / POINTER).write_text('{"format": 1000}')  # as a newer Answerdesk would
    damaged = create_app(home)
    client = damaged.test_client()
    assert refused(client, "/api/v1/search?q=calf", 503)
    page = client.get("/search?q=calf")
    assert page.status_code == 503
    assert "nothing-found" not in page.text
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["status"] == "not ready"
    assert response.get_json()["problems"]
    damaged.extensions["answerdesk"].close()
    assert client.get("/healthz").status_code == 200


def test_a_search_needs_no_database_driver(app: Flask, home: Path) -> None:
    app.extensions["answerdesk"].close()
    script = """
import sys, pathlib
from search.generations import POINTER
from webapp.app import create_app
client = create_app(pathlib.Path(sys.argv[1])).test_client()
assert client.get("/search?q=calf").status_code == 200
assert client.get("/api/v1/passages/swelling.when-to-call.1").status_code == 200
assert not {"sqlalchemy", "sqlite3", "ingest"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script, str(home)], check=True)


TEXT = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(["calf", '"calf', "\0", "\ud800", "()*?~^:"])
VALUE = TEXT | st.integers() | st.floats() | st.booleans() | st.none() | st.lists(TEXT, max_size=2)
NAMES = st.sampled_from(
    "q limit page mode explain label article source language review reviewed_since cursor passage x".split()
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ["/api/v1/search", "/api/v1/suggest", "/search", "/api/v1/articles", "/articles/tariffs", "/api/v1/passages/"]
    ),
    fields=st.dictionaries(NAMES, VALUE, max_size=5),
    tail=st.binary(max_size=12),
)
def test_nothing_that_is_sent_makes_it_fail(
    client: FlaskClient, path: str, fields: dict[str, Any], tail: bytes
) -> None:
    pairs = "&".join(f"{name}={quote(str(value), errors='surrogatepass')}" for name, value in fields.items())
    body = json.dumps(fields).encode()
    responses = [
        client.get(f"{path}{quote(tail)}", query_string=pairs),
        client.get(path, query_string=pairs + quote(tail)),
        client.post(path, data=pairs, content_type="application/x-www-form-urlencoded"),
        client.post(path, data=body, content_type="application/json"),
        client.post(path, data=body[:-1] + tail, content_type="application/json; charset=utf-16"),
        client.post(path, data=body, content_type="multipart/form-data; boundary=x"),
    ]
    for response in responses:
        assert response.status_code < 500
        response.close()
