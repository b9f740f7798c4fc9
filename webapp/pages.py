"""The pages people use: the desk, articles, help. Views read the request, call the library, pick a template."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable
from typing import cast

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from corpus.article import Article
from corpus.passages import cut
from search import LAST_PAGE, MOST_HITS, querytext
from search.model import FILTERS, Hit, Results
from webapp import asking, citing, differences, guard, lines, listing, marking, reading
from webapp.asking import Asked
from webapp.narrowing import Group, Restriction, narrowing
from webapp.opened import OpenHome
from webapp.showing import ShownHit, address, search_address, shown

blueprint = Blueprint("pages", __name__)

_MOST_VERSIONS = 20
_MOST_BYTES = 31_500  # of results: with styles and scripts under 60 KB
_LONG_ADDRESS = 80  # of a search: with longer ones, what goes on from a hit is asked by a form that stands once
# Hits shown whole, and about how many characters of the others: the first with which a page is light enough.
_LENGTHS = ((MOST_HITS, 0), (3, 800), (3, 400), (1, 200), (0, 200))

blueprint.add_app_template_global(lines.marked)
blueprint.add_app_template_global(lines.plain, "plain_lines")
blueprint.add_app_template_global(address, "passage_address")
blueprint.add_app_template_global(search_address)


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
    results = _home().search(asked)
    fields = _fields(asked)
    narrowed = narrowing(_home().searcher(), asked, results, fields)
    page = ""
    for whole, most in _LENGTHS:
        page = _results(asked, results, fields, narrowed, whole, most)
        if len(page.encode()) <= _MOST_BYTES or asked.limit > asking.DEFAULT_LIMIT:
            break
    return page


def _results(
    asked: Asked,
    results: Results,
    fields: list[tuple[str, str]],
    narrowed: tuple[list[Group], list[Restriction]],
    whole: int,
    most: int,
) -> str:
    """Render results; of the hits after the first `whole`, about `most` characters. Warnings are never cut."""
    groups, restrictions = narrowed
    question = None if asked.by_post else asked.text
    here = search_address(asked.text, fields)
    on_page = f"page={results.page}" if results.page > 1 else ""
    above: set[str] = set()  # what the page shows already

    def shown_each(hits: Iterable[Hit]) -> list[ShownHit]:
        return [shown(_home(), hit, question, above, None if place < whole else most) for place, hit in enumerate(hits)]

    # Red flags, and what each question of a message finds, stand on the first page.
    first = results.page == 1
    return render_template(
        "results.html",
        asked=asked.text,
        question=question,
        focus=True,
        by_post=asked.by_post,
        results=results,
        urgent=[shown(_home(), hit, question, above) for hit in results.urgent] if first else [],
        questions=[(one, shown_each(one.hits)) for one in results.questions] if first else [],
        hits=shown_each(results.hits),
        pages=min(math.ceil(results.total / asked.limit), LAST_PAGE),
        fields=fields,
        here=here,
        by_form=asked.by_post or (len(here) > _LONG_ADDRESS and first),
        again=(f"/search?{on_page}" if asked.by_post else f"{here}&{on_page}").rstrip("?&"),
        kept=[field for field in fields if field[0] not in ("article", "exact")],
        explain=asked.explain,
        review=_home().review,
        groups=groups,
        restrictions=restrictions,
        longest_message=querytext.MAX_LENGTH,
    )


@blueprint.get("/articles")
def articles() -> str:
    number = asking.number(request.args.get("page"), "page", 1)
    overview = listing.overview(_home())
    return render_template(
        "articles.html",
        rows=listing.page_of_all(_home(), number),
        overview=overview,
        number=number,
        pages=len(overview.pages),
        first=(number - 1) * listing.ON_A_PAGE + 1,
    )


@blueprint.route("/articles/<article_id>", methods=["GET", "POST"])
def article(article_id: str) -> str:
    """Show an article with one passage marked; the question comes by POST where it is to stay out of addresses."""
    found = _article(article_id)
    passages = cut(found)
    passage_id = request.args.get("passage")
    marked = next((passage for passage in passages if passage.id == passage_id), None)
    question = querytext.checked(request.values.get("q", ""))
    state, review = _home().review(found.reviewed, found.labels)
    return render_template(
        "article.html",
        article=found,
        sections=[
            marking.mark(section, [one for one in passages if one.anchor == section.anchor], passage_id)
            for section in found.sections
        ],
        marked=marked,
        citation=marked
        and citing.citation(
            found.title,
            marked.heading_path,
            url=found.url,
            page=marked.page,
            source=found.source,
            review_state=state,
            review=review,
            cautions=marked.cautions,
        ),
        question=question,
        posted=request.method == "POST",
        marker=reading.marker(_home().searcher(), question) if marked and question else None,
        matches=reading.matches(_home().searcher(), question, marked, passages) if marked else None,
        gone=passage_id is not None and marked is None,
        far=marked is not None and reading.is_far(marked, passages),
        contents=reading.contents(found),
        changed=_has_versions(article_id),
        review_state=state,
        review=review,
    )


@blueprint.get("/articles/<article_id>/above/<anchor>/<int:level>")
def heading(article_id: str, anchor: str, level: int) -> AnyResponse:
    """Lead to a heading above a section: a hit knows the words of its trail, and the anchor of the last alone."""
    above = reading.anchor_above(_article(article_id), anchor, level)
    return redirect(url_for("pages.article", article_id=article_id, _anchor=above))


@blueprint.get("/articles/<article_id>/history")
def history(article_id: str) -> str:
    found = _article(article_id)
    with _home().library() as library:
        versions = list(itertools.islice(library.versions(article_id), _MOST_VERSIONS + 1))
    states = [found, *(version.article for version in versions)]
    return render_template(
        "history.html",
        article=found,
        steps=[
            (version.written, differences.differences(version.article, after))
            for version, after in zip(versions[:_MOST_VERSIONS], states, strict=False)
        ],
        more=len(versions) > _MOST_VERSIONS,
    )


@blueprint.get("/feedback")
def feedback() -> str:
    """List what people said: questions of customers may be among it, so it is shown on this machine alone."""
    guard.check_local()
    kind = request.args.get("kind", "")
    number = asking.number(request.args.get("page"), "page", 1)
    with _home().library() as library:
        said = library.feedback()[::-1]
    wanted = [one for one in said if kind in ("", one.kind)]
    first = (number - 1) * listing.ON_A_PAGE
    searcher = _home().searcher()
    return render_template(
        "feedback.html",
        rows=[
            (one, reading.passage(searcher, one.passage_id) if one.passage_id else None)
            for one in wanted[max(first, 0) :][: listing.ON_A_PAGE]
        ],
        counts=Counter(one.kind for one in said),
        kind=kind,
        number=number,
        pages=math.ceil(len(wanted) / listing.ON_A_PAGE),
    )


@blueprint.post("/feedback")
def remove_feedback() -> AnyResponse:
    guard.check()
    with _home().library() as library:
        library.remove_feedback(request.form.get("id", ""))
    return redirect(url_for("pages.feedback", kind=request.args.get("kind"), page=request.args.get("page")), 303)


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


def _article(article_id: str) -> Article:
    with _home().library() as library:
        found = library.get(article_id)
    if found is None:
        abort(404)
    return found


def _has_versions(article_id: str) -> bool:
    with _home().library() as library:
        return next(iter(library.versions(article_id)), None) is not None


def _fields(asked: Asked) -> list[tuple[str, str]]:
    """Return the fields that a link to another page of the same search carries along."""
    fields = [(name, value) for name in FILTERS for value in asked.filters.get(name, ())]
    if asked.limit != asking.DEFAULT_LIMIT:
        fields.append(("limit", str(asked.limit)))
    if asked.mode:
        fields.append(("mode", asked.mode))
    return [*fields, ("exact", "1")] if asked.exact else fields
