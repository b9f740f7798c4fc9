"""An index in OpenSearch: how it is made, and the document of a passage, by pure functions.

Words are ours (`search.analysis`), not OpenSearch's. Each distinct word of a passage is indexed once in `words`, and
its term frequency is how often it stands in each field, packed into one number: so one posting says all that a score
needs. Rows of words are found in the fields themselves, which keep positions.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from corpus.article import Article
from search.analysis import tokens, without_citations, written_words
from search.fields import NAMES
from search.filtering import folders, source_group
from search.model import StoredPassage, places, stored_passages
from search.vectors import Known, key_of, text_of

Body = dict[str, Any]

LENGTHS = tuple(f"{name}_length" for name in NAMES)
BITS = 8  # of a packed number, for each field: a float holds it exactly
MOST = (1 << BITS) - 1  # that a word is counted in one field of a passage
NOTHING = "_"  # stands where nothing is indexed: a stop word, the end of a text
LONGEST_WORD = 100
_MOST_KEPT = 200_000  # different runs between blanks
IS_PASSAGE: Body = {"exists": {"field": "id"}}


@functools.lru_cache(maxsize=200_000)
def spelled(word: str) -> str:
    """Return a word as it is indexed: as it is, unless OpenSearch would cut it."""
    if len(word) <= LONGEST_WORD and not re.search(rf"[\s|{NOTHING}]", word):
        return word
    return hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def vector_field(model: str) -> str:
    return f"meaning_{model}"


def lacking(model: str) -> Body:
    """Return a query for passages without a vector of a model."""
    return {"bool": {"filter": [IS_PASSAGE], "must_not": [{"exists": {"field": vector_field(model)}}]}}


def vectors_body(model: str, size: int) -> Body:
    """Return the mapping of a model's vectors."""
    method = {"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"}
    return {vector_field(model): {"type": "knn_vector", "dimension": size, "data_type": "byte", "method": method}}


def index_body(shards: int, *, meaning: bool = False) -> Body:
    """Return settings and mappings of an index that is being built: without copies, and shown when it is complete.

    With `meaning` it can hold vectors, which takes OpenSearch's k-NN plugin.
    """
    places = {"type": "text", "analyzer": "places", "search_analyzer": "row", "norms": False, "similarity": "frequency"}
    counted = {"analyzer": "counted", "index_options": "freqs"}
    properties = {
        "words": {"type": "text", **counted, "norms": False, "similarity": "frequency"},
        **dict.fromkeys(NAMES, places),
        **{name: {"type": "integer", "index": False} for name in ("length", *LENGTHS)},
        **{name: {"type": "keyword"} for name in ("id", "article", "source", "group", "folder", "label", "language")},
        "reviewed": {"type": "keyword"},
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
            **({"knn": True} if meaning else {}),
        },
        "mappings": {
            "dynamic": False,
            "_source": {"includes": ["stored", "places", "spellings"]},
            "properties": properties,
        },
    }


def stored_in(document: Body) -> StoredPassage:
    """Return the passage in a document that OpenSearch gave back."""
    return msgspec.convert(document["_source"]["stored"], StoredPassage)


class _Rows(dict[str, str]):
    """The words in what stands between blanks, each such run analysed once: no word reaches across a blank."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, run: str) -> str:
        if len(self) >= _MOST_KEPT:
            self.clear()
        row = " ".join("|".join(map(spelled, token.stems)) or NOTHING for token in tokens(run, self._language))
        self[run] = row
        return row


class Documents:
    """Makes the documents of passages, and counts the words in them as they are written, added to `spellings`."""

    def __init__(self, spellings: Mapping[str, int], known: Known | None = None) -> None:
        self._known = known
        self._spellings = Counter(spellings)
        self._runs: Counter[str] = Counter()  # not yet among the spellings
        self._rows: dict[str, _Rows] = {}

    def of(self, article: Article) -> Iterator[Body]:
        """Yield the documents of an article, whose first one has its titles and headings."""
        passages = stored_passages(article)
        known = self._known
        vectors = known.table.values_of([key_of(text_of(one)) for one in passages]) if known else [None] * len(passages)
        above = [*places(passages)]
        for stored, values in zip(passages, vectors, strict=True):
            document = self.document(stored, above)
            if known and values is not None:
                document[vector_field(known.model)] = values.tolist()
            yield document
            above = []

    def document(self, stored: StoredPassage, above: Sequence[Any]) -> Body:
        """Return the document of a passage, with its article's titles and headings where it is the first one."""
        return {
            "id": stored.passage_id,
            "article": stored.article_id,
            "source": stored.source,
            "group": source_group(stored.source),
            "folder": folders(stored.source),
            "label": stored.labels,
            "language": stored.language,
            "reviewed": stored.reviewed,
            "stored": stored,
            **self._words(stored),
            **({"first": True, "places": above} if above else {}),
        }

    def _words(self, stored: StoredPassage) -> Body:
        if stored.language not in self._rows:
            self._rows[stored.language] = _Rows(stored.language)
        rows = self._rows[stored.language]
        fields: Body = {}
        packed: dict[str, int] = {}
        for field, (name, texts) in enumerate(stored.field_texts().items()):
            row = ""
            for text in texts:
                runs = without_citations(text).split()
                self._runs.update(runs)
                row += f"{' '.join(map(rows.__getitem__, runs)).rstrip(f' {NOTHING}')} {NOTHING} "
            counts = Counter(row.replace("|", " ").split())
            del counts[NOTHING]
            fields[name], fields[f"{name}_length"] = row.rstrip(), sum(counts.values())
            for word, count in counts.items():
                packed[word] = packed.get(word, 0) + ((count if count < MOST else MOST) << BITS * field)
        fields["length"] = sum(fields[name] for name in LENGTHS)
        fields["words"] = " ".join([f"{word}|{number}" for word, number in packed.items()])
        if len(self._runs) >= _MOST_KEPT:
            self.spellings()
        return fields

    def spellings(self) -> dict[str, int]:
        """Return the words as they are written, and how often."""
        for run, count in self._runs.items():
            for word in written_words([run]):
                self._spellings[word] += count
        self._runs.clear()
        return dict(self._spellings)
