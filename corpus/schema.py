"""The Library's tables, and how its database is opened and fails."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    exc,
    inspect,
    make_url,
    select,
    update,
)

from corpus.changing import FILE_NAME, VERSION, newer_home
from corpus.errors import InputError, OutageError

_WAIT_MS = 30_000  # for another process that writes

metadata = MetaData()

# One row: the version of the tables, the last change number, and the report of the last ingest.
library = Table(
    "library",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("last_report", JSON(none_as_null=True)),
)

# A row stays when its article is removed, without a body: the id belongs to the key for good.
articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("digest", Text, nullable=False, index=True),
    Column("kept_out", Boolean, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("written", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("url", Text),
    Column("language", Text, nullable=False),
    Column("reviewed", Text),
    Column("labels", JSON, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("body", LargeBinary),
)

# What an article was before each change to it.
versions = Table(
    "versions",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("written", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# What people said of a passage, or of a question that found none. Ids are random: rows can be copied between stores.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Text, primary_key=True),
    Column("written", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("passage_id", Text),
    Column("note", Text, nullable=False),
)


def open_database(home: Path, url: str) -> Engine:
    """Open the database of a home, or the one at `url`, with its tables; they are created when missing.

    Raises:
        InputError: the URL is not one of a database.
        OutageError: it cannot be reached, is damaged, or was written by a newer version.
    """
    database = _connected(home, url)
    try:
        with outages(home):
            _check_version(database)
    except BaseException:
        database.dispose()
        raise
    return database


def _connected(home: Path, url: str) -> Engine:
    if not url:
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError:
            words = f"The folder {home} cannot be created. Choose another one with --home."
            raise OutageError(words, "home_unusable") from None
    try:
        if url:
            database = create_engine(make_url(url))
        else:
            address = URL.create("sqlite", database=str(home / FILE_NAME))
            database = create_engine(address, creator=lambda: connect(home / FILE_NAME))
    except (exc.ArgumentError, ModuleNotFoundError):
        # Not the URL itself: it may hold a password.
        words = "The setting library is not the address of a database. Write it like postgresql://user@host/db."
        raise InputError(words, "bad_setting") from None
    event.listen(database, "begin", _begin)
    if database.dialect.name == "sqlite":
        event.listen(database, "connect", _set_up_sqlite)
    return database


def connect(file: Path) -> sqlite3.Connection:
    """Open a SQLite file as the disk lets it: where nothing can be written, for reading."""
    address = file.resolve().as_uri()
    if not os.access(file if file.exists() else file.parent, os.W_OK) or not os.access(file.parent, os.W_OK):
        log = file.with_name(f"{file.name}-wal")  # with something in it, only another one's -shm shows a whole database
        address += "?mode=ro" if log.exists() and log.stat().st_size else "?immutable=1"
    return sqlite3.connect(address, uri=True, timeout=_WAIT_MS / 1000, check_same_thread=False)


def _set_up_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # _begin begins, not the driver
    for pragma in (f"busy_timeout = {_WAIT_MS}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # A writer takes SQLite's lock at once: upgrading from reading fails when another one wrote in between.
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def writing(database: Engine) -> contextlib.AbstractContextManager[Connection]:
    """Begin a transaction that writes; it commits at the end or rolls back."""
    return database.execution_options(writes=True).begin()


def _check_version(database: Engine) -> None:
    version = _version(database)
    if version is None or version < VERSION:
        with writing(database) as connection:  # another process may be about to do the same
            metadata.create_all(connection)
            if not connection.execute(update(library).values(version=VERSION)).rowcount:
                connection.execute(library.insert().values(id=1, version=VERSION, change=0))
        version = _version(database)
    if version is None or version > VERSION:
        raise newer_home()


def _version(database: Engine) -> int | None:
    with database.connect() as connection:
        if not inspect(connection).has_table(library.name):
            return None
        return int(connection.execute(select(library.c.version)).scalar_one())


_SQLITE_FAILURES = {
    sqlite3.SQLITE_FULL: ("disk_full", "The disk is full, and nothing was changed. Free some space in {home}."),
    sqlite3.SQLITE_BUSY: ("library_busy", "Another program is writing to the library in {home}. Try again soon."),
    sqlite3.SQLITE_LOCKED: ("library_busy", "Another program is writing to the library in {home}. Try again soon."),
    sqlite3.SQLITE_CORRUPT: ("library_damaged", "The library in {home} is damaged. Restore a backup."),
    sqlite3.SQLITE_NOTADB: ("library_damaged", "The library in {home} is damaged. Restore a backup."),
    sqlite3.SQLITE_READONLY: ("library_read_only", "The library in {home} may not be written. Check its permissions."),
}


@contextlib.contextmanager
def outages(home: Path) -> Iterator[None]:
    """Turn a failure of the database into an OutageError in words."""
    try:
        yield
    except (exc.IntegrityError, exc.ProgrammingError, exc.DataError):
        raise  # our mistake, not an outage
    except (exc.DatabaseError, exc.InterfaceError) as error:
        raise sqlite_outage(error.orig, home) from error


def sqlite_outage(error: BaseException | None, home: Path) -> OutageError:
    """Return what SQLite failed at, in words that say what to do."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    default = ("library_away", "The library in {home} cannot be opened. Check that it is there and readable.")
    code, words = _SQLITE_FAILURES.get(primary, default)
    return OutageError(words.format(home=home), code)
