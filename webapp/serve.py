"""Runs the web front end under waitress."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from corpus.changing import is_changing
from corpus.errors import InputError, OutageError
from search import catch_up
from webapp import health, logs
from webapp.app import create_app
from webapp.helpers import Helpers
from webapp.opened import OpenHome

_THREADS = 8
_LONGEST_END = 8.0  # seconds, for requests that have begun
_FOLLOW_EVERY = 1.0  # seconds

_log = logging.getLogger(__name__)


def serve(home: Path, host: str, port: int, started: Callable[[str], None]) -> None:
    """Serve a home until SIGTERM or SIGINT, then end the requests that have begun.

    `started` is called with the address once connections are accepted; from then on the log is JSON on stderr.

    Raises:
        OutageError: the port is taken, or the host is none of this machine's.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise OutageError(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another with --port.", "port"
        ) from None
    app = create_app(home, loopback=is_loopback(host))
    logs.log_requests(app)
    connections: dict[int, Any] = {}
    opened = app.extensions["answerdesk"]
    helpers = Helpers(app)
    server: Any = create_server(
        helpers, connections, sockets=[listener], threads=_THREADS, ident="", clear_untrusted_proxy_headers=True
    )
    closing = contextlib.closing
    with closing(opened), closing(server), closing(helpers), _told_to_stop(server.pull_trigger) as stop:
        started(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/")
        logs.set_up()
        threading.Thread(target=_look_after, args=(opened, stop), daemon=True).start()
        while not stop.is_set():
            wasyncore.loop(timeout=1, map=connections, count=1)
        server.accepting = False
        end = time.monotonic() + _LONGEST_END
        while time.monotonic() < end and any(map(_is_busy, list(server.active_channels.values()))):
            wasyncore.loop(timeout=0.05, map=connections, count=1)


def _is_busy(channel: Any) -> bool:
    """Tell whether a connection has a request that is not answered, or an answer that is not sent."""
    return bool(channel.requests or channel.total_outbufs_len)


@contextlib.contextmanager
def _told_to_stop(wake: Callable[[], None]) -> Iterator[threading.Event]:
    """Turn SIGTERM and SIGINT into an event; `wake` is called with it."""
    stop = threading.Event()

    def handle(number: int, frame: object) -> None:
        stop.set()
        wake()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _look_after(home: OpenHome, stop: threading.Event) -> None:
    """Read the whole index once, log what is wrong, and keep the index in step with the Library."""
    with contextlib.suppress(OutageError, InputError):  # it is among the problems
        home.searcher().verify()
    _follow(home, wait=True)
    for problem in health.problems(home):
        _log.warning("%s", problem.message, extra={"facts": {"code": problem.code}})
    told = ""
    while not stop.wait(0 if _embed_some(home) else _FOLLOW_EVERY):
        trouble = _follow(home, wait=False)
        if trouble != told:
            _log.warning("%s", trouble or "The servers answer again.")
            told = trouble


def _follow(home: OpenHome, wait: bool) -> str:
    """Take what others changed in the Library into the index; return what went wrong."""
    try:
        with home.library() as library:
            if not is_changing(home.home) and library.change != home.searcher().state().change:
                catch_up(home.searcher(), library, wait=wait)
    except (OutageError, InputError) as error:
        return "" if error.code == "busy" else str(error)
    return ""


def _embed_some(home: OpenHome) -> bool:
    """Embed some of the passages that have no vector, where there is a model; tell whether there were any."""
    searcher = home.searcher()
    try:
        snapshot = searcher.engine.snapshot()
        return searcher.semantic is not None and bool(
            searcher.semantic.missing(snapshot) and searcher.semantic.embed(snapshot)
        )
    except (OutageError, InputError):  # it is among the problems
        return False


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a server bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
