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
from search.engine import Numbered, Snapshot
from search.fusion import WEIGHTS, Meaning
from search.model import Query
from search.vectors import Keys, Rows, VectorFile, VectorTable, key_of, text_of

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

    def _needed(self, snapshot: Snapshot) -> tuple[Model, Numbered]:
        model = self.model()
        if model is None:
            raise no_model()
        if not isinstance(snapshot, Numbered):
            raise InputError("The engine of this home finds passages by their words alone.", "no_meaning")
        return model, snapshot

    def missing(self, snapshot: Snapshot) -> int:
        """Return how many texts are not embedded yet."""
        model = self.model()
        return len(self._map(snapshot, model).missing) if model and isinstance(snapshot, Numbered) else 0

    def near(self, snapshot: Snapshot, mode: str | None) -> Near | None:
        """Return what tells how near each passage is to queries; None where words alone are to answer, or have to.

        Raises:
            InputError: the mode asks for meaning, and there is no model, or it cannot be used.
        """
        if mode == "lexical":
            return None
        try:
            model, numbered = self._needed(snapshot)
        except InputError:
            if mode is None:
                return None  # what is wrong with a model is among the problems of the home
            raise
        mapped = self._map(numbered, model)
        if len(mapped.missing):
            return None

        def meanings(queries: Sequence[Query]) -> list[Meaning]:
            vectors = model.encode([query.wanted for query in queries], MOST_ASKED)
            if len(queries) > 1:
                together = vectors.sum(axis=0, keepdims=True)
                vectors = np.concatenate([together / np.linalg.norm(together), vectors])
            products = np.pad(mapped.table.products(vectors), ((0, 1), (0, 0)), constant_values=-1)
            return [Meaning(own[mapped.rows], WEIGHTS[mode or "hybrid"]) for own in products.T]

        return meanings

    def embed(self, snapshot: Snapshot, track: Track | None = None) -> int:
        """Embed what has no vector yet, and return how many texts that were; what was done before a kill stays done.

        Where nobody is told of it by `track`, only some, on one processor, and none while another process embeds.

        Raises:
            InputError: there is no model, or it cannot be used.
            OutageError: the disk failed.
        """
        model, numbered = self._needed(snapshot)
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            with FileLock(self._home / "vectors.lock", timeout=-1 if track else 0):
                missing = self._map(numbered, model).missing
                file = self._file(model)
                made = self._embedded(numbered, model, file, missing, all_at_once=track is not None)
                count = sum(1 for _ in (track(made, "passages embedded", len(missing)) if track else made))
                self._tidy(numbered, model, file)
        except Timeout:
            return 0
        except OSError as error:
            raise disk_outage(error, self._home) from error
        return count

    def _embedded(
        self, snapshot: Numbered, model: Model, file: VectorFile, missing: Keys, *, all_at_once: bool
    ) -> Iterator[str]:
        """Yield each text once it is embedded and on disk."""
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

    def _tidy(self, snapshot: Numbered, model: Model, file: VectorFile) -> None:
        """Remove the vectors of other models, and those of passages that are gone once they are the most."""
        for path in file.path.parent.glob("*"):
            if path != file.path:
                path.unlink()
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
