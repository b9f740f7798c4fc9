"""A web page -> Article."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from bs4.dammit import EncodingDetector, UnicodeDammit

from corpus.article import Article, Dropped, Section, build_sections, slug
from corpus.errors import InputError
from ingest import article_bounds, html_author, html_blocks, html_dates, html_title, html_tree, main_content
from ingest.clean import decode
from ingest.page_data import PageData

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MAX_DROPPED = 200  # lines that are shown as left out
_MAX_DROPPED_TEXT = 300  # characters of each
_OUTSIDE, _FRAME = "outside of the article", "announces or follows the article"  # why they were left out


def read(data: bytes | str, *, source: str, encoding: str | None = None) -> Article:
    """Read a page; `encoding` is what its server said. InputError when there is nothing to read in it."""
    text, notes = decode(data) if isinstance(data, str) else _decode(data, encoding)
    warnings = list(notes)
    root, too_deep = html_tree.parse(text)
    if root is None:
        raise InputError(f"{source}: the page is empty. Save it again from the browser.", "empty_input")
    if too_deep:
        warnings.append("Tags nest too deeply; those beyond a limit were left out and their text was kept.")
    facts = PageData(root)
    html_tree.drop_unseen(root)
    title = html_title.find(root, facts)
    author, dates = html_author.find(root, facts), html_dates.find(root, facts)
    outside: list[str] = []
    frame: list[str] = []
    parts = article_bounds.trim(html_blocks.read(main_content.find(root, title, outside.append)), title, frame.append)
    dropped = [(text, _OUTSIDE) for text in outside if text] + [(text, _FRAME) for text in frame if text]
    sections = _built(parts)
    if not sections:
        warnings.append("No text was found on this page; it may need JavaScript to show any.")
    title = title or next((part.heading for part in parts if part.heading), "") or source
    return Article(
        id=slug(title, "article"),
        title=title,
        source=source,
        sections=sections,
        language=(facts.language or "en").split("-")[0],
        author=author,
        published=dates.get("published"),
        modified=dates.get("modified"),
        reviewed=dates.get("reviewed"),
        url=facts.url,
        dropped=tuple(Dropped(None, text[:_MAX_DROPPED_TEXT], why) for text, why in dropped[:_MAX_DROPPED]),
        warnings=tuple(warnings),
    )


def sections(text: str) -> tuple[Section, ...]:
    """Read markup that is nothing but an article's body."""
    root, _ = html_tree.parse(text)
    if root is None:
        return ()
    html_tree.drop_unseen(root)
    return _built(html_blocks.read(root))


def _built(parts: Iterable[html_blocks.Part]) -> tuple[Section, ...]:
    return build_sections(
        Section(part.heading, part.level, "", blocks=tuple(part.blocks))
        for part in parts
        if part.heading or part.blocks
    )


def _decode(data: bytes, said: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the page's text by its byte order mark, its content, what its server said and what it says itself."""
    declared = [name for name in (said, EncodingDetector.find_declared_encoding(data, is_html=True)) if name]
    if not data.startswith(_MARKS) and any(_is_other(name) for name in declared):
        tried = declared if b"\x1b" in data else ["utf-8", *declared]
        dammit = UnicodeDammit(data, known_definite_encodings=tried, is_html=True)
        if dammit.unicode_markup and not dammit.contains_replacement_characters:
            return decode(dammit.unicode_markup)
    return decode(data)


def _is_other(name: str) -> bool:
    """Tell whether an encoding exists and is not UTF-8."""
    try:
        return codecs.lookup(name).name not in ("utf-8", "ascii")
    except (LookupError, ValueError):
        return False
