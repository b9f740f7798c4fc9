"""What `serve` writes to stderr: one JSON object a line, never a query, a message or an address's parameters."""

from __future__ import annotations

import datetime
import json
import logging
import sys
import time
import traceback

from flask import Flask, Response, g, request

_OURS = ("webapp", "search", "corpus", "ingest")
_QUIET = {"static", "api.healthz", "api.readyz"}  # asked often, and of no interest while all is well
_log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """Writes a record as JSON; of what others log and of exceptions, nothing that could quote a request."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] in _OURS
        when = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        fields = {
            "time": when.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if ours else str(record.msg),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0]:
            fields["error"] = record.exc_info[0].__name__
            fields["where"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(fields)


def set_up() -> None:
    """Send everything that is logged to stderr, as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


def log_requests(app: Flask) -> None:
    """Log each request: its method, the pattern of its address, the status and the time it took."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def log(response: Response) -> Response:
        if request.endpoint not in _QUIET or response.status_code >= 400:
            took = (time.perf_counter() - g.started) * 1000 if "started" in g else 0.0
            facts = {
                "method": request.method,
                "route": request.url_rule.rule if request.url_rule else None,
                "status": response.status_code,
                "ms": round(took, 1),
            }
            _log.info("request", extra={"facts": facts})
        return response
