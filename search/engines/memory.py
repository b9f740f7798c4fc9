"""The exhaustive engine: looks at every passage. Nothing clever, so that the others can be held against it."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np

from corpus.article import Article, Change
from search import scoring
from search.analysis import tokens, written_words
from search.engine import DamagedError, EngineState
from search.fields import NAMES
from search.filtering import FACETS, admits, facet_values
from search.fusion import Meaning, fuse, is_exact
from search.languages import of
from search.model import (
    Candidate,
    Candidates,
    Clause,
    Counts,
    Part,
    Place,
    Query,
    StoredPassage,
    places,
    stored_passages,
)
from search.vectors import Keys, key_of, text_of


class MemoryEngine:
    """Holds everything in memory; it is its own snapshot and forgets with its process."""

    def __init__(self) -> None:
        self._articles: dict[str, list[StoredPassage]] = {}
        self._index(0)
        self.state = EngineState(None, 0, None, 0, 0)

    def writing(self, wait: float = 0.0) -> contextlib.AbstractContextManager[None]:
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
        self._lengths = {key: [sum(map(len, own)) for own in words.values()] for key, words in self._words.items()}
        self.state = EngineState("memory", number, None, len(self._articles), len(self._passages))

    def passages(self, ids: Sequence[str]) -> Mapping[str, StoredPassage]:
        return {key: self._passages[key] for key in ids if key in self._passages}

    def terms(self, prefix: str) -> Mapping[str, int]:
        having = Counter(
            word for fields in self._words.values() for word in {w for own in fields.values() for w in chain(*own)}
        )
        return {word: count for word, count in having.items() if word.startswith(prefix)}

    def frequency(self, *words: str) -> int:
        return len(self._counts(Clause(words, "", (0,))))

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted({of(stored.language) for stored in self._passages.values()}))

    def headings(self) -> Iterator[Place]:
        return (place for group in self._articles.values() for place in places(group))

    def spellings(self) -> Mapping[str, int]:
        texts = (text for one in self._passages.values() for texts in one.field_texts().values() for text in texts)
        return Counter(written_words(texts))

    @property
    def keys(self) -> Keys:
        return np.array([key_of(text_of(stored)) for stored in self._passages.values()], np.uint64)

    def at(self, number: int) -> StoredPassage:
        return list(self._passages.values())[number]

    def candidates(self, query: Query, k: int, meaning: Meaning | None = None) -> Candidates:
        counts = {clause: self._counts(clause) for clause in query.clauses}
        means = [sum(own[n] for own in self._lengths.values()) / max(len(self._lengths), 1) for n in range(len(NAMES))]
        scored = [clause for clause in query.clauses if not clause.excluded]
        taken = scoring.as_typed([(clause, _counted(counts[clause].values())) for clause in scored])
        weights = [
            scoring.Weights(one.field, own, len(self._words), means) for one, own in zip(scored, taken, strict=True)
        ]
        content = scoring.content_groups(scored)
        bonus = scoring.all_words_bonus(zip(scored, weights, strict=True)) if query.all_words else 0.0
        admitted, matched, exact, all_parts = [], [], [], []
        for key, stored in self._passages.items():
            met = [any((key in counts[one]) != one.excluded for one in group) for group in query.required]
            admitted.append(admits(query.filters, stored) and all(met[:-1] if query.or_near else met))
            matched.append(admitted[-1] and all(met))
            exact.append(any(key in counts[one] and is_exact(one, len(counts[one])) for one in scored))
            has = [(one, own) for one, own in zip(scored, weights, strict=True) if key in counts[one]]
            parts = [part for one, own in has for part in own.parts(one, counts[one][key], self._lengths[key])]
            if bonus and content <= {group for one, _ in has for group in one.groups}:
                parts.append(Part("all_words", None, "", bonus))
            all_parts.append(tuple(parts))
        scores = np.array([sum(part.score for part in parts) for parts in all_parts], float)
        if meaning:
            masks = [np.array(mask, bool) for mask in (matched, admitted, exact)]
            fused = fuse(scores, meaning, matched=masks[0], admitted=masks[1], exact=masks[2])
            matched, scores = fused.matched.tolist(), fused.scores(scores)
            all_parts = [fused.explained(parts, number) for number, parts in enumerate(all_parts)]
        found = [
            Candidate(
                key,
                round(float(scores[number]), scoring.DIGITS),
                all_parts[number] if query.explain else (),
                float(meaning.nearness[number]) if meaning else None,
            )
            for number, key in enumerate(self._passages)
            if matched[number]
        ]
        found.sort(key=lambda candidate: (-candidate.score, candidate.passage_id))
        per_article = Counter(candidate.article_id for candidate in found)
        values = [facet_values(self._passages[one.passage_id], query.filters) for one in found]
        counts_of_all = Counts(
            total=len(found),
            articles=len(per_article),
            per_article={one.article_id: per_article[one.article_id] for one in found[:k]},
            facets={name: Counter(v for one in values for v in one[name]) for name in FACETS},
        )
        return Candidates(tuple(found[:k]), lambda: counts_of_all)

    def _counts(self, clause: Clause) -> dict[str, list[int]]:
        """Count a clause by field in every passage that has it."""
        counts = {
            key: [_occurrences(clause, fields[name]) if clause.field in (None, name) else 0 for name in NAMES]
            for key, fields in self._words.items()
        }
        return {key: count for key, count in counts.items() if any(count)}


def _counted(counts: Collection[Sequence[int]]) -> scoring.Counted:
    fields = tuple(sum(bool(count[n]) for count in counts) for n in range(len(NAMES)))
    return scoring.Counted(fields, len(counts), sum(map(sum, counts)))


def _words(stored: StoredPassage) -> dict[str, list[tuple[str, ...]]]:
    """Return by field what stands at each position; nothing for a stop word and for the end of a text."""
    fields: dict[str, list[tuple[str, ...]]] = {}
    for name, texts in stored.field_texts().items():
        words = fields[name] = []
        for text in texts:
            own = [token.stems for token in tokens(text, stored.language)]
            while own and not own[-1]:
                own.pop()
            words.extend([*own, ()])
    return fields


def _occurrences(clause: Clause, words: Sequence[tuple[str, ...]]) -> int:
    if clause.kind == "prefix":
        return sum(len(set(clause.words) & set(stems)) for stems in words)
    places = range(len(words) - len(clause.words) + 1)
    return sum(all(wanted == "" or wanted in words[at + n] for n, wanted in enumerate(clause.words)) for at in places)
