"""Facts that a person enters because the source had lost them."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from corpus.article import Article, Section, slug
from corpus.errors import InputError

NAMES = ("url", "title", "reviewed", "labels", "language", "author")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)

Facts = Mapping[str, Any]


def read(pairs: Iterable[tuple[str, str]]) -> Facts:
    """Check facts as they were typed; an empty value (None here) takes back what was entered before.

    Raises:
        InputError: an unknown name, or a value that cannot be.
    """
    return {name: checked(name, value) for name, value in pairs}


def checked(name: str, value: str) -> Any:
    """Return one fact as it is stored."""
    value = " ".join(value.split())
    if name not in NAMES:
        raise InputError(f"There is no fact named {name!r}. Known: {', '.join(NAMES)}.")
    if not value:
        return None
    if name == "reviewed":
        try:
            return datetime.date.fromisoformat(value).isoformat()
        except ValueError:
            raise InputError(f"reviewed must be a date like 2026-03-15, not {value!r}.") from None
    if name == "url" and not re.match(r"https?://[^\s/]", value, re.IGNORECASE):
        raise InputError(f"url must begin with http:// or https://, not be {value!r}.")
    if name == "language" and not _LANGUAGE.fullmatch(value):
        raise InputError(f"language must be a code like en or pt-BR, not {value!r}.")
    if name == "labels":
        return list(dict.fromkeys(label.strip() for label in value.split(",") if label.strip()))
    return value


def merged(before: Facts, entered: Facts) -> dict[str, Any]:
    """Return the facts in force once `entered` is added to those of `before`."""
    return {name: value for name, value in {**before, **entered}.items() if value is not None}


def applied(article: Article, facts: Facts) -> Article:
    """Return the article with the facts in place of its own, and named as entered by hand; cautions are added.

    A heading of `headings` that is not there is a warning: what is said of it would be lost in silence.
    """
    values = {name: facts[name] for name in NAMES if name in facts}
    by_hand = (*values, *(name for name in ("cautions", "section_cautions", "urgent") if name in facts))
    if "labels" in values:
        values["labels"] = tuple(values["labels"])
    if "title" in values:
        values["id"] = slug(values["title"], "article")
    there = {section.heading.casefold() for section in article.sections}
    lost = [heading for heading in facts.get("headings", ()) if heading.casefold() not in there]
    warnings = [f"The section {heading!r} is named in a desk.toml, and is not there." for heading in lost]
    return dataclasses.replace(
        article,
        **values,
        sections=_marked(article.sections, facts.get("section_cautions", {}), facts.get("urgent", ())),
        cautions=_added(article.cautions, facts.get("cautions", ())),
        by_hand=by_hand,
        warnings=(*article.warnings, *warnings),
    )


def _marked(
    sections: tuple[Section, ...], cautions: Mapping[str, Iterable[str]], urgent: Iterable[str]
) -> tuple[Section, ...]:
    by_heading = {heading.casefold(): texts for heading, texts in cautions.items()}
    warning = {heading.casefold() for heading in urgent}
    return tuple(
        dataclasses.replace(
            section,
            cautions=_added(section.cautions, by_heading.get(section.heading.casefold(), ())),
            urgent=section.urgent or section.heading.casefold() in warning,
        )
        for section in sections
    )


def _added(texts: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*texts, *more)))
