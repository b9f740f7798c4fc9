"""What OpenSearch is sent, as JSON."""

from __future__ import annotations

import datetime
import json
from typing import Any

import msgspec
import numpy as np

from search import scoring
from search.engines.opensearch_documents import Documents
from search.engines.opensearch_queries import conditions, counting, counts_body, matching, nearest_body, search_body
from search.engines.opensearch_statistics import statistics_body
from search.fusion import Meaning
from search.model import Clause, Filters, Query
from tests.articles import article

IS_PASSAGE = {"exists": {"field": "id"}}
CRAMP = Clause(("cramp",), "cramps", (0,))
ROW = Clause(("leg", "", "cramp"), "legs and cramps", (1,), "phrase")


def as_json(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


def test_a_passage_is_indexed_by_its_words_with_their_counts() -> None:
    documents = Documents({"calf": 1})
    cramps = ("Causes", "Cramps: the cramp of a calf.")
    [made] = documents.of(article("legs", "Leg cramps", cramps, labels=("a",), reviewed="2026-07-04"))
    once = dict.fromkeys(["leg", "causes", "the", "cramp", "of", "a"], 1)
    assert documents.spellings() == once | {"calf": 2, "cramps": 2}
    document = as_json(made)
    assert document.pop("stored")[0] == "legs.causes.1"
    assert [(one["kind"], one["text"]) for one in document.pop("places")] == [
        ("title", "Leg cramps"),
        ("heading", "Causes"),
    ]
    assert document == {
        "id": "legs.causes.1",
        "article": "legs",
        "first": True,
        "words": f"leg|1 cramp|{1 + (2 << 16)} caus|{1 << 8} calf|{1 << 16}",
        "title": "leg cramp _",
        "headings": "caus _",
        "body": "cramp _ cramp _ _ calf _",
        "length": 6,
        "title_length": 2,
        "headings_length": 1,
        "body_length": 3,
        "source": "articles/legs.md",
        "group": "articles",
        "folder": ["articles"],
        "label": ["a"],
        "language": "en",
        "reviewed": "2026-07-04",
    }


def test_a_word_is_looked_up_once_and_a_row_in_each_field() -> None:
    assert counting(CRAMP) == {"term": {"words": {"value": "cramp", "boost": 1}}}
    assert counting(Clause(("cramp",), "", (0,), field="headings")) == {
        "term": {"headings": {"value": "cramp", "boost": 1 << 8}}
    }
    assert counting(ROW) == {
        "bool": {
            "should": [
                {"match_phrase": {"title": {"query": "leg _ cramp", "boost": 1}}},
                {"match_phrase": {"headings": {"query": "leg _ cramp", "boost": 1 << 8}}},
                {"match_phrase": {"body": {"query": "leg _ cramp", "boost": 1 << 16}}},
            ]
        }
    }


def test_a_prefix_is_its_words_and_with_too_many_any_of_them() -> None:
    some, many = [counting(Clause(tuple(f"w{n}" for n in range(count)), "w*", (0,), "prefix")) for count in (2, 2_000)]
    assert [one["term"]["words"]["value"] for one in some["bool"]["should"]] == ["w0", "w1"]
    assert (many["constant_score"]["boost"], len(many["constant_score"]["filter"]["terms"]["words"])) == (1 << 16, 2000)


def test_a_word_that_opensearch_would_cut_is_indexed_under_a_name_of_its_own() -> None:
    [long, with_blank] = [counting(Clause((word,), "", (0,)))["term"]["words"]["value"] for word in ("x" * 101, "a b")]
    assert (len(long), len(with_blank)) == (32, 32)


def test_filters_are_those_of_every_engine() -> None:
    filters = Filters(
        label=("a", "b"),
        source=("docs/",),
        review=("overdue",),
        reviewed_since="2024",
        reviewed_before="2025",
        hidden_labels=("handbook",),
        review_cutoffs=(("", datetime.date(2023, 11, 23)), ("fast", datetime.date(2026, 5, 23))),
    )
    required = ((CRAMP, ROW), (Clause(("night",), "", (2,), excluded=True),))
    assert as_json(conditions(Query("", required=required, filters=filters))) == [
        IS_PASSAGE,
        {"bool": {"must_not": [{"terms": {"label": ["handbook"]}}]}},
        {"terms": {"label": ["a", "b"]}},
        {
            "bool": {
                "should": [
                    {"terms": {"source": ["docs/"]}},
                    {"terms": {"group": ["docs/"]}},
                    {"prefix": {"source": "docs/"}},
                ]
            }
        },
        {
            "bool": {
                "should": [
                    {"bool": {"filter": [{"term": {"label": "fast"}}, {"range": {"reviewed": {"lt": "2026-05-23"}}}]}},
                    {
                        "bool": {
                            "filter": [
                                {"bool": {"must_not": [{"terms": {"label": ["fast"]}}]}},
                                {"range": {"reviewed": {"lt": "2023-11-23"}}},
                            ]
                        }
                    },
                ]
            }
        },
        {"range": {"reviewed": {"gte": "2024"}}},
        {"range": {"reviewed": {"lt": "2025"}}},
        as_json(matching([CRAMP, ROW])),
        {"bool": {"must_not": [{"terms": {"words": ["night"]}}]}},
    ]


def test_a_search_names_each_clause() -> None:
    counted = scoring.Counted((1, 0, 2), 2, 3)
    sought = [(clause, scoring.Weights(None, counted, 10, [2.0, 1.0, 20.0])) for clause in (CRAMP, ROW)]
    query = Query("", (CRAMP, ROW), ((CRAMP, ROW),))
    body = search_body(query, sought, 5.0, 30)
    assert (body["size"], body["_source"]) == (30, False)
    assert body["sort"] == [{"_score": "desc"}, {"id": "asc"}]
    assert body["query"]["bool"]["filter"] == conditions(query)
    *scorings, bonus = body["query"]["bool"]["should"]
    named = {one["script_score"]["query"]["bool"]["_name"]: one["script_score"] for one in scorings}
    assert [named[name]["query"]["bool"]["must"] for name in ("0", "1")] == [[counting(CRAMP)], [counting(ROW)]]
    assert named["0"]["script"]["source"] == named["1"]["script"]["source"]  # compiled once
    assert (named["0"]["script"]["params"]["times"], named["1"]["script"]["params"]["times"]) == (1, 2)
    assert bonus["constant_score"]["boost"] == 5.0
    assert bonus["constant_score"]["filter"] == {"bool": {"filter": [matching([CRAMP]), matching([ROW])]}}


def test_what_is_near_is_looked_for_among_what_is_admitted() -> None:
    unwanted = Clause(("night",), "", (2,), excluded=True)
    query = Query("", (CRAMP, unwanted), ((unwanted,), (CRAMP,)), or_near=True, filters=Filters(label=("a",)))
    meaning = Meaning(np.empty(0, np.float32), 0.5, np.array([0.6, -0.8], np.float32), "mini")
    body = as_json(nearest_body(query, [CRAMP], meaning))
    [nearest] = body["query"]["bool"]["must"]
    assert nearest == {
        "knn": {
            "meaning_mini": {
                "vector": [95, -127],
                "k": 200,
                "filter": {
                    "bool": {
                        "filter": [
                            IS_PASSAGE,
                            {"terms": {"label": ["a"]}},
                            {"bool": {"must_not": [{"terms": {"words": ["night"]}}]}},
                        ]
                    }
                },
            }
        }
    }
    words, counted = body["query"]["bool"]["should"]
    assert words == {"bool": {"filter": as_json(conditions(query)), "_name": "words"}}
    assert counted == {"bool": {"must": [as_json(counting(CRAMP))], "_name": "0"}}
    assert (body["size"], {*body["script_fields"]}) == (200, {"near"})


def test_everything_that_matches_is_counted() -> None:
    query = Query("", (CRAMP,), ((CRAMP,),), filters=Filters(review_cutoffs=(("", datetime.date(2023, 11, 23)),)))
    body = counts_body(query, ["legs"])
    assert (body["size"], body["track_total_hits"]) == (0, True)
    assert body["query"] == {"bool": {"filter": conditions(query)}}
    near = counts_body(query, ["legs"], ["arms.top.1"])["query"]["bool"]["should"]
    assert near == [body["query"], {"terms": {"id": ["arms.top.1"]}}]
    assert counts_body(query, [], [], words=False)["query"] == {"terms": {"id": []}}
    assert {*body["aggs"]} == {"articles", "best", "label", "source", "language", "review", "reviewed_since"}
    assert body["aggs"]["best"]["filter"] == {"terms": {"article": ["legs"]}}
    assert body["aggs"]["review"]["filters"]["filters"]["overdue"] == {"range": {"reviewed": {"lt": "2023-11-23"}}}


def test_statistics_count_by_field() -> None:
    body = statistics_body(CRAMP)
    assert body["aggs"]["title"] == {"filter": {"terms": {"title": ["cramp"]}}}
    assert {*statistics_body(CRAMP._replace(field="title"))["aggs"]} == {"occurrences", "title"}
    assert (body["size"], body["track_total_hits"], body["query"]) == (0, True, counting(CRAMP))
    assert {*body["aggs"]} == {"title", "headings", "body", "occurrences"}
