"""One writer on all machines: a lease in the cluster, renewed while its holder lives, and free when it no longer is."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from opensearchpy.exceptions import ConflictError, NotFoundError

from corpus.errors import OutageError
from search.engines.opensearch_client import Client

LEASE = 15.0  # seconds without a renewal, and another one may take it
_RENEW_EVERY = 3.0
_LOOK_EVERY = 0.3
_SETTINGS = {"settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}}

Version = dict[str, Any]  # of the lease, which is written only where it is still of this one


class Lease:
    """The right to write to an index. A thread that holds it may enter again."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._index = f"{client.name}-writer"
        self._thread = threading.RLock()
        self._depth = 0
        self._last_good = 0.0
        self._seen: tuple[Any, float] = None, 0.0  # who held it when we last looked, and since when

    @contextlib.contextmanager
    def held(self, wait: float) -> Iterator[bool]:
        """Hold the lease, once nobody else does; gives whether this thread did not hold it before.

        Raises:
            OutageError: another one held it for all of `wait`, in seconds.
        """
        if not self._thread.acquire(timeout=wait):
            raise _busy("Another thread")
        try:
            if self._depth:
                yield False
                return
            with self._taken(time.monotonic() + wait):
                self._depth += 1
                try:
                    yield True
                finally:
                    self._depth -= 1
        finally:
            self._thread.release()

    def check(self) -> None:
        """Make sure that the lease is still ours: one who was paused for long must not go on.

        Raises:
            OutageError: it is not.
        """
        if time.monotonic() > self._last_good + LEASE:
            raise OutageError("OpenSearch did not answer for long, and another process may write to the index now.")

    @contextlib.contextmanager
    def _taken(self, end: float) -> Iterator[None]:
        who = {"process": os.getpid(), "host": socket.gethostname(), "key": secrets.token_hex(8)}
        holder = {**who, "free": False}
        version = self._take(holder, end)
        stop = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(holder, version, stop), daemon=True)
        renewing.start()
        try:
            yield
        finally:
            stop.set()
            renewing.join()

    def _take(self, holder: dict[str, Any], end: float) -> Version:
        while True:
            try:
                there = self._client.ask("GET", f"/{self._index}/_doc/writer")
            except NotFoundError:
                with contextlib.suppress(OutageError):  # it may be there already
                    self._client.ask("PUT", f"/{self._index}", _SETTINGS)
                version: Version = {"op_type": "create"}
            else:
                version = {"if_seq_no": there["_seq_no"], "if_primary_term": there["_primary_term"]}
                if self._seen[0] != version:
                    self._seen = version, time.monotonic()
                who = there["_source"]
                if who["free"] is False and time.monotonic() < self._seen[1] + LEASE:
                    if time.monotonic() > end:
                        raise _busy(f"Process {who['process']} on {who['host']}")
                    time.sleep(_LOOK_EVERY)
                    continue
            with contextlib.suppress(ConflictError):  # another one was faster
                return self._put(holder, version)

    def _renew(self, holder: dict[str, Any], version: Version, stop: threading.Event) -> None:
        """Write the lease anew until told to stop, then give it back."""
        while not stop.wait(_RENEW_EVERY):
            try:
                version = self._put(holder, version)
            except ConflictError:
                self._last_good = float("-inf")
                return
            except OutageError:
                continue
        with contextlib.suppress(ConflictError, OutageError):
            self._put({**holder, "free": True}, version)

    def _put(self, document: dict[str, Any], version: Version) -> Version:
        started = time.monotonic()
        path = f"/{self._index}/_doc/writer"
        try:
            written = self._client.ask("PUT", path, document, **version)
        except ConflictError:
            written = self._client.ask("GET", path)
            if written["_source"] != document:  # else an answer was lost, and it was sent twice
                raise
        self._last_good = started
        return {"if_seq_no": written["_seq_no"], "if_primary_term": written["_primary_term"]}


def _busy(who: str) -> OutageError:
    return OutageError(f"{who} is writing to the index in OpenSearch. Try again later.", "busy")
