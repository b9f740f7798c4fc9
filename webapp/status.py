"""What is in a home, and its problems."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

from corpus.errors import OutageError
from webapp.opened import OpenHome


def status(home: OpenHome) -> dict[str, Any]:
    """Return the JSON object of `answerdesk status`.

    Raises:
        OutageError: the Library cannot be read.
    """
    with home.library() as library:
        articles, change, last = library.count(), library.change, library.last_report()
    problems: list[dict[str, str | None]] = []
    generation: dict[str, Any] | None = None
    passages = 0
    try:
        state = home.searcher().state()
    except OutageError as error:
        problems.append({"code": error.code, "message": str(error), "file": None})
    else:
        passages = state.passages
        if state.generation is not None:
            generation = {"id": state.generation, "change": state.change, "created": state.created}
        if state.damage:
            problems.append({"code": "index_damaged", "message": state.damage, "file": None})
        if state.change != change:
            words = f"The index stands at change {state.change}, the library at {change}. Run: answerdesk rebuild"
            problems.append({"code": "index_behind", "message": words, "file": None})
    return {
        "version": importlib.metadata.version("answerdesk"),
        "articles": articles,
        "passages": passages,
        "library_change": change,
        "generation": generation,
        "size_bytes": _size(home.home),
        "engine": home.settings.text("engine"),
        "model": None,
        "last_ingest": last,
        "problems": problems,
    }


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:  # another process has just replaced it
            continue
    return total
