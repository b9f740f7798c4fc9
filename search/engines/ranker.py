"""Candidates from columns: add up each clause's scores over all passages, keep the best."""

from __future__ import annotations

import bisect
import functools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from search import scoring
from search.engines.article_table import ArticleFacts, Numbers
from search.engines.best import Column, Mask, Scores, Sought, best, every
from search.engines.columns import Columns
from search.engines.postings import Match, Postings, Segment
from search.fields import NAMES
from search.filtering import FACETS
from search.fusion import Meaning, fuse, is_exact
from search.model import Candidate, Candidates, Clause, Counts, Filters, Part, Place, Query, StoredPassage
from search.vectors import Keys

FILTERS_KEPT = 32  # combinations of filters, a byte a passage
IDS_KEPT = 16_384


class Ranker:
    """Ranks the passages of all segments of a generation together, as if they were one."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._postings = Postings(segments)
        self._alive, self._starts = self._postings.alive, self._postings.starts
        lengths = [segment.columns.lengths for segment in segments]
        self._lengths = np.concatenate(lengths, axis=1) if lengths else np.zeros((len(NAMES), 0), np.int32)
        self._size = int(self._alive.sum())
        self._means = [float(own[self._alive].mean()) if self._size else 0.0 for own in self._lengths]
        self._tables = [segment.columns.articles for segment in segments]
        self._facts: list[ArticleFacts] = [facts for table in self._tables for facts in table.facts]
        offset, article_of = 0, [np.zeros(0, np.int64)]
        for segment in segments:
            article_of.append(segment.columns.article_of + np.int64(offset))
            offset += len(segment.columns.articles)
        self._article_of = np.concatenate(article_of)
        self._column = functools.lru_cache(self._postings.kept)(self._score)
        self._admitted = functools.lru_cache(FILTERS_KEPT)(self._admit)
        self._id = functools.lru_cache(IDS_KEPT)(self._find_id)
        self._living = np.unique(self._article_of[self._alive])
        self.articles = len(self._living)  # an article is alive in one segment only

    def __len__(self) -> int:
        return self._size

    def passage(self, passage_id: str) -> StoredPassage | None:
        """Return a passage as a hit shows it, or None where it is not there or deleted."""
        for start, segment in zip(self._starts, self._segments, strict=True):
            number = segment.columns.number_of(passage_id)
            if number is not None and self._alive[start + number]:
                return segment.columns.stored(number)
        return None

    def stored(self, number: int) -> StoredPassage:
        """Return the passage of a number."""
        columns, own = self._place(number)
        return columns.stored(own)

    def numbers_of_article(self, article_id: str) -> list[int]:
        """Return the numbers of an article's passages that are not deleted."""
        found: list[int] = []
        for start, segment in zip(self._starts, self._segments, strict=True):
            found.extend(start + number for number in segment.columns.numbers_of_article(article_id))
        return [number for number in found if self._alive[number]]

    def verify(self) -> None:
        """Check everything that was not read yet."""
        for segment in self._segments:
            segment.columns.verify()

    def terms(self, prefix: str) -> dict[str, int]:
        words = {word for segment in self._segments for word in segment.columns.words(prefix)}
        counts = {word: len(self._postings.match_row(word).documents) for word in sorted(words)}
        return {word: count for word, count in counts.items() if count}

    def frequency(self, *words: str) -> int:
        """Return how many passages have an indexed word, or several in a row."""
        return self._postings.match_row(*words).counted.anywhere

    @functools.cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the articles, sorted."""
        known = [language for segment in self._segments for language in segment.columns.articles.languages]
        return tuple(sorted({known[number] for number in self._living.tolist()}))

    def headings(self) -> Iterator[Place]:
        """Yield the titles and headings of the articles that are not deleted."""
        for segment in self._segments:
            columns = segment.columns
            gone = {columns.articles.facts[n].article_id for n in columns.article_of[list(segment.deleted)]}
            yield from (place for place in columns.headings if place.article_id not in gone)

    def spellings(self) -> Mapping[str, int]:
        """Return the words as they are written, in lower case, and how often."""
        counts: Counter[str] = Counter()
        for segment in self._segments:
            counts.update(segment.columns.spellings())
        return counts

    @functools.cached_property
    def keys(self) -> Keys:
        """The keys of the passages' texts, by number; 0 for a deleted one."""
        keys = np.concatenate([np.zeros(0, np.uint64), *(segment.columns.text_keys for segment in self._segments)])
        return np.where(self._alive, keys, 0)

    def candidates(self, query: Query, k: int, meaning: Meaning | None = None) -> Candidates:
        having = [self._postings.match(clause) for clause in query.clauses]
        matched = functools.cache(lambda: self._matched(query, having, query.required))
        scored = [(clause, own) for clause, own in zip(query.clauses, having, strict=True) if not clause.excluded]
        taken = scoring.as_typed([(clause, own.counted) for clause, own in scored])
        sought = []
        for (clause, own), counted in zip(scored, taken, strict=True):
            column = self._column(own, clause.field, counted)
            sought.append(Sought(clause, column, column.weights.factor(clause)))
        if meaning:
            return self._fused(query, k, meaning, having, sought)
        numbers, scores = best(query, sought, self._admitted(query.filters), matched, k)
        rows = self._first(numbers, scores, k)
        return Candidates(
            tuple(Candidate(key, score, self._parts(query, sought, number)) for number, key, score in rows),
            lambda: self._counts(query.filters, matched(), [number for number, _, _ in rows]),
        )

    def _fused(
        self, query: Query, k: int, meaning: Meaning, having: Sequence[Match], sought: Sequence[Sought]
    ) -> Candidates:
        """Find by words and by meaning: every passage is looked at."""
        matched = self._matched(query, having, query.required)
        admitted = self._matched(query, having, query.required[:-1]) if query.or_near else matched
        clauses = zip(query.clauses, having, strict=True)
        exact = self._postings.mask(own for one, own in clauses if is_exact(one, own.counted.anywhere))
        words = every(query, sought, len(self._alive))
        fused = fuse(words, meaning, matched=matched, admitted=admitted, exact=exact)
        numbers = fused.matched.nonzero()[0]
        rows = self._first(numbers, np.round(fused.scores(words)[numbers], scoring.DIGITS), k)
        found = (
            Candidate(key, score, fused.explained(self._parts(query, sought, n), n), float(meaning.nearness[n]))
            for n, key, score in rows
        )
        return Candidates(
            tuple(found), lambda: self._counts(query.filters, fused.matched, [number for number, _, _ in rows])
        )

    def _first(self, numbers: Numbers, scores: Scores, k: int) -> list[tuple[int, str, float]]:
        if len(numbers) > k:
            least = np.partition(scores, len(scores) - k)[len(scores) - k]
            numbers, scores = numbers[scores >= least], scores[scores >= least]
        rows = [(n, self._id(n), score) for n, score in zip(numbers.tolist(), scores.tolist(), strict=True)]
        rows.sort(key=lambda row: (-row[2], row[1]))
        return rows[:k]

    def _matched(self, query: Query, having: Sequence[Match], required: Sequence[Sequence[Clause]]) -> Mask:
        """Return which passages match: of each alternative, they have a clause or lack an excluded one."""
        found = dict(zip(query.clauses, having, strict=True))
        matched = self._admitted(query.filters).copy()
        for group in required:
            satisfied = self._postings.mask(found[clause] for clause in group if not clause.excluded)
            for clause in group:
                if clause.excluded:
                    satisfied |= ~self._postings.mask([found[clause]])
            matched &= satisfied
        return matched

    def _counts(self, filters: Filters, matched: Mask, numbers: Sequence[int]) -> Counts:
        articles = self._article_of.take(matched.nonzero()[0])  # rising: an article's passages follow one another
        shown = sorted({int(self._article_of[number]) for number in numbers})
        per_article = np.searchsorted(articles, shown, "right") - np.searchsorted(articles, shown)
        facets: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        first = 0
        for table in self._tables:
            begin, end = np.searchsorted(articles, (first, first + len(table))).tolist()
            for name, value, count in table.facets(filters, articles[begin:end] - first):
                facets[name][value] = facets[name].get(value, 0) + count
            first += len(table)
        return Counts(
            total=len(articles),
            articles=len(articles[:1]) + int(np.count_nonzero(articles[1:] != articles[:-1])),
            per_article=dict(zip((self._facts[n].article_id for n in shown), per_article.tolist(), strict=True)),
            facets=facets,
        )

    def _find_id(self, number: int) -> str:
        columns, own = self._place(number)
        return columns.passage_id(own)

    def _place(self, number: int) -> tuple[Columns, int]:
        """Return the segment's columns that hold a passage, and its number there."""
        segment = bisect.bisect_right(self._starts, number) - 1
        return self._segments[segment].columns, number - self._starts[segment]

    def _parts(self, query: Query, sought: Sequence[Sought], number: int) -> tuple[Part, ...]:
        if not query.explain:
            return ()
        parts: list[Part] = []
        groups: set[int] = set()
        for one in sought:
            match = self._postings.match(one.clause)
            at = int(np.searchsorted(match.documents, number))
            if at < len(match.documents) and match.documents[at] == number:
                groups.update(one.clause.groups)
                counts, lengths = match.counts[:, at].tolist(), self._lengths[:, number].tolist()
                parts.extend(one.column.weights.parts(one.clause, counts, lengths))
        if query.all_words and scoring.content_groups(one.clause for one in sought) <= groups:
            bonus = scoring.all_words_bonus((one.clause, one.column.weights) for one in sought)
            parts.append(Part("all_words", None, "", bonus))
        return tuple(parts)

    def _score(self, match: Match, field: str | None, counted: scoring.Counted) -> Column:
        weights = scoring.Weights(field, counted, self._size, self._means)
        scores = np.zeros(len(match.documents))
        for _, part in weights.scores(list(match.counts.astype(np.int32)), list(self._lengths[:, match.documents])):
            scores += part
        return Column(match.documents, scores, len(self._alive), weights)

    def _admit(self, filters: Filters) -> Mask:
        articles = [segment.columns.articles.admitted(filters) for segment in self._segments]
        return self._alive & np.concatenate(articles)[self._article_of] if articles else self._alive
