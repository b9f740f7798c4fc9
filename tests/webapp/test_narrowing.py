"""Filters of the results page: each count is what the filter finds, with scripts or without."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient

from corpus.changing import FILE_NAME
from corpus.library import Library
from tests.webapp.test_pages import ids, one, page, words
from webapp import listing


def offered(found: BeautifulSoup) -> dict[tuple[str, str], int]:
    """Return the count of each filter that can be chosen, by name and value."""
    boxes = {
        (str(box["name"]), str(box["value"])): int(words(one(box.parent, "small")).replace(",", ""))
        for box in found.select(".filters [type=checkbox]")
        if isinstance(box.parent, Tag)
    }
    since = {
        ("reviewed_since", str(option["value"])): int(words(option).partition("(")[2].rstrip(")"))
        for option in found.select(".filters option")
        if option["value"]
    }
    return boxes | since


def total(client: FlaskClient, address: str) -> int:
    count: int = client.get("/api/v1" + address).get_json()["total"]
    return count


def test_each_count_is_what_the_filter_finds(client: FlaskClient) -> None:
    for address in ("/search?q=calf cramps magnesium", "/search?q=magnesium&label=minerals"):
        choices = offered(page(client, address))
        assert {name for name, _ in choices} >= {"label"}
        for (name, value), count in choices.items():
            kept = address if f"{name}=" not in address else address.partition("&")[0]
            assert total(client, f"{kept}&{name}={value}") == count, (name, value)


def test_a_second_value_adds_and_another_filter_takes_away(client: FlaskClient) -> None:
    found = page(client, "/search?q=magnesium&label=minerals")
    checked = found.select(".filters [checked]")
    assert [(box["name"], box["value"]) for box in checked] == [("label", "minerals")]
    both = page(client, "/search?q=magnesium&label=minerals&label=cramps&reviewed_since=")
    assert set(ids(found)) < set(ids(both))
    assert len(both.select(".restrictions li")) == 2


def test_a_message_is_filtered_out_of_sight(client: FlaskClient) -> None:
    found = page(client, "/search", q="magnesium for the calf", label="minerals")
    assert one(found, ".filters form")["method"] == "post"
    remove = one(found, ".restrictions form[method=post]")
    fields = {str(field["name"]): str(field["value"]) for field in remove.select("input")}
    assert fields == {"q": "magnesium for the calf"}


def test_filters_that_find_nothing_say_what_each_keeps_out(client: FlaskClient) -> None:
    found = page(client, "/search?q=calf&label=minerals&review=unknown")
    offers = one(found, "#nothing-found").select("li:has(a[href*='/search'])")
    assert len(offers) == 2
    for offer in offers[:-1]:
        count = int(words(offer).partition("then ")[2].split()[0])
        assert len(ids(page(client, str(one(offer, "a")["href"])))) == count > 0
    assert len(ids(page(client, str(one(offers[-1], "a")["href"])))) == total(client, "/search?q=calf")


def test_a_spelling_can_be_taken_back(client: FlaskClient) -> None:
    found = page(client, "/search?q=magnezium")
    assert words(one(found, ".remark")).startswith("Showing results for magnesium")
    exact = page(client, str(one(found, ".remark a")["href"]))
    assert one(exact, "#nothing-found")
    assert client.get("/api/v1/search?q=magnezium&exact=1").get_json()["suggestion"]["applied"] is False
    assert client.get("/api/v1/search?q=magnezium&exact=maybe").status_code == 400


def test_why_without_scripts(client: FlaskClient) -> None:
    hit = page(client, "/search?q=magnesium tablets").select("[data-passage-id]")[0]
    explained = page(client, str(one(hit, "a.why")["href"]))
    why = explained.select("details.why")[0]
    assert "“magnesium” is in the title" in words(why)
    *parts, whole = [float(words(row.select("td")[-1])) for row in why.select("tr")[1:]]
    assert sum(parts) == pytest.approx(whole, abs=0.01)


def test_the_trail_leads_to_the_headings_above(client: FlaskClient) -> None:
    hit = one(page(client, "/search?q=wrap&limit=1"), "[data-passage-id]")
    above, own = hit.select(".trail a")
    response = client.get(str(above["href"]))
    assert (response.status_code, response.location) == (302, "/articles/tariffs#prices")
    assert own["href"] == "/articles/tariffs#how-to-send-it"
    assert client.get("/articles/tariffs/above/gone/1").location == "/articles/tariffs#gone"
    assert client.get("/articles/none/above/top/1").status_code == 404


def test_all_articles_are_listed_page_by_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "ON_A_PAGE", 4)
    first = page(client, "/articles")
    assert "6 articles" in words(one(first, ".lead"))
    second = page(client, str(one(first, ".pages a")["href"]))
    listed = [str(link["href"]) for found in (first, second) for link in found.select(".articles li > a")]
    assert len(listed) == 6
    assert "/articles/using-the-desk" not in listed
    assert listed == sorted(set(listed))
    assert "no page 3" in words(one(page(client, "/articles?page=3"), "main"))


def test_a_library_that_is_replaced_is_read_anew(client: FlaskClient, home: Path, tmp_path: Path) -> None:
    assert client.get("/articles/tariffs").status_code == 200
    with Library.open(tmp_path / "other") as other:
        assert other.count() == 0
    for file in home.glob(FILE_NAME + "*"):
        file.unlink()
    shutil.copy(tmp_path / "other" / FILE_NAME, home / FILE_NAME)
    assert client.get("/articles/tariffs").status_code == 404


def test_answers_are_compressed_for_those_who_take_it(app: Flask) -> None:
    client = app.test_client()
    plain = client.get("/articles/tariffs")
    packed = client.get("/articles/tariffs", headers={"Accept-Encoding": "gzip"})
    assert (plain.content_encoding, packed.content_encoding) == (None, "gzip")
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Vary"] == "Accept-Encoding"
