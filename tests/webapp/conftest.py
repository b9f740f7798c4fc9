"""A home with articles of every kind of block, and a client of the application that serves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import search
from corpus.article import Article, Block, Section, build_sections
from corpus.library import Library
from tests.articles import article, small_library
from webapp.app import create_app

TARIFFS = Article(
    "tariffs",
    'Tariffs <script>alert("title")</script>',
    "/srv/articles/tariffs.html",
    build_sections(
        [
            Section("", 0, "", blocks=(Block("paragraph", text="What a parcel costs & how long it takes."),)),
            Section(
                "Prices",
                1,
                "",
                blocks=(
                    Block("paragraph", text="A parcel costs:"),
                    Block("list", items=("within the city", "by bicycle", "abroad"), depths=(0, 1, 0)),
                    Block("table", header=("Zone", "Price"), rows=(("Near", "4 euros"), ("Far", "9 euros"))),
                    Block("code", text="if far:\n    pay(9)"),
                    Block("quote", text="Heavier parcels cost more."),
                    Block("caption", text="Prices of this year."),
                ),
            ),
            Section(
                "How to send it",
                2,
                "",
                blocks=(
                    Block(
                        "list",
                        items=tuple(f"Step {number}: " + "wrap the parcel well " * 8 for number in range(1, 16)),
                        depths=(0,) * 15,
                        ordered=True,
                    ),
                ),
                cautions=("Never send batteries",),
            ),
            Section("Refunds", 1, "", blocks=(Block("paragraph", text="Ask within a month."),)),
        ]
    ),
    key="tariffs",
    author="Ann <i>Example</i>",
    published="2020-01-05",
    reviewed="2019-03-31",
    url="javascript:alert(1)",
    labels=("prices",),
    cautions=("Applies to the Union only",),
    by_hand=("author", "cautions"),
)
ARABIC = article(
    "arabic",
    "تشنجات الساق",
    ("العلاج", "تمدد عضلة الساق برفق ثم امش قليلا."),
    language="ar",
    url="https://example.org/help/legs.html",
)


def fill(home: Path, articles: list[Article]) -> None:
    with Library.open(home) as library, search.open_home(home) as searcher:
        for one in articles:
            library.put(one)
        search.catch_up(searcher, library)


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    fill(home, [*small_library(), TARIFFS, ARABIC])
    app = create_app(home)
    yield app
    app.extensions["answerdesk"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
