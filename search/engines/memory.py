"""The exhaustive engine: looks at every passage. Nothing clever, so that the others can be held against it."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from corpus.article import Article, Change
from search import scoring
from search.analysis import tokens
from search.engine import DamagedError, EngineState
from search.fields import NAMES
from search.filtering import FACETS, admits, facet_values
from search.model import Candidate, Candidates, Clause, Part, Query, StoredPassage, stored_passages


class MemoryEngine:
    """Holds everything in memory; it is its own snapshot and forgets with its process."""

    def __init__(self) -> None:
        self._articles: dict[str, list[StoredPassage]] = {}
        self._index(0)
        self.state = EngineState(None, 0, None, 0, 0)

    def writing(self, wait: bool = True) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def apply(self, changes: Iterable[Change], number: int) -> None:
        for change in changes:
            self._articles.pop(change.article_id, None)
            if change.article is not None:
                self._articles[change.article_id] = stored_passages(change.article)
        self._index(number)

    def rebuild(self, articles: Iterable[Article], number: int, damage: DamagedError | None = None) -> None:
        self._articles = {article.id: stored_passages(article) for article in articles}
        self._index(number)

    def snapshot(self) -> MemoryEngine:
        return self

    def recover(self, damage: DamagedError) -> bool:
        return False

    def close(self) -> None:
        pass

    def verify(self) -> None:
        pass

    def _index(self, number: int) -> None:
        self._passages = {stored.passage_id: stored for group in self._articles.values() for stored in group}
        self._words = {key: _words(stored) for key, stored in self._passages.items()}
        self._lengths = {key: [len(w) - w.count("") for w in words.values()] for key, words in self._words.items()}
        self.state = EngineState("memory", number, None, len(self._articles), len(self._passages))

    def passages(self, ids: Sequence[str]) -> Mapping[str, StoredPassage]:
        return {key: self._passages[key] for key in ids if key in self._passages}

    def terms(self, prefix: str) -> Mapping[str, int]:
        having = Counter(word for fields in self._words.values() for word in set().union(*fields.values()))
        return {word: count for word, count in having.items() if word and word.startswith(prefix)}

    def candidates(self, query: Query, k: int) -> Candidates:
        scorers = {clause: _Scorer(clause, self._words, self._lengths) for clause in query.clauses}
        needed = scoring.required(query)
        content = {clause.group for clause in query.clauses if clause.content}
        bonus = scoring.all_words_bonus(one.weights for one in scorers.values()) if query.all_words else 0.0
        found: list[Candidate] = []
        for key, stored in self._passages.items():
            has = [clause for clause, scorer in scorers.items() if key in scorer.counts]
            if not admits(query.filters, stored) or any(clause.occur == "must_not" for clause in has):
                continue
            if not all(any(clause in has for clause in group) for group in needed):
                continue
            parts = [part for clause in has for part in scorers[clause].parts(key)]
            if bonus and content <= {clause.group for clause in has}:
                parts.append(Part("all_words", None, "", bonus))
            score = round(sum(part.score for part in parts), scoring.DIGITS)
            found.append(Candidate(key, score, tuple(parts) if query.explain else ()))
        found.sort(key=lambda candidate: (-candidate.score, candidate.passage_id))
        per_article = Counter(candidate.article_id for candidate in found)
        values = [facet_values(self._passages[one.passage_id], query.filters) for one in found]
        return Candidates(
            best=tuple(found[:k]),
            total=len(found),
            articles=len(per_article),
            per_article={one.article_id: per_article[one.article_id] for one in found[:k]},
            facets={name: Counter(v for one in values for v in one[name]) for name in FACETS},
        )


class _Scorer:
    """Counts one clause in all passages, by field, and scores it."""

    def __init__(
        self, clause: Clause, words: Mapping[str, dict[str, list[str]]], lengths: Mapping[str, list[int]]
    ) -> None:
        names = [name for name in NAMES if clause.field in (None, name)]
        counts = {
            key: [_occurrences(clause.words, fields[name]) if name in names else 0 for name in NAMES]
            for key, fields in words.items()
        }
        self.counts = {key: count for key, count in counts.items() if any(count)}
        self._lengths = lengths
        having = [sum(bool(count[n]) for count in self.counts.values()) for n in range(len(NAMES))]
        means = [sum(own[n] for own in lengths.values()) / max(len(lengths), 1) for n in range(len(NAMES))]
        occurrences = sum(sum(count) for count in self.counts.values())
        self.weights = scoring.Weights(clause, len(words), having, len(self.counts), occurrences, means)

    def parts(self, key: str) -> list[Part]:
        return self.weights.parts(self.counts[key], self._lengths[key])


def _words(stored: StoredPassage) -> dict[str, list[str]]:
    """Return the words by field, in order; "" stands for a stop word and for the end of a text."""
    fields: dict[str, list[str]] = {}
    for name, texts in stored.field_texts().items():
        words = fields[name] = []
        for text in texts:
            start = len(words)
            for token in tokens(text):
                words.extend([""] * (start + token.position - len(words)))
                words.append(token.stem)
            words.append("")
    return fields


def _occurrences(phrase: Sequence[str], words: Sequence[str]) -> int:
    places = range(len(words) - len(phrase) + 1)
    return sum(all(wanted in ("", words[at + n]) for n, wanted in enumerate(phrase)) for at in places)
