"""A Library copied into another database, row by row as it stands, and compared before it counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select

from corpus.changing import FILE_NAME
from corpus.errors import InputError, OutageError
from corpus.schema import articles, library, metadata, open_database, outages, place_of, writing

_AT_A_TIME = 500  # rows


def migrate(source: str, target: str) -> dict[str, int]:
    """Copy the Library at `source`, a home or the address of a database, to `target`; return how many rows of what.

    The target is changed in one transaction, which ends only when what it holds is what was read.

    Raises:
        InputError: the source is not there, or the target holds something.
        OutageError: a database failed, or does not return what was written.
    """
    (home, url), (new_home, new_url) = map(_address, (source, target))
    if not url and not (home / FILE_NAME).is_file():
        raise InputError(f"There is no library in {source}.")
    old, new = open_database(home, url), open_database(new_home, new_url)
    if old.dialect.name == "postgresql":
        old = old.execution_options(isolation_level="REPEATABLE READ")
    place = place_of(new_home, new_url)
    try:
        with outages(place_of(home, url)), old.connect() as before, outages(place), writing(new) as after:
            if after.execute(select(library.c.change)).scalar_one():
                raise InputError(f"The library in {place} holds something already.")
            for table in reversed(metadata.sorted_tables):
                after.execute(table.delete())
            for table in metadata.sorted_tables:
                for rows in _rows(before, table):
                    after.execute(table.insert(), rows)
                if _digest(before, table) != _digest(after, table):
                    raise OutageError("The copy is not what was read. Nothing was changed.", "copy_failed")
            return {
                "articles": _count(after, articles, articles.c.body.is_not(None)),
                **{name: _count(after, metadata.tables[name]) for name in ("versions", "feedback")},
                "change": after.execute(select(library.c.change)).scalar_one(),
            }
    finally:
        old.dispose()
        new.dispose()


def _address(given: str) -> tuple[Path, str]:
    return (Path(), given) if "://" in given else (Path(given), "")


def _rows(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*table.primary_key)
    found = connection.execute(query, execution_options={"yield_per": _AT_A_TIME})
    for rows in found.mappings().partitions():
        yield [dict(row) for row in rows]


def _digest(connection: Connection, table: Table) -> bytes:
    digest = hashlib.sha256()
    for rows in _rows(connection, table):
        digest.update(repr(rows).encode(errors="surrogatepass"))
    return digest.digest()


def _count(connection: Connection, table: Table, *conditions: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())
