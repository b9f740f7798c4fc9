"""What servers for tests share: they refuse to run as root, and listen where nothing else does."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"


def as_nobody() -> dict[str, Any]:
    """Return the arguments with which `subprocess` starts a program that refuses to run as root."""
    return {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}


def ends_with_us() -> None:
    """Have a program that is about to start killed when the one that starts it ends, however that ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def give_away(folder: Path) -> None:
    """Give a folder with all that it holds to the user whom the servers run as."""
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, UNPRIVILEGED, "nogroup")


@contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """Give a folder that the servers may enter, which pytest's own are not; it is removed."""
    folder = Path(tempfile.mkdtemp(prefix="answerdesk-"))
    give_away(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nothing listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
