"""A request's parameters, form or JSON fields -> what to search for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import MultiDict

from corpus.errors import InputError
from search import querytext

LONGEST_BY_GET = 1_000
DEFAULT_LIMIT = 10
_OWN = {"q", "limit", "page", "mode", "explain", "exact"}  # every other field is a filter
_YES_NO = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it was asked for: `exact` as it was typed; with `by_post` its text must stay out of addresses."""

    text: str
    limit: int
    page: int
    filters: Mapping[str, Sequence[str]]
    mode: str | None
    explain: bool
    exact: bool
    by_post: bool


def read(request: Request) -> Asked:
    """Read a search from a request; the ranges of its numbers and its filters are the searcher's to check.

    An empty filter, as a form sends it, restricts nothing.

    Raises:
        InputError: a field is too long for an address, not text, or of the wrong type.
    """
    fields = fields_of(request)
    text = querytext.checked(fields.get("q", ""))
    by_post = request.method == "POST"
    if not by_post and len(text) > LONGEST_BY_GET:
        raise InputError(
            f"An address holds at most {LONGEST_BY_GET:,} characters of a question; this one has {len(text):,}. "
            "Send it as a message.",
            "too_long_for_get",
            f"By POST, a question may have {querytext.MAX_LENGTH:,} characters.",
        )
    return Asked(
        text=text,
        limit=number(fields.get("limit"), "limit", DEFAULT_LIMIT),
        page=number(fields.get("page"), "page", 1),
        filters={name: list(filter(None, fields.getlist(name))) for name in fields if name not in _OWN},
        mode=fields.get("mode") or None,
        explain=_yes_no("explain", fields),
        exact=_yes_no("exact", fields),
        by_post=by_post,
    )


def number(given: str | None, name: str, default: int) -> int:
    """Read a whole number."""
    if not given:
        return default
    if not re.fullmatch(r"-?[0-9]{1,18}", given):
        raise InputError(f"{name} must be a whole number.", f"bad_{name}")
    return int(given)


def _yes_no(name: str, fields: Mapping[str, str]) -> bool:
    given = fields.get(name, "").lower()
    if given not in _YES_NO:
        raise InputError(f"{name} must be true or false.", f"bad_{name}")
    return _YES_NO[given]


def is_form_of_a_page(request: Request) -> bool:
    """Tell whether a browser sent a form, and shows what comes back."""
    return request.method == "POST" and not request.is_json and "text/html" in request.headers.get("Accept", "")


def fields_of(request: Request) -> MultiDict[str, str]:
    """Read the fields of the address, and of a form or a JSON object."""
    # Not request.args: bytes that are not UTF-8 would come back as the percent signs they were sent as.
    address = request.query_string.decode("utf-8", "replace")
    fields: MultiDict[str, str] = MultiDict(parse_qsl(address, keep_blank_values=True, errors="replace"))
    if request.is_json:
        fields.update(_json_fields(request))
    elif request.method == "POST":
        fields.update(request.form)
    return fields


def _json_fields(request: Request) -> MultiDict[str, str]:
    try:
        data = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise InputError("The body is not valid JSON.", "bad_json") from None
    if not isinstance(data, dict):
        raise InputError('The body must be a JSON object, such as {"q": "a question"}.', "bad_json")
    fields: MultiDict[str, str] = MultiDict()
    for name, value in data.items():
        for one in value if isinstance(value, list) else [] if value is None else [value]:
            fields.add(name, _json_text(name, one))
    return fields


def _json_text(name: str, value: object) -> str:
    if isinstance(value, bool) and name in {"explain", "exact"}:
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and name in {"limit", "page"}:
        return str(value) if abs(value) < 10**18 else "too large"
    if isinstance(value, str):
        return value
    raise InputError(f"The field {name[:40]!r} has a value of the wrong type.", "bad_json")
