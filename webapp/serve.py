"""Runs the web front end under waitress."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path

from waitress.server import create_server

from corpus.errors import OutageError
from webapp.app import create_app

_THREADS = 8


def serve(home: Path, host: str, port: int, started: Callable[[str], None]) -> None:
    """Serve a home until interrupted; `started` is called with the address once it accepts connections.

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
    server = create_server(app, sockets=[listener], threads=_THREADS, ident="", clear_untrusted_proxy_headers=True)
    started(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/")
    try:
        server.run()
    finally:
        server.close()
        app.extensions["answerdesk"].close()


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a server bound to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
