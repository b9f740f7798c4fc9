"""The web: pages, sitemaps and sites, from a real server that may misbehave."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from corpus.errors import InputError
from corpus.library import Library
from ingest import crawl, web
from ingest.report import Report
from ingest.sync import sync
from tests.servers.pages import Pages, serving

HOST = "127.0.0.1"


@pytest.fixture
def pages() -> Iterator[Pages]:
    with serving() as server:
        yield server


@pytest.fixture
def library(home: Any) -> Iterator[Library]:
    with Library.open(home) as opened:
        yield opened


def ingest(library: Library, *urls: str, **how: Any) -> Report:
    return sync(library, urls, **{"allow_private": [HOST], "pause": 0.0, **how})


def states(report: Report) -> dict[str, int]:
    return {state: count for state, count in report.counts.items() if count}


def titles(library: Library) -> dict[str, str]:
    """Return the path of each article and its title."""
    found = (library.get(known.article_id) for known in library.all_known())
    return {article.key.split("/", 3)[3]: article.title for article in found if article}


def fetch(url: str, seconds: float = 1.0, allowed: tuple[str, ...] = (HOST,), most: int = 100_000) -> web.Page:
    with web.Client(allowed, pause=0.0, seconds=seconds) as client:
        return client.fetch(url, most)


def refused(url: str, **how: Any) -> str:
    with pytest.raises(InputError) as error:
        fetch(url, **how)
    return str(error.value)


def test_a_page_is_one_page(pages: Pages, library: Library) -> None:
    pages.page("/help/refunds", "Refunds", "/help/fees")
    assert states(ingest(library, f"{pages.base}/help/refunds#top")) == {"new": 1}
    article = library.get("refunds")
    assert article is not None
    assert (article.source, article.url) == (f"{pages.base}/help/refunds",) * 2
    assert pages.asked == ["/robots.txt", "/help/refunds"]


def test_a_site_is_what_lies_below_its_address(pages: Pages, library: Library) -> None:
    pages.page(
        "/help/", "Help", "refunds", "/help/a/fees?lang=en#x", "/shop", "http://example.com/", "logo.png", "gone"
    )
    pages.page("/help/refunds", "Refunds", "./", "a/fees?lang=en")
    pages.page("/help/a/fees?lang=en", "Fees")
    report = ingest(library, f"{pages.base}/help/")
    assert states(report) == {"new": 3}
    assert not report.failed
    assert titles(library) == {"help/": "Help", "help/refunds": "Refunds", "help/a/fees?lang=en": "Fees"}


def test_a_sitemap_and_an_index_of_packed_ones(pages: Pages, library: Library) -> None:
    def sitemap(kind: str, *paths: str) -> str:
        name = "sitemap" if kind == "sitemapindex" else "url"
        locs = "".join(f"<{name}><loc>{pages.base}{path}</loc></{name}>" for path in paths)
        return f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locs}</{kind}>'

    pages.put("/sitemap.xml", sitemap("sitemapindex", "/one.xml.gz", "/two.xml"), type="application/xml")
    pages.put("/one.xml.gz", gzip.compress(sitemap("urlset", "/refunds").encode()), type="application/gzip")
    pages.put("/two.xml", sitemap("urlset", "/fees", "/refunds"), type="text/xml")
    pages.page("/refunds", "Refunds", "/not-in-the-sitemap")
    pages.page("/fees", "Fees")
    assert states(ingest(library, f"{pages.base}/sitemap.xml")) == {"new": 2}
    assert titles(library) == {"refunds": "Refunds", "fees": "Fees"}


def test_robots_txt_is_obeyed(pages: Pages, library: Library) -> None:
    pages.put("/robots.txt", "User-agent: *\nDisallow: /help/secret\n", type="text/plain")
    pages.page("/help/", "Help", "secret")
    pages.page("/help/secret", "Secret")
    assert states(ingest(library, f"{pages.base}/help/")) == {"new": 1}
    report = ingest(library, f"{pages.base}/help/secret")
    assert "robots.txt" in report.skipped[0]["reason"]
    assert "/help/secret" not in pages.asked
    pages.put("/robots.txt", status=503)
    assert "Try again later" in ingest(library, f"{pages.base}/help/").skipped[0]["reason"]


def test_there_is_a_pause_between_requests(pages: Pages) -> None:
    pages.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.2\n", type="text/plain")
    pages.page("/a", "A")
    began = time.monotonic()
    with web.Client([HOST], pause=0.1) as client:
        for _ in range(3):
            client.fetch(f"{pages.base}/a", 1000)
    assert time.monotonic() - began > 0.6


def test_what_was_not_modified_is_not_sent_again(pages: Pages, library: Library) -> None:
    pages.page("/help/", "Help", "refunds", ETag='"1"')
    pages.page("/help/refunds", "Refunds", Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT", ETag='"1"')
    ingest(library, f"{pages.base}/help/")
    assert states(ingest(library, f"{pages.base}/help/")) == {"unchanged": 2}
    pages.page("/help/refunds", "Refunds of all kinds", ETag='"2"')
    assert states(ingest(library, f"{pages.base}/help/")) == {"changed": 1, "unchanged": 1}
    assert states(ingest(library, f"{pages.base}/help/", facts={"reviewed": "2026-03-15"})) == {"changed": 2}


def test_canonical_addresses_and_redirects(pages: Pages, library: Library) -> None:
    canonical = '<link rel="canonical" href="/help/refunds">'
    pages.page("/help/", "Help", "refunds?from=mail", "old")
    pages.page("/help/refunds?from=mail", "Refunds", head=canonical)
    pages.page("/help/refunds", "Refunds", head=canonical)
    pages.put("/help/old", status=301, Location="refunds")
    assert states(ingest(library, f"{pages.base}/help/")) == {"new": 2}
    assert set(titles(library)) == {"help/", "help/refunds"}


def test_gone_pages_are_removed_on_prune_and_on_no_other_error(pages: Pages, library: Library) -> None:
    names = ["a", "b", "c", "d", "e", "f"]
    pages.page("/help/", "Help", *names)
    for name in names:
        pages.page(f"/help/{name}", f"Page {name}")
    ingest(library, f"{pages.base}/help/")
    pages.page("/help/", "Help", *names[:-1])  # f is linked to no more, and still there
    pages.put("/help/a", status=404)
    pages.put("/help/b", status=410)
    pages.put("/help/c", status=500)
    pages.put("/help/d", status=403)
    report = ingest(library, f"{pages.base}/help/")
    assert states(report) == {"unchanged": 2, "changed": 1, "skipped": 4}
    report = ingest(library, f"{pages.base}/help/", prune=True)
    assert states(report) == {"unchanged": 3, "skipped": 2, "removed": 2}
    assert set(titles(library)) == {"help/", "help/c", "help/d", "help/e", "help/f"}
    pages.answers.clear()
    pages.put("/robots.txt", status=500)
    assert states(ingest(library, f"{pages.base}/help/", prune=True)) == {"skipped": 1}


def test_it_tries_again_and_then_says_what_the_server_said(pages: Pages) -> None:
    tries: list[int] = []

    def busy_twice(handler: BaseHTTPRequestHandler) -> None:
        tries.append(1)
        handler.send_response(503 if len(tries) < 3 else 200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    pages.answers["/busy"] = busy_twice
    assert fetch(f"{pages.base}/busy").data == b""
    pages.put("/broken", status=502)
    assert refused(f"{pages.base}/broken") == "Its server answered with status 502."
    assert pages.asked.count("/broken") == 3


def test_a_server_that_misbehaves(pages: Pages) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not handler.ended.wait(0.05):  # type: ignore[attr-defined]
            handler.wfile.write(b"X: y\r\n")

    def drip_body(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while not handler.ended.wait(0.05):  # type: ignore[attr-defined]
            handler.wfile.write(b"x")

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            handler.wfile.write(b"x" * 65_536)

    def short(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")
        handler.close_connection = True

    def silent(handler: BaseHTTPRequestHandler) -> None:
        handler.ended.wait(5)  # type: ignore[attr-defined]

    def nonsense(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 smtp ready\r\n")
        handler.close_connection = True

    pages.answers |= {f"/{one.__name__}": one for one in (drip, drip_body, endless, short, silent, nonsense)}
    pages.put("/packed", gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip")
    pages.put("/loop", status=302, Location="/loop2")
    pages.put("/loop2", status=302, Location="/loop")
    pages.put("/out", status=302, Location="file:///etc/passwd")
    for path in ("/drip", "/drip_body", "/silent"):
        assert "took longer than 1 seconds" in refused(f"{pages.base}{path}"), path
    assert "larger than" in refused(f"{pages.base}/endless")
    assert "larger than" in refused(f"{pages.base}/packed")
    assert "broke off" in refused(f"{pages.base}/short")
    assert "no answer" in refused(f"{pages.base}/nonsense")
    assert "more than 5 times" in refused(f"{pages.base}/loop")
    assert "cannot be fetched" in refused(f"{pages.base}/out")


@pytest.mark.parametrize(
    "host",
    "localhost 127.1 2130706433 0177.0.0.1 0x7f000001 [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] 0 169.254.169.254 "
    "[fe80::1] 10.0.0.1 224.0.0.1 [ff02::1] [64:ff9b::7f00:1]".split(),
)
def test_no_spelling_of_a_private_address_is_asked(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "create_connection", lambda *where: pytest.fail(f"asked {where}"))
    assert "private address" in refused(f"http://{host}/", allowed=())
    assert "--allow-private" in refused(f"https://{host}/", allowed=("other.example",))


def test_a_redirect_into_the_private_network_is_refused(pages: Pages) -> None:
    port = pages.base.rpartition(":")[2]
    pages.put("/there", status=302, Location=f"http://localhost:{port}/secret")
    assert "localhost is a private address" in refused(f"{pages.base}/there")
    assert "/secret" not in pages.asked


def test_an_answer_of_the_dns_that_changes_is_checked_each_time(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked up is what is checked and what is connected to: there is no second answer to fall for."""
    answers = ["8.8.8.8", "8.8.8.8", "127.0.0.1"]
    connected: list[str] = []

    def looked_up(host: str, port: int, *how: Any, **more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    def connect(where: tuple[str, int], timeout: object) -> socket.socket:
        connected.append(where[0])
        opened = socket.socket()
        opened.connect((HOST, int(pages.base.rpartition(":")[2])))
        return opened

    pages.page("/a", "A", Connection="close")
    pages.put("/robots.txt", status=404, Connection="close")
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(web, "create_connection", connect)
    with web.Client(pause=0.0) as client:
        assert client.fetch("http://rebind.example/a", 10_000).type == "text/html"
        with pytest.raises(InputError, match="private address"):
            client.fetch("http://rebind.example/a", 10_000)
    assert connected == ["8.8.8.8", "8.8.8.8"]


def test_public_addresses_are_told_from_others() -> None:
    for address in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"):
        assert web.is_public(ipaddress.ip_address(address)), address
    for address in (
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
        "fec0::1",
        "2002:7f00:1::",
        "::7f00:1",
        "192.0.2.1",
    ):
        assert not web.is_public(ipaddress.ip_address(address)), address


def test_only_http_and_https_are_fetched(library: Library) -> None:
    for url in ("ftp://example.com/", "http://user:secret@example.com/", "http:///path"):
        assert "no address that can be fetched" in ingest(library, url).skipped[0]["reason"]


def test_a_site_without_end_is_bounded(pages: Pages, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(9):
        pages.page(f"/help/{n or ''}", f"Page {n}", f"/help/{n + 1}")
    monkeypatch.setattr(crawl, "_DEEPEST", 3)
    assert states(ingest(library, f"{pages.base}/help/")) == {"new": 4}
    monkeypatch.setattr(crawl, "_MOST_PAGES", 2)
    report = ingest(library, f"{pages.base}/help/")
    assert "more than 2 pages" in report.skipped[0]["reason"]
