"""A web server for tests that does as it is told, and notes what it is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


class Pages:
    """What the server answers, by path; `asked` are the paths of all requests, in order."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.base = ""

    def put(
        self, path: str, body: str | bytes = "", status: int = 200, type: str = "text/html", **headers: str
    ) -> None:
        """Answer `path` with this; `_` in names of headers stands for a hyphen."""
        data = body.encode() if isinstance(body, str) else body

        def answer(handler: BaseHTTPRequestHandler) -> None:
            etag = headers.get("ETag")
            unchanged = etag is not None and handler.headers.get("If-None-Match") == etag
            handler.send_response(304 if unchanged else status)
            for name, value in ({"Content-Type": type, "Content-Length": str(len(data))} | headers).items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            if not unchanged:
                handler.wfile.write(data)

        self.answers[path] = answer

    def page(self, path: str, title: str, *links: str, head: str = "", **headers: str) -> None:
        """Answer `path` with a page that has this title and these links."""
        shown = "".join(f'<a href="{link}">more</a> ' for link in links)
        text = f"The {title.lower()} is returned within five days, and nobody has to ask for it twice."
        body = f"<body><main><h1>{title}</h1><p>{text}</p></main>{shown}</body>"
        self.put(path, f"<html><head><title>{title}</title>{head}</head>{body}", **headers)


@contextmanager
def serving() -> Iterator[Pages]:
    """Serve on a free port of this machine until the end."""
    pages = Pages()
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        ended = stopped  # what never ends by itself looks at it

        def do_GET(self) -> None:
            pages.asked.append(self.path)
            answer = pages.answers.get(self.path)
            try:
                if answer:
                    answer(self)
                else:
                    self.send_error(404)
            except OSError:  # the client had enough
                self.close_connection = True

        def log_message(self, *what: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    pages.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield pages
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
