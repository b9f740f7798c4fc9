"""Fetches pages: only by http and https, only from public addresses, within limits, and with manners."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import urllib3
from protego import Protego
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError, LocationValueError, MaxRetryError
from urllib3.util import Retry, Timeout, parse_url
from urllib3.util.connection import create_connection

from corpus.errors import InputError
from ingest.sources import GONE

AGENT = "Answerdesk"
SECONDS = 60.0  # for one page, with all that is tried for it
_MOST_REDIRECTS = 5
_MOST_TRIES = 3
_LONGEST_PAUSE = 30.0  # seconds, that a server may ask for
_LONGEST_URL = 2_000
_MOST_ROBOTS = 1_000_000  # bytes
_BUSY = (429, 500, 502, 503, 504)
_NOT_PUBLIC = [ipaddress.ip_network(net) for net in ("168.63.129.16/32", "fec0::/10")]  # Azure's metadata; site-local
_HOLDS_IPV4 = [ipaddress.ip_network(net) for net in ("::/96", "::ffff:0:0/96", "64:ff9b::/96")]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class _RefusedError(LocationValueError):
    """An address that is not asked; urllib3 does not try it again."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answered at the end of all redirects; no data where it was not modified."""

    url: str
    type: str
    charset: str | None
    data: bytes
    modified: bool = True
    moved: bool = False  # the address that was asked for is another one now, for good
    validators: Mapping[str, str] = field(default_factory=dict)


