"""The JSON API, and what tells a supervisor that the server is alive and ready."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request

from corpus.article import to_json
from corpus.errors import InputError
from corpus.feedback import Feedback, Kind
from search import messages, querytext
from search.model import passage_json
from webapp import asking, guard, health, listing
from webapp.opened import OpenHome

blueprint = Blueprint("api", __name__)

_ARTICLES = 100
_MOST_ARTICLES = 500


@blueprint.route("/api/v1/search", methods=["GET", "POST"])
def search() -> Response:
    asked = asking.read(request)
    if not asked.text.strip():
        raise InputError("q is empty. Send a question.", "empty")
    return jsonify(_home().search(asked).to_json())


@blueprint.get("/api/v1/suggest")
def suggest() -> Response:
    found = _home().searcher().suggest(request.args.get("q", ""))
    return jsonify({"suggestions": [asdict(one) for one in found]})


@blueprint.get("/api/v1/articles")
def articles() -> Response:
    limit = asking.number(request.args.get("limit"), "limit", _ARTICLES)
    if not 1 <= limit <= _MOST_ARTICLES:
        raise InputError(f"limit must be from 1 to {_MOST_ARTICLES}.", "bad_limit")
    rows = listing.page(_home(), querytext.checked(request.args.get("cursor", "")), limit + 1)
    return jsonify(
        {
            "articles": [row.to_json() for row in rows[:limit]],
            "next": rows[limit - 1].id if len(rows) > limit else None,
        }
    )


@blueprint.get("/api/v1/articles/<article_id>")
def article(article_id: str) -> Response:
    with _home().library() as library:
        found = library.get(article_id)
    if found is None:
        abort(404)
    return jsonify(to_json(found))


@blueprint.get("/api/v1/passages/<passage_id>")
def passage(passage_id: str) -> Response:
    hit = _home().searcher().passage(passage_id)
    if hit is None:
        abort(404)
    return jsonify(passage_json(hit))


@blueprint.post("/api/v1/feedback")
def feedback() -> tuple[Response | str, int]:
    """Keep what somebody says of a passage, or that there is none."""
    guard.check()
    fields = asking.fields_of(request)
    passage_id = querytext.checked(fields.get("passage_id", "")) or None
    if passage_id and _home().searcher().passage(passage_id) is None:
        raise InputError("There is no such passage; its article may have changed since.", "bad_passage_id")
    query = messages.read(querytext.checked(fields.get("query", ""))).search
    said = Feedback(cast(Kind, fields.get("kind", "")), query, passage_id, querytext.checked(fields.get("note", "")))
    with _home().library() as library:
        library.add_feedback(said)
    if asking.is_form_of_a_page(request):
        return render_template("thanks.html", said=said), 201
    return jsonify(asdict(said)), 201


@blueprint.get("/healthz")
def healthz() -> Response:
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    problems = health.problems(_home())
    ready = not any(problem.blocks for problem in problems)
    found = [problem.to_json() for problem in problems]
    return jsonify({"status": "ready" if ready else "not ready", "problems": found}), 200 if ready else 503


def _home() -> OpenHome:
    return cast(OpenHome, current_app.extensions["answerdesk"])
