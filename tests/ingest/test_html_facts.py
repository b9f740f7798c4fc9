"""What the HTML reader learns of a page: title, author, dates, language, address, encoding."""

from __future__ import annotations

import json

import pytest

from corpus.article import Article
from corpus.errors import InputError
from ingest import html
from tests.ingest.html_pages import PROSE, page


def read(head: str, content: str = "") -> Article:
    return html.read(page(content, head=head), source="page.html")


def data(**facts: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "Article", **facts})}</script>'


@pytest.mark.parametrize(
    "head",
    [
        "<title>Calf cramps</title>",
        "<title>Calf cramps | Leg School</title>",
        "<title>Leg School: Calf cramps</title>",
        '<title>x</title><meta property="og:title" content="Calf cramps - Leg School">',
    ],
)
def test_the_title_is_without_the_site(head: str) -> None:
    assert read(head).title == "Calf cramps"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Sleeping better after sixty – Leg School", "Sleeping better after sixty"),
        ("Why legs cramp – and what helps", "Why legs cramp – and what helps"),
        ("Potassium: what it does", "Potassium: what it does"),
    ],
)
def test_without_a_heading_the_title_is_the_page_s_name(title: str, expected: str) -> None:
    body = f"<p>{PROSE}</p>" * 3
    article = html.read(f'<title>{title}</title><meta property="og:site_name" content="Leg School">{body}', source="a")
    assert article.title == expected


def test_a_heading_that_names_the_site_is_not_the_title() -> None:
    body = f"<h1>Leg School</h1><article><h1>Calf cramps at night</h1>{f'<p>{PROSE}</p>' * 3}</article>"
    article = html.read(f"<title>Calf cramps at night | Leg School</title>{body}", source="a")
    assert article.title == "Calf cramps at night"


@pytest.mark.parametrize(
    ("head", "content", "author"),
    [
        (data(author={"@type": "Person", "name": "Ann Lee"}), "", "Ann Lee"),
        (data(author=[{"name": "Ann Lee"}, {"name": "Bo Chen"}]), "", "Ann Lee, Bo Chen"),
        ('<meta name="author" content="Ann Lee">', "", "Ann Lee"),
        ("", '<div class="byline">By <a href="/ann">Ann Lee</a>, staff writer</div>', "Ann Lee"),
        ("", "<p>Written by Ann Lee on 3 May 2021</p>", "Ann Lee"),
        ('<meta name="author" content="admin">', "", None),
        ("", '<div class="comment"><span class="comment-author">Ann Lee</span> says</div>', None),
        ("", "<p>By Monday the pain was gone.</p>", None),
        ("", "", None),
    ],
)
def test_the_author_comes_from_data_or_byline(head: str, content: str, author: str | None) -> None:
    assert read(f"<title>Calf cramps</title>{head}", content).author == author


@pytest.mark.parametrize(
    ("head", "content", "published", "modified"),
    [
        (data(datePublished="2023-04-05T10:00:00Z", dateModified="2024-01-02"), "", "2023-04-05", "2024-01-02"),
        ('<meta property="article:published_time" content="2023-04-05T10:00">', "", "2023-04-05", None),
        ("", "<p>Published: 5 April 2023 · Updated 2 January 2024</p>", "2023-04-05", "2024-01-02"),
        ("", "<div>April 5, 2023</div>", "2023-04-05", None),
        ("", '<p><time datetime="2023-04-05">last spring</time></p>', "2023-04-05", None),
        (data(datePublished="2024-06-01"), "<p>Published: 5 April 2023</p>", "2023-04-05", None),
        ("", f"<p>{PROSE} That was in March 2019 and again on 4 May 2020.</p>", None, None),
    ],
)
def test_dates_come_from_data_then_from_what_is_shown(
    head: str, content: str, published: str | None, modified: str | None
) -> None:
    article = read(f"<title>Calf cramps</title>{head}", content)
    assert (article.published, article.modified) == (published, modified)


@pytest.mark.parametrize(
    ("head", "content", "reviewed"),
    [
        (data(lastReviewed="2024-07-04"), "", "2024-07-04"),
        ("", "<p>Medically reviewed by Ann Lee, MD on July 4, 2024</p>", "2024-07-04"),
        ("", "<div><span>Last reviewed</span> <span>4 July 2024</span></div>", "2024-07-04"),
        (data(dateModified="2024-07-04", datePublished="2023-01-01"), "", None),
        ("", "<p>Last updated 4 July 2024</p>", None),
        ("", "<p>Next review due: 4 July 2027</p>", None),
    ],
)
def test_a_reviewed_date_comes_from_a_statement_of_review(head: str, content: str, reviewed: str | None) -> None:
    assert read(f"<title>Calf cramps</title>{head}", content).reviewed == reviewed


def test_structured_data_may_be_nested_and_broken() -> None:
    graph = json.dumps({"@graph": [{"@type": "WebSite"}, {"@type": ["MedicalWebPage"], "lastReviewed": "2024-07-04"}]})
    deep = "[" * 100_000
    head = f'<script type="application/ld+json">{graph};</script><script type="application/ld+json">{deep}</script>'
    assert read(f"<title>Calf cramps</title>{head}").reviewed == "2024-07-04"


@pytest.mark.parametrize(("written", "language"), [("de-AT", "de"), ("EN_us", "en"), ("", "en"), ("??", "en")])
def test_the_language_comes_from_the_page(written: str, language: str) -> None:
    assert html.read(f'<html lang="{written}"><p>{PROSE}', source="a").language == language


def test_the_address_is_the_canonical_one() -> None:
    assert read('<link rel="canonical" href="https://legs.example/cramps">').url == "https://legs.example/cramps"
    assert read('<link rel="canonical" href="/cramps"><meta property="og:url" content="http://[x">').url is None


SAMPLE = "Größe und Übung für müde Füße – täglich geübt, das hilft"


@pytest.mark.parametrize(
    ("encoding", "head", "said"),
    [
        ("utf-8", "", None),
        ("utf-8", '<meta charset="iso-8859-1">', None),
        ("utf-8-sig", "", None),
        ("utf-16", "", None),
        ("windows-1252", '<meta charset="windows-1252">', None),
        ("windows-1252", "", "windows-1252"),
        ("windows-1252", "", None),
        ("utf-16-le", "", "utf-16-le"),
    ],
)
def test_the_encoding_is_found(encoding: str, head: str, said: str | None) -> None:
    raw = f"<html><head>{head}</head><body><p>{SAMPLE}</p></body></html>".encode(encoding)
    assert html.read(raw, source="a", encoding=said).text == SAMPLE


def test_other_scripts_are_read_by_what_the_page_says() -> None:
    raw = "<meta http-equiv='content-type' content='text/html; charset=shift_jis'><p>足がつる</p>".encode("shift_jis")
    assert html.read(raw, source="a").text == "足がつる"
    raw = '<meta charset="koi8-r"><p>Судорога ноги</p>'.encode("koi8-r")
    assert html.read(raw, source="a").text == "Судорога ноги"


def test_bytes_that_no_encoding_explains_are_read_with_a_warning() -> None:
    article = html.read(f"<p>{SAMPLE}".encode() + b"\xff</p>", source="a", encoding="no-such-encoding")
    assert SAMPLE in article.text
    assert len(article.warnings) == 1


@pytest.mark.parametrize("raw", [b"", b"   ", b"\x00\x01\x02\x03" * 100])
def test_input_that_is_no_page_is_refused(raw: bytes) -> None:
    with pytest.raises(InputError):
        html.read(raw, source="a")
