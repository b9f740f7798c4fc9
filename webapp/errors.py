"""The two families of error, and HTTP's own, as status and words: JSON under /api, a page elsewhere."""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus

from flask import Flask, jsonify, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from corpus.errors import InputError, OutageError
from search import querytext
from webapp import asking

_log = logging.getLogger(__name__)

_BY_CODE = {
    "not_found": 404,
    "read_only": 403,
    "foreign_page": 403,
    "working": 409,
    "too_large": 413,
}  # of the codes that InputError carries; every other one is 400
_HTTP_WORDS = {
    400: ("bad_request", "The request could not be understood. Go back and try again."),
    404: ("not_found", "There is nothing at this address. It may have been mistyped, or its article was removed."),
    405: ("method_not_allowed", "This address does not take that kind of request."),
    413: ("too_large", "That is too much at once. Shorten it and try again."),
    415: ("unsupported_media_type", "Send JSON or form fields."),
}
_TITLES = {
    400: "That did not work",
    403: "Not allowed",
    404: "Not found",
    409: "Not now",
    413: "Too long",
    503: "Search is away",
}
_FAILED = "Something went wrong on our side. Try again; if it stays, tell whoever runs Answerdesk."


def register(app: Flask) -> None:
    """Make the application answer every error in words."""
    app.register_error_handler(InputError, _on_input)
    app.register_error_handler(OutageError, _on_outage)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_failure)


def _on_input(error: InputError) -> tuple[Response | str, int]:
    return _answer(_BY_CODE.get(error.code, 400), error.code, str(error), error.detail)


def _on_outage(error: OutageError) -> tuple[Response | str, int]:
    return _answer(503, error.code, str(error))


def _on_http(error: HTTPException) -> Response | tuple[Response | str, int]:
    if error.code is None or error.code < 400:
        return error.get_response()
    code, words = _HTTP_WORDS.get(
        error.code, (HTTPStatus(error.code).name.lower(), f"{HTTPStatus(error.code).phrase}. Go back and try again.")
    )
    return _answer(error.code, code, words)


def _on_failure(error: Exception) -> tuple[Response | str, int]:
    # Where it happened and what kind it is; its message may quote what a customer wrote, so it stays out.
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s %s failed: %s\n%s", request.method, request.endpoint, type(error).__name__, where)
    return _answer(500, "failed", _FAILED)


def _answer(status: int, code: str, words: str, detail: str | None = None) -> tuple[Response | str, int]:
    if request.path.startswith(("/api/", "/healthz", "/readyz")) and not asking.is_form_of_a_page(request):
        return jsonify({"error": {"code": code, "message": words, "detail": detail}}), status
    text = request.form.get("q", "") if request.method == "POST" and status == 400 else request.args.get("q", "")
    page = render_template(
        "error.html",
        title=_TITLES.get(status, "Something went wrong"),
        words=words,
        message=text if len(text) > asking.LONGEST_BY_GET else "",
        asked=text if len(text) <= asking.LONGEST_BY_GET else "",
        longest_message=querytext.MAX_LENGTH,
        status=status,
    )
    return page, status
