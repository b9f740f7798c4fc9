"""Query, Candidates, Fragment, Hit, Results: the words every engine, ranker and page share."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

from corpus.article import Article
from corpus.passages import Passage, cut
from corpus.review import ReviewState

Kind = Literal["term", "phrase", "variant", "synonym", "spelling", "prefix"]
PartKind = Literal["term", "phrase", "all_words", "proximity", "synonym", "spelling", "semantic"]

FILTERS = ("label", "article", "source", "language", "review", "reviewed_since")


class Clause(NamedTuple):
    """One thing a passage may or, where it is `excluded`, must not have.

    `words` are analysed: one is a term, several are a phrase, in order, where "" stands for any word; of a prefix, they
    are the indexed words that begin with it, any of which will do. `field` is "title", "headings" or "body"; None is
    the whole passage in its context. Each word a person typed is a group; `groups` are those that the clause stands for
    (a synonym of two words stands for both). `content` tells words that carry meaning from question words.
    """

    words: tuple[str, ...]
    typed: str
    groups: tuple[int, ...]
    kind: Kind = "term"
    excluded: bool = False
    field: str | None = None
    weight: float = 1.0
    content: bool = True


@dataclass(frozen=True, slots=True)
class Filters:
    """What restricts the passages: values of one name are OR, names are AND; empty does not restrict.

    `reviewed_before` is the first day that is too late. `hidden_labels` keeps articles out of answers (the handbook).
    `review_cutoffs`: see `corpus.review`.
    """

    label: tuple[str, ...] = ()
    article: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    reviewed_since: str | None = None
    reviewed_before: str | None = None
    hidden_labels: tuple[str, ...] = ()
    review_cutoffs: tuple[tuple[str, datetime.date], ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The text with its misspelled words mended; `applied` where that is what was searched for."""

    query: str
    applied: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: the text as typed, its clauses, and its filters.

    A passage matches when of each alternative in `required` it has one clause, or lacks one that is excluded: any
    condition of AND, OR and NOT can be put so. With `or_near`, a passage that is near in meaning need not meet the last
    of them. With `all_words`, passages that have something of every group with content come before those that do not.
    `wanted` is the text without its syntax and what it excludes.
    """

    text: str
    clauses: tuple[Clause, ...] = ()
    required: tuple[tuple[Clause, ...], ...] = ((),)
    or_near: bool = False
    wanted: str = ""
    filters: Filters = Filters()
    all_words: bool = False
    explain: bool = False
    remarks: tuple[str, ...] = ()
    suggestion: Suggestion | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One addend of a score."""

    kind: PartKind
    field: str | None
    term: str
    score: float


class Candidate(NamedTuple):
    """A passage an engine found; `parts` add up to `score`; `nearness` in meaning is a cosine."""

    passage_id: str
    score: float
    parts: tuple[Part, ...] = ()
    nearness: float | None = None

    @property
    def article_id(self) -> str:
        return self.passage_id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted of every match, exactly: passages, articles, and passages by facet and value.

    `per_article` counts the matching passages of the articles among the best.
    """

    total: int
    articles: int
    per_article: Mapping[str, int]
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Candidates:
    """The best k, by score and then by id; an engine may put off counting the others until `counts` is asked for."""

    best: tuple[Candidate, ...]
    count: Callable[[], Counts]

    @functools.cached_property
    def counts(self) -> Counts:
        return self.count()


class StoredPassage(NamedTuple):
    """A passage as an engine serves it: what a hit shows, all from one generation."""

    passage_id: str
    article_id: str
    article_title: str
    heading_path: tuple[str, ...]
    anchor: str
    text: str
    context: str | None
    url: str | None
    source: str
    language: str
    reviewed: str | None
    labels: tuple[str, ...]
    cautions: tuple[str, ...]
    page: int | None = None  # of its source; generations before there were pages have none
    urgent: bool = False  # of a section that says when help is needed

    def field_texts(self) -> dict[str, tuple[str, ...]]:
        """Return what is indexed, by field; a phrase does not reach from one text into the next."""
        return {"title": (self.article_title,), "headings": self.heading_path, "body": (self.text,)}


def stored_passages(article: Article) -> list[StoredPassage]:
    """Cut an article into the passages that engines store; without any text it has an empty one, for its title."""
    passages = cut(article) or [Passage(f"{article.id}.top.1", article.id, "top", 1, (), "", None, article.cautions)]
    return [
        StoredPassage(
            passage_id=passage.id,
            article_id=article.id,
            article_title=article.title,
            heading_path=passage.heading_path,
            anchor=passage.anchor,
            text=passage.text,
            context=passage.context,
            url=article.url,
            source=article.source,
            language=article.language,
            reviewed=article.reviewed,
            labels=article.labels,
            cautions=passage.cautions,
            page=passage.page,
            urgent=passage.urgent,
        )
        for passage in passages
    ]


@dataclass(frozen=True, slots=True)
class Place:
    """What a title or a heading leads to: the article, or the first passage under the heading."""

    text: str
    kind: Literal["title", "heading"]
    article_id: str
    passage_id: str
    anchor: str
    labels: tuple[str, ...]
    urgent: bool = False  # the passage is


def places(passages: Iterable[StoredPassage]) -> Iterator[Place]:
    """Yield the titles and headings that `passages` stand under, each once; those of an article follow one another."""
    before: tuple[str, ...] = ()
    article_id = None
    for stored in passages:
        path = stored.heading_path
        if stored.article_id != article_id:
            article_id, before = stored.article_id, ()
            yield Place(stored.article_title, "title", article_id, "", "", stored.labels)
        for level, heading in enumerate(path):
            if path[: level + 1] != before[: level + 1]:
                yield Place(
                    heading, "heading", article_id, stored.passage_id, stored.anchor, stored.labels, stored.urgent
                )
        before = path


class Fragment(NamedTuple):
    """A piece of text, marked as matched or not; a passage's fragments joined are its text."""

    text: str
    matched: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked passage; `link` is its path in the web front end."""

    rank: int
    score: float
    passage: StoredPassage
    fragments: tuple[Fragment, ...]
    review_state: ReviewState
    link: str
    more_in_article: int = 0
    parts: tuple[Part, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the hit as the JSON object of the command line and the API."""
        data: dict[str, Any] = {"rank": self.rank, "score": self.score, **passage_json(self)}
        if self.parts is not None:
            data["explanation"] = {
                "score": self.score,
                "parts": [
                    {"kind": part.kind, "field": part.field, "term": part.term, "score": part.score}
                    for part in self.parts
                ],
            }
        return data


