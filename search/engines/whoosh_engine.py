"""The embedded engine: generations of a real Whoosh index on disk, read as columns."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from corpus.article import Article, Change
from search.engine import WAIT_FOR_WRITER, DamagedError, EngineState
from search.engines.columns import Columns
from search.engines.postings import Segment
from search.engines.ranker import Ranker
from search.fusion import Meaning
from search.generations import Generation, Generations, SegmentEntry
from search.model import Candidates, Place, Query, StoredPassage
from search.vectors import Keys

# A delta is a Whoosh segment. More in the deltas and among the deleted than this share of the base, and they are folded
# into a new base; more deltas than this, and the smaller half of them becomes one.
FOLD_AT = 0.05
MOST_DELTAS = 8

PASSAGES_KEPT = 8192  # as hits show them, some 2 kB each


class WhooshEngine:
    """Generations of a Whoosh index under `home`/index."""

    def __init__(self, home: Path) -> None:
        self._generations = Generations(home / "index")
        self._loading = threading.Lock()
        self._live: tuple[object, WhooshSnapshot] | None = None

    def writing(self, wait: float = WAIT_FOR_WRITER) -> contextlib.AbstractContextManager[None]:
        return self._generations.writing(wait)

    def apply(self, changes: Iterable[Change], number: int) -> None:
        from search.engines import whoosh_index  # only to write: answering needs no whoosh

        with self.writing():
            before = self.snapshot()
            if before.state.generation is not None and before.state.change >= number:
                return
            articles = ((change.article_id, change.article) for change in changes)
            kind = whoosh_index.DELTA if len(before.ranker) else whoosh_index.BASE
            self._build(before, number, lambda folder: whoosh_index.write(folder, articles, before.places_of, kind))
            # What was changed is found by now; the rest keeps the next searches fast.
            after = self.snapshot()
            if merged := _to_merge(after):
                kind = whoosh_index.BASE if len(merged) == len(after.columns) else whoosh_index.DELTA
                self._build(after, number, lambda folder: whoosh_index.merge(folder, merged, kind))

    def rebuild(self, articles: Iterable[Article], number: int, damage: DamagedError | None = None) -> None:
        from search.engines import whoosh_index

        with self.writing():
            self._generations.note_damage(damage.what if damage else None)
            added = ((article.id, article) for article in articles)
            nothing, kind = WhooshSnapshot(None, None), whoosh_index.BASE
            self._build(nothing, number, lambda folder: whoosh_index.write(folder, added, nothing.places_of, kind))

    def _build(self, before: WhooshSnapshot, number: int, write: Callable[[Path], list[SegmentEntry]]) -> None:
        """Build a generation from the files of the one before, with what `write` adds, and make it the live one."""
        from search.engines import whoosh_index

        start = before.generation
        if start:
            self._generations.check(start)
        with self._generations.building(start) as folder:
            if not start:
                whoosh_index.create(folder)
            self._generations.publish(folder, change=number, segments=write(folder), start=start)

    def snapshot(self) -> WhooshSnapshot:
        stamp = self._generations.stamp()
        live = self._live
        if live is not None and live[0] == stamp:
            return live[1]
        with self._loading:
            if self._live is None or self._live[0] != stamp:
                self._live = self._open(self._live[1].columns if self._live else {})
            return self._live[1]

    def _open(self, known: Mapping[str, Columns]) -> tuple[object, WhooshSnapshot]:
        """Open the live generation; one that is retired while it is opened has a successor."""
        while True:
            stamp = self._generations.stamp()
            try:
                generation = self._generations.live()
                if generation is None:
                    return stamp, WhooshSnapshot(None, None)
                folder = self._generations.folder(generation)
                return stamp, WhooshSnapshot(folder, generation, self._generations.damage(), known)
            except DamagedError:
                if self._generations.stamp() == stamp:
                    raise

    def recover(self, damage: DamagedError) -> bool:
        with self.writing():
            self.close()
            try:
                self.snapshot().verify()  # another process may have rebuilt it by now
            except DamagedError:
                self._generations.set_aside()
                return False
        return True

    def close(self) -> None:
        with self._loading:
            self._live = None


class WhooshSnapshot:
    """One generation, read from its columns; the files stay mapped, and so there, while it is held.

    `known` are the columns that are open already, by folder: most of a generation is shared with the one before.
    """

    def __init__(
        self,
        folder: Path | None,
        generation: Generation | None,
        damage: str | None = None,
        known: Mapping[str, Columns] | None = None,
    ) -> None:
        self.generation = generation
        self.columns: dict[str, Columns] = {}
        self.segments: list[Segment] = []
        if folder and generation:
            for one in generation.segments:
                sums = generation.sums(one.columns)
                shared = (known or {}).get(one.columns)
                own = shared if shared and shared.sums == sums else Columns(folder / one.columns, sums)
                self.columns[one.columns] = own
                self.segments.append(Segment(own, one.deleted))
        self.ranker = Ranker(self.segments)
        self._passage = functools.lru_cache(PASSAGES_KEPT)(self.ranker.passage)
        self.state = EngineState(
            generation=generation.id if generation else None,
            change=generation.change if generation else 0,
            created=generation.created if generation else None,
            articles=self.ranker.articles,
            passages=len(self.ranker),
            damage=damage,
        )

    def candidates(self, query: Query, k: int, meaning: Meaning | None = None) -> Candidates:
        return self.ranker.candidates(query, k, meaning)

    @property
    def keys(self) -> Keys:
        return self.ranker.keys

    def at(self, number: int) -> StoredPassage:
        return self.ranker.stored(number)

    def terms(self, prefix: str) -> Mapping[str, int]:
        return self.ranker.terms(prefix)

    def frequency(self, *words: str) -> int:
        return self.ranker.frequency(*words)

    @property
    def languages(self) -> tuple[str, ...]:
        return self.ranker.languages

    def headings(self) -> Iterator[Place]:
        return self.ranker.headings()

    def spellings(self) -> Mapping[str, int]:
        return self.ranker.spellings()

    def places_of(self, article_id: str) -> Iterator[tuple[str, int]]:
        """Yield where an article's passages are: the name of their columns, and their numbers there."""
        for name, columns in self.columns.items():
            yield from ((name, number) for number in columns.numbers_of_article(article_id))

    def passages(self, ids: Sequence[str]) -> Mapping[str, StoredPassage]:
        found = {key: self._passage(key) for key in ids}
        return {key: stored for key, stored in found.items() if stored is not None}

    def verify(self) -> None:
        self.ranker.verify()


def _to_merge(snapshot: WhooshSnapshot) -> dict[str, Columns]:
    """Return the columns of the segments that should become one: everything, the smaller deltas, or nothing."""
    from search.engines.whoosh_index import BASE

    sizes = {name: len(own.columns) for name, own in zip(snapshot.columns, snapshot.segments, strict=True)}
    alive = {name: sizes[name] - len(own.deleted) for name, own in zip(sizes, snapshot.segments, strict=True)}
    base = sum(alive[name] for name in alive if name.startswith(BASE))
    if sum(sizes.values()) - base > FOLD_AT * base:
        return snapshot.columns
    deltas = sorted((name for name in alive if not name.startswith(BASE)), key=alive.__getitem__)
    names = deltas[: len(deltas) // 2] if len(deltas) > MOST_DELTAS else []
    return {name: snapshot.columns[name] for name in names}
