"""Tells when something under files and folders has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import watch

from corpus.errors import InputError, OutageError
from ingest.desk_file import FILE_NAME

_QUIET_MS = 200  # without a further change, until what came is told
_LONGEST_MS = 2_000  # that changes which go on are gathered
_START_MS = 300


def changes(arguments: Sequence[str], leave_out: Path) -> Iterator[None]:
    """Yield as soon as changes are noticed, then after each batch of them, but for those below `leave_out`.

    Raises:
        InputError: there is no folder to follow.
        OutageError: a folder that was followed is gone.
    """
    roots = [Path(argument).resolve() for argument in arguments]
    folders = {root if root.is_dir() else root.parent for root in roots}
    leave_out = leave_out.resolve()

    def wanted(change: object, name: str) -> bool:
        path = Path(name)
        below = [path.relative_to(root) for root in roots if path.is_relative_to(root)]
        seen = any(not part.name.startswith(".") for part in below)
        return (seen or path.name == FILE_NAME) and not path.is_relative_to(leave_out)

    for folder in sorted(folders):
        if not folder.is_dir():
            raise InputError(f"There is no folder {folder} to watch.")
    batches = watch(
        *folders,
        watch_filter=wanted,
        debounce=_LONGEST_MS,
        step=_QUIET_MS,
        rust_timeout=_START_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    started = False
    for batch in batches:
        for folder in sorted(folders):
            if not folder.is_dir():
                raise OutageError(f"{folder} is gone, and cannot be watched any more. Start again when it is back.")
        if batch or not started:
            started = True
            yield
