"""What OpenSearch is asked about all passages, by pure functions: statistics, titles, what is not embedded."""

from __future__ import annotations

from collections.abc import Sequence

from search.engines.opensearch_documents import IS_PASSAGE, LENGTHS, Body, lacking
from search.engines.opensearch_queries import COUNTS, MOST_VALUES, PACKED, counting, matching, times
from search.fields import NAMES
from search.model import Clause


def having_body(clauses: Sequence[Clause]) -> Body:
    """Return what counts the passages that have each of many clauses, by its place."""
    each = {str(number): matching([clause]) for number, clause in enumerate(clauses)}
    return {"size": 0, "aggs": {"having": {"filters": {"filters": each}}}}


def statistics_body(clause: Clause) -> Body:
    """Return what counts the passages that have a clause, by field, and its occurrences."""
    fields = [name for name in NAMES if clause.field in (None, name)]
    occurrences = {"source": f"{PACKED} return {' + '.join(COUNTS)};", "params": {"times": times(clause)}}
    return {
        "size": 0,
        "track_total_hits": True,
        "query": counting(clause),
        "aggs": {
            "occurrences": {"sum": {"script": occurrences}},
            **{name: {"filter": matching([clause._replace(field=name)])} for name in fields},
        },
    }


def facts_body() -> Body:
    """Return what counts passages and articles, and sums up lengths."""
    return {
        "size": 0,
        "track_total_hits": True,
        "query": IS_PASSAGE,
        "aggs": {
            "articles": {"filter": {"term": {"first": True}}},
            "languages": {"terms": {"field": "language", "size": MOST_VALUES}},
            **{name: {"sum": {"field": name}} for name in LENGTHS},
        },
    }


def places_body(after: Sequence[str]) -> Body:
    """Return a search for the titles and headings of the articles that follow one."""
    body: Body = {"size": 1000, "query": {"term": {"first": True}}, "sort": [{"id": "asc"}], "_source": ["places"]}
    return body | ({"search_after": after} if after else {})


def lacking_body(model: str, most: int) -> Body:
    return {"size": most, "query": lacking(model), "sort": ["_doc"], "_source": ["stored"]}
