"""A page as a tree of what a reader sees: parsed whatever its markup, without scripts and hidden parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from lxml import etree

Element = etree._Element

MAX_DEPTH = 500  # nested tags kept when the parser's own limit (2048, beyond which it reads nothing) is hit

_UNSEEN = ("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio",
           "video", "select", "datalist", "textarea", "map", "dialog")  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)(?:\"[^\"]*\"|'[^']*'|[^'\">])*+>")
# The parser takes time that grows with the square of a tag's attributes.
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{4000}")
_MANY_ATTRIBUTES = re.compile(
    r"(<[a-zA-Z][^\s<>]*+)(?:[\s/]++[^\s\"'<>=/]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]++))?+){1000,}+"
)
_END_OF_PAGE = re.compile(r"</(?:[bB][oO][dD][yY]|[hH][tT][mM][lL])\s*>")
# What a reference such as `&#1;` can leave in the tree but nothing can write there.
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_WIDTH = dict.fromkeys((0x200B, 0x200C, 0xFEFF, 0xAD, 0x2060))
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# Tags that flow inside a line of text.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img input ins kbd label mark meter q ruby rt rp "
    "s samp small span strike strong sub sup time tt u var wbr button output picture source link meta".split()
)
_MAY_BE_HIDDEN = "//body//*[@hidden or @aria-hidden or @style or @class]"
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HIDDEN_CLASS = re.compile(
    r"(?<![\w:-])(?:sr-only|visually-?hidden|screen-reader(?:-text|-only|s-only)?|hidden|is-hidden|d-none|"
    r"u-hidden|hide-visually|element-invisible)(?![\w:-])",
    re.IGNORECASE,
)
# A part that opens on a click is content although it is hidden when the page arrives.
_OPENS = re.compile(r"accordion|collaps|toggle|expand|\bfaq|answer|panel|\btab[-_s ]|tab-?content|details|more", re.I)


def parse(text: str) -> tuple[Element | None, bool]:
    """Return the root of the page, or None without any element, and whether deep nesting was flattened."""
    text = _END_OF_PAGE.sub("", text)  # the parser reads nothing that follows
    if _LONG_TAG.search(text):
        text = _MANY_ATTRIBUTES.sub(r"\1", text)
    root, too_deep = _parse(text)
    if too_deep:
        root, _ = _parse(_flatten(text))
    return root, too_deep


def _parse(text: str) -> tuple[Element | None, bool]:
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None, False
    too_deep = any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)
    return root, too_deep


def _flatten(text: str) -> str:
    """Leave out the tags that nest deeper than MAX_DEPTH; their text stays."""
    return "".join(_shallow(text))


def _shallow(text: str) -> Iterator[str]:
    depth = end = 0
    for tag in _TAG.finditer(text):
        yield text[end : tag.start()]
        end = tag.end()
        name = tag[2].lower()
        if name not in _VOID:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            if depth > MAX_DEPTH or (tag[1] and depth == MAX_DEPTH):
                yield " "
                continue
        yield tag[0]
    yield text[end:]


def _join_streamed(root: Element) -> None:
    """Put the pieces of a page that was sent in the order they were ready (`S:1`) where they belong (`B:1`)."""
    pieces = {piece.get("id", "")[2:]: piece for piece in find_all(root, "//*[@hidden and starts-with(@id, 'S:')]")}
    places = {
        place.get("id", "")[2:]: place for place in find_all(root, "//template[contains('B:P:', substring(@id, 1, 2))]")
    }
    for name, piece in pieces.items():
        place = places.get(name)
        parent = place.getparent() if place is not None else None
        if place is None or parent is None or piece in set(place.iterancestors()):
            continue
        remove(piece)
        del piece.attrib["hidden"]
        parent.insert(parent.index(place), piece)


def drop_unseen(root: Element) -> None:
    """Take out of the tree what a reader of the opened page does not see."""
    _join_streamed(root)
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    total = _length(root)
    controlled = {
        name for value in cast("list[str]", root.xpath("//@aria-controls | //@data-target")) for name in value.split()
    }
    for element in find_all(root, _MAY_BE_HIDDEN):
        if _is_hidden(element) and not _opens(element, controlled) and _length(element) < total / 3:
            remove(element)


def _is_hidden(element: Element) -> bool:
    get = element.get
    return bool(
        get("hidden") is not None
        or (get("aria-hidden") or "").lower() == "true"
        or _HIDDEN_STYLE.search(get("style") or "")
        or _HIDDEN_CLASS.search(get("class") or "")
    )


def _opens(element: Element, controlled: set[str]) -> bool:
    get = element.get
    identity = get("id") or ""
    if element.tag in ("a", "span", "i", "button", "img"):
        return False
    return bool(
        get("role") == "tabpanel"
        or identity in controlled
        or f"#{identity}" in controlled
        or _OPENS.search(f"{get('class') or ''} {identity}")
    )


def _length(element: Element) -> int:
    return int(cast(float, element.xpath("string-length(normalize-space())")))


def remove(element: Element) -> None:
    """Take `element` out of its tree; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail = _NO_XML.sub("", element.tail or "")
    if tail:
        previous = element.getprevious()
        if previous is None:
            parent.text = _NO_XML.sub("", parent.text or "") + tail
        else:
            previous.tail = _NO_XML.sub("", previous.tail or "") + tail
    element.tail = None
    # In a tree of its own: freeing the elements of a loose one takes time that grows with their square.
    etree.Element("removed").append(element)


def squeeze(text: str) -> str:
    """Return `text` on one line with single spaces; marks that take no room are left out."""
    if not text.isascii():
        text = text.translate(_NO_WIDTH)
    return " ".join(text.split())


def find_all(element: Element, path: str) -> list[Element]:
    """Return the elements that an XPath finds."""
    return cast("list[Element]", _compiled(path)(element))


def holds(element: Element, path: str) -> bool:
    """Tell whether an XPath finds anything."""
    return cast(bool, _compiled(f"boolean({path})")(element))


@lru_cache(maxsize=100)
def _compiled(path: str) -> etree.XPath:
    return etree.XPath(path)


def raw_text(element: Element) -> str:
    """Return all text of `element` as it is written."""
    return "".join(cast("Iterator[str]", element.itertext()))


def text_of(element: Element, between: str = "") -> str:
    """Return all text of `element` on one line."""
    return squeeze(between.join(cast("Iterator[str]", element.itertext())))


def text_within(element: Element, limit: int, between: str = "") -> str | None:
    """Return the text of `element` on one line, None where it is longer than `limit` characters."""
    pieces: list[str] = []
    length = 0
    for piece in cast("Iterator[str]", element.itertext()):
        length += len(piece.strip())
        if length > limit:
            return None
        pieces.append(piece)
    return squeeze(between.join(pieces))
