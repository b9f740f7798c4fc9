"""The server around the application."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

import pytest

from corpus.errors import OutageError
from tests.browser.desk import running_desk
from webapp.serve import is_loopback, serve


def test_a_taken_port_is_said(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OutageError, match=f"port {port}"):
            serve(home, "127.0.0.1", port, lambda address: None)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "desk.example"])
def test_beyond_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_a_running_server_survives_what_no_browser_sends(home: Path) -> None:
    with running_desk(home) as address:
        host = address.removeprefix("http://")
        for target in (
            b"/search?q=calf%ff%fe",
            "/search?q=caf\u00e9".encode(),
            b"/search?q=calf&page=1000000000",
            b"/search?q=" + b"a" * 20_001,
            b"/articles/%00",
            b"/articles/..%2f..%2fetc%2fpasswd",
            b"/static/..%2fapp.py",
            b"//evil.example/search?q=calf",
            b"/%ff",
        ):
            status = _status(host, target)
            assert 200 <= status < 500, target
        assert _status(host, b"/search?q=calf") == 200
        assert _status(host, b"/static/..%2fapp.py") == 404


def _status(host: str, target: bytes) -> int:
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=20) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: " + host.encode() + b"\r\nConnection: close\r\n\r\n")
        response = http.client.HTTPResponse(connection)
        response.begin()
        response.read()
        return response.status
