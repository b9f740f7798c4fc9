"""The connection to an OpenSearch cluster: time limits, few retries, and words for what failed."""

from __future__ import annotations

import contextlib
import logging
import random
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import msgspec
from opensearchpy import OpenSearch
from opensearchpy.exceptions import (
    ConflictError,
    ConnectionTimeout,
    NotFoundError,
    OpenSearchException,
    SerializationError,
    SSLError,
    TransportError,
)
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.serializer import JSONSerializer

from corpus.errors import InputError, OutageError
from corpus.settings import Settings

SCHEME = "opensearch+"
_NAME = "answerdesk"  # of the index, where the address has none
_IS_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_TIMEOUT = 6.0  # seconds for an answer
_LONG_TIMEOUT = 120.0  # for what writes
_TRIES = 4
_PAUSE, _LONGEST_PAUSE = 0.2, 10.0  # seconds before the second try, doubled for each further one
_AT_ONCE = 6  # threads that ask: when the servers fall silent, the others still open articles
_WAIT = 2.0  # seconds for a turn
_TRY_AGAIN = 1.5  # seconds after which one thread asks servers that were away
_OVERLOADED = (429, 502, 503, 504)
_BULK_BYTES = 4 << 20
_BULKS_AT_ONCE = 2
_BULK_TRIES = 8
_RESULTS = "items.*.status,items.*.error.type"
_HARMLESS = {"index": (409,), "delete": (404, 409)}  # a newer version is there; it was gone

Body = dict[str, Any]
Answer = TypeVar("Answer")


class _TryAgainError(Exception):
    """No server answered, or one was overloaded: `outage` is what to say if it stays so."""

    def __init__(self, outage: OutageError, timed_out: bool = False) -> None:
        self.outage = outage
        self.timed_out = timed_out


class _Json(JSONSerializer):
    """A few times as fast as the client's own."""

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, (bytes, str)) else msgspec.json.encode(data)

    def loads(self, s: str) -> Any:
        try:
            return msgspec.json.decode(s)
        except ValueError as error:
            raise SerializationError(s, error) from error