def normal(url: str, base: str = "") -> str | None:
    """Return an address in its usual spelling, without its fragment; None where it is none that can be fetched."""
    try:
        parsed = parse_url(urljoin(base, url.strip()))
        port = None if parsed.port == {"http": 80, "https": 443}.get(parsed.scheme or "") else parsed.port
    except (LocationParseError, ValueError):
        return None
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.auth or len(parsed.url) > _LONGEST_URL:
        return None
    return parsed._replace(port=port, fragment=None, path=parsed.path or "/").url


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open internet, in whatever way it is written."""
    for network in _HOLDS_IPV4:
        if address in network:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if isinstance(address, ipaddress.IPv6Address) and address.sixtofour:
        return is_public(address.sixtofour)
    return address.is_global and not address.is_multicast and not any(address in network for network in _NOT_PUBLIC)


class Client:
    """Fetches one page at a time, `pause` seconds apart; hosts in `allowed` may be private."""

    def __init__(self, allowed: Collection[str] = (), pause: float = 1.0, seconds: float = SECONDS) -> None:
        self._allowed = {host.lower().strip("[]") for host in allowed}
        self._pause = pause
        self._seconds = seconds
        self._robots: dict[str, Protego] = {}
        self._last = 0.0
        self._socket: socket.socket | None = None
        self._expired = False
        self._pools = urllib3.PoolManager(num_pools=1, maxsize=1, headers={"User-Agent": f"{AGENT} (knowledge base)"})
        self._pools.pool_classes_by_scheme = {
            "http": _pool(urllib3.HTTPConnectionPool, HTTPConnection, self._connect),
            "https": _pool(urllib3.HTTPSConnectionPool, HTTPSConnection, self._connect),
        }

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pools.clear()

    def fetch(self, url: str, most_bytes: int, validators: Mapping[str, str] | None = None) -> Page:
        """Fetch a page, unless it is as it was by its validators. InputError in a sentence, with GONE as its code."""
        return _page(url, *self._follow(url, most_bytes, validators, self._obey))

    def _follow(
        self, url: str, most_bytes: int, validators: Mapping[str, str] | None, before: Callable[[str], None]
    ) -> tuple[str, bool, int, Any, bytes]:
        """Ask for a page and follow where it leads; `before` is called with each address."""
        for_good = True
        for _ in range(_MOST_REDIRECTS + 1):
            before(url)
            status, headers, data = self._get(url, most_bytes, validators)
            target = headers.get("Location") if status in (301, 302, 303, 307, 308) else None
            if target is None:
                return url, for_good, status, headers, data
            for_good, validators = for_good and status in (301, 308), None
            there = normal(target, url)
            if not there:
                raise InputError(f"It leads to an address that cannot be fetched, from {url}.")
            url = there
        raise InputError(f"It leads on more than {_MOST_REDIRECTS} times.")

    def _obey(self, url: str) -> None:
        """Wait until the server may be asked again. InputError where its robots.txt forbids the page."""
        site = urljoin(url, "/")
        if site not in self._robots:
            _, _, status, _, data = self._follow(urljoin(site, "robots.txt"), _MOST_ROBOTS, None, lambda url: None)
            if status >= 500 or status == 429:
                raise InputError(f"The robots.txt of {site} cannot be read now (status {status}). Try again later.")
            self._robots[site] = Protego.parse(data.decode("utf-8", "replace") if status == 200 else "")
        rules = self._robots[site]
        if not rules.can_fetch(url, AGENT):
            raise InputError("The site's robots.txt does not allow it to be read.", "robots")
        pause = max(self._pause, min(rules.crawl_delay(AGENT) or 0.0, _LONGEST_PAUSE))
        time.sleep(max(0.0, self._last + pause - time.monotonic()))

    def _get(self, url: str, most_bytes: int, validators: Mapping[str, str] | None = None) -> tuple[int, Any, bytes]:
        retry = Retry(
            _MOST_TRIES - 1,
            redirect=False,
            status_forcelist=_BUSY,
            backoff_factor=self._pause,
            backoff_max=_LONGEST_PAUSE,
            retry_after_max=int(_LONGEST_PAUSE),
            raise_on_status=False,
        )
        headers = {**self._pools.headers, "Accept-Encoding": "gzip, deflate", **(validators or {})}
        self._expired = False
        watch = threading.Timer(
            self._seconds, self._expire
        )  # a server may be slow in every step, even a byte at a time
        watch.start()
        try:
            timeout = Timeout(connect=10, read=20)
            with self._pools.request(  # bounded: what is read is counted
                "GET", url, headers=headers, retries=retry, timeout=timeout, redirect=False, preload_content=False
            ) as response:
                data = bytearray()
                while chunk := response.read1(65_536):
                    data += chunk
                    if len(data) > most_bytes:
                        response.close()
                        raise InputError(
                            f"It is larger than {most_bytes / 1024**2:.0f} MB, the setting max_document_mb."
                        )
                if self._expired:  # a connection that was cut looks like the end of the page
                    raise InputError(self._why_not(TimeoutError()))
                return response.status, response.headers, bytes(data)
        except (HTTPError, OSError) as error:
            raise InputError(self._why_not(error)) from None
        finally:
            watch.cancel()
            self._last = time.monotonic()

    def _connect(self, host: str, port: int, timeout: Any) -> socket.socket:
        """Connect to the very address that was looked up and found to be public, or is allowed by name."""
        if self._expired:
            raise _RefusedError
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(where[0]).partition("%")[0] for *_, where in found]
        if host.lower().strip("[]") not in self._allowed:
            for address in addresses:
                if not is_public(ipaddress.ip_address(address)):
                    raise _RefusedError(f"{host} is a private address. Allow it with --allow-private {host}.")
        self._socket = create_connection((addresses[0], port), timeout)
        return self._socket

    def _expire(self) -> None:
        self._expired = True
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _why_not(self, error: Exception) -> str:
        if self._expired:
            return f"Its server took longer than {self._seconds:.0f} seconds."
        while isinstance(error, MaxRetryError) and error.reason:
            error = error.reason
        if isinstance(error, _RefusedError):
            return str(error)
        if isinstance(error, urllib3.exceptions.SSLError):
            return "The certificate of its server is not valid."
        if isinstance(error, urllib3.exceptions.NewConnectionError | socket.gaierror):
            return "Its server cannot be reached."
        if isinstance(error, urllib3.exceptions.TimeoutError):
            return "Its server does not answer."
        return "Its server broke off, or sent what is no answer."


def _pool(pool: Any, connection: Any, connect: Callable[[str, int, Any], socket.socket]) -> Any:
    """Return a class of connection pools whose connections are made by `connect`."""

    class Connection(connection):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            try:
                return connect(self._dns_host, self.port, self.timeout)
            except OSError as error:
                raise urllib3.exceptions.NewConnectionError(self, str(error)) from error

    return type("Pool", (pool,), {"ConnectionCls": Connection})


def _page(asked: str, url: str, for_good: bool, status: int, headers: Any, data: bytes) -> Page:
    if status in (404, 410):
        raise InputError(f"Its server says that it is gone (status {status}).", GONE)
    if status != 304 and not 200 <= status < 300:
        raise InputError(f"Its server answered with status {status}.")
    kind, _, rest = headers.get("Content-Type", "").partition(";")
    charset = rest.partition("charset=")[2].strip("\"' ") or None
    pairs = (("If-None-Match", headers.get("ETag")), ("If-Modified-Since", headers.get("Last-Modified")))
    validators = {name: value for name, value in pairs if value}
    moved = for_good and url != asked
    return Page(url, kind.strip().lower(), charset, data, status != 304, moved, validators)