def passage_json(hit: Hit) -> dict[str, Any]:
    """Return a hit without rank and score: what is known of the passage itself."""
    passage = hit.passage
    return {
        "passage_id": passage.passage_id,
        "article_id": passage.article_id,
        "article_title": passage.article_title,
        "heading_path": list(passage.heading_path),
        "text": passage.text,
        "context": passage.context,
        "snippet": [{"text": fragment.text, "matched": fragment.matched} for fragment in hit.fragments],
        "url": passage.url,
        "source": passage.source,
        "link": hit.link,
        "reviewed": passage.reviewed,
        "review_state": hit.review_state,
        "labels": list(passage.labels),
        "cautions": list(passage.cautions),
        "more_in_article": hit.more_in_article,
        **({"page": passage.page} if passage.page else {}),
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences of a passage, verbatim: from `start` to `end` of its text, in code points."""

    passage: StoredPassage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]

    def to_json(self) -> dict[str, Any]:
        """Return the answer as the JSON object of the command line and the API."""
        return {"text": self.text, "passage_id": self.passage.passage_id, "sentence": [self.start, self.end]}


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of a message, and what answers it."""

    text: str
    answer: Answer | None
    nothing_found: bool
    hits: tuple[Hit, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the question as the JSON object of the command line and the API."""
        hits = [hit.to_json() for hit in self.hits]
        answer = self.answer.to_json() if self.answer else None
        return {"text": self.text, "answer": answer, "nothing_found": self.nothing_found, "hits": hits}


@dataclass(frozen=True, slots=True)
class Results:
    """The whole answer to a query; `total` counts matching passages, exactly.

    `questions` is empty unless a message held several.
    """

    query: str
    page: int
    limit: int
    total: int
    took_ms: float
    hits: tuple[Hit, ...]
    remarks: tuple[str, ...] = ()
    mode: str = "lexical"
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    nothing_found: bool = False
    nearest: tuple[Hit, ...] = ()
    answer: Answer | None = None
    suggestion: Suggestion | None = None
    urgent: tuple[Hit, ...] = ()
    questions: tuple[Answered, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the results as the JSON object of the command line and the API."""
        return {
            "query": self.query,
            "remarks": list(self.remarks),
            "mode": self.mode,
            "page": self.page,
            "limit": self.limit,
            "total": self.total,
            "took_ms": round(self.took_ms, 3),
            "suggestion": asdict(self.suggestion) if self.suggestion else None,
            "answer": self.answer.to_json() if self.answer else None,
            "nothing_found": self.nothing_found,
            "urgent": [hit.to_json() for hit in self.urgent],
            "hits": [hit.to_json() for hit in self.hits],
            "nearest": [hit.to_json() for hit in self.nearest],
            "facets": {
                name: [{"value": value, "count": count} for value, count in values]
                for name, values in self.facets.items()
            },
            "questions": [one.to_json() for one in self.questions],
        }
