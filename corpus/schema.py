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
    text,
)
from sqlalchemy.dialects.postgresql import TEXT

from corpus.changing import FILE_NAME, VERSION, newer_home
from corpus.errors import InputError, OutageError

_VERSION_TABLE = "alembic_version"
_WAIT_MS = 30_000  # for another process that writes
_WRITERS = 4_157_253_357  # the number of the advisory lock, of no meaning, that writers in PostgreSQL take
_POSTGRESQL = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 10,
    "application_name": "answerdesk",
}

metadata = MetaData()

_ID = Text().with_variant(TEXT(collation="C"), "postgresql")  # the same order everywhere

# One row: the last change number, the report of the last ingest, and what no other library but a copy has.
library = Table(
    "library",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("change", BigInteger, nullable=False),
    Column("last_report", JSON(none_as_null=True)),
    Column("identity", Text, nullable=False),
)

# A row stays when its article is removed, without a body: the id belongs to the key for good.
articles = Table(
    "articles",
    metadata,
    Column("id", _ID, primary_key=True),
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
    Column("article_id", _ID, ForeignKey("articles.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("written", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# What people said of a passage, or of a question that found none. Ids are random: rows can be copied between stores.
feedback = Table(
    "feedback",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("written", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("passage_id", Text),
    Column("note", Text, nullable=False),
)


def open_database(home: Path, url: str) -> Engine:
    """Open the database of a home, or the one at `url`, with its tables; they are created or brought up.

    Raises:
        InputError: the URL is not one of a database.
        OutageError: it cannot be reached, is damaged, or was written by a newer version.
    """
    database = _connected(home, url)
    try:
        with outages(place_of(home, url)):
            _bring_up(database)
    except BaseException:
        database.dispose()
        raise
    return database


def _connected(home: Path, url: str) -> Engine:
    try:
        home.mkdir(parents=True, exist_ok=True)  # with a database elsewhere too: it holds locks and the index
    except OSError:
        words = f"The folder {home} cannot be created. Choose another one with --home."
        raise OutageError(words, "home_unusable") from None
    try:
        if not url:
            address = URL.create("sqlite", database=str(home / FILE_NAME))
            database = create_engine(address, creator=lambda: connect(home / FILE_NAME))
        elif (address := make_url(url)).drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
            # A connection that broke, as when the server was started again, is replaced before it is used.
            database = create_engine(address, pool_pre_ping=True, pool_timeout=5, connect_args=_POSTGRESQL)
        else:
            database = create_engine(address)
    except (exc.ArgumentError, ModuleNotFoundError) as error:
        words = "The setting library is not the address of a database. Write it like postgresql://user@host/db."
        if isinstance(error, ModuleNotFoundError) and error.name == "psycopg":
            words = "PostgreSQL needs an extra. Install: answerdesk[postgresql]"
        raise InputError(words, "bad_setting") from None  # not the URL itself: it may hold a password
    event.listen(database, "begin", _begin)
    if database.dialect.name == "sqlite":
        event.listen(database, "connect", _set_up_sqlite)
    return database


def place_of(home: Path, url: str) -> str:
    """Say where a library is, without what is secret."""
    if not url:
        return str(home)
    address = make_url(url)
    return f"{address.host or ''}/{address.database or ''}"


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
    elif connection.get_execution_options().get("writes"):
        # One writer on all machines; the lock ends with the transaction, or with the connection of one that died.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_WAIT_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")


def writing(database: Engine) -> contextlib.AbstractContextManager[Connection]:
    """Begin a transaction that writes; it commits at the end or rolls back."""
    return database.execution_options(writes=True).begin()


def _bring_up(database: Engine) -> None:
    """Make the tables what this version of Answerdesk knows, by the steps in `migrations`."""
    version = _version(database)
    if version < VERSION:
        from alembic import command, config  # where they are used: most starts bring nothing up

        with writing(database) as connection:  # another process may be about to do the same
            settings = config.Config(attributes={"connection": connection})
            settings.set_main_option("script_location", "corpus:migrations")
            tables = inspect(connection).get_table_names()
            if library.name in tables and _VERSION_TABLE not in tables:  # the library told its version itself once
                command.stamp(settings, str(connection.scalar(text("SELECT version FROM library"))))
            command.upgrade(settings, "head")
        version = _version(database)
    if version > VERSION:
        raise newer_home()


def _version(database: Engine) -> int:
    with database.connect() as connection:
        if not inspect(connection).has_table(_VERSION_TABLE):
            return 0
        return int(connection.scalar(text(f"SELECT version_num FROM {_VERSION_TABLE}")) or 0)  # noqa: S608, a constant


_FULL = ("disk_full", "The disk is full, and nothing was changed. Free some space in {place}.")
_BUSY = ("library_busy", "Another program is writing to the library in {place}. Try again soon.")
_DAMAGED = ("library_damaged", "The library in {place} is damaged. Restore a backup.")
_READ_ONLY = ("library_read_only", "The library in {place} may not be written. Check its permissions.")
_UNREADABLE = ("library_away", "The library in {place} cannot be opened. Check that it is there and readable.")
_AWAY = ("library_away", "The library's server ({place}) does not answer. Check that it runs and can be reached.")
_SQLITE_FAILURES = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
}
# By SQLSTATE; a server that cannot be reached has told none.
_POSTGRESQL_FAILURES = {"53100": _FULL, "55P03": _BUSY, "XX001": _DAMAGED, "XX002": _DAMAGED, "25006": _READ_ONLY}


@contextlib.contextmanager
def outages(place: Path | str) -> Iterator[None]:
    """Turn a failure of the database into an OutageError in words."""
    try:
        yield
    except (exc.IntegrityError, exc.ProgrammingError, exc.DataError):
        raise  # our mistake, not an outage
    except (exc.DatabaseError, exc.InterfaceError) as error:
        state = getattr(error.orig, "sqlstate", "")  # only PostgreSQL's errors have one, be it None
        if state != "":
            code, words = _POSTGRESQL_FAILURES.get(state, _AWAY)
            raise OutageError(words.format(place=place), code) from error
        raise sqlite_outage(error.orig, place) from error
    except exc.TimeoutError:  # every connection waits for a server that does not answer
        raise OutageError(_AWAY[1].format(place=place), _AWAY[0]) from None


def sqlite_outage(error: BaseException | None, place: Path | str) -> OutageError:
    """Return what SQLite failed at, in words that say what to do."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    code, words = _SQLITE_FAILURES.get(primary, _UNREADABLE)
    return OutageError(words.format(place=place), code)
