"""The web front end as a Flask application."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path

import rjsmin
from flask import Flask, Response, abort, request
from markupsafe import Markup

from corpus.errors import InputError
from webapp import adding, api, errors, guard, marking, pages, words
from webapp.opened import OpenHome

_STATIC = Path(__file__).with_name("static")
LARGEST_BODY = 1 << 20
_WORTH_GZIP = 1 << 10
_LOOPBACK = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(home: Path, *, loopback: bool = True, token: str = "") -> Flask:
    """Create the application for a home; on loopback it answers only requests addressed to this machine.

    `token` is what another process gives its forms, where both show pages of one desk.
    """
    # The address of a file changes with the files: so a browser may keep them for long, and scripts can import others.
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, MAX_FORM_MEMORY_SIZE=LARGEST_BODY)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["answerdesk"] = OpenHome(home)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=words.day,
        direction=words.direction,
        feedback_words=words.FEEDBACK.__getitem__,
        language_tag=words.language_tag,
        source_name=words.source_name,
        web_address=words.web_address,
    )
    app.jinja_env.globals.update(
        counted=words.counted, feedback_kinds=words.FEEDBACK, modes=words.MODES, list_steps=marking.list_steps
    )

    dialogs = app.jinja_env.get_template("dialogs.html").render()  # the same on every page
    app.jinja_env.globals["dialogs"] = Markup(dialogs)  # noqa: S704 (escaped by the template)
    guard.set_up(app, loopback=loopback, token=token)

    @app.before_request
    def check_host() -> None:
        if loopback and not _LOOPBACK.fullmatch(request.host):
            raise InputError("Answerdesk answers only on this machine: open it as localhost.", "wrong_host")

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if request.endpoint == "static":
            response.cache_control.max_age = 31_536_000
            response.cache_control.no_cache = None
            response.cache_control.public = True
        else:
            response.cache_control.no_cache = True
        return response

    @app.after_request
    def compress(response: Response) -> Response:
        kind = response.mimetype or ""
        fits = kind.startswith("text/") or kind.endswith(("json", "xml"))
        if fits and response.status_code == 200 and request.accept_encodings["gzip"]:
            response.direct_passthrough = False
            body = response.get_data()
            if len(body) >= _WORTH_GZIP:
                response.set_data(gzip.compress(body, compresslevel=1))
                response.content_encoding = "gzip"
            response.vary.add("Accept-Encoding")
        return response

    files = {file.name: _light(file) for file in sorted(_STATIC.iterdir())}
    version = hashlib.blake2b(b"".join(files.values()), digest_size=6).hexdigest()

    app.jinja_env.globals["static"] = f"/static/{version}"

    @app.get(f"/static/{version}/<filename>", endpoint="static")
    def static(filename: str) -> Response:
        if filename not in files:
            abort(404)
        return Response(files[filename], mimetype=mimetypes.guess_type(filename)[0])

    errors.register(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(adding.blueprint)
    return app


def _light(file: Path) -> bytes:
    """Read a file without what only its authors need: comments and blanks."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".js":
        text = rjsmin.jsmin(text)
    elif file.suffix == ".css":
        text = re.sub(r"\s*([{};,])\s*|(?<=:) +", r"\1", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).replace(
            ";}", "}"
        )
    return text.encode()
