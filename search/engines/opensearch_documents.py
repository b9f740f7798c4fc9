"""An index in OpenSearch: how it is made, and the document of a passage, by pure functions.

Words are ours (`search.analysis`), not OpenSearch's. Each distinct word of a passage is indexed once in `words`, and
its term frequency is how often it stands in each field, packed into one number: so one posting says all that a score
needs. Rows of words are found in the fields themselves, which keep positions.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from search.analysis import tokens
from search.fields import NAMES
from search.filtering import folders, source_group
from search.model import Place, StoredPassage

Body = dict[str, Any]

LENGTHS = tuple(f"{name}_length" for name in NAMES)
BITS = 8  # of a packed number, for each field: a float holds it exactly
MOST = (1 << BITS) - 1  # that a word is counted in one field of a passage
NOTHING = "_"  # stands where nothing is indexed: a stop word, the end of a text
LONGEST_WORD = 100
IS_PASSAGE: Body = {"exists": {"field": "id"}}


@functools.lru_cache(maxsize=200_000)
def spelled(word: str) -> str:
    """Return a word as it is indexed: as it is, unless OpenSearch would cut it."""
    if len(word) <= LONGEST_WORD and not re.search(rf"[\s|{NOTHING}]", word):
        return word
    return hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def index_body(shards: int) -> Body:
    """Return settings and mappings of an index that is being built: without copies, and shown when it is complete."""
    places = {"type": "text", "analyzer": "places", "search_analyzer": "row", "norms": False, "similarity": "frequency"}
    counted = {"analyzer": "counted", "index_options": "freqs"}
    properties = {
        "words": {"type": "text", **counted, "norms": False, "similarity": "frequency"},
        **dict.fromkeys(NAMES, places),
        **{name: {"type": "integer", "index": False} for name in ("length", *LENGTHS)},
        **{name: {"type": "keyword"} for name in ("id", "article", "source", "group", "folder", "label", "language")},
        "reviewed": {"type": "keyword"},
        "change": {"type": "long"},
        "first": {"type": "boolean"},
    }
    analysis = {
        "tokenizer": {"blanks": {"type": "whitespace", "max_token_length": 1000}},
        "filter": {
            "nothing": {"type": "stop", "stopwords": [NOTHING]},
            "stems": {"type": "pattern_capture", "preserve_original": False, "patterns": ["([^|]+)"]},
            "counts": {"type": "delimited_term_freq", "delimiter": "|"},
        },
        "analyzer": {
            "counted": {"type": "custom", "tokenizer": "blanks", "filter": ["counts"]},
            "places": {"type": "custom", "tokenizer": "blanks", "filter": ["nothing", "stems"]},
            "row": {"type": "custom", "tokenizer": "blanks", "filter": ["nothing"]},
        },
    }
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": 0,
            "refresh_interval": -1,
            "max_result_window": 1_000_000,
            "gc_deletes": "1h",
            "similarity": {"frequency": {"type": "scripted", "script": {"source": "return doc.freq * query.boost"}}},
            "analysis": analysis,
        },
        "mappings": {
            "dynamic": False,
            "_source": {"includes": ["stored", "places", "spellings"]},
            "properties": properties,
        },
    }


def documents(passages: Sequence[StoredPassage], places: Iterable[Place], change: int) -> Iterator[Body]:
    """Yield the documents of an article, whose first one has its titles and headings."""
    for number, stored in enumerate(passages):
        document = _document(stored)
        document["change"] = change
        if number == 0:
            document |= {"first": True, "places": [*places]}
        yield document


def _document(stored: StoredPassage) -> Body:
    counts: dict[str, list[int]] = {}
    document: Body = {}
    for field, (name, texts) in enumerate(stored.field_texts().items()):
        row: list[str] = []
        length = 0
        for text in texts:
            for token in tokens(text, stored.language):
                stems = [spelled(stem) for stem in token.stems]
                row.append("|".join(stems) or NOTHING)
                length += len(stems)
                for stem in stems:
                    counts.setdefault(stem, [0] * len(NAMES))[field] += 1
            while row and row[-1] == NOTHING:
                row.pop()
            row.append(NOTHING)
        document |= {name: " ".join(row), f"{name}_length": length}
    return document | {
        "length": sum(document[name] for name in LENGTHS),
        "words": " ".join(f"{word}|{_packed(own)}" for word, own in counts.items()),
        "id": stored.passage_id,
        "article": stored.article_id,
        "source": stored.source,
        "group": source_group(stored.source),
        "folder": folders(stored.source),
        "label": stored.labels,
        "language": stored.language,
        "reviewed": stored.reviewed,
        "stored": stored,
    }


def _packed(counts: Sequence[int]) -> int:
    """Pack counts, one a field, into one number."""
    return sum(min(count, MOST) << BITS * number for number, count in enumerate(counts) if count)
