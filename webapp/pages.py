"""The pages people use: the desk, an article, help. Views read the request, call the library, pick a template."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from corpus.article import Article
from corpus.passages import Passage, cut
from search import LAST_PAGE, querytext
from search.model import FILTERS, Hit, Results
from webapp import asking, lines, listing, marking
from webapp.asking import Asked
from webapp.opened import OpenHome

blueprint = Blueprint("pages", __name__)

_OPEN_CONTENTS = 3  # an article with fewer headings needs no contents
_FAR = 60  # words between a heading and the passage: with more, the link leads to the passage itself


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit as the results page shows it."""

    hit: Hit
    groups: list[lines.Group]
    context: list[lines.Group]
    review: str


@blueprint.app_template_global()
def search_address(text: str, fields: list[tuple[str, str]]) -> str:
    """Return the address of a search; a field given twice stands in it twice."""
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    return url_for("pages.search", q=text, **values)  # type: ignore[arg-type]


@blueprint.get("/")
def home() -> str:
    return render_template(
        "home.html", overview=listing.overview(_home()), focus=True, longest_message=querytext.MAX_LENGTH
    )


@blueprint.route("/search", methods=["GET", "POST"])
def search() -> str | AnyResponse:
    asked = asking.read(request)
    if not asked.text.strip():
        return redirect(url_for("pages.home"), 303)
    results = (
        _home()
        .searcher()
        .search(
            asked.text,
            limit=asked.limit,
            page=asked.page,
            filters=asked.filters,
            mode=asked.mode,
            explain=asked.explain,
        )
    )
    return render_template(
        "results.html",
        asked=asked.text,
        focus=True,
        by_post=asked.by_post,
        results=results,
        hits=[_shown(hit) for hit in results.hits],
        pages=min(math.ceil(results.total / asked.limit), LAST_PAGE),
        fields=_fields(asked),
        restrictions=_restrictions(asked, results),
        longest_message=querytext.MAX_LENGTH,
    )


@blueprint.get("/articles/<article_id>")
def article(article_id: str) -> str | tuple[str, int]:
    with _home().library() as library:
        found = library.get(article_id)
    if found is None:
        abort(404)
    passages = cut(found)
    passage_id = request.args.get("passage")
    marked = next((passage for passage in passages if passage.id == passage_id), None)
    state, review = _home().review(found.reviewed, found.labels)
    return render_template(
        "article.html",
        article=found,
        sections=[
            marking.mark(section, [one for one in passages if one.anchor == section.anchor], passage_id)
            for section in found.sections
        ],
        marked=marked,
        gone=passage_id is not None and marked is None,
        far=marked is not None and _words_before(marked, passages) > _FAR,
        contents=_contents(found),
        review_state=state,
        review=review,
    )


@blueprint.get("/help")
def help() -> str:
    return render_template("help.html", rows=listing.handbook(_home()))


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    response = make_response(render_template("opensearch.xml"))
    response.mimetype = "application/opensearchdescription+xml"
    return response


def _home() -> OpenHome:
    return cast(OpenHome, current_app.extensions["answerdesk"])


def _shown(hit: Hit) -> ShownHit:
    passage = hit.passage
    _, review = _home().review(passage.reviewed, passage.labels)
    return ShownHit(hit, lines.groups(hit.fragments), lines.plain_groups(passage.context), review)


def _fields(asked: Asked) -> list[tuple[str, str]]:
    """Return the fields that a link to another page of the same search carries along."""
    fields = [(name, value) for name in FILTERS for value in asked.filters.get(name, ())]
    return fields + ([("limit", str(asked.limit))] if asked.limit != asking.DEFAULT_LIMIT else [])


def _restrictions(asked: Asked, results: Results) -> list[dict[str, object]]:
    """Describe each filter in force, with the fields of the search without it."""
    fields = _fields(asked)
    titles = {hit.passage.article_id: hit.passage.article_title for hit in results.hits}
    return [
        {
            "name": name.replace("_", " "),
            "value": titles.get(value, value) if name == "article" else value,
            "without": [field for field in fields if field != (name, value)],
        }
        for name, value in fields
        if name != "limit"
    ]


def _contents(article: Article) -> list[tuple[int, str, str]]:
    """Return depth, anchor and heading of each section that has one, or nothing for a short article."""
    headed = [section for section in article.sections if section.heading]
    if len(headed) < _OPEN_CONTENTS:
        return []
    return [(min(len(section.path), 4), section.anchor, section.heading) for section in headed]


def _words_before(marked: Passage, passages: list[Passage]) -> int:
    return sum(len(one.text.split()) for one in passages if one.anchor == marked.anchor and one.n < marked.n)