class Client:
    """One cluster, and the name of the index in it. Safe to share between threads.

    Raises:
        InputError: the address is none of an OpenSearch cluster.
        OutageError: from any method, when no server answers or lets us in.
    """

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.text("engine").removeprefix(SCHEME))
        hosts = parts.netloc.rpartition("@")[2]
        self.name = parts.path.strip("/") or _NAME
        if parts.scheme not in ("http", "https") or not hosts or not _IS_NAME.fullmatch(self.name):
            raise InputError("The setting engine must be whoosh or opensearch+https://host:9200[,host:9200…][/index].")
        self._hosts = hosts
        ca = settings.text("engine_ca")
        if ca and not Path(ca).is_file():
            raise InputError(f"The setting engine_ca names {ca}, which is no file.")
        logging.getLogger("opensearch").setLevel(logging.CRITICAL)  # what fails is told in our words
        headers = {"Authorization": f"ApiKey {key}"} if (key := settings.text("engine_api_key")) else {}
        self._server = OpenSearch(
            hosts=[f"{parts.scheme}://{host}" for host in hosts.split(",")],
            http_auth=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
            headers=headers,
            serializer=_Json(),
            ca_certs=ca or None,
            max_retries=0,
            retry_on_timeout=True,  # no further try here, but another server's turn
            pool_maxsize=_AT_ONCE,
        )
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._probing = threading.Lock()
        self._away: tuple[float, OutageError] | None = None

    @property
    def outage(self) -> OutageError | None:
        """What was wrong where no server answered when one was asked last."""
        return self._away[1] if self._away else None

    def ask(self, method: str, path: str, body: Any = None, *, writes: bool = False, **params: Any) -> Any:
        """Send a request, and once more where a server was away or overloaded; return its answer.

        Raises:
            NotFoundError: there is no such thing there.
            ConflictError: another one changed it.
        """
        timeout = _LONG_TIMEOUT if writes else _TIMEOUT

        def send() -> Any:
            return self._server.transport.perform_request(
                method, path, params={"request_timeout": timeout, **params}, body=body
            )

        with self._turn():
            return self._tried(send)

    def searches(self, path: str, lines: str) -> list[Any]:
        """Send several searches at once; return their answers."""
        answers = self.ask("POST", path, lines)["responses"]
        for one in answers:
            if "error" in one:
                if one["status"] == 404:
                    raise NotFoundError(404, one["error"])
                raise self._outage("has no answer now")
        return list(answers)

    def bulk(self, operations: Iterable[tuple[Body, Body | None]], before_each: Callable[[], None]) -> None:
        """Index and delete, (what to do, the document) each, in requests of some megabytes.

        What a server was too busy for is sent again, alone. A version older than the one there changes nothing, so that
        requests may overtake each other: while some are under way, the next one is made ready.
        """
        under_way: deque[Future[None]] = deque()
        with ThreadPoolExecutor(_BULKS_AT_ONCE) as senders:
            for lines in _batches(operations):
                if len(under_way) == _BULKS_AT_ONCE:
                    under_way.popleft().result()
                before_each()
                under_way.append(senders.submit(self._send, lines))
            for sent in under_way:
                sent.result()

    def _send(self, lines: Sequence[bytes]) -> None:
        for number in range(_BULK_TRIES):
            if not lines:
                return
            items = self.ask("POST", "/_bulk", b"".join(lines), writes=True, filter_path=_RESULTS)["items"]
            results = [next(iter(item.items())) for item in items]
            for operation, result in results:
                if result["status"] >= 300 and result["status"] not in (*_OVERLOADED, *_HARMLESS[operation]):
                    raise OutageError(f"OpenSearch refused a passage: {result['error']['type']}.", "engine_failed")
            lines = [line for line, (_, result) in zip(lines, results, strict=True) if result["status"] in _OVERLOADED]
            if lines:
                time.sleep(_pause(number))
        if lines:
            raise self._outage("has too much to do")

    def close(self) -> None:
        self._server.close()

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Let few ask at once, and only one while the servers are away."""
        away = self._away
        probing = bool(away) and self._probing.acquire(blocking=False)
        try:
            if away and (not probing or time.monotonic() < away[0] + _TRY_AGAIN):
                raise away[1]
            if not self._turns.acquire(timeout=_WAIT):
                raise self._outage("does not answer")
            try:
                yield
                self._away = None
            except OutageError as error:
                self._away = time.monotonic(), error
                raise
            finally:
                self._turns.release()
        finally:
            if probing:
                self._probing.release()

    def _tried(self, send: Callable[[], Answer]) -> Answer:
        for number in range(_TRIES):
            try:
                with self._words():
                    return send()
            except _TryAgainError as error:
                if number == _TRIES - 1 or (error.timed_out and number >= self._hosts.count(",")):
                    raise error.outage from None
            time.sleep(_pause(number))
        raise AssertionError("the last try ends in an answer or an outage")

    @contextlib.contextmanager
    def _words(self) -> Iterator[None]:
        """Turn what the client raises into an outage, in words that say what to do."""
        try:
            yield
        except (NotFoundError, ConflictError):
            raise
        except SSLError as error:
            raise self._outage("has a certificate that is not trusted. Name its CA in engine_ca") from error
        except NoConnection as error:
            raise _TryAgainError(self._outage("does not answer"), isinstance(error, ConnectionTimeout)) from error
        except TransportError as error:
            if error.status_code in (401, 403):
                raise self._outage("refuses the user, the password or the key") from error
            if error.status_code in _OVERLOADED:
                raise _TryAgainError(self._outage("has no answer now")) from error
            raise OutageError(f"OpenSearch refused a request: {error.error}.", "engine_failed") from error
        except OpenSearchException as error:
            raise self._outage("sent something else than an answer") from error

    def _outage(self, words: str) -> OutageError:
        return OutageError(f"OpenSearch at {self._hosts} {words}. Check that it runs.", "engine_away")


def _batches(operations: Iterable[tuple[Body, Body | None]]) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    size = 0
    for operation in operations:
        lines.append(b"".join(msgspec.json.encode(one) + b"\n" for one in operation if one is not None))
        size += len(lines[-1])
        if size > _BULK_BYTES:
            yield lines
            lines, size = [], 0
    yield lines


def _pause(number: int) -> float:
    """Return how long to wait after a try that failed: longer each time, and not all at once."""
    return min(_PAUSE * 2.0**number, _LONGEST_PAUSE) * random.uniform(0.5, 1)
