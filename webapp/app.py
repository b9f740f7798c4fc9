"""The web front end as a Flask application."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from flask import Flask, Response, request, url_for

from corpus.errors import InputError
from webapp import api, errors, marking, pages, words
from webapp.opened import OpenHome

_LARGEST_BODY = 1 << 20
_LOOPBACK = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(home: Path, *, loopback: bool = True) -> Flask:
    """Create the application for a home; on loopback it answers only requests addressed to this machine."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=_LARGEST_BODY, MAX_FORM_MEMORY_SIZE=_LARGEST_BODY)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["answerdesk"] = OpenHome(home)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=words.day,
        direction=words.direction,
        language_tag=words.language_tag,
        source_name=words.source_name,
        web_address=words.web_address,
    )
    app.jinja_env.globals.update(counted=words.counted, list_steps=marking.list_steps)
    versions = {
        file.name: hashlib.blake2b(file.read_bytes(), digest_size=6).hexdigest()
        for file in Path(app.static_folder or "").iterdir()
    }

    @app.template_global()
    def static(name: str) -> str:
        """Return a file's address, which changes with the file: so it may be kept for long."""
        return url_for("static", filename=name, v=versions[name])

    @app.before_request
    def check_host() -> None:
        if loopback and not _LOOPBACK.fullmatch(request.host):
            raise InputError("Answerdesk answers only on this machine: open it as localhost.", "wrong_host")

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if request.endpoint == "static" and "v" in request.args:
            response.cache_control.max_age = 31_536_000
            response.cache_control.no_cache = None
            response.cache_control.public = True
        else:
            response.cache_control.no_cache = True
        return response

    errors.register(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)
    return app
