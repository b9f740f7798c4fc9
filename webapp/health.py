"""What is wrong with a home, in words that say what to do: one list for `status` and `/readyz`."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from corpus import changing
from corpus.errors import InputError, OutageError
from search import synonyms
from search.engine import EngineState
from webapp.opened import OpenHome

NETWORK_FILE_SYSTEMS = {
    *("9p", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"),
    *("fuse.cephfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
}
_MOUNTS = Path("/proc/self/mounts")
_LITTLE, _ENOUGH = 16 << 20, 1 << 30  # bytes free: nearly full below the first on any disk, never above the second
_LEAST_SHARE = 0.05  # free, between these


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to see to; while one that `blocks` lasts, the desk is not ready."""

    code: str
    message: str
    blocks: bool = True
    file: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """Return the problem as the JSON object of `status`."""
        return {"code": self.code, "message": self.message, "file": self.file}


def problems(home: OpenHome) -> list[Problem]:
    """Look for everything that can be wrong."""
    found = [*_of_library_and_index(home), *_of_disk(home.home)]
    if lines := synonyms.malformed(home.home / synonyms.FILE_NAME):
        words = f"Not understood in {synonyms.FILE_NAME}, and left out: line {', '.join(map(str, lines[:10]))}."
        words += " A line says “a = b” or “a => b”."
        found.append(Problem("synonyms_malformed", words, blocks=False, file=synonyms.FILE_NAME))
    found += _of_meaning(home)
    kind = network_file_system(home.home)
    if kind:
        words = f"The home lies on a network file system ({kind}), where locks may fail. Move it to a local disk."
        found.append(Problem("network_home", words, blocks=False))
    return found


def _of_library_and_index(home: OpenHome) -> list[Problem]:
    found = []
    change: int | None = None
    try:
        with home.library() as library:
            library.count()
            change = library.change
    except (OutageError, InputError) as error:
        found.append(Problem(error.code, str(error)))
    if home.searcher().recovering:
        return [*found, Problem("index_missing", "The index is being built. Wait until it is done.")]
    try:
        state = home.searcher().state()
    except (OutageError, InputError) as error:
        return [*found, Problem(error.code, str(error))]
    if state.damage:
        found.append(Problem("index_damaged", state.damage, blocks=False))
    if change is not None and is_left_behind(home.home, state, change):
        words = f"The index stands at change {state.change}, the library at {change}. Run: answerdesk rebuild"
        # Where others write to the library, or the index is asked for its state, one is ahead for a moment.
        alone = not home.settings.text("library") and home.settings.text("engine") == "whoosh"
        found.append(Problem("index_behind", words, blocks=alone))
    return found


def _of_meaning(home: OpenHome) -> list[Problem]:
    searcher = home.searcher()
    try:
        missing = searcher.semantic.missing(searcher.engine.snapshot()) if searcher.semantic else 0
    except InputError as error:
        return [Problem(error.code, f"{error} Until then, words alone find passages.", blocks=False)]
    except OutageError:  # it is among the problems already
        return []
    if not missing:
        return []
    words = f"{missing:,} passages have no vector, so words alone find passages. Run: answerdesk embed"
    return [Problem("not_embedded", words, blocks=False)]


def is_left_behind(home: Path, state: EngineState, change: int) -> bool:
    """Tell whether the index is not at this change of the Library, and no process is about to bring it there."""
    return state.change != change and not changing.is_changing(home)


def _of_disk(home: Path) -> list[Problem]:
    try:
        disk = shutil.disk_usage(home)
    except OSError as error:
        return [Problem("disk_failed", f"The disk of {home} does not answer ({error.strerror}). Check it.")]
    if disk.free >= min(_ENOUGH, max(_LITTLE, int(disk.total * _LEAST_SHARE))):
        return []
    words = f"The disk is nearly full ({disk.free >> 20} MB free). Free some space for {home}."
    return [Problem("disk_nearly_full", words)]


def network_file_system(folder: Path, mounts: Path = _MOUNTS) -> str | None:
    """Return the kind of the network file system that a folder lies on; None for a local one, or where none tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    folder = folder.resolve()
    longest, kind = -1, ""
    for line in lines:
        _, point, its_kind, *_ = line.split(" ")
        path = Path(point.replace("\\040", " "))
        if folder.is_relative_to(path) and len(path.parts) >= longest:
            longest, kind = len(path.parts), its_kind
    return kind if kind in NETWORK_FILE_SYSTEMS else None
