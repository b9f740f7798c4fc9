"""What is in a home, and its problems."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import re
from pathlib import Path
from typing import Any

from corpus.errors import InputError, OutageError
from webapp import health
from webapp.opened import OpenHome


def status(home: OpenHome) -> dict[str, Any]:
    """Return the JSON object of `answerdesk status`.

    Raises:
        OutageError: the Library cannot be read.
    """
    with home.library() as library:
        articles, change, last = library.count(), library.change, library.last_report()
    generation: dict[str, Any] | None = None
    passages = 0
    with contextlib.suppress(OutageError):  # it is among the problems
        state = home.searcher().state()
        passages = state.passages
        if state.generation is not None:
            generation = {"id": state.generation, "change": state.change, "created": state.created}
    return {
        "version": importlib.metadata.version("answerdesk"),
        "articles": articles,
        "passages": passages,
        "library_change": change,
        "generation": generation,
        "size_bytes": _size(home.home),
        "engine": re.sub(r"//[^/]*@", "//", home.settings.text("engine")),  # without a password
        "model": _model(home),
        "last_ingest": last,
        "problems": [problem.to_json() for problem in health.problems(home)],
    }


def _model(home: OpenHome) -> str | None:
    """Return the id of the model that works here."""
    semantic = home.searcher().semantic
    with contextlib.suppress(InputError):  # it is among the problems
        model = semantic.model() if semantic else None
        return model.id if model else None
    return None


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):  # which passes over a folder that another process has just removed
        for name in names:
            with contextlib.suppress(OSError):  # or replaced
                total += os.lstat(os.path.join(place, name)).st_size
    return total
