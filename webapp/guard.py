"""Requests that change something: only on this machine, and only from a page of the desk or from a program."""

from __future__ import annotations

import hmac
import secrets

from flask import Flask, current_app, request

from corpus.errors import InputError


def set_up(app: Flask, *, loopback: bool, token: str = "") -> None:
    """Decide whether the application may change anything, and give its pages the token that their forms send."""
    token = token or secrets.token_urlsafe(12)
    app.config.update(MAY_CHANGE=loopback, TOKEN=token)
    app.jinja_env.globals.update(may_change=loopback, token=token)


def check() -> None:
    """Let only a request through that may change something; no other site can send JSON, or read the token.

    Raises:
        InputError: the desk is read-only, or the request comes from somewhere else.
    """
    check_local()
    token = request.form.get("token", "").encode()
    if not request.is_json and not hmac.compare_digest(token, current_app.config["TOKEN"].encode()):
        words = (
            "This came from another site, or from a page that is too old. Open the page again, and send it from there."
        )
        raise InputError(words, "foreign_page")


def check_local() -> None:
    """Let a request through where the desk answers on this machine alone."""
    if not current_app.config["MAY_CHANGE"]:
        words = "This desk is read-only: it can be changed only where it runs on this machine alone."
        raise InputError(words, "read_only")
