"""`desk.toml`, which stands beside sources and tells what they have lost, by file pattern."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from ingest.facts import NAMES, Facts, checked

FILE_NAME = "desk.toml"


def facts_for(path: Path) -> dict[str, Any]:
    """Return the facts for a file from every desk.toml beside it and above; the nearest and the last one win.

    Cautions and urgent sections add up. For a file that is named in full, `headings` lists the sections of which
    something is said: they must be there.

    Raises:
        InputError: one of these files does not parse, or has a name or value that cannot be.
    """
    path = path.parent.resolve() / path.name
    facts: dict[str, Any] = {}
    for folder in reversed(path.parents):
        for pattern, given in _patterns(folder / FILE_NAME):
            below = path.relative_to(folder).as_posix()
            if fnmatchcase(below, pattern) or fnmatchcase(path.name, pattern):
                _add(facts, given)
                if not any(mark in pattern for mark in "*?["):
                    named = [*given.get("section_cautions", ()), *given.get("urgent", ())]
                    facts["headings"] = facts.get("headings", []) + named
    return facts


def _add(facts: dict[str, Any], given: Facts) -> None:
    for name, value in given.items():
        if name in ("cautions", "urgent"):
            facts[name] = facts.get(name, []) + value
        elif name == "section_cautions":
            facts[name] = facts.get(name, {}) | value
        else:
            facts[name] = value


def _patterns(file: Path) -> Iterator[tuple[str, Facts]]:
    try:
        facts = file.stat()
    except OSError:
        return
    yield from _read(file, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=32)
def _read(file: Path, changed: int, size: int) -> tuple[tuple[str, Facts], ...]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not valid TOML: {error}") from None
    except OSError:
        raise InputError(f"{file} may not be read. Check its permissions.") from None
    try:
        return tuple((pattern, _checked_table(pattern, table)) for pattern, table in tables.items())
    except InputError as error:
        raise InputError(f"{file}: {error}") from None


def _checked_table(pattern: str, table: Any) -> Facts:
    if not isinstance(table, dict):
        raise InputError(f'{pattern!r} stands outside of a table. Begin one with a file pattern, like ["*.txt"].')
    facts: dict[str, Any] = {}
    for name, value in table.items():
        if name in ("cautions", "urgent"):
            facts[name] = _texts(name, value)
        elif name == "section_cautions":
            if not isinstance(value, dict):
                raise InputError("section_cautions must be a table of headings and cautions.")
            facts[name] = {heading: _texts(name, caution) for heading, caution in value.items()}
        elif name not in NAMES:
            raise InputError(
                f"There is no fact named {name!r}. Known: {', '.join(NAMES)}, cautions, section_cautions, urgent."
            )
        elif isinstance(value, datetime.date):
            facts[name] = checked(name, value.isoformat()[:10])
        else:
            facts[name] = checked(name, ",".join(_texts(name, value)))
    return {name: value for name, value in facts.items() if value is not None}


def _texts(name: str, value: Any) -> list[str]:
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        raise InputError(f"{name} must be text or a list of texts.")
    return [" ".join(text.split()) for text in texts if text.strip()]
