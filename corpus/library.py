"""The durable store of articles. Every write takes the next change number; every index is built from here."""

from __future__ import annotations

import builtins
import dataclasses
import datetime
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from corpus.article import MAX_ID, Article, Change, from_json, short_hash, to_json
from corpus.errors import OutageError
from corpus.feedback import Feedback
from corpus.passages import cut
from corpus.schema import articles, feedback, library, open_database, outages, place_of, versions, writing

_AT_A_TIME = 100  # articles read ahead while streaming


@dataclass(frozen=True, slots=True)
class Summary:
    """One article as a list shows it."""

    id: str
    key: str
    title: str
    source: str
    url: str | None
    language: str
    reviewed: str | None
    labels: tuple[str, ...]
    passages: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the Library knows of a key. `digest` is of the source it was read from, `facts` were entered by hand."""

    article_id: str
    key: str
    source: str
    digest: str
    facts: Mapping[str, Any]
    removed: bool
    kept_out: bool


@dataclass(frozen=True, slots=True)
class Version:
    """What an article was from change `number` on, written at `written` (UTC), until the next one."""

    number: int
    written: str
    article: Article


class Library:
    """The articles of one home. Safe to share between threads; close it, or use it in a `with` statement."""

    def __init__(self, database: Engine, place: str) -> None:
        self._database = database
        self._place = place

    @classmethod
    def open(cls, home: Path, url: str = "") -> Library:
        """Open the library of a home, or the database at `url`; it is created when missing.

        Raises:
            InputError: `url` is not the address of a database.
            OutageError: it cannot be reached, is damaged, or was written by a newer version.
        """
        return cls(open_database(home, url), place_of(home, url))

    def close(self) -> None:
        self._database.dispose()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def change(self) -> int:
        """The last change number."""
        return int(self._scalar(select(library.c.change)))

    @property
    def identity(self) -> str:
        """What tells this library from every other one that is no copy of it."""
        return str(self._scalar(select(library.c.identity)))

    def put(
        self, article: Article, *, digest: str = "", facts: Mapping[str, Any] | None = None, moved_from: str = ""
    ) -> str:
        """Store an article in one transaction, in place of what its key held, and return its id.

        The id stays with the key; a new article whose id belongs to another key gets a suffix. `moved_from` is the
        key the article had until now. `facts` of None leaves those entered by hand as they are. An article that was
        removed is back.
        """
        with outages(self._place), writing(self._database) as connection:
            number = _next_number(connection)
            row = _row_of(connection, article.key) or (_row_of(connection, moved_from) if moved_from else None)
            article_id = row.id if row else _free_id(connection, article)
            article = dataclasses.replace(article, id=article_id)
            values = {
                "key": article.key,
                "number": number,
                "digest": digest,
                "kept_out": False,
                "written": _now(),
                "title": article.title,
                "source": article.source,
                "url": article.url,
                "language": article.language,
                "reviewed": article.reviewed,
                "labels": list(article.labels),
                "passages": len(cut(article)),
                "body": _packed(article),
            }
            if facts is not None or row is None:
                values["facts"] = dict(facts or {})
            if row is None:
                connection.execute(articles.insert().values(id=article_id, **values))
            else:
                _keep_version(connection, row)
                connection.execute(update(articles).where(articles.c.id == article_id).values(**values))
        return str(article_id)

    def remove(self, article_ids: Sequence[str], *, keep_out: bool) -> int:
        """Remove articles in one transaction, a change number each, and return how many there were.

        `keep_out` marks their keys, so that an ingest leaves them out; earlier versions stay.
        """
        removed = 0
        with outages(self._place), writing(self._database) as connection:
            for article_id in dict.fromkeys(article_ids):
                row = connection.execute(select(articles).where(articles.c.id == article_id)).one_or_none()
                if row is None or row.body is None:
                    continue
                _keep_version(connection, row)
                values = {"number": _next_number(connection), "body": None, "kept_out": keep_out, "written": _now()}
                connection.execute(update(articles).where(articles.c.id == article_id).values(**values))
                removed += 1
        return removed

    def get(self, article_id: str) -> Article | None:
        body = self._scalar(select(articles.c.body).where(articles.c.id == article_id))
        return None if body is None else self._unpacked(body)

    def count(self) -> int:
        """Count the articles."""
        return int(self._scalar(select(func.count()).where(articles.c.body.is_not(None))))

    def list(self, after: str = "", limit: int = 100) -> list[Summary]:
        """Return up to `limit` articles in the order of their ids, from the one after the id `after`."""
        columns = [articles.c[field.name] for field in dataclasses.fields(Summary)]
        query = select(*columns).where(articles.c.body.is_not(None), articles.c.id > after)
        with outages(self._place), self._database.connect() as connection:
            rows = connection.execute(query.order_by(articles.c.id).limit(limit)).mappings().all()
        return [Summary(**{**row, "labels": tuple(row["labels"])}) for row in rows]

    def articles(self) -> Iterator[Article]:
        """Yield all articles as they stand now, in the order of their ids."""
        query = select(articles.c.body).where(articles.c.body.is_not(None)).order_by(articles.c.id)
        for row in self._streamed(query):
            yield self._unpacked(row.body)

    def changes_since(self, number: int) -> Iterator[Change]:
        """Yield what each article changed after `number` is now, in the order of the changes."""
        columns = (articles.c.number, articles.c.id, articles.c.body)
        query = select(*columns).where(articles.c.number > number).order_by(articles.c.number)
        for row in self._streamed(query):
            yield Change(row.number, row.id, None if row.body is None else self._unpacked(row.body))

    def versions(self, article_id: str) -> Iterator[Version]:
        """Yield an article's earlier versions, the latest first."""
        query = select(versions).where(versions.c.article_id == article_id).order_by(versions.c.number.desc())
        for row in self._streamed(query):
            yield Version(row.number, row.written, self._unpacked(row.body))

    def known(self, key: str) -> Known | None:
        """Return what is known of a key, also when its article was removed."""
        return next(iter(self._known(articles.c.key == key)), None)

    def known_by_digest(self, digest: str) -> builtins.list[Known]:
        """Return the keys whose source had this digest, also those of removed articles, by id."""
        return self._known(articles.c.digest == digest)

    def known_of_source(self, source: str) -> builtins.list[Known]:
        """Return the keys of the articles of a source, by id."""
        return self._known((articles.c.source == source) & articles.c.body.is_not(None))

    def all_known(self) -> builtins.list[Known]:
        """Return every key that has an article, by id."""
        return self._known(articles.c.body.is_not(None))

    def last_report(self) -> dict[str, Any] | None:
        """Return the report of the last ingest."""
        report: dict[str, Any] | None = self._scalar(select(library.c.last_report))
        return report

    def set_last_report(self, report: Mapping[str, Any]) -> None:
        """Keep the report of an ingest; this is no change to the articles and takes no number."""
        with outages(self._place), writing(self._database) as connection:
            connection.execute(update(library).values(last_report=dict(report)))

    def add_feedback(self, said: Feedback) -> None:
        """Keep what somebody said; like a report, this is no change to the articles."""
        with outages(self._place), writing(self._database) as connection:
            connection.execute(feedback.insert().values(**dataclasses.asdict(said)))

    def remove_feedback(self, id: str) -> None:
        """Take out what somebody said, if it is there."""
        with outages(self._place), writing(self._database) as connection:
            connection.execute(feedback.delete().where(feedback.c.id == id))

    def feedback(self) -> builtins.list[Feedback]:
        """Return what people said, the latest last."""
        columns = [feedback.c[field.name] for field in dataclasses.fields(Feedback)]
        query = select(*columns).order_by(feedback.c.written, feedback.c.id)
        with outages(self._place), self._database.connect() as connection:
            return [Feedback(**row) for row in connection.execute(query).mappings()]

    def _known(self, condition: Any) -> builtins.list[Known]:
        names = ("id", "key", "source", "digest", "facts", "kept_out")
        columns = [*(articles.c[name] for name in names), articles.c.body.is_(None).label("removed")]
        query = select(*columns).where(condition).order_by(articles.c.id)
        with outages(self._place), self._database.connect() as connection:
            return [
                Known(row.id, row.key, row.source, row.digest, row.facts, bool(row.removed), row.kept_out)
                for row in connection.execute(query)
            ]

    def _scalar(self, query: Any) -> Any:
        with outages(self._place), self._database.connect() as connection:
            return connection.execute(query).scalar()

    def _streamed(self, query: Any) -> Iterator[Any]:
        with outages(self._place), self._database.connect() as connection:
            yield from connection.execution_options(yield_per=_AT_A_TIME).execute(query)

    def _unpacked(self, body: bytes) -> Article:
        try:
            return from_json(json.loads(zlib.decompress(body)))
        except (zlib.error, ValueError, KeyError) as error:
            words = f"The library in {self._place} is damaged. Restore a backup."
            raise OutageError(words, "library_damaged") from error


def _packed(article: Article) -> bytes:
    """Return an article's JSON without its text, which the sections hold, compressed to about a quarter."""
    data = {**to_json(article), "key": article.key}
    del data["text"]
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode())


def _next_number(connection: Connection) -> int:
    # The row's lock is held until the end of the transaction: numbers become visible in their order.
    query = update(library).values(change=library.c.change + 1).returning(library.c.change)
    return int(connection.execute(query).scalar_one())


def _row_of(connection: Connection, key: str) -> Any:
    return connection.execute(select(articles).where(articles.c.key == key)).one_or_none()


def _free_id(connection: Connection, article: Article) -> str:
    wanted = article.id
    salt = ""
    while connection.execute(select(articles.c.id).where(articles.c.id == wanted)).first():
        suffix = "-" + short_hash(article.key + salt)
        wanted = article.id[: MAX_ID - len(suffix)].rstrip("-") + suffix
        salt += "+"
    return wanted


def _keep_version(connection: Connection, row: Any) -> None:
    if row.body is not None:
        values = {"article_id": row.id, "number": row.number, "written": row.written, "body": row.body}
        connection.execute(versions.insert().values(**values))


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
