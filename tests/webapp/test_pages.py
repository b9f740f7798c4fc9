"""The pages, as a browser without scripts gets them; asserted by selector."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient

from corpus.library import Library
from webapp.app import create_app


def page(client: FlaskClient, path: str, status: int = 200, **form: str) -> BeautifulSoup:
    response = client.post(path, data=form) if form else client.get(path)
    assert response.status_code == status, response.text
    assert response.mimetype == "text/html"
    return BeautifulSoup(response.text, "lxml")


def one(where: BeautifulSoup | Tag, selector: str) -> Tag:
    found = where.select(selector)
    assert len(found) == 1, f"{selector} matches {len(found)} elements"
    return found[0]


def words(element: Tag) -> str:
    return " ".join(element.get_text(" ").split())


def ids(where: BeautifulSoup) -> list[str]:
    return [str(element["data-passage-id"]) for element in where.select("[data-passage-id]")]


def test_the_desk_says_what_is_here_and_keeps_the_handbook_apart(client: FlaskClient) -> None:
    found = page(client, "/")
    assert "6 articles" in words(one(found, ".lead"))
    assert [words(link) for link in found.select(".articles a[href^='/articles/']")] == [
        "A swollen calf",
        "Leg cramps in pregnancy",
        "Magnesium",
        "Restless legs",
        'Tariffs <script>alert("title")</script>',
        "تشنجات الساق",
    ]
    assert "urgent 1 article" in [words(label) for label in found.select(".labels li")]
    assert one(found, "input[name=q]").has_attr("autofocus")


def test_each_example_on_the_desk_finds_something(client: FlaskClient) -> None:
    examples = page(client, "/").select(".examples a")
    assert examples
    for example in examples:
        assert ids(page(client, str(example["href"])))


def test_an_empty_desk_says_how_to_fill_it(home: Path) -> None:
    app = create_app(home)
    client = app.test_client()
    assert "no articles" in words(one(page(client, "/"), "h1"))
    assert one(page(client, "/search?q=cramps"), "#nothing-found")
    assert "handbook" in words(one(page(client, "/help"), "main"))
    app.extensions["answerdesk"].close()


def test_a_hit_shows_what_an_agent_needs(client: FlaskClient) -> None:
    found = page(client, "/search?q=magnesium tablets")
    box = one(found, "form[role=search] input[name=q]")
    assert box["value"] == "magnesium tablets"
    assert box.has_attr("autofocus")
    hit = one(found, "[data-passage-id='magnesium.tablets.1']")
    assert words(one(hit, "h2")) == "Magnesium"
    assert [words(heading) for heading in hit.select(".trail li")] == ["Tablets"]
    assert {words(mark) for mark in hit.select("mark")} >= {"Magnesium tablets"}
    assert one(hit, "blockquote").get_text() == (
        "Magnesium tablets may help some women with leg cramps; ask a doctor before taking 300 mg."
    )
    assert words(one(hit, ".review.overdue")).endswith("Review overdue since 1 January 2018")
    assert words(one(hit, ".source")) == "Source: magnesium.md"
    assert one(hit, "h2 a")["href"] == ("/articles/magnesium?passage=magnesium.tablets.1&q=magnesium+tablets#tablets")
    count = words(one(found, "h1.count"))
    assert re.fullmatch(f"{len(ids(found))} passages in [0-9.]+ ms, by words", count), count


@pytest.mark.parametrize(
    ("article", "state"),
    [("leg-cramps", "Reviewed 4 July 2026"), ("swelling", "Review date unknown")],
)
def test_review_states_are_words(client: FlaskClient, article: str, state: str) -> None:
    hit = page(client, f"/search?q=calf&article={article}").select("[data-passage-id]")[0]
    assert words(one(hit, ".review")).endswith(state)


def test_cautions_stand_with_the_hit_and_text_is_never_markup(client: FlaskClient) -> None:
    found = page(client, "/search?q=wrap parcel")
    hit = found.select("[data-passage-id^='tariffs.how-to-send-it.']")[0]
    assert [words(caution) for caution in hit.select(".cautions li")] == [
        "Applies to the Union only",
        "Never send batteries",
    ]
    assert not found.select("main script")
    assert words(one(hit, "h2")) == 'Tariffs <script>alert("title")</script>'


def test_a_passage_is_shown_character_for_character(client: FlaskClient) -> None:
    api = client.get("/api/v1/search?q=parcel costs bicycle").get_json()
    found = page(client, "/search?q=parcel costs bicycle")
    for hit in api["hits"]:
        shown = one(found, f"[data-passage-id='{hit['passage_id']}'] blockquote")
        assert shown.get_text() == hit["text"]
    first = one(found, f"[data-passage-id='{api['hits'][0]['passage_id']}']")
    assert len(first.select(".item")) == 3
    assert [words(cell) for cell in first.select("td")] == [
        "Zone |",
        "Price",
        "Near |",
        "4 euros",
        "Far |",
        "9 euros",
    ]


def test_more_in_this_article_searches_in_it(client: FlaskClient) -> None:
    found = page(client, "/search?q=wrap&limit=1")
    more = one(found, "a.more")
    inside = page(client, str(more["href"]))
    total = client.get("/api/v1/search?q=wrap&article=tariffs").get_json()["total"]
    assert words(more) == f"{total - 1} more in this article"
    assert len(ids(inside)) == 1
    assert words(one(inside, ".restrictions")).startswith("Article: Tariffs")
    assert ids(page(client, str(one(inside, ".restrictions a")["href"]))) == ids(found)


def test_pages_follow_each_other(client: FlaskClient) -> None:
    everything = ids(page(client, "/search?q=calf cramps&limit=50"))
    seen: list[str] = []
    path: str | None = "/search?q=calf cramps&limit=1"
    while path:
        found = page(client, path)
        seen += ids(found)
        following = [link for link in found.select(".pages a") if words(link) == "Next"]
        path = str(following[0]["href"]) if following else None
    assert seen == everything
    assert f"Page {len(everything)} of {len(everything)}" in words(one(found, ".pages"))


def test_a_page_past_the_last_leads_back(client: FlaskClient) -> None:
    found = page(client, "/search?q=calf&page=9")
    assert "no page 9" in words(one(found, "h1"))
    assert ids(page(client, str(one(found, ".past a")["href"])))


def test_nothing_found_says_what_to_try(client: FlaskClient) -> None:
    found = page(client, "/search?q=carburettor")
    assert len(one(found, "#nothing-found").select("li")) > 2
    assert not ids(found)
    restricted = page(client, "/search?q=calf&label=minerals")
    assert "Drop the filter label: minerals : then" in words(one(restricted, "#nothing-found"))
    assert ids(page(client, str(one(restricted, ".restrictions a")["href"])))


def test_an_empty_question_leads_to_the_desk(client: FlaskClient) -> None:
    response = client.get("/search?q=+")
    assert (response.status_code, response.location) == (303, "/")


def test_a_pasted_message_stays_out_of_addresses(client: FlaskClient) -> None:
    message = "Dear desk,\n\nmy calf cramps at night. " + "Please help. " * 200
    found = page(client, "/search", q=message, limit="1")
    assert ids(found)
    assert one(found, "form[role=search][method=post] textarea[name=q]").get_text().strip() == message.strip()
    assert not [link for link in found.select("a") if "q=" in str(link["href"])]
    following = one(found, ".pages button")
    again = one(found, f"form#{following['form']}[method=post]")
    fields = {str(field["name"]): str(field["value"]) for field in again.select("input")}
    assert (following["name"], following["value"]) == ("page", "2")
    assert (fields.pop("q"), fields) == (message.strip(), {"limit": "1"})
    assert ids(page(client, "/search", q=message, limit="1", page="2")) != ids(found)
    assert "Dear desk" not in one(found, "title").get_text()


def test_the_questions_of_a_message_are_groups_on_its_first_page(client: FlaskClient) -> None:
    message = "Hello,\nwhat causes leg cramps? Does a carburettor leak?\nRegards\nTom Calf"
    found = page(client, "/search", q=message, limit="1")
    groups = found.select("section.question")
    assert [words(one(group, "h2[id]")) for group in groups] == ["what causes leg cramps?", "Does a carburettor leak?"]
    assert groups[0]["aria-labelledby"] == one(groups[0], "h2[id]")["id"]
    assert groups[0].select("[data-passage-id]")
    assert not groups[1].select("[data-passage-id]")
    assert "No passage answers this" in words(groups[1])
    assert len(found.select("ol[start] [data-passage-id]")) == 1
    assert not page(client, "/search", q=message, limit="1", page="2").select("section.question")


def test_the_answer_is_quoted_with_its_source_above_the_hits(client: FlaskClient) -> None:
    found = page(client, "/search?q=Do+heavier+parcels+cost+more?")
    quotation = one(found, "figure.answer")
    assert "Heavier parcels cost more." in one(quotation, "blockquote").get_text()
    assert "Applies to the Union only" in words(one(quotation, ".cautions"))
    source = one(quotation, "figcaption a")
    assert words(source) == 'Tariffs <script>alert("title")</script> › Prices'
    assert words(one(quotation, ".review")) == words(found.select(".hit .review")[0])
    assert one(page(client, str(source["href"])), "#passage")
    assert found.select("figure.answer ~ ol [data-passage-id]")
    assert not page(client, "/search?q=parcel").select("figure.answer")


def test_a_red_flag_stands_above_everything_else(client: FlaskClient) -> None:
    found = page(client, "/search?q=one+calf+is+swollen,+warm+and+painful")
    flag = one(found, "section.urgent")
    assert words(one(flag, f"#{flag['aria-labelledby']}")).startswith("Red flags first")
    assert ids(flag) == ["swelling.when-to-call.1"]
    assert found.select("h1 + section.urgent ~ ol [data-passage-id]")
    assert not page(client, "/search?q=parcel").select("section.urgent")


def test_a_question_too_long_for_an_address_is_offered_as_a_message(client: FlaskClient) -> None:
    question = "calf " * 300
    found = page(client, "/search?q=" + question, 400)
    assert "1,000 characters" in words(one(found, "[role=alert]"))
    assert one(found, "form[method=post] textarea").get_text().split() == question.split()
    assert page(client, "/search", 400, q="calf" * 5_001).select("[role=alert]")


def test_a_passage_is_marked_in_its_article_as_one_element(client: FlaskClient) -> None:
    found = page(client, "/articles/tariffs?passage=tariffs.how-to-send-it.2")
    marked = one(found, "#passage")
    stored = client.get("/api/v1/passages/tariffs.how-to-send-it.2").get_json()
    assert [words(item) for item in marked.select("ol > li")] == [
        " ".join(line.removeprefix("- ").split()) for line in stored["text"].splitlines()
    ]
    assert one(marked, "ol")["start"] == words(marked.select("li")[0]).removeprefix("Step ").partition(":")[0]
    assert one(found, "#how-to-send-it").find_next(id="passage") is marked
    steps = [words(item).partition(":")[0] for item in found.select(".text section ol > li")]
    assert steps == [f"Step {number}" for number in range(1, 16)]


def test_all_cautions_stand_with_the_marked_passage(client: FlaskClient) -> None:
    for n in (1, 3):
        found = page(client, f"/articles/tariffs?passage=tariffs.how-to-send-it.{n}")
        beside = one(found, "#passage").find_previous(class_="cautions")
        assert isinstance(beside, Tag)
        assert [words(caution) for caution in beside.select("li")] == [
            "Applies to the Union only",
            "Never send batteries",
        ]


def test_an_article_keeps_its_structure(client: FlaskClient) -> None:
    found = page(client, "/articles/tariffs")
    assert not found.select("#passage")
    assert words(one(found, "h1")) == 'Tariffs <script>alert("title")</script>'
    assert [str(element["id"]) for element in found.select(".text section [id]")] == [
        "top",
        "prices",
        "how-to-send-it",
        "refunds",
    ]
    assert words(one(found, "h2#prices ~ ul > li:first-child > ul")) == "by bicycle"
    assert [words(cell) for cell in found.select("th")] == ["Zone", "Price"]
    assert [words(cell) for cell in found.select("td")] == ["Near", "4 euros", "Far", "9 euros"]
    assert one(found, "pre code").get_text() == "if far:\n    pay(9)"
    assert words(one(found, ".text blockquote")) == "Heavier parcels cost more."
    assert words(one(found, "h3#how-to-send-it ~ .cautions")) == "Never send batteries"
    assert words(one(found, ".text > header .cautions")) == "Applies to the Union only"


def test_contents_lead_to_sections(client: FlaskClient) -> None:
    found = page(client, "/articles/tariffs?passage=tariffs.prices.1")
    links = found.select(".contents a")
    assert [words(link) for link in links] == ["Prices", "How to send it", "Refunds"]
    assert all(words(one(found, str(link["href"]))) == words(link) for link in links)
    assert words(one(found, ".contents [aria-current]")) == "Prices"


def test_facts_of_an_article(client: FlaskClient) -> None:
    found = page(client, "/articles/tariffs")
    names, values = found.select(".about dt"), found.select(".about dd")
    facts = {words(name): words(value) for name, value in zip(names, values, strict=True)}
    assert facts["Review"] == "Review overdue since 31 March 2022"
    assert facts["Author"] == "Ann <i>Example</i> entered by hand"
    assert facts["Cautions"] == "entered by hand"
    assert facts["Published"] == "5 January 2020"
    assert facts["Source"] == "tariffs.html"
    assert facts["Address"] == "javascript:alert(1)"
    assert not found.select("a[href^=javascript]")


def test_an_article_in_another_script_says_so(client: FlaskClient) -> None:
    text = one(page(client, "/articles/arabic"), "article")
    assert (text["lang"], text["dir"]) == ("ar", "rtl")
    assert one(text, ".facts a")["href"] == "https://example.org/help/legs.html"


def test_a_passage_that_is_gone_says_so(client: FlaskClient) -> None:
    found = page(client, "/articles/tariffs?passage=tariffs.prices.9#prices")
    assert "no longer here" in words(one(found, ".gone[role=status]"))
    assert not found.select("#passage")


def test_an_article_that_is_gone_is_not_found(client: FlaskClient, home: Path) -> None:
    with Library.open(home) as library:
        library.remove(["tariffs"], keep_out=True)
    assert "removed" in words(one(page(client, "/articles/tariffs", 404), "[role=alert]"))


def test_help_lists_and_searches_the_handbook(client: FlaskClient) -> None:
    found = page(client, "/help")
    assert [link["href"] for link in found.select(".articles a")] == ["/articles/using-the-desk"]
    fields = {str(field["name"]): str(field.get("value", "")) for field in found.select("form.within input")}
    assert fields == {"q": "", "label": "handbook"}
    assert ids(page(client, "/search?q=cramps&label=handbook")) == ["using-the-desk.top.1"]
    assert "using-the-desk.top.1" not in ids(page(client, "/search?q=type question passage cramps"))


def test_the_desk_can_be_added_to_a_browser(client: FlaskClient) -> None:
    response = client.get("/opensearch.xml")
    assert response.mimetype == "application/opensearchdescription+xml"
    url = ElementTree.fromstring(response.data).find("{*}Url")
    assert url is not None
    assert url.get("template") == "http://localhost/search?q={searchTerms}"
    link = one(page(client, "/"), "link[rel=search]")
    assert link["href"] == "/opensearch.xml"


@pytest.mark.parametrize("path", ["/", "/search?q=calf", "/articles/tariffs", "/help", "/nowhere", "/api/v1/search"])
def test_every_answer_is_protected(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/search?q=calf", "/articles/tariffs?passage=tariffs.prices.1", "/help"])
def test_pages_use_only_our_own_files_and_no_inline_code(client: FlaskClient, path: str) -> None:
    found = page(client, path)
    assert not found.select("[style], style, script:not([src]), [onclick]")
    for element in found.select("link[rel=stylesheet], link[rel=icon], script, img"):
        address = str(element.get("href") or element.get("src"))
        response = client.get(address)
        assert response.status_code == 200
        assert response.cache_control.max_age is not None
        response.close()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_another_host_is_refused_on_loopback(client: FlaskClient, home: Path, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400
    elsewhere = create_app(home, loopback=False)
    assert elsewhere.test_client().get("/healthz", headers={"Host": host}).status_code == 200
    elsewhere.extensions["answerdesk"].close()


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
def test_this_machine_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_a_failure_is_said_and_logs_no_question(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: object, **named: object) -> None:
        raise RuntimeError(given)

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(app.extensions["answerdesk"].searcher(), "search", fail)
    found = page(app.test_client(), "/search?q=secret words of a customer", 500)
    assert "Try again" in words(one(found, "[role=alert]"))
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_searching_logs_nothing(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.get("/search?q=embarrassing")
    client.post("/search", data={"q": "embarrassing"})
    assert "embarrassing" not in caplog.text


def test_what_a_message_found_is_read_with_its_matches_and_the_message_in_no_address(client: FlaskClient) -> None:
    message = "Hello,\nwhat does a parcel cost, and how is it wrapped and sent?\nThank you"

    def press(found: BeautifulSoup, button: Tag) -> BeautifulSoup:
        fields = {str(field["name"]): str(field["value"]) for field in found.select("#again input")}
        return page(client, str(button["formaction"]), **fields)

    found = page(client, "/search", q=message)
    hit = found.select("[data-passage-id^='tariffs.']")[0]
    found = press(found, one(hit, ".open"))
    assert one(found, "#passage").select("mark")
    while found.select(".found .previous"):
        found = press(found, one(found, ".found .previous"))
    seen = 1
    while found.select(".found .next"):
        found = press(found, one(found, ".found .next"))
        seen += 1
        assert f"Match {seen} of" in words(one(found, ".found nav"))
        assert one(found, "#passage").select("mark")
    assert seen > 1
    assert "wrapped" not in "".join(str(link["href"]) for link in found.select("a[href]"))


def test_a_misspelled_word_is_marked_as_it_is_mended(client: FlaskClient) -> None:
    hit = one(page(client, "/search?q=magnezium&limit=1"), "[data-passage-id]")
    assert one(page(client, str(one(hit, "h2 a")["href"])), "#passage").select("mark")
