"""Processes that answer searches beside the one that serves: one process of Python computes on one core."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import queue
import signal
import threading
from collections.abc import Iterable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.test import run_wsgi_app

from corpus.errors import InputError, OutageError
from corpus.machine import processors
from corpus.settings import Settings
from webapp import logs
from webapp.app import LARGEST_BODY, create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    Answer = tuple[str, list[tuple[str, str]], bytes]

_SEARCHES = {"/search", "/api/v1/search"}
_LONGEST_WAIT = 1.0  # seconds for a helper that is free
_MOST = 4  # each holds what it made of the index
_PAUSE = 1.0  # seconds before one that ended is replaced

_processes = multiprocessing.get_context("spawn")  # not forked: a copy of a process with threads may hang


class Helpers:
    """The application with its searches answered by helpers; while none is free, it answers them itself."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._home = app.extensions["answerdesk"]
        self._free: queue.SimpleQueue[Connection[Any, Any]] = queue.SimpleQueue()
        self._helping: list[BaseProcess] = []
        self._closing = threading.Event()
        for _ in range(_count(self._home.settings)):
            threading.Thread(target=self._keep_one, daemon=True).start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if answer := self._ask(environ):
            status, headers, body = answer
            start_response(status, headers)
            return [body]
        return self._app(environ, start_response)

    def _ask(self, environ: WSGIEnvironment) -> Answer | None:
        """Return a helper's answer to a search; None where none is free, or it ended."""
        if environ["PATH_INFO"] not in _SEARCHES or int(environ.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            return None
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            helper = self._free.get(timeout=_LONGEST_WAIT if self._helping else 0)
            asked = {name: value for name, value in environ.items() if isinstance(value, str)}
            helper.send((asked, body, self._home.is_away))
            answer: Answer = helper.recv()
        except (queue.Empty, OSError, EOFError):
            return None
        self._free.put(helper)
        return answer

    def _keep_one(self) -> None:
        """Start a helper, and another one whenever it ended."""
        config = self._app.config
        # A terminal sends it to all processes, and a new one has the mask of the thread that starts it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        while not self._closing.is_set():
            ours, theirs = _processes.Pipe()
            told = theirs, self._home.home, config["MAY_CHANGE"], config["TOKEN"]
            process = _processes.Process(target=_help, args=told, daemon=True)
            process.start()
            theirs.close()
            with contextlib.suppress(EOFError, OSError):
                ours.recv()  # that it is ready
                self._helping.append(process)
                self._free.put(ours)
                process.join()
                self._helping.remove(process)
            self._closing.wait(_PAUSE)

    def close(self) -> None:
        """End the helpers; one that is starting ends with this process."""
        self._closing.set()
        for process in list(self._helping):
            process.terminate()


def _count(settings: Settings) -> int:
    if settings.text("engine") != "whoosh":
        return 0  # the time goes by in another server, and threads wait for it as well
    return settings.number("processes") or min(processors(), _MOST)


def _help(connection: Connection[Any, Any], home: Path, loopback: bool, token: str) -> None:
    """Answer requests until the process that sends them ends."""
    app = create_app(home, loopback=loopback, token=token)
    logs.log_requests(app)
    logs.set_up()
    opened = app.extensions["answerdesk"]
    with contextlib.suppress(InputError, OutageError):  # it is said of each search
        opened.searcher().state()
    with contextlib.suppress(EOFError, OSError):
        connection.send("ready")
        while True:
            environ, body, opened.is_away = connection.recv()
            environ["wsgi.input"] = io.BytesIO(body)
            chunks, status, headers = run_wsgi_app(app, environ)
            connection.send((status, headers.to_wsgi_list(), b"".join(chunks)))
