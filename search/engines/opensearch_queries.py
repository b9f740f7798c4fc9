"""What OpenSearch is asked, by pure functions: candidates with all that is counted, and the statistics of words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from search.engines.opensearch_documents import (
    BITS,
    IS_PASSAGE,
    LENGTHS,
    MOST,
    NOTHING,
    Body,
    spelled,
    vector_field,
)
from search.fields import NAMES
from search.filtering import recent_years
from search.fusion import NEAREST, Meaning
from search.model import Clause, Filters, Query
from search.scoring import K1, Weights, content_groups
from search.vectors import as_bytes

MOST_SUMMED = 100  # words of a prefix; where more begin with it, having one of them is all that counts
# OpenSearch takes 1,024 clauses of its own, and a row is three. Of a long message, so many words that tell most are
# scored, and no more rows (codes and doses) are looked for among all that has any of its words.
MOST_SCORED = 150
MOST_ROWS = 100
MOST_VALUES = 10_000  # of one facet
EXACT_ARTICLES = 1000  # are counted exactly; more than these, nearly
WORDS, NEAR = "words", "near"
_NEAR_SCRIPT = "doc[params.field].size() == 0 ? -1 : cosineSimilarity(params.vector, doc[params.field])"


def unpacked(number: Any) -> list[Any]:
    """Return the counts in a number, or in an array of numbers."""
    return [number >> BITS * place & MOST for place in range(len(NAMES))]


def times(clause: Clause) -> int:
    """Return what the packed counts in the score of `counting` are multiplied with: a row is scored for each word."""
    return 1 if clause.kind == "prefix" else len(clause.words) - clause.words.count("")


def counting(clause: Clause) -> Body:
    """Return a query whose score is the packed counts of a clause, `times` that number."""
    words = [spelled(word) if word else NOTHING for word in clause.words]
    if clause.kind == "prefix":
        return _counting_prefix(clause.field, words)
    boosts = _boosts(clause.field)
    if len(words) == 1:
        return _one_of([_term(field, words[0], boost) for field, boost in boosts.items()])
    if clause.field is None:
        boosts = {name: boost for name in NAMES for boost in _boosts(name).values()}
    row = " ".join(words)
    rows = [{"match_phrase": {name: {"query": row, "boost": boost}}} for name, boost in boosts.items()]
    return _one_of(rows)


def _counting_prefix(field: str | None, words: Sequence[str]) -> Body:
    [(name, boost)] = _boosts(field).items()
    if len(words) > MOST_SUMMED:
        once = boost if field else 1 << BITS * (len(NAMES) - 1)
        return {"constant_score": {"filter": {"terms": {name: words}}, "boost": once}}
    return _one_of([_term(name, word, boost) for word in words])


def _boosts(field: str | None) -> dict[str, int]:
    """Return the field to look in, and what its counts are multiplied with."""
    return {"words": 1} if field is None else {field: 1 << BITS * NAMES.index(field)}


def _term(field: str, word: str, boost: int) -> Body:
    return {"term": {field: {"value": word, "boost": boost}}}


def _one_of(queries: Sequence[Body]) -> Body:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries}}


def matching(clauses: Iterable[Clause]) -> Body:
    """Return a filter for passages that have any of `clauses`."""
    terms: dict[str, list[str]] = {}
    others: list[Body] = []
    for clause in clauses:
        if clause.kind == "prefix" or len(clause.words) == 1:
            terms.setdefault(clause.field or "words", []).extend(map(spelled, clause.words))
        else:
            others.append(counting(clause))
    return _one_of([*({"terms": {field: words}} for field, words in terms.items()), *others[:MOST_ROWS]])


# A clause's score from its counts, as `search.scoring` has it; what is asked often comes first.
PACKED = "int packed = (int) (_score / params.times + 0.5);"
COUNTS = [f"(packed >> {BITS * number} & {MOST})" for number in range(len(NAMES))]
_SCORE = "\n".join(
    [
        PACKED,
        f"double score = 0, every = {' + '.join(COUNTS)};",
        "if (params.joined > 0) {",
        "  score = params.joined * every / (every + params.joined_floor + params.joined_slope * doc['length'].value);",
        "}",
        *(
            f"if ({count} > 0 && params.{name} > 0) {{ score += params.{name} * {count}"
            f" / ({count} + params.{name}_floor + params.{name}_slope * doc['{length}'].value); }}"
            for name, count, length in zip(NAMES, COUNTS, LENGTHS, strict=True)
        ),
        "return score;",
    ]
)


def search_body(
    query: Query, sought: Sequence[tuple[Clause, Weights]], bonus: float, k: int, meaning: Meaning | None = None
) -> Body:
    """Return a search for the best k passages; a scored clause is a matched query, named by its place in `sought`."""
    should = [_scoring(clause, weights, str(number)) for number, (clause, weights) in enumerate(sought)]
    if bonus:
        every = {"bool": {"filter": _all_words([clause for clause, _ in sought])}}
        should.append({"constant_score": {"filter": every, "boost": bonus}})
    return {
        "size": k,
        "sort": [{"_score": "desc"}, {"id": "asc"}],
        "query": {"bool": {"filter": conditions(query), "should": should}},
        **_shown(meaning),
    }


def nearest_body(query: Query, clauses: Sequence[Clause], meaning: Meaning) -> Body:
    """Return a search for what is nearest in meaning of all that filters and exclusions admit; `WORDS` names a match.

    Clauses are named as in `search_body`.
    """
    admitted = conditions(replace(query, required=query.required[:-1]) if query.or_near else query)
    near = {"vector": _bytes(meaning), "k": NEAREST, "filter": {"bool": {"filter": admitted}}}
    counted = [{"bool": {"must": [counting(one)], "_name": str(number)}} for number, one in enumerate(clauses)]
    words = {"bool": {"filter": conditions(query), "_name": WORDS}}
    return {
        "size": NEAREST,
        "query": {"bool": {"must": [{"knn": {vector_field(meaning.model): near}}], "should": [words, *counted]}},
        **_shown(meaning),
    }


def _shown(meaning: Meaning | None) -> Body:
    """Return what is shown of a hit: its id, its lengths, and how near it is."""
    shown: Body = {
        "track_total_hits": False,
        "_source": False,
        "stored_fields": "_none_",
        "docvalue_fields": ["id", *LENGTHS],
    }
    if meaning:
        params = {"vector": _bytes(meaning), "field": vector_field(meaning.model)}
        shown["script_fields"] = {NEAR: {"script": {"source": _NEAR_SCRIPT, "params": params}}}
    return shown


def _bytes(meaning: Meaning) -> list[int]:
    [values], _ = as_bytes(meaning.vector[None])
    found: list[int] = values.tolist()
    return found


def _scoring(clause: Clause, weights: Weights, name: str) -> Body:
    factor = weights.factor(clause)
    params: Body = {"times": times(clause)}
    for form, (weight, mean_length, b) in zip(("joined", *NAMES), weights.forms(), strict=True):
        params[form] = factor * weight * (K1 + 1)
        params[f"{form}_floor"] = K1 * (1 - b)
        params[f"{form}_slope"] = K1 * b / max(mean_length, 1e-9)
    script = {"source": _SCORE, "params": params}
    return {"script_score": {"query": {"bool": {"must": [counting(clause)], "_name": name}}, "script": script}}


def _all_words(scored: Sequence[Clause]) -> list[Body]:
    """Return filters for passages that have something of every group with content."""
    groups = sorted(content_groups(scored))
    return [matching(clause for clause in scored if group in clause.groups) for group in groups]


def counts_body(query: Query, articles: Sequence[str], near: Sequence[str] = (), *, words: bool = True) -> Body:
    """Return what counts all matching passages: by facet, and those of some articles.

    Those found by `near`ness match too; without `words`, they alone.
    """
    matched = {"bool": {"filter": conditions(query)}}
    per_article = {"terms": {"field": "article", "size": max(len(articles), 1)}}
    return {
        "size": 0,
        "track_total_hits": True,
        "query": _one_of([*([matched] if words else []), *([{"terms": {"id": near}}] if near or not words else [])]),
        "aggs": {
            "articles": {"cardinality": {"field": "article", "precision_threshold": EXACT_ARTICLES}},
            "best": {"filter": {"terms": {"article": articles}}, "aggs": {"per_article": per_article}},
            **_facets(query.filters),
        },
    }


def conditions(query: Query) -> list[Body]:
    """Return the filters that a passage must pass."""
    found = [IS_PASSAGE, *_filters(query.filters)]
    for group in query.required:
        having = [clause for clause in group if not clause.excluded]
        lacking = [{"bool": {"must_not": [matching([clause])]}} for clause in group if clause.excluded]
        found.append(_one_of([*([matching(having)] if having else []), *lacking]))
    return found


def _filters(filters: Filters) -> Iterator[Body]:
    """Yield what `search.filtering.admits` asks of an article."""
    if filters.hidden_labels:
        yield _not({"terms": {"label": filters.hidden_labels}})
    for name in ("label", "article", "language"):
        if values := getattr(filters, name):
            yield {"terms": {name: values}}
    if filters.source:
        under = ({"prefix": {"source": f"{wanted.rstrip('/')}/"}} for wanted in filters.source)
        yield _one_of([*({"terms": {name: filters.source}} for name in ("source", "group")), *under])
    if filters.review:
        states = _review_states(filters)
        yield _one_of([states[state] for state in filters.review])
    if filters.reviewed_since is not None:
        yield {"range": {"reviewed": {"gte": filters.reviewed_since}}}
    if filters.reviewed_before is not None:
        yield {"range": {"reviewed": {"lt": filters.reviewed_before}}}


def _review_states(filters: Filters) -> dict[str, Body]:
    """Return a filter for each review state; of several labels' intervals the shortest counts."""
    cutoffs = {label: day.isoformat() for label, day in filters.review_cutoffs}
    default = cutoffs.pop("")
    before_default: Body = {"range": {"reviewed": {"lt": default}}}
    late: list[Body] = [
        {"bool": {"filter": [{"term": {"label": label}}, {"range": {"reviewed": {"lt": day}}}]}}
        for label, day in cutoffs.items()
    ]
    if late:
        without = _not({"terms": {"label": [*cutoffs]}})
        before_default = _one_of([*late, {"bool": {"filter": [without, before_default]}}])
    known: Body = {"exists": {"field": "reviewed"}}
    return {
        "unknown": _not(known),
        "overdue": before_default,
        "reviewed": {"bool": {"filter": [known], "must_not": [before_default]}},
    }


def _not(query: Body) -> Body:
    return {"bool": {"must_not": [query]}}


def _facets(filters: Filters) -> Body:
    """Return what counts facets, as `search.filtering.facet_values` has them."""
    terms = {"label": "label", "source": "folder", "language": "language"}
    years = {year: {"range": {"reviewed": {"gte": year}}} for year in recent_years()}
    return {
        **{name: {"terms": {"field": field, "size": MOST_VALUES}} for name, field in terms.items()},
        "review": {"filters": {"filters": _review_states(filters)}},
        "reviewed_since": {"filters": {"filters": years}},
    }
