"""Search by meaning: a home's model, the vectors of its passages, and how near each is to what is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from corpus.errors import InputError, disk_outage
from search.embedding import CHUNK, MODEL, MOST_ASKED, TOKENIZER, Model
from search.engine import Embedded, Numbered, Snapshot
from search.fusion import WEIGHTS, Meaning
from search.model import Query
from search.vectors import Floats, Keys, Known, Rows, VectorFile, VectorTable, key_of, text_of

MODEL_FOLDER = "model"  # in the home: a link to the folder of the model in use, which another one replaces at once
_AT_ONCE = 4096  # passages held in memory while they are embedded

Track = Callable[[Iterable[str], str, int], Iterable[str]]
Near = Callable[[Sequence[Query]], list[Meaning]]  # of a query; of several, first of all together, then of each


@dataclass(frozen=True, slots=True, eq=False)
class _Mapped:
    """The vectors of one generation: the row of each passage in the table, -1 where it has none yet."""

    stamp: object
    table: VectorTable
    rows: Rows
    missing: Keys


class Semantic:
    """The model in `folder` and its vectors in the home. Safe to share between threads."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._home = home
        self.folder = folder
        self._lock = threading.Lock()
        self._opened: tuple[object, Model | InputError] | None = None
        self._mapped: _Mapped | None = None

    def model(self) -> Model | None:
        """Return the model, or None where there is none.

        Raises:
            InputError: there is one, and it cannot be used.
        """
        try:
            found = [(self.folder / name).stat() for name in (MODEL, TOKENIZER)]
        except OSError:
            return None
        stamp = [(one.st_ino, one.st_mtime_ns, one.st_size) for one in found]
        with self._lock:
            if self._opened is None or self._opened[0] != stamp:
                try:
                    self._opened = stamp, Model(self.folder)
                except InputError as error:
                    self._opened = stamp, error
            model = self._opened[1]
        if isinstance(model, InputError):
            raise model
        return model

    def known(self) -> Known | None:
        """Return the vectors that there are, None without a model that can be used."""
        try:
            model = self.model()
        except InputError:  # it is among the problems of the home
            return None
        return Known(model.id, model.size, self._file(model).read()) if model else None

    def _needed(self, snapshot: Snapshot) -> tuple[Model, Numbered | Embedded]:
        model = self.model()
        if model is None:
            raise no_model()
        if not isinstance(snapshot, Numbered | Embedded):
            raise InputError("The engine of this home finds passages by their words alone.", "no_meaning")
        return model, snapshot

    def missing(self, snapshot: Snapshot) -> int:
        """Return how many texts are not embedded yet."""
        model = self.model()
        return self._missing(snapshot, model) if model and isinstance(snapshot, Numbered | Embedded) else 0

    def _missing(self, snapshot: Numbered | Embedded, model: Model) -> int:
        return snapshot.missing(model.id) if isinstance(snapshot, Embedded) else len(self._map(snapshot, model).missing)

    def near(self, snapshot: Snapshot, mode: str | None) -> Near | None:
        """Return what tells how near each passage is to queries; None where words alone are to answer, or have to.

        Raises:
            InputError: the mode asks for meaning, and there is no model, or it cannot be used.
        """
        if mode == "lexical":
            return None
        try:
            model, holder = self._needed(snapshot)
        except InputError:
            if mode is None:
                return None  # what is wrong with a model is among the problems of the home
            raise
        if self._missing(holder, model):
            return None

        def meanings(queries: Sequence[Query]) -> list[Meaning]:
            vectors = model.encode([query.wanted for query in queries], MOST_ASKED)
            if len(queries) > 1:
                together = vectors.sum(axis=0, keepdims=True)
                vectors = np.concatenate([together / np.linalg.norm(together), vectors])
            nearness = self._nearness(holder, model, vectors)
            weight = WEIGHTS[mode or "hybrid"]
            return [Meaning(near, weight, vector, model.id) for near, vector in zip(nearness, vectors, strict=True)]

        return meanings

    def _nearness(self, snapshot: Numbered | Embedded, model: Model, vectors: Floats) -> Floats:
        """Return for each vector how near each passage is, where the index does not find that itself."""
        if isinstance(snapshot, Embedded):
            return np.empty((len(vectors), 0), np.float32)
        mapped = self._map(snapshot, model)
        products = np.pad(mapped.table.products(vectors), ((0, 1), (0, 0)), constant_values=-1)
        return products[mapped.rows].T

    def embed(self, snapshot: Snapshot, track: Track | None = None) -> int:
        """Embed what has no vector yet, and return how many texts that were; what was done before a kill stays done.

        Where nobody is told of it by `track`, only some, on one processor, and none while another process embeds.

        Raises:
            InputError: there is no model, or it cannot be used.
            OutageError: the disk failed.
        """
        model, holder = self._needed(snapshot)
        all_at_once = track is not None
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            with FileLock(self._home / "vectors.lock", timeout=-1 if all_at_once else 0):
                missing = self._missing(holder, model)
                if isinstance(holder, Embedded):
                    made = self._filled(holder, model, all_at_once=all_at_once)
                else:
                    made = self._embedded(holder, model, all_at_once=all_at_once)
                count = sum(1 for _ in (track(made, "passages embedded", missing) if track else made))
                self._tidy(holder, model)
        except Timeout:
            return 0
        except OSError as error:
            raise disk_outage(error, self._home) from error
        return count

    def _embedded(self, snapshot: Numbered, model: Model, *, all_at_once: bool) -> Iterator[str]:
        """Yield each text once it is embedded and on disk."""
        file, missing = self._file(model), self._map(snapshot, model).missing
        numbers = np.flatnonzero(np.isin(snapshot.keys, missing))
        _, first = np.unique(snapshot.keys[numbers], return_index=True)
        numbers = numbers[np.sort(first)]
        for start in range(0, len(numbers), _AT_ONCE):
            texts = [text_of(snapshot.at(number)) for number in numbers[start : start + _AT_ONCE].tolist()]
            for chunk, vectors in model.encode_all(texts if all_at_once else texts[:CHUNK], all_at_once):
                file.append([key_of(text) for text in chunk], vectors)
                yield from chunk
            if not all_at_once:
                return

    def _filled(self, snapshot: Embedded, model: Model, *, all_at_once: bool) -> Iterator[str]:
        """Yield each text once the index has its vector: what is on disk already needs no embedding."""
        file = self._file(model)
        table = file.read()
        while passages := snapshot.lacking(model.id, CHUNK):
            texts = [text_of(one) for one in passages]
            keys = [key_of(text) for text in texts]
            values = {key: known for key, known in zip(keys, table.values_of(keys), strict=True) if known is not None}
            unknown = {text: key for text, key in zip(texts, keys, strict=True) if key not in values}
            for chunk, vectors in model.encode_all([*unknown], all_at_once):
                records = file.append([unknown[text] for text in chunk], vectors)
                values |= zip(records["key"].tolist(), records["values"], strict=True)
            snapshot.take(model.id, model.size, [(one, values[key]) for one, key in zip(passages, keys, strict=True)])
            yield from texts
            if not all_at_once:
                return

    def _tidy(self, snapshot: Numbered | Embedded, model: Model) -> None:
        """Remove the vectors of other models, and those of passages that are gone once they are the most."""
        file = self._file(model)
        for path in file.path.parent.glob("*"):
            if path != file.path:
                path.unlink()
        if isinstance(snapshot, Embedded):
            return  # it holds its vectors, and what else is on disk spares work where a text comes back
        mapped = self._map(snapshot, model)
        used = np.unique(mapped.rows[mapped.rows >= 0])
        if len(mapped.table.records) > 2 * len(used):
            file.keep(mapped.table.records[used])

    def _file(self, model: Model) -> VectorFile:
        return VectorFile(self._home / "vectors" / f"{model.id}.bin", model.size)

    def _map(self, snapshot: Numbered, model: Model) -> _Mapped:
        file = self._file(model)
        stamp = snapshot.state.generation, snapshot.state.change, model.id, file.stamp()
        mapped = self._mapped
        if mapped is None or mapped.stamp != stamp:
            table = file.read()
            rows = table.rows(snapshot.keys)
            missing = np.unique(snapshot.keys[(rows < 0) & (snapshot.keys > 0)])
            mapped = self._mapped = _Mapped(stamp, table, rows, missing)
        return mapped


def no_model() -> InputError:
    return InputError("There is no model to search by meaning with. Run: answerdesk model fetch", "no_model")
