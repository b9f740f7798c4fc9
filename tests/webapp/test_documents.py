"""A document from the page that adds it to the citation that names its page."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient

from tests.webapp.test_adding import is_done, press, until
from tests.webapp.test_pages import one, page, words
from webapp.citing import citation

DOCUMENTS = Path(__file__).parents[1] / "ingest" / "structure" / "documents"


def test_a_document_is_shown_and_stored_as_any_file_and_its_citation_names_the_page(client: FlaskClient) -> None:
    press(client, "read", manual_pdf=(DOCUMENTS / "reportlab-30.pdf").read_bytes())
    preview = one(until(client, is_done), ".preview")
    assert words(one(preview, "h3")).startswith("Handling every")
    press(client, "store")
    until(client, is_done)
    (hit, *_) = client.get("/api/v1/search?q=replacing+a+parcel&source=manual.pdf").get_json()["hits"]
    assert hit["page"] in (1, 2, 3, 4)
    shown = page(client, f"/articles/{hit['article_id']}?passage={hit['passage_id']}")
    assert f", page {hit['page']}. " in words(one(shown, ".citation"))


def test_a_link_leads_to_the_page() -> None:
    def link(url: str | None, number: int | None) -> str | None:
        return citation(
            "A", (), url=url, page=number, source="a.pdf", review_state="unknown", review="Unknown", cautions=()
        ).link

    assert link("https://example.com/a.pdf", 12) == "https://example.com/a.pdf#page=12"
    assert link("https://example.com/a", None) == "https://example.com/a"
    assert link(None, 12) is None
