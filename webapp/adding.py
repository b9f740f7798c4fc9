"""The page that adds articles: files are read and shown, and stored once somebody has looked at them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

import search
from corpus.article import Article, Section
from corpus.changing import changing
from corpus.errors import InputError
from webapp import guard, marking
from webapp.opened import OpenHome
from webapp.progress import ShownLibrary
from webapp.status import status
from webapp.working import Job

if TYPE_CHECKING:  # what reads sources is imported where it is used: the desk starts fast
    from ingest.parse import Reading
    from ingest.sources import Source

blueprint = Blueprint("adding", __name__)

_MB = 1 << 20
_BY_COMMAND = "What is larger is added by the command answerdesk ingest."
_MOST_SHOWN = 20  # articles of those understood, of sources that cannot be used, of outcomes
_LONGEST_SHOWN = 20_000  # characters of an article


@dataclass
class Understood:
    """What was made of the sources that were sent; `unusable` are names and reasons."""

    sources: list[Source]
    articles: list[Preview] = field(default_factory=list)
    unusable: list[tuple[str, str]] = field(default_factory=list)
    usable_count: int = 0
    unusable_count: int = 0
    samples: bool = False  # that these articles take the place of


@dataclass(frozen=True, slots=True)
class Preview:
    """An article as it would be stored, where it is long its beginning, and the id of the one that it replaces."""

    article: Article
    sections: list[marking.MarkedSection]
    is_whole: bool
    replaces: str | None


@dataclass
class Stored:
    """What became of the sources: the first of the rows `told`, and the counts of all once it is done."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    told: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def tell(self, row: dict[str, Any]) -> None:
        if row["state"] not in ("unchanged", "removed"):
            self.told += 1
            self.rows += [row][: _MOST_SHOWN - len(self.rows)]


@blueprint.get("/add")
def add() -> str:
    guard.check_local()
    from ingest.sources import READ, SUFFIXES

    home = _home()
    return render_template(
        "add.html", job=home.work.job, status=status(home), accept=",".join(SUFFIXES), formats=READ, review=home.review
    )


@blueprint.post("/add")
def act() -> Response:
    """Do what a button of the page says, and show the page again."""
    home = _home()
    most_mb = home.settings.number("max_document_mb")
    request.max_content_length = (most_mb + 1) * _MB
    try:
        guard.check()
    except RequestEntityTooLarge:
        raise InputError(f"Send at most {most_mb} MB at once. {_BY_COMMAND}", "too_large") from None
    wanted, job = request.form.get("do"), home.work.job
    if wanted == "read":
        _read(home, most_mb, home.settings.number("web_pause_ms") / 1000)
    elif wanted == "rebuild":
        home.work.begin("rebuild", lambda job: _rebuild(home, job))
    elif job is None or request.form.get("job") != str(job.number):
        raise InputError("This page is too old: something else has been done since. Open it again.", "working")
    elif wanted == "store" and isinstance(job.result, Understood) and not job.problem:
        understood = job.result
        home.work.begin("store", lambda job: _store(home, understood, most_mb, job))
    elif wanted == "stop":
        home.work.stop()
    else:
        home.work.forget()
    return redirect(url_for("adding.add", _anchor="work"), 303)


def _read(home: OpenHome, most_mb: int, pause: float) -> None:
    from ingest.parse import readings
    from ingest.sources import Web, count, find, sent
    from ingest.sync import SAMPLES

    sources = [sent(file.filename, file.read()) for file in request.files.getlist("file") if file.filename]
    url = request.form.get("url", "").strip()
    if url and not url.lower().startswith(("http://", "https://")):
        raise InputError("An address begins with https:// or http://.", "bad_url")
    if not sources and not url:
        raise InputError("Choose one file or more, or write an address.", "no_file")

    def work(job: Job) -> None:
        with home.library() as library:
            samples = bool(library.known_of_source(SAMPLES))
        understood = job.result = Understood(list(sources), samples=samples)
        wanted = [*sources, *find([url] if url else [])]
        left = most_mb * _MB
        with closing(readings(wanted, most_mb, web=Web(pause=pause))) as found:
            for reading in job.track(found, "sources read", count(wanted)):
                _note(home, understood, reading)
                if reading.source.argument == url:  # a page: it is stored as it was shown, and not fetched again
                    understood.sources.append(reading.source)
                    left -= 0 if reading.error else len(reading.source.data(most_mb))
                    if left < 0:
                        raise InputError(f"These are more than {most_mb} MB of pages. {_BY_COMMAND}")

    home.work.begin("read", work)


def _note(home: OpenHome, understood: Understood, reading: Reading) -> None:
    try:
        article = reading.article()
    except InputError as error:
        understood.unusable_count += 1
        if understood.unusable_count <= _MOST_SHOWN:
            understood.unusable.append((reading.source.source, str(error)))
        return
    understood.usable_count += 1
    if understood.usable_count <= _MOST_SHOWN:
        with home.library() as library:
            known = library.known(reading.source.key)
        sections = list(_beginning(article))
        shown = [marking.mark(section, (), None) for section in sections]
        replaces = known.article_id if known and not known.removed else None
        understood.articles.append(Preview(article, shown, len(sections) == len(article.sections), replaces))


def _beginning(article: Article) -> list[Section]:
    found: list[Section] = []
    left = _LONGEST_SHOWN
    for section in article.sections:
        left -= sum(len(text) for block in section.blocks for text in marking.texts(marking.Piece(block)))
        if left < 0 and found:
            break
        found.append(section)
    return found


def _store(home: OpenHome, understood: Understood, most_mb: int, job: Job) -> None:
    from ingest.sync import sync

    stored = job.result = Stored()
    total = understood.usable_count + understood.unusable_count
    with home.library() as library, changing(home.home):
        try:
            report = sync(
                library,
                (),
                sources=understood.sources,
                tell=stored.tell,
                track=lambda found, _: job.track(found, "sources stored", total),
                most_mb=most_mb,
            )
            stored.counts = report.counts
        finally:  # what was stored before it was stopped is found too
            job.stage, job.total = "The index is brought up to date", 0
            search.catch_up(home.searcher(), library)
    home.embed_new(job.track)


def _rebuild(home: OpenHome, job: Job) -> None:
    with home.library() as library:
        search.rebuild(home.searcher(), ShownLibrary(library, job.track))


def _home() -> OpenHome:
    return cast(OpenHome, current_app.extensions["answerdesk"])
