"""Passages to columns: each run between blanks is analysed once, then all words are sorted as arrays."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from search.analysis import tokens, without_citations, written_words
from search.engines.article_table import ArticleFacts, facts_of
from search.engines.blocks import write_array
from search.fields import NAMES
from search.model import StoredPassage
from search.vectors import key_of, text_of

Ints = npt.NDArray[np.integer[Any]]

# Passages of a segment: more are written as several, so that memory (some 10 kB a passage) stays bounded.
MOST_PASSAGES = 1 << 15
TEXT_GAP = 1  # positions between two texts of one field, so that no phrase reaches across


class _Runs(dict[str, int]):
    """Numbers the runs of one language as they come up, and notes the words in each in tables that all languages share.

    No word reaches across a blank, so a text's words are those of its runs, one after another.
    """

    def __init__(self, language: str, tables: _Tables) -> None:
        self._language = language
        self._tables = tables

    def __missing__(self, run: str) -> int:
        number = self[run] = self._tables.note(run, self._language)
        return number


class _Tables:
    """The words in each run: `terms` and `places` from `starts[run]` on; `widths` are the places that it takes up."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.widths, self.starts = array("I"), array("I", [0])
        self.terms, self.places = array("I"), array("I")
        self.numbers: dict[str, int] = {}

    def note(self, run: str, language: str) -> int:
        width = 0
        for token in tokens(run, language):
            for stem in token.stems:
                self.terms.append(self.numbers.setdefault(stem, len(self.numbers)))
                self.places.append(token.position)
            width = token.position + 1
        self.runs.append(run)
        self.widths.append(width)
        self.starts.append(len(self.terms))
        return len(self.runs) - 1


def write(folder: Path, passages: Iterable[StoredPassage]) -> int:
    """Write passages as the columns of a segment; those of an article must follow one another. Return how many."""
    folder.mkdir(parents=True)
    tables = _Tables()
    languages: dict[str, _Runs] = {}
    runs, runs_of_text, passage_of_text, field_of_text = array("I"), array("I"), array("I"), array("B")
    ids: list[bytes] = []
    facts: dict[str, ArticleFacts] = {}
    articles_of, text_keys, stored_starts = array("I"), array("Q"), array("Q", [0])
    with (folder / "stored.u1").open("wb") as stored_file:
        for number, stored in enumerate(passages):
            if stored.language not in languages:
                languages[stored.language] = _Runs(stored.language, tables)
            known = languages[stored.language]
            for field, texts in enumerate(stored.field_texts().values()):
                for text in texts:
                    before = len(runs)
                    runs.extend(map(known.__getitem__, without_citations(text).split()))
                    runs_of_text.append(len(runs) - before)
                    passage_of_text.append(number)
                    field_of_text.append(field)
            ids.append(stored.passage_id.encode())
            facts.setdefault(stored.article_id, facts_of(stored))
            articles_of.append(len(facts) - 1)
            text_keys.append(key_of(text_of(stored)))
            stored_starts.append(stored_starts[-1] + stored_file.write(msgspec.json.encode(stored)))
    arrays = _postings(tables, len(ids), *map(_numbers, (runs, runs_of_text, passage_of_text, field_of_text)))
    words: Counter[str] = Counter()
    for run, count in zip(tables.runs, np.bincount(_numbers(runs), minlength=len(tables.runs)).tolist(), strict=True):
        for word in written_words([run]):
            words[word] += count
    arrays |= {
        "stored-starts": stored_starts,
        "spellings": np.frombuffer("\n".join(words).encode(), np.uint8),
        "spelling-counts": list(words.values()),
        "ids": np.frombuffer(b"".join(ids), np.uint8),
        "ids-starts": np.cumsum([0, *map(len, ids)]),
        "articles-of": articles_of,
        "text-keys": text_keys,
        "articles": np.frombuffer(msgspec.json.encode(list(facts.values())), np.uint8),
    }
    for name, values in arrays.items():
        write_array(folder, name, values)
    return len(ids)


def _numbers(values: array[int]) -> Ints:
    return np.frombuffer(values, values.typecode) if values else np.zeros(0, values.typecode)


def _postings(
    tables: _Tables, size: int, runs: Ints, runs_of_text: Ints, passage_of_text: Ints, field_of_text: Ints
) -> dict[str, Any]:
    """Sort the words of all texts by term, passage, field and place."""
    widths, starts, terms, places = map(_numbers, (tables.widths, tables.starts, tables.terms, tables.places))
    having = (starts[1:] - starts[:-1])[runs]  # words that are indexed, of each run that stands somewhere
    run = np.repeat(np.arange(len(runs), dtype=np.int32), having)
    word = np.arange(len(run), dtype=np.int64) - _before(having)[run] + starts[runs][run]
    text = np.repeat(np.arange(len(runs_of_text), dtype=np.int32), runs_of_text)[run]
    first_run = _before(runs_of_text)
    run_place = _before(widths[runs])
    place_of_text = np.append(run_place, 0)[first_run]
    place = (run_place[run] + places[word]).astype(np.int64) - place_of_text[text]

    # A field's texts follow one another: each begins a gap after the last indexed word of the one before.
    ends = np.cumsum(np.bincount(text, minlength=len(runs_of_text)))
    last = np.append(place, -1)[ends - 1] + 1
    last[np.diff(ends, prepend=0) == 0] = 0
    same = passage_of_text.astype(np.int64) * len(NAMES) + field_of_text
    base = _before(last + TEXT_GAP)
    base -= base[np.searchsorted(same, same)]
    place += base[text]
    passage, field = passage_of_text[text].astype(np.int32), field_of_text[text]

    sorted_terms = sorted((stem.encode(), number) for stem, number in tables.numbers.items())
    rank = np.zeros(len(sorted_terms), np.int32)
    rank[[number for _, number in sorted_terms]] = np.arange(len(sorted_terms))
    term = rank[terms[word]]
    order = np.argsort(term, kind="stable")
    term, passage, field, place = term[order], passage[order], field[order], place[order]

    begins = np.ones(len(term), bool)
    begins[1:] = (np.diff(term) != 0) | (np.diff(passage) != 0)
    posting = np.cumsum(begins) - 1
    counts = np.bincount(posting * len(NAMES) + field, minlength=(int(begins.sum())) * len(NAMES))
    kinds, kind_of = np.unique(counts.reshape(-1, len(NAMES)), axis=0, return_inverse=True)
    lengths = np.bincount(passage.astype(np.int64) * len(NAMES) + field, minlength=size * len(NAMES))
    each_term = np.arange(len(sorted_terms) + 1)
    return {
        "terms": np.frombuffer(b"".join(stem for stem, _ in sorted_terms), np.uint8),
        "terms-starts": np.cumsum([0, *(len(stem) for stem, _ in sorted_terms)]),
        "posting-starts": np.searchsorted(term[begins], each_term),
        "position-starts": np.searchsorted(term, each_term),
        "documents": passage[begins],
        "count-kinds": kinds.ravel(),
        "counts": kind_of.ravel(),
        "positions": place,
        **{f"lengths-{name}": lengths[n :: len(NAMES)] for n, name in enumerate(NAMES)},
    }


def _before(values: Ints) -> npt.NDArray[np.int64]:
    """Return the sum of all values before each."""
    sums = np.cumsum(values, dtype=np.int64)
    return sums - values
